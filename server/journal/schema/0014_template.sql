-- Templates of a workspace: the files that its facilitators have put there, each with its former versions.
CREATE TABLE template (
    workspace_id uuid NOT NULL REFERENCES workspace ON DELETE CASCADE,
    template_id text NOT NULL COLLATE "C" CHECK (octet_length(template_id) BETWEEN 1 AND 64),    -- what people type; not sealed
    version bigint NOT NULL,                   -- 1, 2, 3 … of this id; the highest one is what holds
    removed boolean NOT NULL,                  -- with this version there is none any more; file and info are empty
    content_id uuid NOT NULL,                  -- what its seals are bound to
    file bytea NOT NULL,                       -- as it was given; sealed in a sealed workspace
    info bytea NOT NULL,                       -- the encoded TemplateInfo without its blocks, for lists; sealed likewise
    put_by bigint NOT NULL,
    put_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, template_id, version)
);
