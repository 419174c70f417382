-- Systems that quotes are read from. since is from when on a document that was never seen counts as new: older ones are
-- history, which a person may choose to send.
CREATE TABLE source_connection (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  key_sealed TEXT NOT NULL,
  key_saved_at BIGINT NOT NULL,
  key_saved_by UUID REFERENCES user_account (id),
  since BIGINT NOT NULL,
  tested_at BIGINT,
  checklist TEXT,
  disconnected_at BIGINT,
  PRIMARY KEY (tenant_id, source)
);

-- Reading a source, as a job: progress is how far each of its lists is, settings by which settings its documents were
-- last made, both as JSON. refused is set while the key is not accepted.
CREATE TABLE source_poll (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  progress TEXT NOT NULL,
  settings TEXT,
  read_at BIGINT,
  failures BIGINT NOT NULL DEFAULT 0,
  refused BOOLEAN NOT NULL DEFAULT FALSE,
  error TEXT,
  fix TEXT,
  next_at BIGINT NOT NULL,
  lease_token BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, source)
);
CREATE INDEX source_poll_due ON source_poll (next_at);

-- Records as a source last showed them. A document's record is its own root, those below it name it. unread: what is below
-- is to be read. dirty, of a root: 2 where the document itself changed, 1 where only what it refers to did, 0 where neither
-- did since it was taken in. gone: the source has it no longer. history: it is from before the connection and did not
-- change since. trouble: why it is no document.
CREATE TABLE source_record (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  resource TEXT NOT NULL,
  id BIGINT NOT NULL,
  root_resource TEXT NOT NULL,
  root_id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  body TEXT NOT NULL,
  hash BYTEA NOT NULL,
  changed_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  unread BOOLEAN NOT NULL,
  dirty BIGINT NOT NULL,
  is_open BOOLEAN NOT NULL,
  gone BOOLEAN NOT NULL,
  history BOOLEAN,
  trouble TEXT,
  PRIMARY KEY (tenant_id, source, resource, id)
);
CREATE INDEX source_record_root ON source_record (tenant_id, source, root_resource, root_id, unread);
CREATE INDEX source_record_parent ON source_record (tenant_id, source, resource, parent_id);
CREATE INDEX source_record_unread ON source_record (tenant_id, source, changed_at) WHERE unread;
CREATE INDEX source_record_dirty ON source_record (tenant_id, source, resource, changed_at) WHERE dirty > 0;
CREATE INDEX source_record_gone ON source_record (tenant_id, source, resource) WHERE gone;

-- What a document was made with: other records, and codes of the fields that have a table of meanings ('code FIELD').
CREATE TABLE source_use (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  root_resource TEXT NOT NULL,
  root_id BIGINT NOT NULL,
  resource TEXT NOT NULL,
  id BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, source, root_resource, root_id, resource, id)
);
CREATE INDEX source_use_of ON source_use (tenant_id, source, resource, id);

-- Calls that were made: how many in the second, and in the minute, that began then.
CREATE TABLE source_call (
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  source TEXT NOT NULL,
  length BIGINT NOT NULL,
  began_at BIGINT NOT NULL,
  calls BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, source, length, began_at)
);
