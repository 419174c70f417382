-- Systems that quotes are read from. since is from when on a document that was never seen counts as new: older ones are
-- history, which a person may choose to send.
CREATE TABLE source_connection (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  key_sealed TEXT NOT NULL,
  key_saved_at INTEGER NOT NULL,
  key_saved_by BLOB REFERENCES user_account (id),
  since INTEGER NOT NULL,
  tested_at INTEGER,
  checklist TEXT,
  disconnected_at INTEGER,
  PRIMARY KEY (tenant_id, source)
) STRICT;

-- Reading a source, as a job: progress is how far each of its lists is, settings by which settings its documents were
-- last made, both as JSON. refused is set while the key is not accepted.
CREATE TABLE source_poll (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  progress TEXT NOT NULL,
  settings TEXT,
  read_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  refused INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  fix TEXT,
  next_at INTEGER NOT NULL,
  lease_token INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, source)
) STRICT;
CREATE INDEX source_poll_due ON source_poll (next_at);

-- Records as a source last showed them. A document's record is its own root, those below it name it. unread: what is below
-- is to be read. dirty, of a root: 2 where the document itself changed, 1 where only what it refers to did, 0 where neither
-- did since it was taken in. gone: the source has it no longer. history: it is from before the connection and did not
-- change since. trouble: why it is no document.
CREATE TABLE source_record (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  resource TEXT NOT NULL,
  id INTEGER NOT NULL,
  root_resource TEXT NOT NULL,
  root_id INTEGER NOT NULL,
  parent_id INTEGER NOT NULL,
  body TEXT NOT NULL,
  hash BLOB NOT NULL,
  changed_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  unread INTEGER NOT NULL,
  dirty INTEGER NOT NULL,
  is_open INTEGER NOT NULL,
  gone INTEGER NOT NULL,
  history INTEGER,
  trouble TEXT,
  PRIMARY KEY (tenant_id, source, resource, id)
) STRICT;
CREATE INDEX source_record_root ON source_record (tenant_id, source, root_resource, root_id, unread);
CREATE INDEX source_record_parent ON source_record (tenant_id, source, resource, parent_id);
CREATE INDEX source_record_unread ON source_record (tenant_id, source, changed_at) WHERE unread;
CREATE INDEX source_record_dirty ON source_record (tenant_id, source, resource, changed_at) WHERE dirty > 0;
CREATE INDEX source_record_gone ON source_record (tenant_id, source, resource) WHERE gone;

-- What a document was made with: other records, and codes of the fields that have a table of meanings ('code FIELD').
CREATE TABLE source_use (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  root_resource TEXT NOT NULL,
  root_id INTEGER NOT NULL,
  resource TEXT NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, source, root_resource, root_id, resource, id)
) STRICT;
CREATE INDEX source_use_of ON source_use (tenant_id, source, resource, id);

-- Calls that were made: how many in the second, and in the minute, that began then.
CREATE TABLE source_call (
  tenant_id BLOB NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  length INTEGER NOT NULL,
  began_at INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, source, length, began_at)
) STRICT;
