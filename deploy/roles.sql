-- The database roles of cocanvasd, for a PostgreSQL of your own; run once by its superuser, before the first start:
--
--   sudo -u postgres psql -v password="'…'" -f roles.sql
--   sudo -u postgres createdb --owner=cocanvas --encoding=UTF8 --template=template0 cocanvas
--   sudo -u postgres psql -c 'REVOKE CONNECT, TEMPORARY ON DATABASE cocanvas FROM PUBLIC' -c 'GRANT CONNECT ON DATABASE cocanvas TO cocanvas_daemon'
--
-- and in cocanvasd.conf (mode 0600):
--
--   database = "host=… dbname=cocanvas user=cocanvas password=…";
--   database_workers = "host=… dbname=cocanvas user=cocanvas_daemon password=…";
--   borders = "require";
--
-- cocanvas owns the tables: it makes and changes them at start, throws away what is not kept, and makes backups. cocanvas_daemon
-- serves people: it owns nothing, and is for each transaction one of the two roles that nobody logs in as. With
-- cocanvas_application it sees only the workspaces that the transaction names; with cocanvas_authentication who people are, and
-- nothing of what stands on canvases. cocanvasd itself gives them their rights, at start.

CREATE ROLE cocanvas_application NOLOGIN;
CREATE ROLE cocanvas_authentication NOLOGIN;
CREATE ROLE cocanvas LOGIN PASSWORD :password IN ROLE cocanvas_application, cocanvas_authentication;
CREATE ROLE cocanvas_daemon LOGIN NOINHERIT PASSWORD :password IN ROLE cocanvas_application, cocanvas_authentication;
