-- Whether the Tickets sync is on, beside the Opportunities sync: for the worker's claim.
ALTER TABLE settings_current ADD COLUMN tickets_enabled BOOLEAN NOT NULL DEFAULT FALSE;

-- There are lists now that no refresh so far could bring: each tenant's are due.
UPDATE list_refresh SET next_at = 0 WHERE next_at IS NOT NULL;

-- Whether sales that came from a quote become tickets: then they are offered among the earlier documents.
ALTER TABLE settings_current ADD COLUMN quoted_as_tickets BOOLEAN NOT NULL DEFAULT FALSE;

-- By which sync a push goes, and the ticket that it made. A push is claimed only while its own sync is on.
ALTER TABLE push ADD COLUMN sync TEXT NOT NULL DEFAULT 'opportunities' CHECK (sync IN ('opportunities', 'tickets'));
ALTER TABLE push ADD COLUMN ticket_id BIGINT;
DROP INDEX push_due;
CREATE INDEX push_due ON push (tenant_id, sync, is_backlog, run_at, id) WHERE state = 'waiting';
DROP INDEX push_open;
CREATE INDEX push_open ON push (tenant_id, state, sync, created_at) WHERE state IN ('waiting', 'sending', 'held', 'failed');
