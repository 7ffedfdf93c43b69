-- Live sessions of a canvas, their join codes, and the guests who came in by them.

-- A facilitator has opened a canvas for guests. It is over when it was closed or its time has passed. The contents of notice are
-- shown to whoever has a code.
CREATE TABLE live_session (
    workspace_id uuid NOT NULL,
    session_id uuid NOT NULL UNIQUE,
    canvas_id uuid NOT NULL,
    role bigint NOT NULL CHECK (role BETWEEN 1 AND 3),                 -- of its guests
    lobby boolean NOT NULL,
    pseudonyms boolean NOT NULL,                                       -- the names that guests give are not kept
    notice text NOT NULL CHECK (octet_length(notice) <= 16000),
    opened_by bigint NOT NULL,                                         -- author
    opened_at timestamptz NOT NULL DEFAULT now(),
    ends_ms bigint NOT NULL,
    closed_at timestamptz,
    next_code bigint NOT NULL DEFAULT 1,
    next_guest bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (workspace_id, session_id),
    FOREIGN KEY (workspace_id, canvas_id) REFERENCES canvas ON DELETE CASCADE
);
CREATE UNIQUE INDEX live_session_of_canvas ON live_session (workspace_id, canvas_id) WHERE closed_at IS NULL;

-- code_hash: HMAC-SHA-256 of the code under a secret that is kept outside the database.
CREATE TABLE join_code (
    workspace_id uuid NOT NULL,
    session_id uuid NOT NULL,
    number bigint NOT NULL,
    code_hash bytea NOT NULL UNIQUE,
    label text NOT NULL,
    uses bigint NOT NULL CHECK (uses >= 1),
    used bigint NOT NULL DEFAULT 0 CHECK (used <= uses),
    expires_ms bigint NOT NULL,
    created_by bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz,
    PRIMARY KEY (workspace_id, session_id, number),
    FOREIGN KEY (workspace_id, session_id) REFERENCES live_session ON DELETE CASCADE
);

-- Beside the guest's row in member: by which code, and the token for coming back, hashed.
CREATE TABLE guest (
    workspace_id uuid NOT NULL,
    author bigint NOT NULL,
    session_id uuid NOT NULL,
    code bigint NOT NULL,                                              -- join_code.number
    number bigint NOT NULL,                                            -- 1, 2, 3 … in the live session: "Guest 7"
    token_hash bytea NOT NULL UNIQUE,
    PRIMARY KEY (workspace_id, author),
    FOREIGN KEY (workspace_id, author) REFERENCES member ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, session_id, code) REFERENCES join_code ON DELETE CASCADE
);
CREATE INDEX guest_of_code ON guest (workspace_id, session_id, code);
