-- Sealed workspaces: what people write there is stored encrypted, under a key that is not in the database (server/journal/seal.h).

-- 0: it is not; 1: it is being sealed: what is written is sealed, what was there before is being rewritten; 2: all of it is.
ALTER TABLE workspace ADD COLUMN sealed bigint NOT NULL DEFAULT 0 CHECK (sealed BETWEEN 0 AND 2);
CREATE INDEX workspace_being_sealed ON workspace (workspace_id) WHERE sealed = 1;

-- Room for a sealed notice, which is longer than what it was made of.
ALTER TABLE live_session DROP CONSTRAINT live_session_notice_check;
ALTER TABLE live_session ADD CONSTRAINT live_session_notice_check CHECK (octet_length(notice) <= 22000);
