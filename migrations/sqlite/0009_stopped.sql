-- Documents that a person took out of the sync: no push of theirs does anything until it is started again.
CREATE TABLE stopped_document (
  document_id BLOB PRIMARY KEY NOT NULL REFERENCES document (id),
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  stopped_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  stopped_at INTEGER NOT NULL
) STRICT;
