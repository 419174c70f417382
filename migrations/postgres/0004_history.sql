-- Through what a revision of the settings came, with which token, and which earlier one it goes back to.
ALTER TABLE settings_revision ADD COLUMN via TEXT NOT NULL DEFAULT 'web' CHECK (via IN ('web', 'api', 'cli', 'system'));
ALTER TABLE settings_revision ADD COLUMN token TEXT;
ALTER TABLE settings_revision ADD COLUMN origin TEXT;
-- So far nobody but the program itself saved without a person.
UPDATE settings_revision SET via = 'system' WHERE saved_by IS NULL;
