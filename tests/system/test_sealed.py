"""Sealed workspaces: a dump of the database holds nothing that was typed there; moved or changed rows are noticed and not shown; a missing key keeps
nothing else from working; an erased key leaves backups useless; a workspace with contents can be sealed later; what is kept how long goes on."""
import base64
import os
import shutil
import stat
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import wait_for  # noqa: E402
from people import Case  # noqa: E402
from wire import ENUMS  # noqa: E402

BESIDES = ("people", "status", "presence_update", "checkpoint", "ping", "role_changed")
DAY_MS = 86400000


def ask(wire, **message):
    wire.send({"request": 9, **message})
    while True:
        got = wire.receive()
        if got.get("request") == 9:
            return got
        assert any(name in got for name in BESIDES), got


def card(client, counter, text):
    return {"card_create": {"id": client << 32 | counter, "place": {"block": 1}, "text": text}}


def forms(word):
    """How a word may stand in a dump: as it is, in hex digits, in base64 at each of its three places."""
    yield word.encode()
    yield word.encode().hex().encode()
    for shift in range(3):
        yield base64.b64encode(bytes(shift) + word.encode())[shift + 2:-4]


def key_file(folder):
    path = os.path.join(folder, "seal.key")
    with open(path, "w", encoding="ascii") as f:
        f.write(os.urandom(32).hex() + "\n")
    os.chmod(path, 0o600)
    return path


