"""Backup and restore: the drill (a backup under load, restored into a second server, where everybody goes on), what a backup does not hold, whom a
restore makes a member of what, and files that are damaged."""
import hashlib
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer, wait_for  # noqa: E402
from people import Case, Person, Result  # noqa: E402
from wire import CODES, decode, read_protos  # noqa: E402

RECORDS = read_protos(("backup.proto",))[0]
BESIDES = ("people", "status", "presence_update", "checkpoint", "ping", "role_changed", "workspace_changed", "member_changed")
MAGIC = b"cocanvas backup\n"
ROWS = ("account", "device", "workspace", "member", "invitation", "canvas", "journal", "snapshot", "client_pos", "audit")

OWN = """format = 2;
id = "ID";
title = "TITLE";
kind = "grid";
licence = "CC-BY-SA-4.0";
attribution = "After a canvas by Ann Lee";
cols = 1;
rows = 1;
blocks = ({ key = "first"; title = "First"; at = [0, 0]; size = [1, 1]; order = 1; });
"""


def command(server, *words, stdin=b""):
    return Result(subprocess.run(server.command(*words), input=stdin, capture_output=True, timeout=120, check=False))


def records(path):
    """Of a backup, each {body: fields}."""
    with open(path, "rb") as f:
        data = f.read()
    assert data.startswith(MAGIC)
    at, found = len(MAGIC), []
    while at < len(data):
        size = struct.unpack_from(">I", data, at)[0]
        found.append(decode("Record", data[at + 4:at + 4 + size], RECORDS))
        at += 4 + size
    return found


def canvases(path):
    """{id: (seq, hash)}"""
    found = [r["canvas"] for r in records(path) if "canvas" in r]
    return {c["id"]: (c.get("seq", 0), c["hash"]) for c in found if c["has_hash"]}


def counts(server):
    return {table: int(server.sql(f"SELECT count(*) FROM {table}")) for table in ROWS}


def state_of(wire, canvas):
    """(seq, hash) of the state that a newcomer is given."""
    wire.send({"open": {"canvas": canvas}})
    wire.expect("opened")
    while True:
        part = wire.expect("snapshot")
        if part.get("last"):
            return part.get("seq", 0), part["hash"]


class Writer(threading.Thread):
    """Adds a card after the other, each in a batch of its own, until it is told to stop or the server goes."""

    def __init__(self, server, canvas, number):
        super().__init__(daemon=True)
        self.server, self.canvas, self.number = server, canvas, number
        self.client_id, self.sent, self.stop, self.error = os.urandom(16), 0, threading.Event(), None

    def card(self, client, client_seq):
        return {"card_create": {"id": client << 32 | client_seq, "place": {"block": 1}, "text": f"{self.number}: {client_seq}"}}

    def send(self, wire, opened, client_seq, base):
        wire.submit(client_seq, base, self.card(opened["client"], client_seq))

    def run(self):
        try:
            with self.server.member("ann") as wire:
                opened = wire.open(self.canvas, self.client_id)
                head = opened.get("head_seq", 0)
                while not self.stop.is_set():
                    self.sent += 1
                    self.send(wire, opened, self.sent, head)
                    while True:
                        got = wire.expect("committed")
                        head = got["seq"]
                        if got.get("client") == opened["client"]:
                            break
        except Exception as e:  # pylint: disable=broad-except
            self.error = e

    def texts(self, last):
        return [f"{self.number}: {n}" for n in range(1, last + 1)]


def second_server(first, **options):
    """Another machine: an empty database, the keys out of the first one's state folder, and, when the first one is gone, its address."""
    second = LocalServer(**options)
    second.stop()
    shutil.rmtree(second.state_path(""))
    shutil.copytree(first.state_path(""), second.state_path(""), ignore=lambda _, names: [n for n in names if n.endswith(".sock")])
    second.tokens = dict(first.tokens)
    return second


