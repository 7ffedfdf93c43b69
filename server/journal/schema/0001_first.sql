-- The first schema. A file here is never edited after it was released: the next change is the next number.
--
-- Every table with a workspace's data begins its keys with the workspace and, where there is one, the canvas, so that it can be sharded
-- by canvas and guarded by row-level security. Counters are bigint throughout: they are handed over as arrays of bigint.
-- Nothing here rests on advisory locks, LISTEN/NOTIFY or triggers.

-- This installation's id, kept as long as its database.
CREATE TABLE server (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    server_id uuid NOT NULL
);

-- Daemons that share this database. A canvas whose owner is no incarnation here with a live lease may be taken by any node.
CREATE TABLE node (
    name text PRIMARY KEY,
    incarnation uuid NOT NULL UNIQUE,          -- of the daemon's present start
    started_at timestamptz NOT NULL DEFAULT now(),
    lease_until timestamptz NOT NULL           -- by the database's clock
) WITH (fillfactor = 50);

CREATE TABLE account (
    account_id uuid PRIMARY KEY,
    login text NOT NULL UNIQUE COLLATE "C" CHECK (octet_length(login) BETWEEN 2 AND 64),         -- in lower case
    password_hash text NOT NULL COLLATE "C" CHECK (octet_length(password_hash) < 128),           -- crypto_pwhash_str; '' none
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A device's token, hashed: what a person logs in with after the first time.
CREATE TABLE device (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz NOT NULL DEFAULT now() -- to the nearest quarter of an hour
) WITH (fillfactor = 80);
CREATE INDEX device_account ON device (account_id);

CREATE TABLE workspace (
    workspace_id uuid PRIMARY KEY,
    name text NOT NULL CHECK (octet_length(name) < 260),
    next_author bigint NOT NULL DEFAULT 1,     -- the number of the next member
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE member (
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    author bigint NOT NULL,                    -- what ops carry instead of a name
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    role bigint NOT NULL CHECK (role BETWEEN 1 AND 5),
    name text NOT NULL CHECK (octet_length(name) < 260),
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, author),
    UNIQUE (workspace_id, account_id)
);
CREATE INDEX member_account ON member (account_id);

-- One-time tokens, hashed. created_by 0: the link that the server printed for its first owner.
CREATE TABLE invitation (
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    token_hash bytea NOT NULL UNIQUE,
    role bigint NOT NULL CHECK (role BETWEEN 1 AND 5),
    label text NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_ms bigint NOT NULL,
    used_at timestamptz,
    used_by uuid,                              -- the account
    PRIMARY KEY (workspace_id, token_hash)
);

-- A canvas' head. The row changes with each commit: no index on what changes, and room in the page, so that it stays a HOT update.
CREATE TABLE canvas (
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    canvas_id uuid NOT NULL UNIQUE,
    head_seq bigint NOT NULL DEFAULT 0,
    epoch bigint NOT NULL DEFAULT 0,           -- rises whenever the right to serve the canvas changes hands
    owner uuid,                                -- incarnation that serves it
    next_client bigint NOT NULL DEFAULT 1,     -- client number to be given next
    changed_ms bigint NOT NULL,
    created_ms bigint NOT NULL,
    created_by bigint NOT NULL,
    request_id uuid NOT NULL,                  -- of the CanvasCreate: sent again, it finds the same canvas
    title text NOT NULL,                       -- copy for lists; the state has the true one
    template_id text NOT NULL,
    PRIMARY KEY (workspace_id, canvas_id),
    UNIQUE (workspace_id, request_id)
) WITH (fillfactor = 50);

-- What a client has sent so far; outlives the journal's truncation, so that a batch sent again is known for good.
CREATE TABLE client_pos (
    workspace_id uuid NOT NULL,
    canvas_id uuid NOT NULL,
    client bigint NOT NULL,                    -- its number
    last_client_seq bigint NOT NULL DEFAULT 0, -- committed or rejected
    last_object bigint NOT NULL DEFAULT 0,     -- highest counter in its ids
    reject_client_seq bigint NOT NULL DEFAULT 0,
    reject_code bigint NOT NULL DEFAULT 0,
    reject_at_seq bigint NOT NULL DEFAULT 0,
    author bigint NOT NULL,
    client_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, canvas_id, client),
    UNIQUE (workspace_id, canvas_id, client_id)
) WITH (fillfactor = 50);

-- The truth: committed batches in order. No foreign keys and no second index: this is the table that every edit writes.
CREATE TABLE journal (
    workspace_id uuid NOT NULL,
    canvas_id uuid NOT NULL,
    seq bigint NOT NULL,
    epoch bigint NOT NULL,
    client bigint NOT NULL,
    client_seq bigint NOT NULL,
    author bigint NOT NULL,
    time_ms bigint NOT NULL,
    payload bytea NOT NULL,                    -- the encoded Committed
    PRIMARY KEY (workspace_id, canvas_id, seq)
);
-- Large batches go out of line as they are: no time is spent on trying to compress what every reader needs at once.
ALTER TABLE journal ALTER COLUMN payload SET STORAGE EXTERNAL;

-- States, so that opening does not depend on the history's length. seq 0 is what the canvas was made with.
CREATE TABLE snapshot (
    workspace_id uuid NOT NULL,
    canvas_id uuid NOT NULL,
    seq bigint NOT NULL,
    hash bigint NOT NULL,                      -- the state hash, its 64 bits taken as a signed number
    created_at timestamptz NOT NULL DEFAULT now(),
    state bytea NOT NULL,                      -- the encoded CanvasState
    PRIMARY KEY (workspace_id, canvas_id, seq)
);
-- As for the journal: compressing a state of some megabytes would cost more than everything else a commit does.
ALTER TABLE snapshot ALTER COLUMN state SET STORAGE EXTERNAL;
