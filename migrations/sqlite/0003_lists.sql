-- Fetching a tenant's lists anew: asked for by a person, by a new connection or by the day.
CREATE TABLE list_refresh (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  requested_by BLOB REFERENCES user_account (id),
  lists_done INTEGER NOT NULL,
  list TEXT,
  rows_read INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  error TEXT,
  fix TEXT,
  lease_token INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  next_at INTEGER
) STRICT;
CREATE UNIQUE INDEX list_refresh_active ON list_refresh (tenant_id) WHERE state IN ('waiting', 'running');
CREATE INDEX list_refresh_newest ON list_refresh (tenant_id, id);

-- What people should know happened, newest last. Nobody did it where user_id is empty: it came from Autotask.
CREATE TABLE history_entry (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  user_id BLOB REFERENCES user_account (id),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  sentence TEXT NOT NULL,
  details TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX history_entry_newest ON history_entry (tenant_id, kind, id);
