-- Documents that a person took out of the sync: no push of theirs does anything until it is started again.
CREATE TABLE stopped_document (
  document_id UUID PRIMARY KEY NOT NULL REFERENCES document (id),
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  stopped_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  stopped_at BIGINT NOT NULL
);
