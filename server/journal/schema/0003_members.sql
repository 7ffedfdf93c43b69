-- Members who were removed, guests, canvases that are not for everybody in the workspace, the trash, and invitations that
-- can be counted, listed and revoked.

-- A removed member keeps row and number, so that the history keeps its names: role 0. Whoever has no account is a guest,
-- who came in by a live session; or somebody whose account was erased, then with role 0.
ALTER TABLE member DROP CONSTRAINT member_role_check;
ALTER TABLE member ADD CONSTRAINT member_role_check CHECK (role BETWEEN 0 AND 5);
ALTER TABLE member ALTER COLUMN account_id DROP NOT NULL;
ALTER TABLE member DROP CONSTRAINT member_account_id_fkey;
ALTER TABLE member ADD CONSTRAINT member_account_id_fkey FOREIGN KEY (account_id) REFERENCES account ON DELETE SET NULL;
ALTER TABLE member ADD COLUMN session_id uuid;
ALTER TABLE member ADD CONSTRAINT member_one_way_in CHECK (account_id IS NULL OR session_id IS NULL);

-- Who made it, and by which request: sent again after a lost answer, it finds the same workspace.
ALTER TABLE workspace ADD COLUMN created_by uuid REFERENCES account ON DELETE SET NULL;
ALTER TABLE workspace ADD COLUMN request_id uuid;
ALTER TABLE workspace ADD CONSTRAINT workspace_request_key UNIQUE (created_by, request_id);
ALTER TABLE workspace ADD COLUMN next_invitation bigint NOT NULL DEFAULT 1;     -- the number of the next invitation

-- restricted: only for owners and for those who are named in canvas_access. removed_at: in the trash; nobody can open it.
ALTER TABLE canvas ADD COLUMN restricted boolean NOT NULL DEFAULT false;
ALTER TABLE canvas ADD COLUMN removed_at timestamptz;
ALTER TABLE canvas ADD COLUMN removed_by bigint;

-- What somebody may do on one canvas, in place of the role in the workspace. Owners need no row and none holds for them.
CREATE TABLE canvas_access (
    workspace_id uuid NOT NULL,
    canvas_id uuid NOT NULL,
    author bigint NOT NULL,
    role bigint NOT NULL CHECK (role BETWEEN 1 AND 4),
    PRIMARY KEY (workspace_id, canvas_id, author),
    FOREIGN KEY (workspace_id, canvas_id) REFERENCES canvas ON DELETE CASCADE,
    FOREIGN KEY (workspace_id, author) REFERENCES member ON DELETE CASCADE
);

-- Invitations have numbers that people can say; 0 is the server's first owner's. used_at and used_by speak of the last use.
ALTER TABLE invitation ADD COLUMN number bigint NOT NULL DEFAULT 0;
ALTER TABLE invitation ADD COLUMN uses bigint NOT NULL DEFAULT 1 CHECK (uses >= 1);
ALTER TABLE invitation ADD COLUMN used bigint NOT NULL DEFAULT 0;
ALTER TABLE invitation ADD COLUMN revoked_at timestamptz;
UPDATE invitation SET used = 1 WHERE used_at IS NOT NULL;
UPDATE invitation i SET number = n.number
 FROM (SELECT workspace_id, token_hash, row_number() OVER (PARTITION BY workspace_id ORDER BY created_at, token_hash) AS number
       FROM invitation WHERE created_by <> 0) n
 WHERE i.workspace_id = n.workspace_id AND i.token_hash = n.token_hash;
UPDATE workspace w SET next_invitation = 1 + (SELECT coalesce(max(i.number), 0) FROM invitation i WHERE i.workspace_id = w.workspace_id);
