-- What a person may do. Whoever was there before this could do everything, and still can.
ALTER TABLE user_account ADD COLUMN role TEXT NOT NULL DEFAULT 'administrator';
-- How pages look to them: as their device says, or always light or dark.
ALTER TABLE user_account ADD COLUMN theme TEXT NOT NULL DEFAULT 'system';
-- Where a session was begun from: what tells a person's own sessions apart.
ALTER TABLE session ADD COLUMN address TEXT NOT NULL DEFAULT '';
CREATE INDEX session_of_user ON session (user_id);

-- A form that came in after its session had ended, until the same person signs in again. What was typed is sealed,
-- its row bound to the person.
CREATE TABLE parked_form (
  id UUID PRIMARY KEY NOT NULL,
  tenant_id UUID NOT NULL REFERENCES tenant (id),
  user_id UUID NOT NULL REFERENCES user_account (id),
  form_sealed TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX parked_form_user ON parked_form (user_id, created_at);
