"""Borders: each request answers about a foreign workspace or canvas as about none, byte for byte; and the database's second barrier as the daemon uses it,
with one user and with two, and where it can't be had."""
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer, Postgres  # noqa: E402
from wire import ENUMS, MESSAGES, encode  # noqa: E402

OWNER, VIEWER = ENUMS["Role"]["OWNER"], ENUMS["Role"]["VIEWER"]

# What makes a request one that is served, by the name of the field; a request that needs more is given it here.
FIELDS = {"name": "A name", "title": "A title", "template": "bmc", "author": 1, "number": 1, "confirm": "A name", "person": "A name", "token": "x", "code": 1}
MORE = {"open": {"client_id": b"c" * 16}, "member_set": {"role": VIEWER}, "access_set": {"restriction": "RESTRICT"}, "workspace_set": {"confidential": "YES"},
        "person_erase": {"author": 1}, "live_open": {"role": VIEWER, "valid_s": 60}}


def requests_that_name(daemon):
    """{request: "workspace" or "canvas"}, out of the daemon's own table."""
    text = subprocess.run([daemon, "--rights-markdown"], capture_output=True, check=True).stdout.decode()
    found = {}
    for body in re.findall(r"^\| `(\w+)` \| [a-z, ]+ \|", text, re.M):
        for name in {"workspace", "canvas"} & set(MESSAGES[MESSAGES["Frame"][body][1]]):
            found[body] = name
    return found


def ask(wire, body, fields):
    """The answer's bytes."""
    wire.send({"request": 9, body: fields})
    while True:
        answer = wire.take(int.from_bytes(wire.take(4), "big"))
        if answer.startswith(encode("Frame", {"request": 9})):
            return answer


class ForeignIsLikeMissing(unittest.TestCase):
    def setUp(self):
        self.server = LocalServer()
        self.addCleanup(self.server.close)
        self.canvas = self.server.canvas()
        with self.server.member() as ann:
            self.workspace = ann_workspace = self.ann_workspace(ann)
            ann.send({"request": 1, "workspace_create": {"name": "Elsewhere", "request_id": os.urandom(16)}})
            elsewhere = ann.expect("workspace_changed")["workspace"]["id"]
            self.tokens = {}
            for login, where, role in (("olga", elsewhere, OWNER), ("vic", ann_workspace, VIEWER)):
                ann.send({"request": 1, "invitation_create": {"workspace": where, "role": role}})
                invitation = ann.expect("invitation_created")["token"]
                with self.server.wire() as wire:
                    self.tokens[login] = wire.login(invitation=invitation, login=login, name=login, password="a long password")["token"]

    def ann_workspace(self, ann):
        return bytes.fromhex(self.server.sql("SELECT workspace_id FROM workspace").replace("-", ""))

    def answers(self, login):
        """{request: (about what is there, about what never was)}"""
        got = {}
        for body, name in sorted(requests_that_name(self.server.daemon).items(), key=lambda item: item[0] == "member_leave"):     # that one last
            known = {field: value for field, value in FIELDS.items() if field in MESSAGES[MESSAGES["Frame"][body][1]]}
            got[body] = []
            for id_ in (self.canvas if name == "canvas" else self.workspace, os.urandom(16)):
                with self.server.wire() as wire:
                    wire.login(token=self.tokens[login])
                    got[body].append(ask(wire, body, {**known, **MORE.get(body, {}), name: id_}))
        return got

    def test_an_owner_of_another_workspace_learns_nothing(self):
        answers = self.answers("olga")
        self.assertGreater(len(answers), 15)
        for body, (foreign, missing) in answers.items():
            self.assertEqual(foreign, missing, body)
            self.assertIn(b"here is no such", missing, body)        # and it was served: not refused for its form

    def test_who_may_not_learns_no_more_than_who_is_not_in_it(self):
        """Somebody with the least role, about the own workspace: what one may not do is like what is not there. What a viewer may do is named here."""
        may = {"open", "canvas_list_request", "template_list_request", "member_list_request", "member_rename", "member_leave"}
        for body, (own, missing) in self.answers("vic").items():
            (self.assertNotEqual if body in may else self.assertEqual)(own, missing, body)


