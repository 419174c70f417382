-- Worker processes that are or were running: what pages say about the background worker.
CREATE TABLE worker_process (
  id UUID PRIMARY KEY NOT NULL,
  seen_at BIGINT NOT NULL
);
CREATE INDEX worker_process_seen ON worker_process (seen_at);
