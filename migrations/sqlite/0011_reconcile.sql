-- Comparing what is linked with Autotask: how far each tenant is, and when it is next due. spent counts the calls since
-- there was an hour without any.
CREATE TABLE reconcile (
  tenant_id BLOB PRIMARY KEY NOT NULL REFERENCES tenant (id),
  round INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER,
  targets_done INTEGER NOT NULL DEFAULT 0,
  after_id INTEGER NOT NULL DEFAULT 0,
  checked INTEGER NOT NULL DEFAULT 0,
  calls INTEGER NOT NULL DEFAULT 0,
  spent INTEGER NOT NULL DEFAULT 0,
  last_call_at INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER,
  last_checked INTEGER NOT NULL DEFAULT 0,
  last_calls INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  fix TEXT,
  next_at INTEGER NOT NULL,
  lease_token INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX reconcile_due ON reconcile (next_at);

-- What the newest comparison found. rank 2 needs a person, 3 is there to be seen; details is what was found, as JSON.
CREATE TABLE finding (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  id BLOB NOT NULL,
  rank INTEGER NOT NULL,
  target TEXT NOT NULL,
  autotask_id INTEGER NOT NULL,
  document_id BLOB REFERENCES document (id),
  details TEXT NOT NULL,
  round INTEGER NOT NULL,
  since INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT;
CREATE INDEX finding_list ON finding (tenant_id, rank, since, id);

-- Repairs that a person put away while they are as they were: state is what they were. subject is a held push's reason,
-- and empty for a finding.
CREATE TABLE repair_ignored (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  id BLOB NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  ignored_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE INDEX push_held ON push (tenant_id, id) WHERE state IN ('held', 'failed');