class Roles(unittest.TestCase):
    """PostgreSQL's users, as different installations have them."""

    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.close)

    def sql(self, text, database="postgres"):
        return self.postgres.sql(database, text)

    def tearDown(self):
        for database in self.sql("SELECT datname FROM pg_database WHERE datname LIKE 'test%'").split():
            self.sql(f"DROP DATABASE {database} WITH (FORCE)")
        for role in ("cocanvas_application", "cocanvas_authentication", "cocanvas_daemon", "plain"):
            self.sql(f"DROP ROLE IF EXISTS {role}")

    def server(self, user, **options):
        """A server whose database belongs to that user."""
        name = f"test{self.postgres.databases + 1}"        # the one that it is going to make
        made = Postgres.new_database

        def new_database(postgres):
            made(postgres)
            self.sql(f"ALTER DATABASE {name} OWNER TO {user}; ")
            self.sql(f"ALTER SCHEMA public OWNER TO {user}", name)
            return name
        self.postgres.new_database = new_database.__get__(self.postgres)
        self.addCleanup(lambda: self.postgres.__dict__.pop("new_database", None))
        conninfo = f"host={self.postgres.data} dbname={name} user="
        return LocalServer(postgres=self.postgres, database=conninfo + user, **options,
                           **({"database_workers": conninfo + "cocanvas_daemon"} if "borders" in options and options["borders"] == "require" else {}))

    def edit(self, server):
        with server.member() as wire:
            wire.open(server.canvas(), client_id=os.urandom(16))

    def users(self, server):
        """{application's name: user} of the connections that are there."""
        rows = self.sql(f"SELECT application_name || '=' || usename FROM pg_stat_activity WHERE datname = '{server.database}' AND backend_type = 'client backend'")
        return dict(row.split("=") for row in rows.splitlines() if row.startswith("cocanvasd"))

    def test_a_user_who_may_make_roles_has_the_barrier_by_itself(self):
        self.sql("CREATE ROLE plain LOGIN CREATEROLE")
        with self.server("plain") as server:
            self.assertIn("PostgreSQL keeps workspaces apart", server.log())
            self.edit(server)
            self.assertEqual(server.stop(), 0)
            self.assertNotIn("does not say in which workspaces", server.log())

    def test_without_roles_it_works_and_says_so(self):
        self.sql("CREATE ROLE plain LOGIN")
        with self.server("plain") as server:
            self.assertRegex(server.log(), r"warn.*the second barrier between workspaces is off \(deploy/roles.sql makes its roles\): PostgreSQL: ERROR:.*does not exist")
            self.edit(server)

    def test_require_does_not_start_without(self):
        self.sql("CREATE ROLE plain LOGIN; ")
        self.sql("CREATE ROLE cocanvas_daemon LOGIN")
        with self.assertRaisesRegex(AssertionError, r"can't start: the second barrier between workspaces can't be had"):
            self.server("plain", borders="require")

    def test_two_users(self):
        """What deploy/roles.sql sets up: the workers' user owns nothing."""
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, "..", "..", "deploy", "roles.sql"), encoding="utf-8") as f:
            roles = f.read().replace(":password", "'secret'").replace("CREATE ROLE cocanvas LOGIN", "CREATE ROLE plain LOGIN")
        for statement in re.sub(r"^--.*\n", "", roles, flags=re.M).split(";"):
            self.sql(statement)
        with self.server("plain", borders="require") as server:
            self.edit(server)
            users = self.users(server)
            self.assertEqual({user for name, user in users.items() if "worker" in name}, {"cocanvas_daemon"})
            self.assertEqual(users["cocanvasd clerk"], "plain")
            for statement in ("SELECT 1 FROM journal", "SELECT 1 FROM account", "SELECT 1 FROM audit", "DROP TABLE audit"):
                with self.assertRaisesRegex(AssertionError, "permission denied|must be owner"):
                    self.postgres.run("psql", "-h", self.postgres.data, "-U", "cocanvas_daemon", "-d", server.database, "-v", "ON_ERROR_STOP=1", "-qAtc", statement)
            server.restart()
            self.edit(server)


if __name__ == "__main__":
    unittest.main()
