-- Whether a tenant's Autotask may be called. open_until: no call before then, 0 where it is closed. trips: how often it
-- opened in a row, above 0 until a call has succeeded again. trial_until: until then one caller tries, alone.
-- slow_until: until then one push at a time.
CREATE TABLE breaker (
  tenant_id BLOB PRIMARY KEY NOT NULL REFERENCES tenant (id),
  failures INTEGER NOT NULL DEFAULT 0,
  trips INTEGER NOT NULL DEFAULT 0,
  open_until INTEGER NOT NULL DEFAULT 0,
  cause TEXT,
  trial_until INTEGER NOT NULL DEFAULT 0,
  slow_until INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What is left of a tenant's calls: level in millionths of a call, as it was at filled_at.
CREATE TABLE call_budget (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  lane TEXT NOT NULL CHECK (lane IN ('background', 'interactive')),
  level INTEGER NOT NULL,
  filled_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, lane)
) STRICT;

-- Requests that are out at Autotask, or may be: Autotask counts them by integration code, zone (both in scope) and endpoint.
CREATE TABLE thread_slot (
  scope TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  slot INTEGER NOT NULL,
  holder BLOB NOT NULL,
  leased_until INTEGER NOT NULL,
  PRIMARY KEY (scope, endpoint, slot)
) STRICT;

-- Whose turn it is. No push of a tenant can be claimed before due_at; it may turn out that none can be then either.
-- Whatever makes a push due, or lets a tenant go on, sets it back. served counts claims.
CREATE TABLE push_turn (
  tenant_id BLOB PRIMARY KEY NOT NULL REFERENCES tenant (id),
  due_at INTEGER NOT NULL,
  served INTEGER NOT NULL DEFAULT 0,
  paused_until INTEGER NOT NULL DEFAULT 0,
  pause_reason TEXT
) STRICT;
CREATE INDEX push_turn_due ON push_turn (due_at, served, tenant_id);
INSERT INTO push_turn (tenant_id, due_at) SELECT DISTINCT tenant_id, 0 FROM push WHERE state IN ('waiting', 'sending');

DROP INDEX push_due;
CREATE INDEX push_due ON push (tenant_id, is_backlog, run_at, id) WHERE state = 'waiting';
CREATE INDEX push_leased ON push (tenant_id, lease_until, id) WHERE state = 'sending';
