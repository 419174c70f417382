-- The request that last brought the document's state in, and how often in a row a worker ended while it held the push.
ALTER TABLE push ADD COLUMN request_id TEXT;
ALTER TABLE push ADD COLUMN crashes BIGINT NOT NULL DEFAULT 0;

-- What is counted: for metrics, and against the cap on waiting pushes.
CREATE INDEX push_open ON push (tenant_id, state, created_at) WHERE state IN ('waiting', 'sending', 'held', 'failed');

-- What retention looks for.
CREATE INDEX push_over ON push (updated_at) WHERE state IN ('sent', 'skipped');
CREATE INDEX attempt_made ON attempt (created_at);
CREATE INDEX attempt_bodies ON attempt (created_at) WHERE request IS NOT NULL OR response IS NOT NULL;
