"""Two daemons on one database: what somebody may do is changed on one of them, and live sessions on the other follow by themselves."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer, wait_for  # noqa: E402
from wire import CODES, ENUMS, HELLO  # noqa: E402

ROLE = ENUMS["Role"]
BESIDES = ("people", "status", "presence_update", "checkpoint", "ping", "live_session", "committed")


class SameDatabase:
    """Instead of a Postgres: gives the database of another server."""

    def __init__(self, server):
        self.server = server

    def new_database(self):
        return self.server.database

    def __getattr__(self, name):
        return getattr(self.server.postgres, name)


class Neighbours(unittest.TestCase):
    def setUp(self):
        self.one = LocalServer(node_name="one")
        self.addCleanup(self.one.close)
        for name in ("olga", "ann", "bob", "cem"):
            self.one.token(name)
        self.canvas = self.one.canvas("olga")
        self.two = LocalServer(node_name="two", postgres=SameDatabase(self.one))
        self.addCleanup(self.two.close)
        self.two.tokens = self.one.tokens
        self.olga = self.one.member("olga")
        self.addCleanup(self.olga.close)

    def ask(self, **message):
        self.olga.send({"request": 9, **message})
        while True:
            got = self.olga.receive()
            if got.get("request") == 9:
                self.assertNotIn("error", got)
                return got

    def author(self, name):
        return next(m["author"] for m in self.ask(member_list_request={})["member_list"]["members"] if m["name"] == name)

    def there(self, name):
        wire = self.two.member(name)
        self.addCleanup(wire.close)
        return wire

    def test_what_is_changed_here_holds_there(self):
        bob, cem = self.there("bob"), self.there("cem")
        with self.two.member("ann") as ann:
            ann.open(self.canvas)
            self.ask(member_set={"author": self.author("Ann"), "role": "VIEWER"})
            self.assertEqual(ann.expect("role_changed")["role"], ROLE["VIEWER"])
            self.ask(member_set={"author": self.author("Ann"), "role": "NONE"})
            last = ann.ended()[-1]["error"]
            self.assertEqual((CODES[last["code"]], last["fatal"]), ("NOT_FOUND", True))
        self.ask(workspace_set={"confidential": "YES"})
        self.assertTrue(bob.expect("role_changed")["workspaces"][0]["confidential"])
        with self.one.wire() as again:                          # a new device, by which the old one is revoked
            again.login(login="bob", password="password of bob")
            again.send({"request": 1, "device_revoke": {"others": True}})
            self.assertEqual(again.expect("device_revoked", but=BESIDES)["count"], 1)
        self.assertEqual(CODES[bob.ended()[-1]["error"]["code"]], "DENIED")
        cem.expect("role_changed")                              # the workspace's, and nothing else: the others do not concern Cem
        cem.alive()
        self.assertEqual([s.stop() for s in (self.one, self.two)], [0, 0], self.two.log()[-3000:])

    def test_a_guest_there_ends_with_the_session_here(self):
        self.olga.open(self.canvas)
        self.ask(live_open={"lobby": "OFF"})
        code = self.ask(code_create={})["code_created"]["code"]
        with self.one.wire() as door:
            door.send(HELLO, {"login": {"code": code}})
            notice = door.expect("guest_notice", but=("welcome",))["id"]
            door.send({"login": {"code": code, "name": "Gus", "accept_notice": notice}})
            token = door.expect("logged_in")["token"]
        with self.two.wire() as guest:
            guest.login(token=token)
            self.ask(live_close={})
            self.assertEqual(CODES[guest.ended()[-1]["error"]["code"]], "ENDED")

    def test_the_database_was_away(self):
        """What is changed as soon as it is back is told, too."""
        with self.two.member("ann") as ann:
            author = self.author("Ann")
            self.one.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name LIKE 'cocanvasd%'")

            def done():
                self.olga.send({"request": 9, "member_set": {"author": author, "role": "VIEWER"}})
                return "member_changed" in self.olga.either("member_changed", "error", but=BESIDES)
            wait_for(done, "the database to be back")
            self.assertEqual(ann.expect("role_changed")["workspaces"][0]["role"], ROLE["VIEWER"])


if __name__ == "__main__":
    unittest.main()
