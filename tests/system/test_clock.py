"""A daemon whose clock jumps by a day, forwards and back, while a guest works: what ends, and when, is the database's to say, which also made the times.
Needs a daemon that was built with COCANVAS_FAULTS; with another one there is nothing to see."""
import os
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer, wait_for  # noqa: E402
from wire import CODES  # noqa: E402

DAY_MS = 86400000
NOISE = ("people", "status", "presence_update", "checkpoint", "ping", "lobby_update", "committed")


class Clock(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        handle, cls.file = tempfile.mkstemp()
        os.close(handle)
        cls.addClassCleanup(os.unlink, cls.file)
        cls.jump(0)
        cls.server = LocalServer(environment={"COCANVAS_FAULT_CLOCK": cls.file})
        cls.addClassCleanup(cls.server.close)
        cls.server.token("olga")
        cls.jump(7 * DAY_MS)
        faulty = abs(cls.clock() - time.time() * 1000 - 7 * DAY_MS) < DAY_MS
        cls.jump(0)
        if not faulty:
            raise unittest.SkipTest("the daemon was built without COCANVAS_FAULTS")

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        assert code == 0, cls.server.log()[-6000:]

    @classmethod
    def jump(cls, ms):
        with open(cls.file + ".new", "w", encoding="ascii") as f:
            f.write(f"{ms}\n")
        os.rename(cls.file + ".new", cls.file)

    @classmethod
    def clock(cls):
        """What the daemon says that it is."""
        with cls.server.wire() as wire:
            return wire.hello()["now_ms"]

    def ask(self, wire, body, answer, **fields):
        wire.send({"request": 7, body: fields})
        got = wire.either(answer, "error", but=NOISE)
        self.assertNotIn("error", got)
        return got[answer]

    def leader(self, canvas):
        wire = self.server.member("olga")
        self.addCleanup(wire.close)
        wire.open(canvas)
        return wire

    def guest(self, code):
        wire = self.server.wire()
        self.addCleanup(wire.close)
        wire.hello()
        wire.send({"request": 1, "login": {"code": code}})
        got = wire.either("guest_notice", "error")
        if "error" in got:
            return CODES[got["error"]["code"]]
        wire.send({"request": 2, "login": {"code": code, "name": "Gus", "accept_notice": got["guest_notice"]["id"]}})
        wire.logged_in = wire.expect("logged_in")
        wire.opened = wire.open(wire.logged_in["guest"]["canvas"], os.urandom(16))
        wire.client_seq, wire.seq = 0, wire.opened.get("head_seq", 0)
        return wire

    def work(self, wire, shown_ms):
        """For three of the worker's ticks; what is written meanwhile bears the daemon's time."""
        end = time.monotonic() + 3
        while time.monotonic() < end:
            wire.client_seq += 1
            wire.submit(wire.client_seq, wire.seq, {"card_create": {"id": wire.opened["client"] << 32 | wire.client_seq, "place": {"block": 1}, "text": "x"}})
            batch = wire.expect("committed", but=[n for n in NOISE if n != "committed"])
            wire.seq = batch["seq"]
            self.assertLess(abs(batch["time_ms"] - time.time() * 1000 - shown_ms), DAY_MS / 2)
            time.sleep(0.05)

    def redeem(self, token, login):
        with self.server.wire() as wire:
            wire.hello()
            wire.send({"request": 3, "login": {"invitation": token, "login": login, "name": "New", "password": "a long enough password"}})
            return "logged_in" in wire.either("logged_in", "error")

    def test_nobody_is_thrown_out_and_nothing_comes_back(self):
        canvas = self.server.canvas("olga")
        leader = self.leader(canvas)
        self.ask(leader, "live_open", "live_session", lobby="OFF", valid_s=3600)
        good = self.ask(leader, "code_create", "code_created")["code"]
        short = self.ask(leader, "code_create", "code_created", valid_s=1)["code"]
        olga = self.server.wire()
        self.addCleanup(olga.close)
        workspace = olga.login(token=self.server.token("olga"))["workspaces"][0]["id"]
        old = self.ask(olga, "invitation_create", "invitation_created", workspace=workspace, valid_s=1)["token"]
        guest = self.guest(good)
        for wire in (leader, guest):
            self.assertNotIsInstance(wire, str)
        wait_for(lambda: self.server.sql("SELECT (SELECT count(*) FROM join_code WHERE expires_ms < extract(epoch FROM now()) * 1000) +"
                                         " (SELECT count(*) FROM invitation WHERE expires_ms < extract(epoch FROM now()) * 1000 AND used = 0)") == "2", "both to expire")
        for n, jump in enumerate((DAY_MS, -DAY_MS, 0, 365 * DAY_MS)):
            with self.subTest(jump=jump):
                self.jump(jump)
                self.work(guest, jump)
                self.assertEqual(self.guest(short), "DENIED")           # its second is over
                self.assertFalse(self.redeem(old, f"late{n}"))
                self.assertNotIsInstance(self.guest(good), str)         # its hour is not
                self.ask(leader, "live_request", "live_session")        # a device's session goes on, and its token is good
                self.server.member("olga").close()
                made = self.ask(olga, "invitation_create", "invitation_created", workspace=workspace, valid_s=60)
                self.assertLess(abs(made["expires_ms"] / 1000 - time.time() - 60), 30)
                self.assertTrue(self.redeem(made["token"], f"new{n}"))


if __name__ == "__main__":
    unittest.main()
