-- What lists show of a document and filter it by; NULL until the program has read the document anew.
-- search is the number and the customer in lower case, made_at when it was made at its source, amount in hundredths.
ALTER TABLE document ADD COLUMN status TEXT;
ALTER TABLE document ADD COLUMN made_at INTEGER;
ALTER TABLE document ADD COLUMN owner TEXT;
ALTER TABLE document ADD COLUMN currency TEXT;
ALTER TABLE document ADD COLUMN amount INTEGER;
ALTER TABLE document ADD COLUMN search TEXT;
CREATE INDEX document_made ON document (tenant_id, made_at, id);
CREATE INDEX document_undescribed ON document (id) WHERE status IS NULL;

-- Earlier quotes that a person chose to send: whatever arrives meanwhile goes before them.
ALTER TABLE push ADD COLUMN is_backlog INTEGER NOT NULL DEFAULT 0;
ALTER TABLE push ADD COLUMN backfill_id BLOB;
DROP INDEX push_due;
CREATE INDEX push_due ON push (is_backlog, run_at, id) WHERE state IN ('waiting', 'sending');
CREATE INDEX push_document ON push (document_id);
CREATE INDEX push_backfill ON push (tenant_id, backfill_id, id) WHERE backfill_id IS NOT NULL;
