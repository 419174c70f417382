-- One MSP each; every other row belongs to one.
CREATE TABLE tenant (
  id UUID PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

-- Commands name a tenant by its name.
CREATE UNIQUE INDEX tenant_name ON tenant (name);

CREATE TABLE user_account (
  id UUID PRIMARY KEY NOT NULL,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
-- Sign-in asks for the e-mail address alone, so it is unique over all tenants (stored in lower case).
CREATE UNIQUE INDEX user_account_email ON user_account (email);

-- The token itself is in the cookie alone; here is its SHA-256.
CREATE TABLE session (
  token_hash BYTEA PRIMARY KEY NOT NULL,
  user_id UUID NOT NULL REFERENCES user_account (id),
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX session_expires ON session (expires_at);

-- Failed sign-ins, by account and by address: what throttling counts, across all processes.
CREATE TABLE sign_in_failure (
  subject TEXT PRIMARY KEY NOT NULL,
  failures BIGINT NOT NULL,
  blocked_until BIGINT NOT NULL,
  failed_at BIGINT NOT NULL
);

CREATE TABLE api_token (
  id UUID PRIMARY KEY NOT NULL,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  name TEXT NOT NULL,
  token_hash BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX api_token_hash ON api_token (token_hash);

-- Credentials of one tenant's Autotask; the secret is sealed, its row bound to the tenant.
CREATE TABLE connection (
  tenant_id UUID PRIMARY KEY NOT NULL REFERENCES tenant (id),
  discovery_url TEXT NOT NULL,
  user_name TEXT NOT NULL,
  integration_code TEXT NOT NULL,
  secret_sealed TEXT NOT NULL,
  currency TEXT NOT NULL,
  zone_url TEXT,
  web_url TEXT,
  updated_at BIGINT NOT NULL
);

CREATE TABLE list_option (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  list TEXT NOT NULL,
  value BIGINT NOT NULL,
  label TEXT NOT NULL,
  detail TEXT,
  parent BIGINT,
  active BOOLEAN NOT NULL,
  position BIGINT NOT NULL,
  refreshed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, list, value)
);

CREATE TABLE brand (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, name)
);

CREATE TABLE category (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  path TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, path)
);

-- What documents' lines name: products, recurring services, labor. key is the SKU, part number or name.
CREATE TABLE item (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  category TEXT,
  brand TEXT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, kind, key)
);

-- Every save of the settings; the newest revision counts.
CREATE TABLE settings_revision (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  revision BIGINT NOT NULL,
  document TEXT NOT NULL,
  saved_by UUID REFERENCES user_account (id),
  note TEXT,
  form_id TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, revision)
);
-- A form that is sent twice is saved once.
CREATE UNIQUE INDEX settings_revision_form ON settings_revision (tenant_id, form_id) WHERE form_id IS NOT NULL;

-- Where the newest revision stands, in one row that the worker's claim can join.
CREATE TABLE settings_current (
  tenant_id UUID PRIMARY KEY NOT NULL REFERENCES tenant (id),
  revision BIGINT NOT NULL,
  enabled BOOLEAN NOT NULL
);

-- The newest state of every quote and sale that was received.
CREATE TABLE document (
  id UUID PRIMARY KEY NOT NULL,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL CHECK (kind IN ('quote', 'sale')),
  number TEXT NOT NULL,
  quote_number TEXT,
  customer TEXT NOT NULL,
  version BIGINT NOT NULL,
  body TEXT NOT NULL,
  content_hash BYTEA NOT NULL,
  received_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX document_number ON document (tenant_id, kind, number);
CREATE INDEX document_sale ON document (tenant_id, quote_number) WHERE quote_number IS NOT NULL;

-- Our record and its Autotask id, and what we last wrote to it. scope is a document's id, or empty for catalogue and customers.
CREATE TABLE link (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  scope TEXT NOT NULL,
  target TEXT NOT NULL,
  key TEXT NOT NULL,
  autotask_id BIGINT NOT NULL,
  written TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, scope, target, key)
);
CREATE INDEX link_autotask ON link (tenant_id, target, autotask_id);

-- Bringing one document's state to Autotask.
CREATE TABLE push (
  id UUID PRIMARY KEY NOT NULL,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  document_id UUID NOT NULL REFERENCES document (id),
  change TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'held', 'failed', 'sent', 'skipped')),
  reason TEXT,
  run_at BIGINT NOT NULL,
  tries BIGINT NOT NULL,
  lease_token BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  version BIGINT NOT NULL,
  settings_revision BIGINT,
  opportunity_id BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- At most one push of a document is under way.
CREATE UNIQUE INDEX push_active ON push (document_id) WHERE state IN ('waiting', 'sending', 'held', 'failed');
CREATE INDEX push_due ON push (run_at, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX push_newest ON push (tenant_id, id);

-- Every create that was begun: committed before its request may leave.
CREATE TABLE step (
  id UUID PRIMARY KEY NOT NULL,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  document_id UUID NOT NULL REFERENCES document (id),
  push_id UUID NOT NULL REFERENCES push (id),
  target TEXT NOT NULL,
  key TEXT NOT NULL,
  action TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intent', 'unknown', 'done', 'failed')),
  marker TEXT,
  request TEXT NOT NULL,
  autotask_id BIGINT,
  note TEXT,
  lease_token BIGINT NOT NULL,
  settings_revision BIGINT NOT NULL,
  send_before BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX step_push ON step (push_id, id);
CREATE INDEX step_open ON step (document_id) WHERE state IN ('intent', 'unknown');

-- Every request to Autotask that changed something or failed.
CREATE TABLE attempt (
  id UUID PRIMARY KEY NOT NULL,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  push_id UUID NOT NULL REFERENCES push (id),
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status BIGINT,
  outcome TEXT NOT NULL,
  request TEXT,
  response TEXT,
  duration_ms BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX attempt_push ON attempt (push_id, id);
