-- Whose Autotask it is (`ci` of its zone information, and the name of its company 0), who entered the secret, and how
-- the last test went. A connection that was ended stays as a row without a secret: it says whose records the links are.
ALTER TABLE connection ADD COLUMN company_id BIGINT;
ALTER TABLE connection ADD COLUMN company_name TEXT;
ALTER TABLE connection ADD COLUMN secret_saved_at BIGINT;
ALTER TABLE connection ADD COLUMN secret_saved_by UUID REFERENCES user_account (id);
ALTER TABLE connection ADD COLUMN tested_at BIGINT;
ALTER TABLE connection ADD COLUMN checklist TEXT;
ALTER TABLE connection ADD COLUMN disconnected_at BIGINT;
-- The hour's calls of all integrations, as Autotask counted them at that time.
ALTER TABLE connection ADD COLUMN calls_used BIGINT;
ALTER TABLE connection ADD COLUMN calls_limit BIGINT;
ALTER TABLE connection ADD COLUMN calls_read_at BIGINT;

-- Our own calls by minute since the Unix epoch; kept for an hour.
CREATE TABLE api_call (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  minute BIGINT NOT NULL,
  calls BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, minute)
);

-- Links to the records of an Autotask company that another one took the place of.
CREATE TABLE link_archive (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  company_id BIGINT NOT NULL,
  scope TEXT NOT NULL,
  target TEXT NOT NULL,
  key TEXT NOT NULL,
  autotask_id BIGINT NOT NULL,
  written TEXT NOT NULL,
  archived_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, company_id, scope, target, key, archived_at)
);
