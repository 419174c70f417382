-- How long the texts of a tenant's Autotask may be, in UTF-16 units, as its own metadata says.
CREATE TABLE field_length (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  entity TEXT NOT NULL,
  field TEXT NOT NULL,
  length INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, entity, field)
) STRICT;

-- Where each value of a request comes from, in words: a JSON object of words to fields. NULL for steps of before.
ALTER TABLE step ADD COLUMN sources TEXT;

-- Name and detail of an option without regard to case and accents. NULL until the next refresh of the lists writes the
-- option anew; the moved positions make it differ, and keep the order.
ALTER TABLE list_option ADD COLUMN search TEXT;
UPDATE list_option SET position = position - 1000000;
