-- Whose Autotask it is (`ci` of its zone information, and the name of its company 0), who entered the secret, and how
-- the last test went. A connection that was ended stays as a row without a secret: it says whose records the links are.
ALTER TABLE connection ADD COLUMN company_id INTEGER;
ALTER TABLE connection ADD COLUMN company_name TEXT;
ALTER TABLE connection ADD COLUMN secret_saved_at INTEGER;
ALTER TABLE connection ADD COLUMN secret_saved_by BLOB REFERENCES user_account (id);
ALTER TABLE connection ADD COLUMN tested_at INTEGER;
ALTER TABLE connection ADD COLUMN checklist TEXT;
ALTER TABLE connection ADD COLUMN disconnected_at INTEGER;
-- The hour's calls of all integrations, as Autotask counted them at that time.
ALTER TABLE connection ADD COLUMN calls_used INTEGER;
ALTER TABLE connection ADD COLUMN calls_limit INTEGER;
ALTER TABLE connection ADD COLUMN calls_read_at INTEGER;

-- Our own calls by minute since the Unix epoch; kept for an hour.
CREATE TABLE api_call (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  minute INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, minute)
) STRICT;

-- Links to the records of an Autotask company that another one took the place of.
CREATE TABLE link_archive (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  company_id INTEGER NOT NULL,
  scope TEXT NOT NULL,
  target TEXT NOT NULL,
  key TEXT NOT NULL,
  autotask_id INTEGER NOT NULL,
  written TEXT NOT NULL,
  archived_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, company_id, scope, target, key, archived_at)
) STRICT;
