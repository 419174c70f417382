-- Whether another tool creates opportunities for a tenant's quotes too. sending_since: since when the sync is on, null
-- while it is off. appearances: documents that got ids of that tool's since a person last let Opportune go on, which
-- round counts. observing_since: since when nothing is sent for that reason.
CREATE TABLE second_sender (
  tenant_id UUID PRIMARY KEY NOT NULL REFERENCES tenant (id),
  sending_since BIGINT,
  appearances BIGINT NOT NULL DEFAULT 0,
  observing_since BIGINT,
  round BIGINT NOT NULL DEFAULT 0
);
INSERT INTO second_sender (tenant_id, sending_since)
  SELECT s.tenant_id, r.created_at FROM settings_current s
  JOIN settings_revision r ON r.tenant_id = s.tenant_id AND r.revision = s.revision WHERE s.enabled;

-- Ids in Autotask that a document came with and that Opportune did not make. round: in which it was counted, null where
-- it was not.
CREATE TABLE foreign_id (
  document_id UUID PRIMARY KEY NOT NULL REFERENCES document (id),
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  opportunity_id BIGINT,
  quote_id BIGINT,
  round BIGINT,
  appeared_at BIGINT NOT NULL
);
CREATE INDEX foreign_id_round ON foreign_id (tenant_id, round, appeared_at);
