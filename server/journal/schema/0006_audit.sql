-- The audit log, how long a workspace keeps what is over, and what is being erased.

-- Rows are only ever added: the daemon needs SELECT and INSERT here and nothing else. The hash chains each row to the one before
-- (wire.proto, AuditRow). No foreign keys: nothing that is removed elsewhere may remove or change a row.
CREATE TABLE audit (
    workspace_id uuid NOT NULL,
    number bigint NOT NULL,                    -- 1, 2, 3 … in the workspace
    event_id uuid NOT NULL,                    -- so that an event that is written again after a lost answer is there once
    time_ms bigint NOT NULL,
    event bigint NOT NULL,                     -- wire.proto's AuditRow.Event
    author bigint NOT NULL,
    whom bigint NOT NULL,
    canvas_id uuid NOT NULL,                   -- zero: none
    detail bigint NOT NULL,
    text text NOT NULL CHECK (octet_length(text) <= 200),
    hash bytea NOT NULL,
    PRIMARY KEY (workspace_id, number),
    UNIQUE (workspace_id, event_id)
);

-- The newest row's number and hash: the place where the next one is chained on, one after the other.
CREATE TABLE audit_head (
    workspace_id uuid PRIMARY KEY REFERENCES workspace ON DELETE CASCADE,
    number bigint NOT NULL,
    hash bytea NOT NULL
) WITH (fillfactor = 50);

-- Where an event came from: beside the chain, because it is deleted after 30 days, or with the person.
CREATE TABLE audit_address (
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    number bigint NOT NULL,
    author bigint NOT NULL,
    address text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, number)
);
CREATE INDEX audit_address_age ON audit_address (created_at);

-- 0: for ever.
ALTER TABLE workspace ADD COLUMN history_days bigint NOT NULL DEFAULT 0 CHECK (history_days BETWEEN 0 AND 36500);
ALTER TABLE workspace ADD COLUMN trash_days bigint NOT NULL DEFAULT 30 CHECK (trash_days BETWEEN 0 AND 36500);

-- Canvases that nobody can reach any more, and whose journal, snapshots and clients are being deleted in steps; canvas_id zero:
-- the audit log of a workspace that was erased.
CREATE TABLE erasure (
    workspace_id uuid NOT NULL,
    canvas_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, canvas_id)
);

-- The one way in which rows of an audit log go: with their workspace. It runs with the rights of the tables' owner, so that the
-- daemon needs none to delete. Says how many went.
CREATE FUNCTION audit_forget(erased uuid, most bigint) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH gone AS (
        DELETE FROM audit a WHERE a.workspace_id = erased AND NOT EXISTS (SELECT 1 FROM workspace w WHERE w.workspace_id = erased)
         AND a.number IN (SELECT b.number FROM audit b WHERE b.workspace_id = erased ORDER BY b.number LIMIT most)
        RETURNING 1
    ) SELECT count(*) FROM gone
$$;
