"""Accounts against the real daemon: devices and their end, passwords and their change and reset, client certificates, somebody else's passwords, and how often a
login may fail. Nothing that was ever secret stands in a dump of the database, and a login takes as long for a stranger's name as for a known one."""
import json
import os
import random
import re
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer, wait_for  # noqa: E402
from people import Case as PeopleCase  # noqa: E402
from people import Person  # noqa: E402
from wire import CODES, HELLO, Wire  # noqa: E402

SUPPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")
DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy")
CHEAP = {"password_memory_kib": 1024, "password_passes": 1}


def attempt(server, certificate=None, **login):
    """The answer to a login: its fields, or code and sentence of the refusal."""
    with Wire(server.port, certificate=certificate) as wire:
        wire.send(HELLO, {"login": login})
        wire.expect("welcome")
        got = wire.either("logged_in", "error")
        return got["logged_in"] if "logged_in" in got else (CODES[got["error"]["code"]], got["error"]["message"])


def ask(wire, answer, **request):
    wire.send({"request": 1, **request})
    return wire.expect(answer)


def certificate(folder, name):
    """A self-signed one with its key, in one file."""
    path = os.path.join(folder, name + ".pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path + ".key", "-out", path + ".crt",
                    "-subj", f"/CN={name}", "-days", "30"], check=True, capture_output=True)
    with open(path, "w", encoding="ascii") as out:
        for part in (path + ".key", path + ".crt"):
            with open(part, encoding="ascii") as f:
                out.write(f.read())
    return path


