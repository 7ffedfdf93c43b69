-- The second barrier: PostgreSQL itself keeps workspaces apart. What the roles may do is in borders.sql, which is applied anew as a
-- whole whenever it, the schema or the roles are not those that are noted here.

CREATE TABLE border (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    applied text NOT NULL
);
