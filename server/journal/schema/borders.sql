-- What the daemon's database roles may see and do. Not a numbered change: all of it is done again, in the transaction of the schema
-- changes, when it is not what was done last (border.c). It is run by the owner of the tables, whom none of it binds.
--
--   cocanvas_application       what stands in workspaces: sees and writes only rows of those that the transaction names in
--                              cocanvas.workspaces ({uuid,uuid,…}); names none: no rows at all
--   cocanvas_authentication    who people are, before a workspace is known: accounts, devices, memberships, invitations, codes; of
--                              canvases only that they are there, nothing of their contents
--
-- A table with a workspace_id gets row-level security by that, and all rights for the application unless it is named below. A table
-- without one gets nothing: it needs lines of its own here, and a place in tests/unit/test_border.c.

-- The rules end in IS TRUE so that they are filters only, and never tempt a plan to look up a row by its workspace instead of by the
-- key that the statement names.

CREATE OR REPLACE FUNCTION border_workspaces() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(pg_catalog.current_setting('cocanvas.workspaces', true), '')::uuid[]
$$;

CREATE OR REPLACE FUNCTION border_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(pg_catalog.current_setting('cocanvas.account', true), '')::uuid
$$;

-- Where somebody is a member, as cocanvas.workspaces wants it, and one workspace more, if not null. With the owner's rights, because
-- the application can't see memberships before it says in which workspaces.
-- In plpgsql because that keeps its plan.
CREATE OR REPLACE FUNCTION border_of_account(whose uuid, also uuid) RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    RETURN (SELECT array_remove(array_append(array_agg(workspace_id), also), NULL) FROM member WHERE account_id = whose AND role > 0);
END
$$;
REVOKE ALL ON FUNCTION border_of_account(uuid, uuid), audit_forget(uuid, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION border_of_account(uuid, uuid) TO cocanvas_application, cocanvas_authentication;

DO $$
DECLARE
    t regclass;
    by_workspace boolean;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO cocanvas_application, cocanvas_authentication', current_schema());
    FOR t, by_workspace IN
        SELECT c.oid::regclass, EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND NOT a.attisdropped)
        FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
    LOOP
        -- Rights on a table and on its columns go together.
        EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, cocanvas_application, cocanvas_authentication', t);
        EXECUTE format('DROP POLICY IF EXISTS application ON %s', t);
        EXECUTE format('DROP POLICY IF EXISTS authentication ON %s', t);
        IF by_workspace THEN
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
            EXECUTE format('CREATE POLICY application ON %s TO cocanvas_application USING ((workspace_id = ANY ((SELECT border_workspaces())::uuid[])) IS TRUE)', t);
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO cocanvas_application', t);
        END IF;
    END LOOP;
END
$$;

-- ---- the application

GRANT SELECT, INSERT, UPDATE ON node TO cocanvas_application;

-- Only ever added to.
REVOKE UPDATE, DELETE ON audit, journal, audit_address FROM cocanvas_application;
-- What goes from these goes by the clerk, who is the owner, or with its workspace.
REVOKE DELETE ON audit_head, canvas, client_pos, erasure, invitation, join_code, live_session, member FROM cocanvas_application;
-- Comes and goes with a login.
REVOKE INSERT, UPDATE, DELETE ON guest FROM cocanvas_application;
REVOKE ALL ON password_reset FROM cocanvas_application;

-- The logins of the people in these workspaces, and one's own; no password.
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
CREATE POLICY application ON account TO cocanvas_application USING (account_id = (SELECT border_account()) OR EXISTS
    (SELECT 1 FROM member m WHERE m.account_id = account.account_id AND (m.workspace_id = ANY ((SELECT border_workspaces())::uuid[])) IS TRUE));
GRANT SELECT (account_id, login) ON account TO cocanvas_application;

-- ---- authentication

ALTER TABLE device ENABLE ROW LEVEL SECURITY;
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['account', 'device', 'password_reset', 'workspace', 'member', 'invitation', 'live_session', 'join_code', 'guest',
                             'canvas', 'canvas_access', 'audit_address']
    LOOP
        EXECUTE format('CREATE POLICY authentication ON %I TO cocanvas_authentication USING (true)', t);
    END LOOP;
END
$$;
GRANT SELECT, INSERT, UPDATE, DELETE ON account, device, password_reset TO cocanvas_authentication;
GRANT SELECT, UPDATE (next_author) ON workspace TO cocanvas_authentication;
GRANT SELECT, INSERT, UPDATE ON member TO cocanvas_authentication;
GRANT SELECT, UPDATE ON invitation TO cocanvas_authentication;
GRANT SELECT, UPDATE (next_guest) ON live_session TO cocanvas_authentication;
GRANT SELECT, UPDATE (used) ON join_code TO cocanvas_authentication;
GRANT SELECT, INSERT, DELETE ON guest TO cocanvas_authentication;
GRANT SELECT (workspace_id, canvas_id, removed_at) ON canvas TO cocanvas_authentication;
-- Who is erased leaves these, too.
GRANT SELECT (workspace_id, author), DELETE ON canvas_access, audit_address TO cocanvas_authentication;
