-- Devices can be listed and revoked one by one; client certificates are devices whose token is a key; links that let a member
-- choose a new password.

-- device_id is what people name a device by; the hash of its token is shown to nobody. A certificate's token_hash is the
-- SHA-256 of its public key: nobody logs in with that as a token, since no token has that hash.
ALTER TABLE device ADD COLUMN device_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;
ALTER TABLE device ADD COLUMN certificate boolean NOT NULL DEFAULT false;

-- One-time tokens, hashed, each for one account. The workspace is that of the owner who made it; null: the server's administrator did.
CREATE TABLE password_reset (
    workspace_id uuid REFERENCES workspace ON DELETE CASCADE,
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    created_by bigint NOT NULL,                -- author; 0: the administrator
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_ms bigint NOT NULL,
    used_at timestamptz
);
CREATE INDEX password_reset_account ON password_reset (account_id);