class Sealed(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="cocanvas-keys-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        os.chmod(cls.folder, 0o755)     # the daemon may run as somebody else
        cls.options = {"sweep_interval_s": 100000, "seal_key_file": key_file(cls.folder)}
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.canaries = []

    def word(self, about):
        self.canaries.append(f"{about}{os.urandom(5).hex()}")
        return self.canaries[-1]

    def dump(self):
        return self.server.postgres.run("pg_dump", "-h", self.server.postgres.data, "-U", "cocanvas", "-d", self.server.database, "--inserts").encode()

    def found(self):
        """Canaries that stand in the database or the log."""
        everything = self.dump() + self.server.log().encode()
        return [word for word in self.canaries if any(form in everything for form in forms(word))]

    def sealed(self, name="Project Blue"):
        """A sealed workspace of the owner's; its id."""
        self.owner.ok("workspace", "create", "--sealed", name)
        self.owner.ok("context", "use", name.lower().replace(" ", "-"))
        return self.server.sql(f"SELECT workspace_id FROM workspace WHERE name = '{name}'")

    def key_path(self, workspace):
        return os.path.join(self.folder, "keyring", f"{workspace}.key")

    def contents(self):
        """A canvas with some cards; its title."""
        title = self.word("title")
        self.owner.ok("new", "bmc", title)
        self.owner.ok("add", title, "vp", self.word("card"))
        self.owner.ok("add", title, "cs", self.word("other"))
        return title

    def token(self):
        with open(os.path.join(self.owner.home, ".local/state/cocanvas/credentials"), encoding="utf-8") as f:
            return next(word for word in f.read().replace('"', " ").split() if word.startswith("cnv_"))

    def wire(self):
        wire = self.server.wire()
        self.addCleanup(wire.close)
        wire.login(token=self.token())
        return wire

    def canvas(self, workspace):
        """Over the wire: a canvas with cards, a named version, a comment, a live session with a notice and a code. The open wire, and its id."""
        wire = self.wire()
        made = ask(wire, canvas_create={"workspace": bytes.fromhex(workspace.replace("-", "")), "title": self.word("title"), "template": "bmc"})
        canvas = made["canvas_created"]["canvas"]["id"]
        client = wire.open(canvas, client_id=os.urandom(16))["client"]
        wire.submit(1, 0, card(client, 1, self.word("card")), {"prop_set": {"object": 0, "key": "title", "value": {"text": self.word("title")}}},
                    {"name_seq": {"name": self.word("version")}})
        wire.expect("committed")
        wire.submit(2, 1, {"comment_add": {"id": client << 32 | 2, "object": client << 32 | 1, "text": self.word("comment")}})
        wire.expect("committed")
        notice = self.word("notice")
        ask(wire, live_open={"lobby": ENUMS["Lobby"]["OFF"], "notice": notice})
        label = self.word("label")
        ask(wire, code_create={"label": label})
        live = ask(wire, live_request={})["live_session"]
        self.assertEqual((live["notice"], live["codes"][0]["label"]), (notice, label))
        return wire, canvas


class AtRest(Sealed):
    def test_nothing_of_it_is_in_the_database(self):
        workspace = self.sealed()
        self.assertEqual(stat.S_IMODE(os.stat(self.key_path(workspace)).st_mode), 0o600)
        _, canvas = self.canvas(workspace)
        self.server.restart()           # states are stored
        title = [w for w in self.canaries if w.startswith("title")][-1]
        self.assertIn(title, self.owner.ok("list").out)
        shown = self.owner.ok("show", title).out
        self.assertIn(next(w for w in self.canaries if w.startswith("card")), shown)
        self.owner.ok("add", title, "vp", self.word("later"))
        self.assertGreater(int(self.server.sql(f"SELECT count(*) FROM snapshot WHERE canvas_id = '{canvas.hex()}'")), 1)
        self.assertEqual(self.found(), [])
        # … and would be, if it were not sealed
        self.owner.ok("workspace", "create", "Open House")
        self.owner.ok("context", "use", "open-house")
        self.canaries = []
        self.canvas(self.server.sql("SELECT workspace_id FROM workspace WHERE name = 'Open House'"))
        self.server.restart()
        self.assertEqual(sorted(self.found()), sorted(self.canaries))

    def test_history_and_past_states(self):
        workspace = self.sealed("Past")
        wire, canvas = self.canvas(workspace)
        page = ask(wire, history_request={"from_seq": 1, "to_seq": 9})["history_page"]
        self.assertEqual(len(page["committed"]), 2)
        wire.close()
        self.server.restart()
        wire = self.wire()
        wire.open(canvas, client_id=os.urandom(16))
        self.assertEqual(len(ask(wire, history_request={"from_seq": 1, "to_seq": 9})["history_page"]["committed"]), 2)
        wire.send({"request": 7, "state_request": {"seq": 0}})
        part = wire.expect("snapshot")
        self.assertTrue(part["last"])
        self.assertNotEqual(part["part"][:1], b"\x07")
        self.assertIn(b"bmc", part["part"])

    def test_rows_that_were_moved(self):
        workspace = self.sealed("Moved")
        wire, canvas = self.canvas(workspace)
        other_wire, other = self.canvas(workspace)
        wire.close()
        other_wire.close()
        self.server.stop()
        a, b = canvas.hex(), other.hex()
        self.server.sql(f"UPDATE canvas x SET title = y.title FROM canvas y WHERE (x.canvas_id, y.canvas_id) IN (('{a}', '{b}'), ('{b}', '{a}'))")
        self.server.sql(f"UPDATE snapshot x SET state = y.state, hash = y.hash FROM snapshot y WHERE x.seq = 0 AND y.seq = 0 AND x.canvas_id = '{a}' AND y.canvas_id = '{b}'")
        self.server.sql(f"DELETE FROM snapshot WHERE canvas_id = '{a}' AND seq > 0")
        self.server.sql(f"UPDATE journal x SET payload = y.payload FROM journal y WHERE x.canvas_id = '{b}' AND y.canvas_id = '{b}' AND (x.seq, y.seq) IN ((1, 2), (2, 1))")
        self.server.sql(f"DELETE FROM snapshot WHERE canvas_id = '{b}' AND seq > 0")
        self.server.start()
        listed = self.owner.ok("list").out
        for title in [w for w in self.canaries if w.startswith("title")]:
            self.assertNotIn(title, listed)
        self.assertEqual(listed.count("(sealed: cannot be opened)"), 2)
        for number, what in ((a, "state at 0"), (b, "batch at 1")):
            wire = self.wire()
            wire.send({"request": 9, "open": {"canvas": bytes.fromhex(number), "client_id": os.urandom(16)}})
            self.assertIn("cannot be read", wire.refused("INTERNAL")["message"])
            wire.close()
            self.server.wait_log(f"the sealed {what} is not what was stored there")

    def test_plain_rows_that_were_put_in(self):
        workspace = self.sealed("Planted")
        self.owner.ok("new", "bmc", "Victim")
        canvas = self.server.sql(f"SELECT canvas_id FROM canvas WHERE workspace_id = '{workspace}'")
        self.server.sql(f"UPDATE snapshot SET state = '\\x0a00' WHERE canvas_id = '{canvas}'")
        self.server.restart()
        self.server.sql(f"UPDATE snapshot SET state = '\\x0a00' WHERE canvas_id = '{canvas}'")
        self.fails(1, self.owner.run("show", "victim"), "cannot be read")
        self.server.wait_log("is not sealed, in a workspace that is")


class Keys(Sealed):
    def test_a_missing_key(self):
        workspace = self.sealed("Keyless")
        title = self.contents()
        self.owner.ok("workspace", "create", "Beside")
        self.owner.ok("new", "bmc", "Works", "--context", "beside")
        for path in (self.key_path(workspace), os.path.join(self.folder, "seal.key")):
            os.rename(path, path + ".away")
            self.server.restart()
            self.owner.ok("add", "works", "vp", "bread", "--context", "beside")
            self.assertIn("(sealed: key missing)", self.owner.ok("list").out)
            number = self.owner.ok("list").out.split()[0]
            self.fails(1, self.owner.run("show", number), "does not have its key")
            self.fails(1, self.owner.run("new", "bmc", self.word("new")), "does not have its key")
            self.server.wait_log("the key of the sealed workspace .* is missing")
            os.rename(path + ".away", path)
            self.assertIn(self.canaries[1], self.owner.ok("show", title).out)      # without a restart
        self.assertEqual(self.found(), [])

    def test_a_wrong_key_file_and_one_that_others_can_read(self):
        self.sealed("Wrong")
        title = self.contents()
        path = os.path.join(self.folder, "seal.key")
        os.rename(path, path + ".right")
        key_file(self.folder)
        self.server.restart()
        self.fails(1, self.owner.run("show", self.owner.ok("list").out.split()[0]), "does not have its key")
        self.server.wait_log("cannot be unwrapped by")
        os.rename(path + ".right", path)
        os.chmod(path, 0o644)
        self.server.restart()
        self.server.wait_log("can be read or changed by others")
        self.fails(1, self.owner.run("workspace", "create", "--sealed", "Never"), "seal_key_file")
        self.assertNotIn("Never", self.server.sql("SELECT name FROM workspace"))
        os.chmod(path, 0o600)
        self.assertIn(self.canaries[1], self.owner.ok("show", title).out)

    def test_erasing_destroys_the_key_also_for_backups(self):
        workspace = self.sealed("Gone")
        title = self.contents()
        backup = self.server.sql(f"SELECT string_agg(format('INSERT INTO snapshot VALUES (%L, %L, %s, %s, now(), %L) ON CONFLICT DO NOTHING;', workspace_id, canvas_id, seq, hash, state), ' ')"
                                 f" FROM snapshot WHERE workspace_id = '{workspace}'")
        rows = self.server.sql(f"SELECT format('INSERT INTO canvas (workspace_id, canvas_id, head_seq, changed_ms, created_ms, created_by, request_id, title, template_id)"
                               f" VALUES (%L, %L, 0, 1, 1, 1, %L, %L, %L)', workspace_id, canvas_id, request_id, title, template_id) FROM canvas WHERE workspace_id = '{workspace}'")
        self.owner.ok("workspace", "erase", "--confirm", "Gone")
        wait_for(lambda: not os.path.exists(self.key_path(workspace)), "the key's end")
        # what an old backup would bring back
        self.server.sql(f"INSERT INTO workspace (workspace_id, name, next_author, sealed) VALUES ('{workspace}', 'Back', 2, 2);"
                        f"INSERT INTO member SELECT '{workspace}', 1, account_id, 5, 'Olga', now() FROM account WHERE login = '{self.owner.login}'; {rows}; {backup}")
        self.assertNotEqual(self.server.sql(f"SELECT count(*) FROM snapshot WHERE workspace_id = '{workspace}'"), "0")
        self.server.restart()
        listed = self.owner.run("list").out + self.server.log()
        self.assertNotIn(title, listed)
        wire = self.wire()
        canvas = self.server.sql(f"SELECT canvas_id FROM canvas WHERE workspace_id = '{workspace}'")
        wire.send({"request": 9, "open": {"canvas": bytes.fromhex(canvas.replace("-", "")), "client_id": os.urandom(16)}})
        self.assertIn("does not have its key", wire.refused("INTERNAL")["message"])

    def test_the_clerk_destroys_a_key_that_was_left(self):
        workspace = self.sealed("Left")
        with open(self.key_path(workspace), "rb") as f:
            key = f.read()
        self.owner.ok("workspace", "erase", "--confirm", "Left")
        wait_for(lambda: not os.path.exists(self.key_path(workspace)), "the key's end")
        with open(self.key_path(workspace), "wb") as f:
            f.write(key)                # as after a crash between the two
        self.assertEqual(self.server.admin("sweep")[0], 0)
        wait_for(lambda: not os.path.exists(self.key_path(workspace)), "the key's end by the clerk")


class Later(Sealed):
    def state(self):
        return self.owner.json("workspace", "seal", "--status")[0]["state"]

    def test_a_workspace_with_contents(self):
        self.owner.ok("workspace", "create", "Grown")
        self.owner.ok("context", "use", "grown")
        self.assertEqual(self.state(), "open")
        workspace = self.server.sql("SELECT workspace_id FROM workspace WHERE name = 'Grown'")
        wire, canvas = self.canvas(workspace)
        wire.close()
        self.canvas(workspace)[0].close()
        self.server.restart()           # states are stored, in plain
        writer = self.wire()
        client = writer.open(canvas, client_id=os.urandom(16))["client"]
        writer.submit(1, 2, card(client, 1, self.word("before")))
        writer.expect("committed")
        self.assertEqual(sorted(self.found()), sorted(self.canaries))
        self.fails(2, self.owner.run("workspace", "seal"), "--yes")
        self.owner.ok("workspace", "seal", "--yes")
        writer.submit(2, 3, card(client, 2, self.word("during")))
        self.assertEqual(writer.expect("error")["code"], ENUMS["ErrorCode"]["CONFLICT"])      # its room knew nothing of it
        wait_for(lambda: self.state() == "sealed", "the end of sealing")
        self.assertEqual(self.found(), [])
        title = [w for w in self.canaries if w.startswith("title")][1]
        shown = self.owner.ok("show", title).out
        self.assertIn(next(w for w in self.canaries if w.startswith("before")), shown)
        self.owner.ok("add", title, "vp", self.word("after"))
        self.server.restart()
        self.owner.ok("show", title)
        self.assertEqual(self.found(), [])
        self.owner.ok("workspace", "seal", "--yes")        # again is no error
        self.assertRegex(self.owner.ok("audit", "list").out, "sealed the workspace")

    def test_it_goes_on_after_a_kill(self):
        self.owner.ok("workspace", "create", "Killed")
        self.owner.ok("context", "use", "killed")
        workspace = self.server.sql("SELECT workspace_id FROM workspace WHERE name = 'Killed'")
        wire, canvas = self.canvas(workspace)
        wire.close()
        wire = self.wire()
        client = wire.open(canvas, client_id=os.urandom(16))["client"]
        for i in range(1, 250):
            wire.submit(i, i + 1, card(client, i, self.word("card")))
            wire.expect("committed")
        wire.close()
        self.owner.ok("workspace", "seal", "--yes")
        self.server.kill()
        self.server.start()
        self.assertEqual(self.server.admin("sweep")[0], 0)
        wait_for(lambda: self.state() == "sealed", "the end of sealing")
        self.assertEqual(self.found(), [])
        wire = self.wire()
        wire.open(canvas, client_id=os.urandom(16))
        self.assertEqual(len(ask(wire, history_request={"from_seq": 200, "to_seq": 251})["history_page"]["committed"]), 52)

    def test_history_is_cut_in_a_sealed_one(self):
        workspace = self.sealed("Short memory")
        wire, canvas = self.canvas(workspace)
        wire.close()
        self.server.restart()
        self.server.sql(f"UPDATE journal SET time_ms = time_ms - 40 * {DAY_MS}::int8 WHERE canvas_id = '{canvas.hex()}' AND seq = 1")
        self.server.sql(f"DELETE FROM snapshot WHERE canvas_id = '{canvas.hex()}' AND seq = 1")
        self.owner.ok("workspace", "keep", "--history", "30")
        self.assertEqual(self.server.admin("sweep")[0], 0)
        wait_for(lambda: self.server.sql(f"SELECT min(seq) FROM snapshot WHERE canvas_id = '{canvas.hex()}'") == "1", "the cut")
        wait_for(lambda: self.server.sql(f"SELECT min(seq) FROM journal WHERE canvas_id = '{canvas.hex()}'") == "2", "the cut")
        self.server.sql(f"DELETE FROM snapshot WHERE canvas_id = '{canvas.hex()}' AND seq > 1")     # so that the one made by the clerk is opened
        self.server.restart()
        title = [w for w in self.canaries if w.startswith("title")][-1]
        self.assertIn(next(w for w in self.canaries if w.startswith("card")), self.owner.ok("show", title).out)
        self.assertEqual(self.found(), [])


if __name__ == "__main__":
    unittest.main()
