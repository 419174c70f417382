-- Comparing what is linked with Autotask: how far each tenant is, and when it is next due. spent counts the calls since
-- there was an hour without any.
CREATE TABLE reconcile (
  tenant_id UUID PRIMARY KEY NOT NULL REFERENCES tenant (id),
  round BIGINT NOT NULL DEFAULT 0,
  started_at BIGINT,
  targets_done BIGINT NOT NULL DEFAULT 0,
  after_id BIGINT NOT NULL DEFAULT 0,
  checked BIGINT NOT NULL DEFAULT 0,
  calls BIGINT NOT NULL DEFAULT 0,
  spent BIGINT NOT NULL DEFAULT 0,
  last_call_at BIGINT NOT NULL DEFAULT 0,
  finished_at BIGINT,
  last_checked BIGINT NOT NULL DEFAULT 0,
  last_calls BIGINT NOT NULL DEFAULT 0,
  error TEXT,
  fix TEXT,
  next_at BIGINT NOT NULL,
  lease_token BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX reconcile_due ON reconcile (next_at);

-- What the newest comparison found. rank 2 needs a person, 3 is there to be seen; details is what was found, as JSON.
CREATE TABLE finding (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  id UUID NOT NULL,
  rank BIGINT NOT NULL,
  target TEXT NOT NULL,
  autotask_id BIGINT NOT NULL,
  document_id UUID REFERENCES document (id),
  details TEXT NOT NULL,
  round BIGINT NOT NULL,
  since BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE INDEX finding_list ON finding (tenant_id, rank, since, id);

-- Repairs that a person put away while they are as they were: state is what they were. subject is a held push's reason,
-- and empty for a finding.
CREATE TABLE repair_ignored (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  id UUID NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  ignored_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE INDEX push_held ON push (tenant_id, id) WHERE state IN ('held', 'failed');