class Drill(unittest.TestCase):
    def setUp(self):
        self.server = LocalServer()
        self.addCleanup(self.server.close)
        self.ann = Person(self.server, "ann", "Ann Lee")
        self.addCleanup(self.ann.leave)
        with open(self.server.state_path("first-owner-link"), encoding="utf-8") as f:
            self.ann.log_in(f.read().strip())
        invitation = self.ann.ok("member", "invite", "--role", "editor").out.strip()
        self.ben = Person(self.server, "ben", "Ben Ode")
        self.addCleanup(self.ben.leave)
        self.ben.log_in(invitation)
        self.server.tokens["ann"] = self.new_token()

    def new_token(self):
        with self.server.wire() as wire:
            return wire.login(login="ann", password=self.ann.password, device="the writers'")["token"]

    def texts(self, person, canvas):
        return [c["text"] for c in person.json("show", canvas)[0]["cards"]]

    def put_templates(self):
        """One of the workspace's own, in two versions, and one that was removed."""
        for id_, title in (("ours", "Ours"), ("ours", "Ours, better"), ("gone", "Not ours any more")):
            with open(self.ann.file(f"{id_}.template"), "w", encoding="utf-8") as f:
                f.write(OWN.replace("ID", id_).replace("TITLE", title))
            self.ann.ok("template", "add", f.name)
        self.ann.ok("template", "remove", "gone")

    def templates_are_there(self):
        ann, ben = self.ann, self.ben
        for at, title in (("1", "Ours"), ("2", "Ours, better")):
            self.assertEqual(ann.ok("template", "show", "ours", "--file", "--at", at).out, OWN.replace("ID", "ours").replace("TITLE", title))
        listed = ben.ok("template", "list").out
        self.assertIn("Ours, better  (your own, version 2)", listed)
        self.assertNotIn("Not ours any more", listed)
        self.assertIn("Not ours any more", ann.ok("template", "show", "gone", "--file", "--at", "1").out)
        ben.ok("new", "ours", "Made from it")
        self.assertIn("After a canvas by Ann Lee", ben.ok("show", "Made from it").out)
        ann.ok("template", "add", ann.file("ours.template"))
        self.assertIn("version 3", ann.ok("template", "show", "ours").out)

    def back_up_under_load(self, path, n_writers=4):
        ids = [self.server.canvas("ann", f"Canvas {i}") for i in range(2)]
        writers = [Writer(self.server, ids[i % 2], i) for i in range(n_writers)]
        for writer in writers:
            writer.start()
        wait_for(lambda: all(w.sent > 20 or w.error for w in writers), "some edits")
        done = command(self.server, "backup", path)
        sent = [w.sent for w in writers]
        wait_for(lambda: all(w.sent > s + 3 or w.error for w, s in zip(writers, sent)), "edits after the backup")
        for writer in writers:
            writer.stop.set()
        for writer in writers:
            writer.join()
            self.assertIsNone(writer.error)
        self.assertEqual(done.code, 0, done)
        return ids, writers

    def test_drill(self):
        """Everything that was saved before the backup is there afterwards, as it was; and everybody goes on, each edit once."""
        ann, ben = self.ann, self.ben
        ann.ok("new", "bmc", "Bakery")
        live = ben.open("live", "--plain", "Bakery")
        live.wait_line("you are in")
        live.say("add kp before the backup")
        live.wait_line(r"^Saved\.$")
        path = ann.file("all.backup")
        self.put_templates()
        ids, writers = self.back_up_under_load(path)
        known = canvases(path)
        self.assertEqual(len(known), 3)
        past = {i: ann.json("show", f"Canvas {i}", "--at", str(known[ids[i]][0]))[0] for i in range(2)}

        self.server.kill()
        live.wait_line("^Offline")
        live.say("add kp while it was away")
        live.wait_line("not sent yet")
        live.kill()

        second = second_server(self.server)
        self.addCleanup(second.close)
        second.port = self.server.port
        restored = command(second, "restore", path)
        self.assertEqual(restored.code, 0, restored)
        second.start()
        for canvas, expected in known.items():
            with second.member("ann") as wire:
                self.assertEqual(state_of(wire, canvas), expected)
        for i in range(2):
            now = ann.json("show", f"Canvas {i}")[0]
            for name in ("cards", "blocks"):
                self.assertEqual(now[name], past[i][name])
        self.assertEqual(self.texts(ben, "Bakery"), ["before the backup", "while it was away"])
        self.go_on(second, ids, writers, known)
        self.templates_are_there()
        self.assertRegex(ann.ok("audit", "verify").out, "Right")
        self.assertIn("restored the workspace from a backup", ann.ok("audit", "list").out)
        self.assertEqual(second.stop(), 0)

    def go_on(self, second, ids, writers, known):
        """P3 outlives the restore: whoever sends everything once more has everything there once."""
        for writer in writers:
            with second.member("ann") as wire:
                opened = wire.open(writer.canvas, writer.client_id)
                acked = opened.get("acked_client_seq", 0)
                self.assertGreater(acked, 0)
                self.assertLess(acked, writer.sent, "the backup was made in the middle")
                for client_seq in range(1, writer.sent + 1):
                    writer.send(wire, opened, client_seq, opened["head_seq"])
                    if client_seq > acked:
                        wire.expect("committed")
                wire.alive()
        for i, canvas in enumerate(ids):
            expected = sorted(text for w in writers if w.canvas == canvas for text in w.texts(w.sent))
            self.assertEqual(sorted(self.texts(self.ann, f"Canvas {i}")), expected)
            self.assertLess(known[canvas][0], len(expected))


    def test_clients_who_saw_more(self):
        """What was done after the backup is gone, and meanwhile others have gone on beyond it: whoever saw the old one gets the new one, and what they have not sent comes
        along; of one whose program runs, of one whose program was killed, and of one whom the backup does not know."""
        ann, ben = self.ann, self.ben
        ann.ok("new", "bmc", "Bakery")
        running = ben.open("live", "--plain", "Bakery")
        running.wait_line("you are in")
        running.say("add kp before the backup")
        running.wait_line(r"^Saved\.$")
        path = ann.file("all.backup")
        self.assertEqual(command(self.server, "backup", path).code, 0)
        for n in range(3):
            running.say(f"add kp lost {n}")
            running.wait_line(r"^Saved\.$")
        killed = ann.open("live", "--plain", "Bakery")      # not known to the backup
        killed.wait_line("you are in")
        killed.say("add kp lost, too")
        killed.wait_line(r"^Saved\.$")
        self.server.kill()
        for program, words in ((running, "of who ran on"), (killed, "of who was killed")):
            program.wait_line("^Offline")
            program.say(f"add kp {words}")
            program.wait_line("not sent yet")
        killed.kill()
        running.process.send_signal(signal.SIGSTOP)
        try:
            second = second_server(self.server)
            self.addCleanup(second.close)
            second.port = self.server.port
            self.assertEqual(command(second, "restore", path).code, 0)
            second.start()
            canvas = second.sql("SELECT canvas_id FROM canvas")
            with second.member("ann") as wire:
                opened = wire.open(uuid.UUID(canvas).bytes, os.urandom(16))
                self.assertGreater(opened["client"], 1000, "nobody else has had this number")
                for n in range(1, 9):
                    wire.submit(n, opened["head_seq"] + n - 1, {"card_create": {"id": opened["client"] << 32 | n, "place": {"block": 1}, "text": f"after {n}"}})
                    wire.expect("committed")
        finally:
            running.process.send_signal(signal.SIGCONT)
        running.wait_line("^Online")
        expected = {"before the backup", "of who ran on", *(f"after {n}" for n in range(1, 9))}
        wait_for(lambda: expected <= set(self.texts(ben, "Bakery")), "what was typed by who ran on")
        again = ann.open("live", "--plain", "Bakery")
        again.wait_line("you are in")
        expected |= {"of who was killed"}
        wait_for(lambda: set(self.texts(ben, "Bakery")) == expected, "everything, once")
        for program, words in ((running, "and on"), (again, "and further")):
            program.say(f"add kp {words}")
            expected |= {words}
            wait_for(lambda: sorted(self.texts(ben, "Bakery")) == sorted(expected), f"{words}, and nothing twice")
            program.kill()
            self.assertFalse([line for line in program.lines if "our copy" in line])
        self.assertEqual(second.stop(), 0)


