-- What somebody may do has changed: told by the daemon that did it to the others on this database, which look once a second. Rows last for some
-- minutes. They are about sessions, of whatever workspace, and hold numbers only; no daemon's sessions touch this table.
CREATE TABLE access_news (
    news_id uuid PRIMARY KEY,
    incarnation uuid NOT NULL,                 -- of the daemon that tells
    created_at timestamptz NOT NULL DEFAULT now(),
    facts bigint NOT NULL,                     -- server/session/access.h, enum access_fact: whom it concerns
    workspace uuid NOT NULL,
    account uuid NOT NULL,
    canvas uuid NOT NULL,
    live uuid NOT NULL,
    author bigint NOT NULL,
    join_code bigint NOT NULL,
    device bytea NOT NULL
);
CREATE INDEX access_news_age ON access_news (created_at);
