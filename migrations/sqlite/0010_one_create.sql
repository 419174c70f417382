-- One create at a time of a customer's company and of a contact, whichever document and whichever process begins it.
CREATE UNIQUE INDEX step_one_create ON step (tenant_id, target, key)
  WHERE action = 'create' AND state IN ('intent', 'unknown') AND target IN ('company', 'contact');