class Devices(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = LocalServer(**CHEAP)
        cls.addClassCleanup(cls.server.close)
        cls.server.token("ann")

    def person(self, name):
        """Somebody with two devices: tokens of both."""
        first = self.server.token(name)
        return first, attempt(self.server, login=name, password=f"password of {name}", device="second")["token"]

    def live(self, token):
        wire = Wire(self.server.port)
        self.addCleanup(wire.close)
        wire.login(token=token)
        return wire

    def assert_ended(self, wire, says):
        frames = wire.ended()
        self.assertTrue(frames and frames[-1].get("error", {}).get("fatal"), frames)
        self.assertRegex(frames[-1]["error"]["message"], says)

    def test_list(self):
        first, second = self.person("dora")
        devices = ask(self.live(second), "device_list", device_list_request={})["devices"]
        self.assertEqual([d.get("name", "") for d in devices], ["second", ""])
        self.assertEqual([d.get("current", False) for d in devices], [True, False])
        for device in devices:
            self.assertEqual(len(device["id"]), 16)
            self.assertLessEqual(abs(device["used_ms"] / 1000 - time.time()), 3600)
            self.assertAlmostEqual(device["expires_ms"] - device["used_ms"], 30 * 86400000, delta=1000)
        self.assertNotEqual(first, second)

    def test_a_revoked_device_is_disconnected(self):
        first, second = self.person("rosa")
        keeper, gone, gone_too = self.live(second), self.live(first), self.live(first)
        canvas = self.server.canvas()
        stranger = self.live(self.server.token("ann"))
        stranger.open(canvas, os.urandom(16))
        victim = [d for d in ask(keeper, "device_list", device_list_request={})["devices"] if not d.get("current")][0]
        began = time.monotonic()
        self.assertEqual(ask(keeper, "device_revoked", device_revoke={"id": victim["id"]}), {"count": 1})
        self.assert_ended(gone, "logged out by another device of yours")
        self.assert_ended(gone_too, "logged out by another device of yours")
        self.assertLess(time.monotonic() - began, 1)
        keeper.alive()
        stranger.alive()
        self.assertEqual(attempt(self.server, token=first)[0], "DENIED")
        keeper.send({"request": 2, "device_revoke": {"id": victim["id"]}})
        keeper.refused("NOT_FOUND")

    def test_revoked_while_on_a_canvas(self):
        """Also on the worker that serves the canvas, wherever the connection began."""
        first, second = self.person("cleo")
        wires = []
        for i in range(4):
            wires.append(self.live(first))
            wires[-1].open(self.server.canvas("ann", f"canvas {i}"), os.urandom(16))
        self.assertEqual(ask(self.live(second), "device_revoked", device_revoke={"others": True}), {"count": 1})
        for wire in wires:
            self.assert_ended(wire, "logged out by another device of yours")
        self.assertEqual(ask(self.live(second), "device_revoked", device_revoke={"others": True}), {})

    def test_nobody_elses_device(self):
        mine, _ = self.person("mia")
        self.person("nora")
        with self.server.member("nora") as nora:
            theirs = ask(nora, "device_list", device_list_request={})["devices"]
            wire = self.live(mine)
            for device in [*theirs, {"id": os.urandom(16)}]:
                wire.send({"request": 2, "device_revoke": {"id": device["id"]}})
                self.assertEqual(wire.refused("NOT_FOUND")["message"], "You have no such device. It may have been revoked already.")
            nora.alive()
        for wrong in ({}, {"id": b"x" * 15}, {"id": b"x" * 16, "others": True}, {"id": b"x", "others": True}):
            wire.send({"request": 2, "device_revoke": wrong})
            wire.refused("MALFORMED")

    def test_devices_expire(self):
        for name, column, days in (("ella", "used_at", 31), ("emil", "created_at", 181)):
            token, other = self.person(name)
            self.server.sql(f"UPDATE device SET {column} = now() - interval '{days} days' WHERE account_id = (SELECT account_id FROM account WHERE login = '{name}')"
                            " AND name = ''")
            for _ in range(2):      # trying does not revive it
                self.assertEqual(attempt(self.server, token=token), ("DENIED", "This device is not logged in any more: log in with your password."))
            self.assertEqual(len(ask(self.live(other), "device_list", device_list_request={})["devices"]), 1)
            attempt(self.server, login=name, password=f"password of {name}")
            self.assertEqual(self.server.sql(f"SELECT count(*) FROM device JOIN account USING (account_id) WHERE login = '{name}'"), "2")     # tidied up

    def change(self, wire, old, new, **more):
        wire.send({"request": 3, "password_change": {"old_password": old, "new_password": new, **more}})
        got = wire.either("password_changed", "error")
        return got["password_changed"].get("revoked", 0) if "password_changed" in got else CODES[got["error"]["code"]]

    def test_password_change(self):
        first, second = self.person("paul")
        wire, other = self.live(second), self.live(first)
        self.assertEqual(self.change(wire, "password of nobody", "velvet tram honest owl"), "DENIED")
        self.assertEqual(self.change(wire, "password of paul", "short"), "MALFORMED")
        self.assertEqual(self.change(wire, "password of paul", "Password2026!"), "MALFORMED")
        self.assertEqual(self.change(wire, "password of paul", "password of paul"), "MALFORMED")
        other.alive()
        self.assertEqual(self.change(wire, "password of paul", "velvet tram honest owl"), 1)
        self.assert_ended(other, "The password of this account was changed")
        wire.alive()
        self.assertEqual(attempt(self.server, login="paul", password="password of paul")[0], "DENIED")
        third = attempt(self.server, login="paul", password="velvet tram honest owl")["token"]
        other = self.live(third)
        self.assertEqual(self.change(wire, "velvet tram honest owl", "copper lake, nine zebras", keep_others=True), 0)
        other.alive()
        self.assertIsInstance(attempt(self.server, token=third), dict)

    def test_common_passwords(self):
        """Refused for a new account; and whether the login is taken makes no difference."""
        invitation = self.server.invitation()
        answers = {attempt(self.server, invitation=invitation, login=login, name="X", password="Password2026!") for login in ("ann", "nobody-yet")}
        self.assertEqual(len(answers), 1)
        self.assertEqual(answers.pop()[0], "MALFORMED")
        self.assertIn("login", attempt(self.server, invitation=invitation, login="nobody-yet", name="X", password="velvet tram honest owl"))

    def reset(self, wire, **request):
        wire.send({"request": 4, "member_reset": request})
        got = wire.either("reset_created", "error")
        return got["reset_created"] if "reset_created" in got else CODES[got["error"]["code"]]

    def test_reset_link(self):
        first, second = self.person("rita")
        owner, live = self.server.member("ann"), [self.live(first), self.live(second)]
        self.addCleanup(owner.close)
        unused, link = self.reset(owner, login="rita"), self.reset(owner, login="RITA")
        self.assertEqual(link["login"], "rita")
        self.assertEqual(attempt(self.server, reset=link["token"], password="Password2026!")[0], "MALFORMED")
        self.assertEqual(attempt(self.server, reset="a" * 26, password="velvet tram honest owl"), ("DENIED", "This link was used or is too old: ask for a new one."))
        self.assertEqual(attempt(self.server, invitation=link["token"], login="rita", name="R", password="password of rita")[0], "DENIED")
        self.assertEqual(attempt(self.server, reset=self.server.invitation(), password="velvet tram honest owl")[0], "DENIED")
        got = attempt(self.server, reset=link["token"], password="velvet tram honest owl", device="new")
        self.assertEqual((got["login"], got["workspaces"][0]["role"]), ("rita", 3))
        for wire in live:
            self.assert_ended(wire, "not logged in any more")
        for token in (link["token"], unused["token"]):      # one is used, the others go with it
            self.assertEqual(attempt(self.server, reset=token, password="copper lake, nine zebras")[0], "DENIED")
        self.assertEqual(attempt(self.server, token=first)[0], "DENIED")
        self.assertEqual(attempt(self.server, login="rita", password="password of rita")[0], "DENIED")
        self.assertIsInstance(attempt(self.server, token=got["token"]), dict)

    def test_reset_links_expire(self):
        self.person("ruth")
        with self.server.member("ann") as owner:
            link = self.reset(owner, login="ruth", valid_s=3600)
            self.assertAlmostEqual(link["expires_ms"] / 1000, time.time() + 3600, delta=60)
            self.assertEqual(self.reset(owner, login="ruth", valid_s=8 * 86400), "MALFORMED")
        self.server.sql("UPDATE password_reset SET expires_ms = 1000 WHERE used_at IS NULL")
        self.assertEqual(attempt(self.server, reset=link["token"], password="velvet tram honest owl")[0], "DENIED")
        self.assertIsInstance(attempt(self.server, login="ruth", password="password of ruth"), dict)

    def test_who_may_reset(self):
        """Owners, and only if no other workspace comes into their hands by it."""
        self.person("vera")
        with self.server.member("vera") as editor, self.server.member("ann") as owner:
            for login in ("ann", "vera", "nobody"):
                self.assertEqual(self.reset(editor, login=login), "NOT_FOUND")
            self.assertEqual(self.reset(owner, login="nobody"), "NOT_FOUND")
            self.assertEqual(self.reset(owner, login="vera", author=3), "MALFORMED")
            self.assertIn("token", self.reset(owner, login="vera"))
            self.server.sql("INSERT INTO workspace (workspace_id, name) VALUES ('11111111-1111-4111-8111-111111111111', 'A competitor');"
                            "INSERT INTO member (workspace_id, author, account_id, role, name) SELECT '11111111-1111-4111-8111-111111111111', 1, account_id, 1, 'V'"
                            " FROM account WHERE login = 'vera'")
            self.assertEqual(self.reset(owner, login="vera"), "NOT_FOUND")
        code, text = self.server.admin_words("reset-link", "vera")
        self.assertEqual(code, 0, text)
        token = re.search(r"/r/([a-z2-7]+)\?p=", text).group(1)
        self.assertIn("token", attempt(self.server, reset=token, password="velvet tram honest owl"))
        self.assertEqual(self.server.admin_words("reset-link", "nobody")[0], 1)


class Hashes(unittest.TestCase):
    def test_they_follow_the_cost(self):
        with LocalServer(**CHEAP) as server:
            server.token("ann")
            read = "SELECT password_hash FROM account"
            self.assertIn("$m=1024,t=1,", server.sql(read))
            server.options.update(password_memory_kib=2048, password_passes=2)
            server.restart()
            self.assertEqual(attempt(server, login="ann", password="password of nobody")[0], "DENIED")
            self.assertIn("$m=1024,t=1,", server.sql(read))
            self.assertIsInstance(attempt(server, login="ann", password="password of ann"), dict)
            wait_for(lambda: "$m=2048,t=2," in server.sql(read), "a new hash")
            self.assertIsInstance(attempt(server, login="ann", password="password of ann"), dict)
            self.assertEqual(server.stop(), 0)


class Limits(unittest.TestCase):
    def wrong(self, server, login, n):
        return [attempt(server, login=login, password="password of nobody")[0] for _ in range(n)]

    def test_one_login_from_everywhere(self):
        """Slowed down, known or not, in the same words; known devices and other people come in."""
        with LocalServer(login_failures=1000, login_failures_per_login=5, **CHEAP) as server:
            token = server.token("ann")
            server.token("ben")
            for login in ("ann", "nobody"):
                self.assertEqual(self.wrong(server, login, 7), ["DENIED"] * 5 + ["BUSY"] * 2)
            refusals = {attempt(server, login=login, password="password of ann") for login in ("ann", "nobody")}
            self.assertEqual(len(refusals), 1)
            self.assertIn("Devices that are logged in are not affected", refusals.pop()[1])
            self.assertIsInstance(attempt(server, token=token), dict)
            self.assertIsInstance(attempt(server, login="ben", password="password of ben"), dict)
            with Wire(server.port) as wire:     # and a known device may still change the password
                wire.login(token=token)
                self.assertEqual(ask(wire, "password_changed", password_change={"old_password": "password of ann", "new_password": "velvet tram honest owl"}), {})
            self.assertEqual(server.stop(), 0)

    def test_guessing_on_a_stolen_device(self):
        with LocalServer(login_failures=1000, login_failures_per_login=5, **CHEAP) as server:
            codes = []
            with server.member("ann") as wire:
                for _ in range(7):
                    wire.send({"request": 1, "password_change": {"old_password": "password of nobody", "new_password": "velvet tram honest owl"}})
                    codes.append(CODES[wire.expect("error")["code"]])
            self.assertEqual(codes, ["DENIED"] * 5 + ["BUSY"] * 2)
            self.assertIsInstance(attempt(server, login="ann", password="password of ann"), dict)

    def test_addresses_and_workshops(self):
        with LocalServer(login_failures=3, login_failures_per_login=1000, **CHEAP) as server:
            server.token("ann")
            self.assertIn("BUSY", self.wrong(server, "ann", 5))
            server.options["shared_networks"] = "192.0.2.0/24, 127.0.0.0/8"
            self.assertEqual(server.admin("reload")[0], 0)
            wait_for(lambda: attempt(server, login="ann", password="password of nobody")[0] == "DENIED", "the new limit")
            self.assertEqual(set(self.wrong(server, "ann", 30)), {"DENIED"})
            server.options["shared_networks"] = "192.0.2.0/33"
            code, text = server.admin("reload")
            self.assertEqual(code, 1)
            self.assertIn("shared_networks", text)

    def test_in_all(self):
        with LocalServer(login_failures=20, login_failures_per_minute=5, **CHEAP) as server:
            token = server.token("ann")
            self.assertEqual(self.wrong(server, "nobody", 7)[-1], "BUSY")
            self.assertIn("each address has 3 tries now", server.log())
            self.assertIsInstance(attempt(server, token=token), dict)


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.own, cls.other = certificate(cls.folder.name, "own"), certificate(cls.folder.name, "other")

    def add(self, server, token, path):
        with Wire(server.port, certificate=path) as wire:
            wire.login(token=token)
            wire.send({"request": 1, "certificate_add": {"name": "my laptop"}})
            got = wire.either("certificate_added", "error")
            return "OK" if "certificate_added" in got else CODES[got["error"]["code"]]

    def test_optional(self):
        with LocalServer(client_cert="optional", **CHEAP) as server:
            token, bens = server.token("ann"), server.token("ben")
            self.assertEqual(self.by(server, self.own)[0], "DENIED")
            self.assertEqual(self.by(server, None)[0], "DENIED")
            self.assertEqual(self.add(server, token, None), "UNEXPECTED")
            self.assertEqual(self.add(server, token, self.own), "OK")
            self.assertEqual(self.add(server, bens, self.own), "CONFLICT")
            self.assertEqual(self.by(server, self.own)["login"], "ann")
            self.assertNotIn("token", self.by(server, self.own))
            self.assertEqual(self.by(server, self.other)[0], "DENIED")
            # the hash of a certificate's key is no token, and a token's is no certificate's
            self.assertEqual(server.sql("SELECT count(*) FROM device WHERE certificate"), "1")
            live = Wire(server.port, certificate=self.own)
            live.send(HELLO, {"login": {"certificate": True}})
            live.expect("logged_in", but=("welcome",))
            with Wire(server.port) as wire:
                wire.login(token=token)
                found = [d for d in ask(wire, "device_list", device_list_request={})["devices"] if d.get("certificate")]
                self.assertEqual([(d["name"], d.get("expires_ms", 0)) for d in found], [("my laptop", 0)])
                self.assertEqual(ask(wire, "device_revoked", device_revoke={"id": found[0]["id"]}), {"count": 1})
            self.assertIn("error", live.ended()[-1])
            live.close()
            self.assertEqual(self.by(server, self.own)[0], "DENIED")
            self.assertEqual(server.stop(), 0)

    def by(self, server, path):
        with Wire(server.port, certificate=path) as wire:
            wire.send(HELLO, {"login": {"certificate": True}})
            wire.expect("welcome")
            got = wire.either("logged_in", "error")
            return got["logged_in"] if "logged_in" in got else (CODES[got["error"]["code"]], got["error"]["message"])

    def test_off(self):
        with LocalServer(**CHEAP) as server:
            token = server.token("ann")
            self.assertIn("takes no client certificates", self.by(server, self.own)[1])
            self.assertEqual(self.add(server, token, self.own), "UNEXPECTED")

    def test_required(self):
        with LocalServer(client_cert="optional", **CHEAP) as server:
            token, bens = server.token("ann"), server.token("ben")
            invitation = server.invitation()
            with server.member("ann") as owner:
                reset = ask(owner, "reset_created", member_reset={"login": "ben"})["token"]
            self.assertEqual(self.add(server, token, self.own), "OK")
            server.options["client_cert"] = "required"
            self.assertEqual(server.admin("reload")[0], 0)
            wait_for(lambda: "shows a certificate" in attempt(server, token=token)[1], "the new setting")
            password = {"login": "ann", "password": "password of ann"}
            self.assertIn("shows a certificate", attempt(server, **password)[1])
            self.assertEqual(attempt(server, self.own, token=token)["login"], "ann")
            self.assertEqual(attempt(server, self.own, **password)["login"], "ann")
            self.assertEqual(attempt(server, self.own, token=bens)[0], "DENIED")        # a stolen token is worth nothing without the key
            wrong = {attempt(server, self.own, login="ben", password=p) for p in ("password of ben", "password of nobody")}
            self.assertEqual(len(wrong), 1, "the answer tells whether the password was right")
            self.assertEqual(attempt(server, self.other, **password)[0], "DENIED")
            # newcomers bring their own, and so does somebody with a reset link
            fresh, bens_own = certificate(self.folder.name, "fresh"), certificate(self.folder.name, "bens")
            self.assertEqual(attempt(server, fresh, invitation=invitation, login="cid", name="Cid", password="velvet tram honest owl")["login"], "cid")
            self.assertEqual(self.by(server, fresh)["login"], "cid")
            self.assertEqual(attempt(server, self.own, reset=reset, password="velvet tram honest owl")[0], "DENIED")     # ann's
            self.assertEqual(attempt(server, bens_own, reset=reset, password="velvet tram honest owl")[0], "DENIED")     # and now it is used
            link = re.search(r"/r/([a-z2-7]+)", server.admin_words("reset-link", "ben")[1]).group(1)
            self.assertEqual(attempt(server, bens_own, reset=link, password="velvet tram honest owl")["login"], "ben")
            self.assertEqual(self.by(server, bens_own)["login"], "ben")
            self.assertEqual(server.stop(), 0)

    def test_resumption_keeps_the_certificate(self):
        """OpenSSL's own client resumes: who it is comes with the ticket."""
        with LocalServer(client_cert="optional", **CHEAP) as server:
            ticket = os.path.join(self.folder.name, "ticket")
            command = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-alpn", "cocanvas/1", "-tls1_3", "-cert", self.own, "-key", self.own]
            first = subprocess.Popen([*command, "-sess_out", ticket], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.addCleanup(first.stdout.close)
            wait_for(lambda: os.path.exists(ticket) and os.path.getsize(ticket), "a ticket")
            first.stdin.close()
            first.wait()
            again = subprocess.run([*command, "-sess_in", ticket], input=b"", capture_output=True, check=False)
            self.assertIn(b"Reused, TLSv1.3", again.stdout)


class Authenticator(unittest.TestCase):
    def serve(self, path=os.path.join(SUPPORT, "helper.py"), **more):
        self.seen = tempfile.NamedTemporaryFile("r", encoding="utf-8")
        self.addCleanup(self.seen.close)
        os.chmod(self.seen.name, 0o666)
        server = LocalServer(authenticator=path, login_failures=1000, environment={"HELPER_SEEN": self.seen.name, "PGPASSWORD": "secret"},
                             **{"authenticator_timeout_ms": 1500, **CHEAP, **more})
        self.addCleanup(server.close)
        server.token("ann")     # the first owner, with a password of her own
        return server

    def notes(self):
        with open(self.seen.name, encoding="utf-8") as f:
            return f.read()

    def right(self, server, login):
        return attempt(server, login=login, password="right password here")

    def test_somebody_elses_passwords(self):
        server = self.serve()
        zoe = self.right(server, "zoe")
        self.assertEqual((zoe["login"], zoe.get("workspaces", [])), ("zoe", []))
        self.assertEqual(attempt(server, login="zoe", password="wrong password here"), ("DENIED", "Login and password do not fit together."))
        self.assertEqual(server.sql("SELECT password_hash FROM account WHERE login = 'zoe'"), "")
        member = self.right(server, "member1")
        self.assertEqual([(w["name"], w["role"]) for w in member["workspaces"]], [("Workspace", 2)])
        self.assertEqual(server.sql("SELECT m.name FROM member m JOIN account USING (account_id) WHERE login = 'member1'"), "Member1 Directory")
        self.assertEqual(len(self.right(server, "member1")["workspaces"]), 1)
        self.assertIsInstance(attempt(server, token=member["token"]), dict)
        # ann's password is ours: nobody else is asked
        self.assertIsInstance(attempt(server, login="ann", password="password of ann"), dict)
        self.assertEqual(self.right(server, "ann")[0], "DENIED")
        self.assertNotIn("asked ann", self.notes())
        self.assertIn("asked zoe 127.0.0.1", self.notes())
        self.assertIn("secrets=[]", self.notes())
        self.assertIn("files=['0', '1', '2', '3']", self.notes())       # 3 is the listing itself
        self.assertEqual(self.notes().count("start "), 1)
        # with an invitation, an existing account of the directory proves itself there
        joined = attempt(server, invitation=server.invitation(), login="zoe", name="Zoe", password="right password here")
        self.assertEqual(len(joined["workspaces"]), 1)
        with Wire(server.port) as wire:
            wire.login(token=joined["token"])
            wire.send({"request": 1, "password_change": {"old_password": "right password here", "new_password": "velvet tram honest owl"}})
            wire.refused("UNEXPECTED")
        with server.member("ann") as owner:
            owner.send({"request": 1, "member_reset": {"login": "zoe"}})
            owner.refused("NOT_FOUND")
        self.assertEqual(server.stop(), 0)

    def test_answers_in_any_order(self):
        server = self.serve()
        wires = [server.wire() for _ in range(3)]
        for i, wire in enumerate(wires):
            wire.send(HELLO, {"login": {"login": f"hold{i}", "password": "right password here" if i != 1 else "wrong password here"}})
        for i, wire in enumerate(wires):
            got = wire.either("logged_in", "error", but=("welcome",))
            self.assertEqual(got.get("logged_in", {}).get("login"), f"hold{i}" if i != 1 else None)
            wire.close()

    def test_hanging_and_lying(self):
        """Each: a sentence for the person, a line in the log, a new helper; and whoever has nothing to do with it is served."""
        server = self.serve()
        for login, code, log in (("hang", "BUSY", "it hangs"), ("die", "BUSY", "it ended with 3"), ("babble", "BUSY", "not a JSON object"),
                                 ("endless", "BUSY", "its line has no end"), ("other", "BUSY", "another login than was asked about"),
                                 ("unasked", "BUSY", "answered what was not asked"), ("noname", "BUSY", 'its "name" is no name'),
                                 ("badrole", "BUSY", 'its "role" is none of')):
            with self.subTest(login), server.member("ann") as member:
                with server.wire() as waiting:
                    waiting.send(HELLO, {"login": {"login": login, "password": "right password here"}})
                    member.alive()
                    got = waiting.either("logged_in", "error", but=("welcome",))
                    self.assertEqual(CODES[got["error"]["code"]], code, got)
                    self.assertRegex(got["error"]["message"], "login service of this server (does not answer|failed)")
                server.wait_log(log)
                self.assertNotIn("right password here", server.log())
                wait_for(lambda: isinstance(self.right(server, "zoe"), dict), "a new helper")
        self.assertEqual(server.stop(), 0)

    def test_at_most_so_many(self):
        """With a helper that holds what it gets, the third of two waits; the deadline ends it."""
        server = self.serve(authenticator_parallel=2, authenticator_timeout_ms=800)
        wires = [server.wire() for _ in range(3)]
        for i, wire in enumerate(wires):
            wire.send(HELLO, {"login": {"login": f"hold{i}", "password": "right password here"}})
        for wire in wires:
            got = wire.either("logged_in", "error", but=("welcome",))
            self.assertEqual(CODES[got["error"]["code"]], "BUSY", got)
            wire.close()
        self.assertLess(self.notes().split("start ")[1].count("asked hold"), 3)

    def test_other_user_and_bad_paths(self):
        if os.geteuid() == 0:
            server = self.serve(authenticator_user="nobody")
            self.assertIsInstance(self.right(server, "zoe"), dict)
            self.assertIn("uid=65534", self.notes())
        for options, says in (({"authenticator": "/nonexistent"}, "/nonexistent"), ({"authenticator": "relative"}, "whole path"),
                              ({"authenticator": "/bin/cat", "authenticator_user": "no-such-user"}, "no user no-such-user")):
            with self.assertRaisesRegex(AssertionError, says):
                LocalServer(**options)

    def test_one_that_cannot_run(self):
        with tempfile.NamedTemporaryFile("w", suffix=".py") as broken:
            broken.write("#!/nonexistent/interpreter\n")
            broken.flush()
            os.chmod(broken.name, 0o755)
            script = broken.name + ".sh"
            os.link(broken.name, script)
            self.addCleanup(os.unlink, script)
        server = self.serve(path=script)
        self.assertEqual(self.right(server, "zoe")[0], "BUSY")
        server.wait_log("it can't be run")

    def examples(self, name, **environment):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        library = os.path.join(folder.name, "fake.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, os.path.join(SUPPORT, "fake_libraries.c")], check=True)
        settings = os.path.join(folder.name, "ldap.json")
        with open(settings, "w", encoding="utf-8") as f:
            json.dump({"uri": "ldaps://directory.test", "dn": "uid={login},dc=test", "name": "displayName", **environment}, f)
        lines = "".join(json.dumps({"id": i, "login": login, "password": password, "address": "192.0.2.1"}) + "\n"
                        for i, (login, password) in enumerate((("ann", "open sesame please"), ("ann", "wrong"), ("ben", "open sesame please"))))
        process = subprocess.Popen([os.path.join(DEPLOY, name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   env={**os.environ, "COCANVAS_LIBPAM": library, "COCANVAS_LIBLDAP": library, "COCANVAS_LDAP": settings})
        process.stdin.write(lines.encode())
        process.stdin.flush()
        replies = sorted((json.loads(process.stdout.readline()) for _ in range(3)), key=lambda reply: reply["id"])
        process.stdin.close()
        self.assertEqual(process.wait(20), 0)
        process.stdout.close()
        return replies

    def test_the_pam_example(self):
        replies = self.examples("authenticator-pam")
        self.assertEqual(replies, [{"id": 0, "ok": True, "login": "ann", "name": "ann"}, {"id": 1, "ok": False}, {"id": 2, "ok": False}])

    def test_the_ldap_example(self):
        replies = self.examples("authenticator-ldap", workspace="Acme")
        self.assertEqual(replies, [{"id": 0, "ok": True, "login": "ann", "name": "Ann Lee", "workspace": "Acme"}, {"id": 1, "ok": False}, {"id": 2, "ok": False}])
        replies = self.examples("authenticator-ldap", uri="ldap://nowhere.test")
        self.assertEqual([set(reply) for reply in replies], [{"id", "error"}] * 3)


class CommandLine(PeopleCase):
    options = {"client_cert": "optional", **CHEAP}

    def test_devices(self):
        ann = self.newcomer("ann", "Ann Lee")
        phone = Person(self.server, "ann", "Ann Lee")
        self.addCleanup(phone.leave)
        phone.ok("login", f"127.0.0.1:{self.server.port}", "--accept-new", "--login", "ann", "--password-file", "-", stdin=ann.password + "\n")
        listed = ann.json("device", "list")[0]["devices"]
        self.assertEqual(len(listed), 2)
        self.assertRegex(ann.ok("device", "list").out, r"(?m)^[0-9a-f]{8}  .* this one$")
        other = [d for d in listed if not d["current"]][0]
        self.fails(3, ann.run("device", "revoke", "ffffffff-no"), "device list")
        self.fails(2, ann.run("device", "revoke"), "--others")
        self.assertIn("Revoked: 1 device.", ann.ok("device", "revoke", other["id"][:8]).err)
        self.fails(4, phone.run("list"), "log in with your password. Next: cocanvas login")
        self.assertEqual(ann.json("device", "revoke", "--others")[0]["count"], 0)

    def test_password(self):
        ben = self.newcomer("ben", "Ben Ode")
        self.fails(4, ben.run("password", "change", "--password-file", "-", stdin="not the password\nvelvet tram honest owl\n"), "old password is another one")
        self.fails(1, ben.run("password", "change", "--password-file", "-", stdin=f"{ben.password}\nPassword2026!\n"), "tried first")
        self.fails(2, ben.run("password", "change", "--password-file", "-", stdin=f"{ben.password}\n"), "second")
        self.fails(2, ben.run("password", "change"), "--password-file")
        self.assertEqual(ben.json("password", "change", "--password-file", "-", stdin=f"{ben.password}\nvelvet tram honest owl\n")[0]["revoked"], 0)
        self.assertIn("stay logged in", ben.ok("password", "change", "--keep-devices", "--password-file", "-", stdin="velvet tram honest owl\ncopper lake zebra\n").err)

    def test_reset(self):
        eve = self.newcomer("eve", "Eve Adams")
        self.fails(3, eve.run("member", "reset", "owner"))
        link = self.owner.ok("member", "reset", "Eve Adams").out.strip()
        self.assertRegex(link, r"^cocanvas://127\.0\.0\.1:\d+/r/[a-z2-7]{26}\?p=[a-z2-7]{52}$")
        new = Person(self.server, "eve", "Eve Adams")
        self.addCleanup(new.leave)
        self.fails(1, new.run("login", link, "--password-file", "-", stdin="Password2026!\n"), "tried first")
        new.ok("login", link, "--password-file", "-", stdin="velvet tram honest owl\n")
        self.assertIn("eve", new.ok("context", "list").out)
        self.fails(4, eve.run("list"), "not logged in any more")
        self.fails(4, eve.run("login", link, "--password-file", "-", stdin="velvet tram honest owl\n"), "used or is too old")

    def test_certificates(self):
        ida = self.newcomer("ida", "Ida Nord")
        own = ida.file("me.pem")
        self.fails(3, ida.run("certificate", "remove", "me.pem"), "certificate list")
        self.assertIn("Next: cocanvas certificate add", ida.ok("certificate", "list").err)
        ida.ok("certificate", "add", "--new", own)
        self.assertEqual(os.stat(own).st_mode & 0o777, 0o600)
        self.fails(5, ida.run("certificate", "add", "--new", own), "is there already")
        self.fails(5, ida.run("certificate", "add", own), "opens an account already")
        self.fails(4, ida.run("certificate", "add", ida.file("none.pem")), "none.pem")
        ida.ok("logout")
        self.fails(4, ida.run("list"))
        ida.ok("login", f"127.0.0.1:{self.server.port}", "--certificate", own)
        ida.ok("list")
        self.assertEqual(ida.json("certificate", "list")[0]["certificates"][0]["name"], "me.pem")
        with open(ida.file(".local", "state", "cocanvas", "credentials"), encoding="utf-8") as f:
            self.assertNotIn("cnv_", f.read())
        self.assertNotIn("expire", ida.ok("list").err)
        with open(own, encoding="ascii") as f:
            content = f.read()
        for days, words in ((12, "expires on .*, in 1[12] days"), (33, None), (-2, r"expired on .*\.")):     # the same key with other dates
            with tempfile.NamedTemporaryFile("w", encoding="ascii") as key:
                key.write(content)
                key.flush()
                made = subprocess.run(["openssl", "req", "-x509", "-key", key.name, "-subj", "/CN=ida", "-days", str(max(days, 1))], check=True, capture_output=True)
            pem = made.stdout.decode()
            if days < 0:
                der = ssl.PEM_cert_to_DER_cert(pem)
                dates = re.search(rb"\x17\x0d(\d{12}Z)\x17\x0d(\d{12}Z)", der)
                pem = ssl.DER_cert_to_PEM_cert(der.replace(dates[2], b"200102000000Z").replace(dates[1], b"200101000000Z"))
            private = re.search("-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----\n", content, re.S)[0]
            with open(own, "w", encoding="ascii") as f:
                f.write(pem + private)
            said = ida.ok("list").err
            if words:
                self.assertRegex(said, words)
                self.assertIn("certificate add --new", said)
            else:
                self.assertNotIn("expire", said)
        ida.ok("certificate", "remove", "me.pem")
        self.fails(4, ida.run("list"), "no account's here")
        self.fails(3, ida.run("login", f"127.0.0.1:{self.server.port}", "--certificate", ida.file("none.pem")), "none.pem")


class ServersIdentity(unittest.TestCase):
    def test_another_key(self):
        """The person is told old and new words, that nothing was sent, and what to do; afterwards it works."""
        with LocalServer(**CHEAP) as server:
            person = Person(server, "ann", "Ann Lee")
            self.addCleanup(person.leave)
            with open(server.state_path("first-owner-link"), encoding="utf-8") as f:
                person.log_in(f.read().strip())
            old = server.words()
            for name in ("server.key", "server.crt"):
                os.unlink(server.state_path(name))
            server.restart()
            new = server.words()
            refused = person.run("list")
            self.assertEqual(refused.code, 8, refused)
            for part in (old, new, "nothing was sent", f"cocanvas server forget 127.0.0.1:{server.port}"):
                self.assertIn(part, refused.err)
            person.ok("server", "forget", f"127.0.0.1:{server.port}")
            unknown = person.run("list")
            self.assertEqual(unknown.code, 8, unknown)
            self.assertIn(new, unknown.err)
            self.assertIn("no authority that this device knows has signed its certificate", unknown.err)
            person.ok("list", "--accept-new")
            person.ok("list")

    def test_a_new_certificate_with_the_known_key(self):
        """A renewal: nobody notices. A daemon with an expired one says so, and how it gets a new one."""
        with LocalServer(**CHEAP) as server:
            person = Person(server, "ann", "Ann Lee")
            self.addCleanup(person.leave)
            with open(server.state_path("first-owner-link"), encoding="utf-8") as f:
                person.log_in(f.read().strip())
            key, crt = server.state_path("server.key"), server.state_path("server.crt")
            renew = ["openssl", "req", "-x509", "-key", key, "-subj", "/CN=renewed", "-out", crt]
            subprocess.run([*renew, "-days", "3"], check=True, capture_output=True)
            self.assertEqual(server.admin("reload")[0], 0)
            person.ok("list")
            with open(crt, encoding="ascii") as f:
                der = ssl.PEM_cert_to_DER_cert(f.read())
            dates = re.search(rb"\x17\x0d(\d{12}Z)\x17\x0d(\d{12}Z)", der)      # from, until; nobody verifies the signature of one's own
            with open(crt, "w", encoding="ascii") as f:
                f.write(ssl.DER_cert_to_PEM_cert(der.replace(dates.group(), b"\x17\x0d200101000000Z\x17\x0d200201000000Z")))
            code, text = server.admin("reload")
            self.assertEqual(code, 1, text)
            self.assertRegex(text, r"expired on 2020-02-01\. Renew it")
            person.ok("list")       # the old one is still used
            self.assertEqual(server.stop(), 0)
            os.unlink(crt)          # what the sentence says
            server.start()
            person.ok("list")


class Secrets(unittest.TestCase):
    def test_none_stands_in_a_dump(self):
        """Every password, token and link of a busy day; and a name that must be found, so that the search is known to search."""
        with LocalServer(authenticator=os.path.join(SUPPORT, "helper.py"), environment={"HELPER_SEEN": "/dev/null"}, client_cert="optional", log_level="debug",
                         **CHEAP) as server:
            secrets = {"password of ann", "password of ben", "velvet tram honest owl", "copper lake, nine zebras", "right password here", "wrong password here"}
            secrets |= {server.invitation(), server.token("ann")}
            secrets |= {server.invitation(), server.token("ben"), server.invitation()}
            attempt(server, login="ben", password="wrong password here")
            secrets.add(attempt(server, login="zoe", password="right password here", device="A device of Zoe")["token"])
            with server.member("ann") as owner:
                ask(owner, "password_changed", password_change={"old_password": "password of ann", "new_password": "velvet tram honest owl"})
                reset, unused = (ask(owner, "reset_created", member_reset={"login": "ben"})["token"] for _ in range(2))
            secrets |= {reset, unused, re.search(r"/r/([a-z2-7]+)", server.admin_words("reset-link", "ann")[1]).group(1)}
            secrets.add(attempt(server, reset=reset, password="copper lake, nine zebras")["token"])
            dump = server.postgres.run("pg_dump", "-h", server.postgres.data, "-U", "cocanvas", "-d", server.database, "--inserts")
            log = server.log()
            self.assertGreater(len(secrets), 14)
            self.assertIn("A device of Zoe", dump)
            self.assertIn("login refused", log)
            for secret in secrets:
                self.assertGreaterEqual(len(secret), 10)
                for form in (secret, secret.encode().hex(), secret.removeprefix("cnv_")):
                    self.assertNotIn(form, dump)
                    self.assertNotIn(form, log)


def kolmogorov_smirnov(a, b):
    """The probability of a difference as large as this one if both come from one distribution (two-sample test, asymptotic)."""
    merged = sorted([(x, 0) for x in a] + [(x, 1) for x in b])
    counts, largest = [0, 0], 0.0
    for _, which in merged:
        counts[which] += 1
        largest = max(largest, abs(counts[0] / len(a) - counts[1] / len(b)))
    root = (len(a) * len(b) / (len(a) + len(b))) ** 0.5
    t = (root + 0.12 + 0.11 / root) * largest
    return min(1.0, 2 * sum((-1) ** (k - 1) * 2.718281828459045 ** (-2 * k * k * t * t) for k in range(1, 101)))


class Timing(unittest.TestCase):
    N = 1000        # of each kind

    def measure(self, server):
        """Known and unknown names in random order, one connection each, so that whatever else the machine does falls on both alike."""
        order = ["known"] * self.N + ["unknown"] * self.N
        random.shuffle(order)
        times = {"known": [], "unknown": []}
        wire, left, answers = None, 0, set()
        for i, kind in enumerate(order):
            if left == 0:
                if wire:
                    wire.close()
                wire, left = Wire(server.port), 50
                wire.hello()
            left -= 1
            login = {"login": f"user{i % 8}" if kind == "known" else f"none{i % 8}", "password": "password of nobody"}
            began = time.perf_counter()
            wire.send({"login": login})
            answers.add(tuple(sorted(wire.expect("error").items())))
            times[kind].append(time.perf_counter() - began)
        wire.close()
        self.assertEqual(len(answers), 1, "the answer tells known from unknown")
        return times["known"], times["unknown"]

    def test_known_and_unknown_names_take_the_same_time(self):
        """A real difference is there every time; chance is not: three unlikely results in a row are needed to fail. And the test itself is tested: a
        fifth of the time more must be noticed."""
        with LocalServer(login_failures=1000000, login_failures_per_login=1000000, login_failures_per_minute=1000000, **CHEAP) as server:
            for i in range(8):
                server.token(f"user{i}")
            results = []
            for _ in range(3):
                known, unknown = self.measure(server)
                results.append(kolmogorov_smirnov(known, unknown))
                if results[-1] > 0.01:
                    break
            middle = statistics.median(known)
            self.assertGreater(max(results), 0.01, f"medians {middle * 1e3:.3f} and {statistics.median(unknown) * 1e3:.3f} ms")
            self.assertLess(kolmogorov_smirnov(known, [x + middle * 0.2 for x in unknown]), 0.01)
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
