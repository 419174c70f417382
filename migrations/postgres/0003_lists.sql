-- Fetching a tenant's lists anew: asked for by a person, by a new connection or by the day.
CREATE TABLE list_refresh (
  id UUID PRIMARY KEY NOT NULL,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  requested_by UUID REFERENCES user_account (id),
  lists_done BIGINT NOT NULL,
  list TEXT,
  rows_read BIGINT NOT NULL,
  calls BIGINT NOT NULL,
  changes BIGINT NOT NULL,
  error TEXT,
  fix TEXT,
  lease_token BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  next_at BIGINT
);
CREATE UNIQUE INDEX list_refresh_active ON list_refresh (tenant_id) WHERE state IN ('waiting', 'running');
CREATE INDEX list_refresh_newest ON list_refresh (tenant_id, id);

-- What people should know happened, newest last. Nobody did it where user_id is empty: it came from Autotask.
CREATE TABLE history_entry (
  id UUID PRIMARY KEY NOT NULL,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  user_id UUID REFERENCES user_account (id),
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  sentence TEXT NOT NULL,
  details TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX history_entry_newest ON history_entry (tenant_id, kind, id);
