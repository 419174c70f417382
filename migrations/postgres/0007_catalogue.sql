-- Brands are one whatever the case of their letters: of those that differ in it alone, one stays.
ALTER TABLE brand ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE brand ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
UPDATE brand SET name_key = LOWER(TRIM(name)), updated_at = created_at;
DELETE FROM brand WHERE EXISTS (SELECT 1 FROM brand other WHERE other.tenant_id = brand.tenant_id
  AND other.name_key = brand.name_key AND other.name < brand.name);
UPDATE item SET brand = COALESCE((SELECT b.name FROM brand b WHERE b.tenant_id = item.tenant_id
  AND b.name_key = LOWER(TRIM(item.brand))), brand) WHERE brand IS NOT NULL;
CREATE UNIQUE INDEX brand_name_key ON brand (tenant_id, name_key);

-- Names that documents go on using after a person renamed or merged what they stand for. former is a brand's name_key,
-- or a category's path.
CREATE TABLE catalogue_alias (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL CHECK (kind IN ('brand', 'category')),
  former TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, kind, former)
);

-- Items have addresses, can be searched, and know where they came from. Documents do not change the brand and the
-- category of one that is kept: they were given at first sight or by a person.
ALTER TABLE item ADD COLUMN id UUID NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE item ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN sku TEXT;
ALTER TABLE item ADD COLUMN sku_key TEXT;
ALTER TABLE item ADD COLUMN part_number TEXT;
ALTER TABLE item ADD COLUMN search TEXT NOT NULL DEFAULT '';
ALTER TABLE item ADD COLUMN source TEXT NOT NULL DEFAULT 'document';
ALTER TABLE item ADD COLUMN kept BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE item SET name_key = LOWER(TRIM(name)), search = LOWER(name || ' ' || SUBSTR(key, 5));
UPDATE item SET sku = SUBSTR(key, 5), sku_key = SUBSTR(key, 5) WHERE key LIKE 'sku %';
UPDATE item SET part_number = SUBSTR(key, 5) WHERE key LIKE 'mpn %';
CREATE UNIQUE INDEX item_id ON item (id);
CREATE INDEX item_list ON item (tenant_id, name_key, id);
CREATE INDEX item_name ON item (tenant_id, kind, name_key);
CREATE INDEX item_sku ON item (tenant_id, kind, sku_key);
CREATE INDEX item_brand ON item (tenant_id, brand);
CREATE INDEX item_category ON item (tenant_id, category);

-- Services and roles as Autotask last showed them; kind is the word that link.target and item.kind have.
CREATE TABLE autotask_record (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL CHECK (kind IN ('service', 'role')),
  autotask_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  sku TEXT,
  sku_key TEXT,
  active BOOLEAN NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, kind, autotask_id)
);
CREATE INDEX autotask_record_name ON autotask_record (tenant_id, kind, name_key);
CREATE INDEX autotask_record_sku ON autotask_record (tenant_id, kind, sku_key);

-- Looking for new and changed services and roles: how far each tenant is, and when the next look is due.
CREATE TABLE catalogue_poll (
  tenant_id UUID PRIMARY KEY NOT NULL REFERENCES tenant (id),
  services_after BIGINT NOT NULL DEFAULT 0,
  services_since TEXT,
  changed_after BIGINT NOT NULL DEFAULT 0,
  changed_until TEXT,
  roles_after BIGINT NOT NULL DEFAULT 0,
  polled_at BIGINT,
  error TEXT,
  fix TEXT,
  next_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL DEFAULT 0,
  lease_token BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX catalogue_poll_due ON catalogue_poll (next_at);
