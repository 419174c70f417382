-- One MSP each; every other row belongs to one.
CREATE TABLE tenant (
  id BLOB PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- Commands name a tenant by its name.
CREATE UNIQUE INDEX tenant_name ON tenant (name);

CREATE TABLE user_account (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
-- Sign-in asks for the e-mail address alone, so it is unique over all tenants (stored in lower case).
CREATE UNIQUE INDEX user_account_email ON user_account (email);

-- The token itself is in the cookie alone; here is its SHA-256.
CREATE TABLE session (
  token_hash BLOB PRIMARY KEY NOT NULL,
  user_id BLOB NOT NULL REFERENCES user_account (id),
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_expires ON session (expires_at);

-- Failed sign-ins, by account and by address: what throttling counts, across all processes.
CREATE TABLE sign_in_failure (
  subject TEXT PRIMARY KEY NOT NULL,
  failures INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL,
  failed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_token (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  name TEXT NOT NULL,
  token_hash BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX api_token_hash ON api_token (token_hash);

-- Credentials of one tenant's Autotask; the secret is sealed, its row bound to the tenant.
CREATE TABLE connection (
  tenant_id BLOB PRIMARY KEY NOT NULL REFERENCES tenant (id),
  discovery_url TEXT NOT NULL,
  user_name TEXT NOT NULL,
  integration_code TEXT NOT NULL,
  secret_sealed TEXT NOT NULL,
  currency TEXT NOT NULL,
  zone_url TEXT,
  web_url TEXT,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE list_option (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  list TEXT NOT NULL,
  value INTEGER NOT NULL,
  label TEXT NOT NULL,
  detail TEXT,
  parent INTEGER,
  active INTEGER NOT NULL,
  position INTEGER NOT NULL,
  refreshed_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, list, value)
) STRICT;

CREATE TABLE brand (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, name)
) STRICT;

CREATE TABLE category (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  path TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, path)
) STRICT;

-- What documents' lines name: products, recurring services, labor. key is the SKU, part number or name.
CREATE TABLE item (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  category TEXT,
  brand TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, kind, key)
) STRICT;

-- Every save of the settings; the newest revision counts.
CREATE TABLE settings_revision (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  revision INTEGER NOT NULL,
  document TEXT NOT NULL,
  saved_by BLOB REFERENCES user_account (id),
  note TEXT,
  form_id TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, revision)
) STRICT;
-- A form that is sent twice is saved once.
CREATE UNIQUE INDEX settings_revision_form ON settings_revision (tenant_id, form_id) WHERE form_id IS NOT NULL;

-- Where the newest revision stands, in one row that the worker's claim can join.
CREATE TABLE settings_current (
  tenant_id BLOB PRIMARY KEY NOT NULL REFERENCES tenant (id),
  revision INTEGER NOT NULL,
  enabled INTEGER NOT NULL
) STRICT;

-- The newest state of every quote and sale that was received.
CREATE TABLE document (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  kind TEXT NOT NULL CHECK (kind IN ('quote', 'sale')),
  number TEXT NOT NULL,
  quote_number TEXT,
  customer TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  content_hash BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX document_number ON document (tenant_id, kind, number);
CREATE INDEX document_sale ON document (tenant_id, quote_number) WHERE quote_number IS NOT NULL;

-- Our record and its Autotask id, and what we last wrote to it. scope is a document's id, or empty for catalogue and customers.
CREATE TABLE link (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  scope TEXT NOT NULL,
  target TEXT NOT NULL,
  key TEXT NOT NULL,
  autotask_id INTEGER NOT NULL,
  written TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, scope, target, key)
) STRICT;
CREATE INDEX link_autotask ON link (tenant_id, target, autotask_id);

-- Bringing one document's state to Autotask.
CREATE TABLE push (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  document_id BLOB NOT NULL REFERENCES document (id),
  change TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'held', 'failed', 'sent', 'skipped')),
  reason TEXT,
  run_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  lease_token INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  version INTEGER NOT NULL,
  settings_revision INTEGER,
  opportunity_id INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
-- At most one push of a document is under way.
CREATE UNIQUE INDEX push_active ON push (document_id) WHERE state IN ('waiting', 'sending', 'held', 'failed');
CREATE INDEX push_due ON push (run_at, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX push_newest ON push (tenant_id, id);

-- Every create that was begun: committed before its request may leave.
CREATE TABLE step (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  document_id BLOB NOT NULL REFERENCES document (id),
  push_id BLOB NOT NULL REFERENCES push (id),
  target TEXT NOT NULL,
  key TEXT NOT NULL,
  action TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intent', 'unknown', 'done', 'failed')),
  marker TEXT,
  request TEXT NOT NULL,
  autotask_id INTEGER,
  note TEXT,
  lease_token INTEGER NOT NULL,
  settings_revision INTEGER NOT NULL,
  send_before INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX step_push ON step (push_id, id);
CREATE INDEX step_open ON step (document_id) WHERE state IN ('intent', 'unknown');

-- Every request to Autotask that changed something or failed.
CREATE TABLE attempt (
  id BLOB PRIMARY KEY NOT NULL,
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  push_id BLOB NOT NULL REFERENCES push (id),
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status INTEGER,
  outcome TEXT NOT NULL,
  request TEXT,
  response TEXT,
  duration_ms INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_push ON attempt (push_id, id);
