-- Whether the Tickets sync is on, beside the Opportunities sync: for the worker's claim.
ALTER TABLE settings_current ADD COLUMN tickets_enabled BOOLEAN NOT NULL DEFAULT FALSE;

-- There are lists now that no refresh so far could bring: each tenant's are due.
UPDATE list_refresh SET next_at = 0 WHERE next_at IS NOT NULL;