class Sealed(unittest.TestCase):
    def test_sealed(self):
        """A sealed workspace goes through as it is stored: nothing of it can be read in the file, and only who has the keyring can open it again."""
        folder = tempfile.mkdtemp(prefix="cocanvas-keys-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        key = os.path.join(folder, "seal.key")
        with open(key, "w", encoding="ascii") as f:
            f.write(os.urandom(32).hex() + "\n")
        os.chmod(key, 0o600)
        server = LocalServer(seal_key_file=key)
        self.addCleanup(server.close)
        ann = Person(server, "ann", "Ann Lee")
        self.addCleanup(ann.leave)
        with open(server.state_path("first-owner-link"), encoding="utf-8") as f:
            ann.log_in(f.read().strip())
        ann.ok("workspace", "create", "Vault", "--sealed")
        ann.ok("context", "use", "vault")
        ann.ok("new", "bmc", "Xylophones")
        ann.ok("add", "Xylophones", "Key Partners", "Quetzal & Sons")
        one, whole = ann.file("one.backup"), ann.file("whole.backup")
        ann.ok("backup", "-o", one)
        self.assertEqual(command(server, "backup", whole).code, 0)
        for path in one, whole:
            with open(path, "rb") as f:
                content = f.read()
            self.assertEqual([w for w in (b"Xylophones", b"Quetzal") if w in content], [])
            self.assertEqual(len(canvases(path)), 1, "its hash could be computed")
        server.kill()
        second = second_server(server)
        self.addCleanup(second.close)
        second.port = server.port
        restored = command(second, "restore", whole)
        self.assertEqual((restored.code, "keys are not here" in restored.err), (0, True), restored)
        second.start()
        self.assertIn("is sealed, and the server does not have its key", self.opened(second, one))
        self.assertEqual(second.stop(), 0)
        second.options["seal_key_file"] = key
        second.start()
        self.assertIn("Quetzal & Sons", ann.ok("show", "Xylophones").out)

    def opened(self, second, path):
        with second.wire() as wire:
            wire.login(login="ann", password="password of ann")
            wire.send({"open": {"canvas": next(iter(canvases(path)))}})
            return wire.expect("error")["message"]


class Files(Case):
    """One server with Acme, a canvas and some secrets; backups of it, and servers to restore into."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner.ok("new", "bmc", "Bakery")
        for i in range(3):
            cls.owner.ok("add", "Bakery", "Key Partners", f"Miller {i}")
        cls.path = cls.owner.file("one.backup")
        cls.owner.ok("backup", "-o", cls.path)
        cls.workspace = cls.server.sql("SELECT workspace_id FROM workspace")

    def other(self, *people):
        """Another server, with these people (the first one is the owner)."""
        other = LocalServer()
        self.addCleanup(other.close)
        for name in people:
            other.token(name)
        return other

    def test_owners_only(self):
        ben = self.newcomer("ben", "Ben Ode")
        self.fails(3, ben.run("backup", "-o", ben.file("b.backup")))
        self.assertEqual(os.listdir(ben.home), [n for n in os.listdir(ben.home) if "backup" not in n])
        self.fails(3, self.owner.run("backup", "Elsewhere", "-o", ben.file("b.backup")), "no workspace \"Elsewhere\"")
        self.fails(5, self.owner.run("backup", "-o", self.path), "is there already")
        self.fails(2, self.owner.run("backup"), "Into which file")
        self.assertEqual(len([r for r in self.server.sql("SELECT event FROM audit").splitlines() if r == "61"]), 1)

    def test_parts(self):
        """Nobody reads what was not made for them, and one connection has one file."""
        cara = self.newcomer("cara", "Cara")
        self.owner.ok("member", "role", "cara", "owner")
        with self.server.wire() as wire:
            wire.login(login="cara", password=cara.password)
            wire.send({"request": 1, "backup_read": {}})
            wire.refused("NOT_FOUND")
            wire.send({"request": 2, "backup_request": {}})
            size = wire.expect("backup_ready")["bytes"]
            wire.send({"request": 3, "backup_read": {"offset": size - 1}}, {"request": 4, "backup_read": {"offset": 1 << 60}})
            self.assertEqual(len(wire.expect("backup_part")["part"]), 1)
            part = wire.expect("backup_part")
            self.assertEqual((part["offset"], part.get("part", b"")), (size, b""))
            self.owner.ok("member", "role", "cara", "editor")

            def is_refused():
                wire.send({"request": 5, "backup_read": {"offset": 1}})
                return "error" in wire.either("error", "backup_part", but=BESIDES)
            wait_for(is_refused, "the end of what an owner may do")

    def test_check(self):
        self.assertIn("Whole and unchanged: 1 workspace (\"Workspace\"), 1 canvas", self.owner.ok("backup", "--check", self.path).out)
        self.assertEqual(self.owner.json("backup", "--check", self.path)[0]["canvases"], 1)
        self.fails(3, self.owner.run("backup", "--check", self.path + ".not"))
        self.assertRegex(command(self.server, "check-backup", self.path).out, r"secrets +no")

    def test_secrets(self):
        """A workspace's backup holds nothing that lets anybody in; that of all does, and says so."""
        self.owner.ok("member", "invite")
        self.owner.ok("session", "open", "Bakery")
        self.owner.ok("code", "create", "Bakery")
        one, whole = self.owner.file("secrets.backup"), self.owner.file("whole.backup")
        self.owner.ok("backup", "-o", one)
        self.assertEqual(command(self.server, "backup", whole).code, 0)
        secrets = [bytes.fromhex(h) for q in ("encode(token_hash, 'hex') FROM invitation", "encode(code_hash, 'hex') FROM join_code",
                                              "encode(token_hash, 'hex') FROM device", "encode(password_hash::bytea, 'hex') FROM account")
                   for h in self.server.sql(f"SELECT {q}").splitlines() if h]
        self.assertGreaterEqual(len(secrets), 4)
        with open(one, "rb") as f:
            content = f.read()
        self.assertEqual([s for s in secrets if s in content], [])
        self.assertIn(b"Miller 1", content)
        with open(whole, "rb") as f:
            content = f.read()
        self.assertEqual([s for s in secrets if s not in content], [])
        self.assertEqual(os.stat(one).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(whole).st_mode & 0o777, 0o600)

    def test_beside_others(self):
        """Restored where other people work: theirs is as it was, and who is somebody else there is no member."""
        other = self.other("mia", "owner")
        before = counts(other)
        refused = command(other, "restore", self.path)
        self.assertEqual(refused.code, 5, refused)
        self.assertIn("No owner of \"Workspace\" has an account here", refused.err)
        self.assertEqual(counts(other), before)
        done = command(other, "restore", self.path, "--owner=mia")
        self.assertEqual(done.code, 0, done)
        self.assertIn("Olga Owner is no member of \"Workspace\" any more", done.err)
        self.assertEqual(counts(other)["account"], before["account"])
        with other.member("owner") as wire:     # the same login, and somebody else: sees only what was theirs
            wire.send({"request": 1, "canvas_list_request": {}})
            self.assertNotIn("canvases", wire.expect("canvas_list"))
        with other.member("mia") as wire:
            wire.send({"request": 1, "canvas_list_request": {}})
            listed = wire.expect("canvas_list")["canvases"]
            self.assertEqual([c["title"] for c in listed], ["Bakery"])
            self.assertEqual(state_of(wire, listed[0]["id"]), canvases(self.path)[listed[0]["id"]])
        again = command(other, "restore", self.path, "--owner=mia")
        self.assertEqual((again.code, "is here" in again.err), (5, True), again)
        self.assertEqual(other.sql("SELECT count(*) FROM audit WHERE event = 60"), "1")

    def test_same_logins(self):
        other = self.other("mia", "owner")
        done = command(other, "restore", self.path, self.workspace, "--match-logins")
        self.assertEqual(done.code, 0, done)
        self.assertNotIn("no member", done.err)
        with other.member("owner") as wire:
            wire.send({"request": 1, "canvas_list_request": {}})
            self.assertEqual([c["title"] for c in wire.expect("canvas_list")["canvases"]], ["Bakery"])

    def test_new_accounts(self):
        """An account that nobody has there is made, and nobody gets into it but by the administrator's link."""
        other = self.other("mia")
        self.assertEqual(command(other, "restore", self.path).code, 0)
        self.assertEqual(other.sql("SELECT password_hash FROM account WHERE login = 'owner'"), "")
        with other.wire() as wire:
            wire.send({"hello": {"proto_min": 1, "proto_max": 1, "software": "test/1"}}, {"login": {"login": "owner", "password": self.owner.password}})
            wire.expect("welcome")
            self.assertEqual(CODES[wire.expect("error")["code"]], "DENIED")
        code, link = other.admin_words("reset-link", "owner")
        self.assertEqual(code, 0, link)

    def test_one_of_all(self):
        """One workspace out of a backup of all, without anybody's secrets."""
        whole = self.owner.file("for-one.backup")
        self.assertEqual(command(self.server, "backup", whole).code, 0)
        other = self.other("mia")
        self.assertEqual(command(other, "restore", whole, "No such").code, 3)
        with open(whole, "rb") as f:
            done = command(other, "restore", "-", "Workspace", "--owner=mia", stdin=f.read())
        self.assertEqual(done.code, 0, done)
        self.assertEqual(other.sql("SELECT count(*) FROM device"), "1")
        self.assertEqual(other.sql("SELECT password_hash FROM account WHERE login = 'owner'"), "")
        hashes = [self.server.sql("SELECT token_hash FROM invitation ORDER BY token_hash"), other.sql(
            f"SELECT token_hash FROM invitation WHERE workspace_id = '{self.workspace}' ORDER BY token_hash")]
        self.assertEqual(len(hashes[0].splitlines()), len(hashes[1].splitlines()))
        self.assertEqual(set(hashes[0].splitlines()) & set(hashes[1].splitlines()), set())

    def test_erased(self):
        """A workspace that was erased comes back, but not while the rest of it is still being thrown away."""
        server = LocalServer(sweep_interval_s=604800)
        self.addCleanup(server.close)
        ann = Person(server, "ann", "Ann Lee")
        self.addCleanup(ann.leave)
        with open(server.state_path("first-owner-link"), encoding="utf-8") as f:
            ann.log_in(f.read().strip())
        ann.ok("new", "bmc", "Bakery")
        path = ann.file("a.backup")
        ann.ok("backup", "-o", path)
        ann.ok("workspace", "erase", "--confirm", "Workspace")
        refused = command(server, "restore", path)
        self.assertEqual((refused.code, "still being erased" in refused.err), (5, True), refused)
        for table in ("erasure", "journal", "snapshot", "client_pos", "audit", "audit_head"):
            server.sql(f"DELETE FROM {table}")
        self.assertEqual(command(server, "restore", path).code, 0)
        self.assertIn("Bakery", ann.ok("list").out)

    def test_damaged(self):
        """Cut off anywhere, changed anywhere, longer than it was: a sentence, and nothing is written."""
        other = self.other("mia")
        before = counts(other)
        with open(self.path, "rb") as f:
            good = f.read()
        bad = [good[:n] for n in [0, 5, len(MAGIC), len(good) - 1, *range(20, len(good), len(good) // 40)]]
        for at in [0, *range(len(MAGIC), len(good), len(good) // 60), len(good) - 1]:
            bad.append(good[:at] + bytes([good[at] ^ 0x20]) + good[at + 1:])
        bad += [good + b"\0", MAGIC + b"\x3f\xff\xff\xff", MAGIC + b"\xff\xff\xff\xff"]
        path = self.owner.file("damaged.backup")
        for content in bad:
            with open(path, "wb") as f:
                f.write(content)
            done = command(other, "check-backup", path)
            self.assertEqual(done.code, 1, done)
            self.assertRegex(done.err, "not whole|damaged|not a backup")
        for content in bad[::12]:
            with open(path, "wb") as f:
                f.write(content)
            self.assertEqual(command(other, "restore", path, "--owner=mia").code, 1)
        self.assertEqual(counts(other), before)

    def forged(self, change):
        """The backup with one record changed by change(body, fields' bytes), and a right checksum again."""
        with open(self.path, "rb") as f:
            data = f.read()
        out, at = bytearray(MAGIC), len(MAGIC)
        while at < len(data):
            size = struct.unpack_from(">I", data, at)[0]
            record = data[at + 4:at + 4 + size]
            at += 4 + size
            if at < len(data):
                record = change(record)
                out += struct.pack(">I", len(record)) + record
            else:
                old = decode("Record", record, RECORDS)["end"]["sha256"]
                out += struct.pack(">I", size) + record.replace(old, hashlib.sha256(bytes(out)).digest())
        path = self.owner.file("forged.backup")
        with open(path, "wb") as f:
            f.write(out)
        return path

    def test_forged(self):
        """A file with a right checksum, made by somebody who wants more than is theirs: rows of another workspace, and a state that is not the one
        that it names."""
        other = self.other("mia")
        before, mine = counts(other), bytes.fromhex(self.workspace.replace("-", ""))
        theirs = bytes.fromhex(other.sql("SELECT workspace_id FROM workspace").replace("-", ""))
        for table in (b"member", b"canvas", b"journal"):
            seen = []

            def change(record, table=table, seen=seen):
                seen.append(b"\x0a" + bytes([len(table)]) + table in record if record[:1] == b"\x12" else False)
                rows = record[:1] == b"\x1a" and len(seen) > 1 and seen[-2]
                return record.replace(mine, theirs) if rows else record
            path = self.forged(change)
            self.assertEqual(command(other, "check-backup", path).code, 0)
            done = command(other, "restore", path, "--owner=mia")
            self.assertEqual((done.code, "does not belong there" in done.err), (1, True), (table, done))
        done = command(other, "restore", self.forged(lambda record: record.replace(b"Miller 1", b"Miller 9")), "--owner=mia")
        self.assertEqual(done.code, 1, done)
        self.assertRegex(done.err, "does not come to the state|does not fit together")
        self.assertEqual(counts(other), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
