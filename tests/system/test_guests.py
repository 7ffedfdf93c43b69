"""Guests: a code on a slide lets forty strangers into one canvas, and no further; who guesses codes gets nowhere, and whoever has a right one still gets
in; and all ends when the facilitator says so, or by itself."""
import concurrent.futures
import hashlib
import os
import random
import socket
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import people  # noqa: E402
from local_server import LocalServer, wait_for  # noqa: E402
from wire import CODES, CONTEXT, ENUMS, HELLO, Wire  # noqa: E402

ROLE = ENUMS["Role"]
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


def far(server, address, timeout=20):
    """A connection from another address of this machine."""
    wire = Wire.__new__(Wire)
    wire.tcp = socket.create_connection(("127.0.0.1", server.port), timeout=timeout, source_address=(address, 0))
    wire.socket = CONTEXT.wrap_socket(wire.tcp, server_hostname="localhost")
    wire.input = b""
    return wire


def add_card(wire, opened, client_seq, base_seq, text="x"):
    wire.submit(client_seq, base_seq, {"card_create": {"id": opened["client"] << 32 | client_seq, "place": {"block": 1}, "text": text}})


class Case(unittest.TestCase):
    options = {}

    @classmethod
    def setUpClass(cls):
        cls.server = LocalServer(**cls.options)
        cls.addClassCleanup(cls.server.close)
        cls.server.token("olga")

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        assert code == 0, cls.server.log()[-6000:]

    def leader(self, canvas):
        """The owner, on the canvas."""
        wire = self.server.member("olga")
        wire.open(canvas)
        self.addCleanup(wire.close)
        return wire

    def canvas(self, **more):
        return self.server.canvas("olga", **more)

    def ask(self, wire, body, answer, **fields):
        wire.send({"request": 7, body: fields})
        while True:
            got = wire.either(answer, "error", but=("people", "status", "presence_update", "checkpoint", "ping", "lobby_update", "committed"))
            if got.get("request") == 7:
                if "error" in got:
                    raise AssertionError(f"{CODES[got['error']['code']]}: {got['error']['message']}")
                return got[answer]

    def open_session(self, wire, **fields):
        return self.ask(wire, "live_open", "live_session", **{"lobby": "OFF", **fields})

    def code(self, wire, **fields):
        return self.ask(wire, "code_create", "code_created", **fields)["code"]

    def guest(self, address="127.0.0.1"):
        wire = far(self.server, address)
        self.addCleanup(wire.close)
        wire.hello()
        return wire

    def knock(self, wire, code, name="Gus"):
        """Reads the notice and accepts it; what comes then."""
        wire.send({"request": 1, "login": {"code": code}})
        notice = wire.expect("guest_notice")
        wire.send({"request": 2, "login": {"code": code, "name": name, "accept_notice": notice["id"]}})
        return notice

    def join(self, code, name="Gus", address="127.0.0.1"):
        """A guest on the canvas, with logged_in and opened."""
        wire = self.guest(address)
        self.knock(wire, code, name)
        wire.logged_in = wire.expect("logged_in")
        wire.opened = wire.open(wire.logged_in["guest"]["canvas"], os.urandom(16))
        return wire

    def wrong(self, wire, code):
        wire.send({"request": 1, "login": {"code": code}})
        return wire.expect("error")


class Joining(Case):
    def test_a_guest_works_on_the_canvas_and_sees_nothing_else(self):
        canvas, other = self.canvas(title="Ours"), self.canvas(title="Another secret")
        self.server.token("mia")                                # a member who never was on this canvas
        leader = self.leader(canvas)
        self.open_session(leader, notice="We record this.")
        code = self.code(leader)
        self.assertRegex(code, f"^[{LETTERS}]{{4}}-[{LETTERS}]{{4}}$")
        wire = self.guest()
        notice = self.knock(wire, code.lower().replace("-", " "), "Gus Guest")
        self.assertEqual(notice["text"], "We record this.")
        self.assertEqual(notice["role"], ROLE["EDITOR"])
        logged_in = wire.expect("logged_in")
        self.assertEqual((logged_in["guest"]["canvas"], logged_in["guest"]["name"]), (canvas, "Gus Guest"))
        self.assertNotIn("workspaces", logged_in)
        opened = wire.open(canvas, os.urandom(16))
        names = {p["name"] for p in opened["people"]}
        self.assertEqual(names, {"Olga", "Gus Guest"})          # Mia is nobody's business
        told = [p for frame_ in [leader.expect("people", but=("presence_update",))] for p in frame_["people"]]
        self.assertEqual([(p["name"], p.get("guest", False)) for p in told], [("Gus Guest", True)])
        add_card(wire, opened, 1, 0)
        self.assertEqual(wire.expect("committed")["author"], opened["author"])
        for body, fields in (("canvas_list_request", {}), ("template_list_request", {}), ("device_list_request", {}), ("member_list_request", {}),
                             ("canvas_create", {"title": "x", "template": "bmc"}), ("invitation_create", {}), ("workspace_create", {"name": "x"}),
                             ("live_request", {}), ("code_create", {}), ("lobby_request", {}), ("access_request", {}), ("canvas_remove", {}),
                             ("password_change", {}), ("device_revoke", {"others": True}), ("certificate_add", {})):
            with self.subTest(body):
                wire.send({"request": 9, body: fields})
                self.assertEqual(CODES[wire.expect("error")["code"]], "NOT_FOUND")
        wire.send({"close": {}})
        for id_ in (other, os.urandom(16)):
            wire.send({"open": {"canvas": id_}})
            self.assertEqual(wire.refused("NOT_FOUND")["message"], "There is no such canvas, or you may not see it.")

    def test_coming_back_by_the_token(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader)
        wire = self.join(self.code(leader, uses=1))
        token = wire.logged_in["token"]
        wire.close()
        with self.server.wire() as again:
            logged_in = again.login(token=token)
            self.assertEqual(logged_in["guest"]["canvas"], canvas)
            self.assertEqual(again.open(canvas)["author"], wire.opened["author"])
        self.ask(leader, "live_close", "live_session")
        with self.server.wire() as over:
            over.send(HELLO, {"login": {"token": token}})
            over.expect("welcome")
            over.refused("ENDED")
        self.assertEqual(self.server.sql(f"SELECT count(*) FROM device WHERE token_hash = sha256('{token}'::bytea)"), "0")

    def test_the_end_of_a_session(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader)
        guests = [self.join(self.code(leader), f"Gus {i}") for i in range(3)]
        add_card(guests[0], guests[0].opened, 1, 0, "mine")
        guests[0].expect("committed")
        live = self.ask(leader, "live_close", "live_session")
        self.assertFalse(live.get("open", False))
        self.assertEqual(live["guests"], 3)
        for guest in guests:
            last = guest.ended()[-1]["error"]
            self.assertEqual((CODES[last["code"]], last["fatal"]), ("ENDED", True))
            self.assertIn("The facilitator has ended this session.", last["message"])
        with self.server.member("olga") as wire:
            opened = wire.open(canvas)
            self.assertEqual(opened["head_seq"], 1)                             # what was written stays, under its name
            self.assertIn({"author": guests[0].opened["author"], "name": "Gus 0", "guest": True}, opened["people"])

    def test_it_ends_by_itself(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader, valid_s=3)
        code = self.code(leader)
        guest = self.join(code)
        last = guest.ended()[-1]["error"]
        self.assertEqual(CODES[last["code"]], "ENDED")
        self.assertIn("time of this session is over", last["message"])
        self.assertEqual(CODES[self.wrong(self.guest("127.0.9.1"), code)["code"]], "DENIED")
        self.assertFalse(self.ask(leader, "live_request", "live_session").get("open", False))
        self.open_session(leader)                                               # there is room for the next

    def test_revoking_a_code_ends_those_who_came_by_it(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader)
        first, second = self.code(leader, label="slide"), self.code(leader, label="mail")
        a, b = self.join(first, "A"), self.join(second, "B")
        live = self.ask(leader, "code_revoke", "live_session", number=1)
        self.assertEqual([(c["number"], c["label"], c.get("revoked", False), c["used"]) for c in live["codes"]],
                         [(2, "mail", False, 1), (1, "slide", True, 1)])
        last = a.ended()[-1]["error"]
        self.assertEqual(CODES[last["code"]], "ENDED")
        self.assertIn("withdrawn the code", last["message"])
        b.alive()
        with self.server.wire() as again:
            again.send(HELLO, {"login": {"token": a.logged_in["token"]}})
            again.expect("welcome")
            again.refused("ENDED")
        self.join(second, "C")

    def test_all_codes_that_let_nobody_in_are_answered_alike(self):
        """The same bytes, not before 300 ms: never given, used up, revoked, expired, closed."""
        canvas, closed = self.canvas(), self.canvas()
        leader, other = self.leader(canvas), self.leader(closed)
        self.open_session(leader)
        self.open_session(other)
        codes = {"full": self.code(leader, uses=1), "revoked": self.code(leader), "closed": self.code(other), "expired": self.code(leader, valid_s=1),
                 "unknown": "WDJB-MJHT", "no code": "AAAA", "long": "B" * 200}
        self.join(codes["full"], address="127.0.2.9")
        self.ask(leader, "code_revoke", "live_session", number=2)
        self.ask(other, "live_close", "live_session")
        wait_for(lambda: self.server.sql("SELECT count(*) FROM join_code WHERE expires_ms < extract(epoch FROM now()) * 1000") != "0", "a code to expire")
        answers = {}
        for i, (name, code) in enumerate(codes.items()):
            for more in ({}, {"name": "Gus", "accept_notice": b"0123456789abcdef"}):
                wire = self.guest(f"127.0.2.{i + 1}")
                began = time.monotonic()
                wire.send({"request": 1, "login": {"code": code, **more}})
                answers[name, bool(more)] = wire.receive()
                self.assertGreaterEqual(time.monotonic() - began, 0.3, name)
                wire.alive()
        self.assertEqual({str(a) for a in answers.values()}, {str(answers["unknown", False])})
        self.assertEqual(CODES[answers["unknown", False]["error"]["code"]], "DENIED")

    def test_pseudonyms_are_chosen_before(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader, pseudonyms=True, role="COMMENTER")
        code = self.code(leader)
        guests = [self.join(code, f"Wilhelmina {i}") for i in range(2)]
        self.assertEqual([g.logged_in["guest"]["name"] for g in guests], ["Guest 1", "Guest 2"])
        self.assertEqual(guests[0].logged_in["guest"]["role"], ROLE["COMMENTER"])
        dump = self.server.postgres.run("pg_dump", "-h", self.server.postgres.data, "-U", "cocanvas", self.server.database)
        self.assertFalse("Wilhelmina" in dump or "Wilhelmina" in self.server.log())

    def test_no_secret_is_in_the_database(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader)
        code = self.code(leader)
        guest = self.join(code)
        dump = self.server.postgres.run("pg_dump", "-h", self.server.postgres.data, "-U", "cocanvas", self.server.database)
        for secret in (code, code.replace("-", ""), guest.logged_in["token"], hashlib.sha256(code.encode()).hexdigest(),
                       hashlib.sha256(code.replace("-", "").encode()).hexdigest()):
            self.assertFalse(secret in dump or secret in self.server.log())     # not assertNotIn, which would print it all
        self.assertEqual(os.stat(self.server.state_path("code-secret")).st_mode & 0o777, 0o600)

    def test_a_notice_is_accepted_as_it_was_shown(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader, notice="Confidential.")
        code = self.code(leader)
        wire = self.guest()
        wire.send({"request": 1, "login": {"code": code, "name": "Gus", "accept_notice": b"0123456789abcdef"}})
        notice = wire.expect("guest_notice")                    # something else was accepted
        self.assertEqual(self.server.sql("SELECT count(*) FROM guest WHERE false"), "0")
        wire.send({"request": 2, "login": {"code": code, "name": " ", "accept_notice": notice["id"]}})
        wire.refused("MALFORMED")
        wire.send({"request": 2, "login": {"code": code, "name": "Gus", "accept_notice": notice["id"]}})
        wire.expect("logged_in")
        self.ask(leader, "live_close", "live_session")
        self.open_session(leader, notice="Confidential, and recorded.")
        code = self.code(leader)
        late = self.guest()
        late.send({"request": 2, "login": {"code": code, "name": "Gus", "accept_notice": notice["id"]}})
        self.assertEqual(late.expect("guest_notice")["text"], "Confidential, and recorded.")

    def test_one_session_of_a_canvas(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        leader.send({"request": 1, "code_create": {}})
        leader.refused("NOT_FOUND")
        leader.send({"request": 1, "live_close": {}})
        leader.refused("NOT_FOUND")
        self.open_session(leader)
        leader.send({"request": 1, "live_open": {}})
        leader.refused("CONFLICT")
        for fields in ({"valid_s": 12 * 3600 + 1}, {"role": "FACILITATOR"}, {"role": 9}):
            leader.send({"request": 1, "live_open": fields})
            leader.refused("MALFORMED")
        leader.send({"request": 1, "live_open": {"notice": "x" * 4001}})
        leader.refused("BAD_TEXT")
        for fields, code in (({"uses": 1001}, "MALFORMED"), ({"label": "x" * 65}, "BAD_TEXT"), ({"label": "a\nb"}, "BAD_TEXT")):
            leader.send({"request": 1, "code_create": fields})
            leader.refused(code)
        leader.send({"request": 1, "code_revoke": {"number": 5}})
        leader.refused("NOT_FOUND")
        leader.alive()

    def test_the_last_seat_goes_to_one(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader)
        code = self.code(leader, uses=3)
        wires = [self.guest(f"127.0.3.{i + 1}") for i in range(8)]
        for wire in wires:
            wire.send({"request": 1, "login": {"code": code}})
        notices = [wire.expect("guest_notice")["id"] for wire in wires]
        for wire, notice in zip(wires, notices):
            wire.send({"request": 2, "login": {"code": code, "name": "Gus", "accept_notice": notice}})
        got = [next(k for k in ("logged_in", "error") if k in f) for f in (wire.either("logged_in", "error") for wire in wires)]
        self.assertEqual(sorted(got), ["error"] * 5 + ["logged_in"] * 3)
        self.assertEqual(self.ask(leader, "live_request", "live_session")["codes"][0]["used"], 3)

    def test_typos_of_a_workshop_behind_one_address(self):
        """Each who gets in makes up for one wrong code, so thirteen typos among forty people keep nobody out."""
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader)
        code, address, wrong = self.code(leader), "127.0.6.1", 0
        for i in range(40):
            if i % 3 == 2:
                self.assertEqual(CODES[self.wrong(self.guest(address), "WDJB-MJHT")["code"]], "DENIED", i)
                wrong += 1
            self.join(code, f"Gus {i}", address)
        self.assertEqual(wrong, 13)
        self.assertEqual(CODES[self.wrong(self.guest(address), code)["code"]], "DENIED")       # the forty are in: the code is used up

    def test_a_guest_who_is_removed(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader)
        guest = self.join(self.code(leader))
        self.ask(leader, "member_set", "member_changed", author=guest.opened["author"], role="VIEWER")
        self.assertEqual(guest.expect("role_changed"), {"role": ROLE["VIEWER"]})        # and no word about workspaces
        self.ask(leader, "member_set", "member_changed", author=guest.opened["author"], role="NONE")
        last = guest.ended()[-1]["error"]
        self.assertEqual(CODES[last["code"]], "ENDED")
        self.assertIn("over for you", last["message"])


class Lobby(Case):
    def waiting(self, wire):
        return [(g["name"], g["number"]) for g in wire.expect("lobby_update").get("waiting", [])]

    def test_admit_and_deny(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader, lobby="ON")
        code = self.code(leader, uses=2)
        guests = {}
        for name in ("Ann", "Ben", "Cem", "Dan"):
            guests[name] = self.guest()
            self.knock(guests[name], code, name)
            guests[name].expect("waiting")
            told = self.waiting(leader)
            self.assertEqual(told[-1][0], name)
        numbers = dict(told)
        guests["Ann"].alive()
        guests["Ann"].send({"request": 3, "open": {"canvas": canvas}})
        guests["Ann"].refused("UNEXPECTED")
        late = self.server.member("olga")                       # another facilitator finds them waiting
        self.addCleanup(late.close)
        late.send({"open": {"canvas": canvas}})
        update = late.expect("lobby_update", but=("opened", "snapshot", "people", "presence_update"))
        self.assertEqual([g["name"] for g in update["waiting"]], ["Ann", "Ben", "Cem", "Dan"])
        self.ask(leader, "lobby_decide", "lobby_update", guest=numbers["Ben"], admit=False)
        last = guests["Ben"].ended()[-1]["error"]
        self.assertEqual((CODES[last["code"]], last["fatal"]), ("DENIED", True))
        guests["Dan"].close()
        while len(self.waiting(leader)) != 2:                   # Dan is gone: that is told, too
            pass
        self.ask(leader, "lobby_decide", "lobby_update", guest=numbers["Ann"], admit=True)
        logged_in = guests["Ann"].expect("logged_in")
        self.assertEqual(guests["Ann"].open(logged_in["guest"]["canvas"])["role"], ROLE["EDITOR"])
        leader.send({"request": 5, "lobby_decide": {"guest": numbers["Ann"], "admit": True}})
        leader.either("error", but=("lobby_update", "people", "presence_update"))
        self.assertEqual(self.ask(leader, "live_request", "live_session")["codes"][0]["used"], 1)      # those who only wait use nothing up
        update = self.ask(leader, "lobby_decide", "lobby_update", all=True, admit=True)
        self.assertEqual(update.get("waiting", []), [])
        guests["Cem"].expect("logged_in")

    def test_confidential_canvases_have_one(self):
        canvas = self.canvas()
        leader = self.server.member("olga")
        self.addCleanup(leader.close)
        opened = leader.open(canvas, os.urandom(16))
        self.assertFalse(self.ask(leader, "live_open", "live_session").get("lobby", False))
        self.ask(leader, "live_close", "live_session")
        leader.submit(1, 0, {"prop_set": {"key": "confidential", "value": {"text": "yes"}}})
        leader.expect("committed")
        self.assertTrue(self.ask(leader, "live_open", "live_session")["lobby"])
        self.assertIsNotNone(opened)

    def test_closing_sends_those_who_wait_away(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader, lobby="ON")
        guest = self.guest()
        self.knock(guest, self.code(leader))
        guest.expect("waiting")
        self.ask(leader, "live_close", "live_session")
        self.assertEqual(CODES[guest.ended()[-1]["error"]["code"]], "ENDED")

    def test_silence_in_the_lobby_is_no_reason_to_end(self):
        """A guest who waits is pinged like a member, and not thrown out like a stranger."""
        with LocalServer(login_timeout_ms=1000, ping_ms=500) as server:
            server.token("olga")
            canvas = server.canvas("olga")
            with server.member("olga") as leader, server.wire() as guest:
                leader.open(canvas)
                self.open_session(leader, lobby="ON")
                code = self.code(leader)
                guest.hello()
                self.knock(guest, code)
                guest.expect("waiting")
                for _ in range(4):
                    ping = guest.expect("ping", but=())
                    guest.send({"pong": {"nonce": ping["nonce"]}})
                guest.alive()
            self.assertEqual(server.stop(), 0, server.log()[-6000:])


class Guessing(Case):
    options = {"login_timeout_ms": 60000}

    def guess(self, address, codes, answers):
        """One after the other, over one connection."""
        wire = far(self.server, address, timeout=60)
        wire.hello()
        for code in codes:
            answers[address].append(CODES[self.wrong(wire, code)["code"]])
        wire.close()

    def test_ten_thousand_wrong_codes_from_two_hundred_addresses(self):
        canvas = self.canvas()
        leader = self.leader(canvas)
        self.open_session(leader)
        code = self.code(leader, uses=60)
        for i in range(20):                                     # a workshop behind one address: right codes do not count
            self.join(code, f"Early {i}", "127.0.5.1")
        addresses = [f"127.1.{i // 100}.{i % 100 + 1}" for i in range(200)]
        answers = {address: [] for address in addresses}
        rng = random.Random(1)
        guesses = {address: ["".join(rng.choice(LETTERS) for _ in range(8)) for _ in range(50)] for address in addresses}
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            jobs = [pool.submit(self.guess, address, guesses[address], answers) for address in addresses]
            crowded = leader.expect("lobby_update", but=("people", "presence_update", "ping", "checkpoint"))
            self.assertTrue(crowded["crowded"])                 # the facilitator is warned …
            late = []
            for i in range(20):                                 # … and the workshop goes on, through the lobby
                wire = self.guest("127.0.5.1")
                self.knock(wire, code, f"Late {i}")
                wire.expect("waiting")
                late.append(wire)
            self.ask(leader, "lobby_decide", "lobby_update", all=True, admit=True)
            for wire in late:
                self.assertEqual(wire.expect("logged_in")["guest"]["canvas"], canvas)
            self.server.member("olga").close()
            for job in jobs:
                job.result()
        minutes = (time.monotonic() - began) / 60
        self.assertEqual(sum(map(len, answers.values())), 10000)
        for address, got in answers.items():
            self.assertLessEqual(set(got), {"DENIED", "BUSY"}, address)
            self.assertLessEqual(got.count("DENIED"), 5 + 5 * minutes + 1, address)
            self.assertGreaterEqual(got.count("DENIED"), 5, address)
        self.assertEqual(self.server.log().count("wrong join codes come by the hundred"), 1)
        self.assertEqual(self.ask(leader, "live_request", "live_session")["guests"], 40)


class CommandLine(people.Case):
    """What is typed, and how it ends."""

    def setUp(self):
        self.canvas = f"Bakery {self.id().rsplit('.', 1)[1]}"
        self.owner.ok("new", "bmc", self.canvas)

    def stranger(self):
        person = people.Person(self.server, "guest", "Gus")
        self.addCleanup(person.leave)
        return person

    def code(self, *words):
        made = self.owner.json("code", "create", self.canvas, *words)[0]
        return made["code"], made["link"]

    def at(self):
        return f"127.0.0.1:{self.server.port}"

    def test_join_and_work(self):
        self.owner.ok("session", "open", self.canvas, "--notice", "We record this.", "--minutes", "60")
        code, link = self.code()
        self.assertRegex(link, f"^cocanvas://127.0.0.1:{self.server.port}/j/{code}[?]p=[a-z2-7]{{52}}$")
        gus = self.stranger()
        self.fails(2, gus.run("join", link, "--name", "Gus", "--plain"), "We record this.*(\n.*)*has to be accepted")
        run = gus.open("join", link, "--name", "Gus", "--accept-notice", "--plain")
        run.wait_line("We record this")
        run.wait_line("You are in, as Gus")
        run.wait_line("you are in. Type help")
        run.say("add channels Market stall")
        run.wait_line("Saved")
        run.say("quit")
        self.assertEqual(run.ends(), 0)
        again = gus.open("join", code.lower().replace("-", " "), "--server", link, "--plain")      # the same seat, no questions
        again.wait_line("you are in. Type help")
        status = self.owner.json("session", "status", self.canvas)[0]
        self.assertEqual((status["guests"], status["codes"][0]["used"], status["lobby"]), (1, 1, False))
        self.assertIn("Market stall", self.owner.ok("show", self.canvas).out)
        self.owner.ok("session", "close", self.canvas)
        again.wait_any("The facilitator has ended this session")
        self.assertEqual(again.ends(), 3)
        self.fails(3, gus.run("join", link, "--name", "Gus", "--accept-notice", "--plain"), "This code lets nobody in")
        self.assertIn("Not open for guests", self.owner.ok("session", "status", self.canvas).err)
        self.assertEqual(oct(os.stat(gus.file(".local", "state", "cocanvas")).st_mode & 0o777), "0o700")

    def test_typos_and_codes_that_are_over(self):
        self.owner.ok("session", "open", self.canvas)
        first, link = self.code("--uses", "1")
        gus = self.stranger()
        join = lambda *words: gus.run("join", *words, "--name", "Gus", "--plain", stdin="quit\n")      # noqa: E731
        self.fails(2, join("WDJB-MJH", "--server", self.at()), "A code has 8 letters, such as WDJB-MJHT; this one has 7")
        self.fails(2, join("WDJB-MJH0", "--server", self.at()), "\"0\" is in no code")
        self.fails(2, join("WDJB-MJHT"), "On which server")
        self.fails(2, join(link[:-3]), "copy the whole link")
        self.fails(2, join("cocanvas://x/i/abcdefghijklmnopqrstuvwxya"), "cocanvas login")
        self.fails(2, gus.run("login", link), "cocanvas join")
        self.fails(2, gus.run("join", link), "The interface needs a terminal")
        self.fails(3, join("WDJB-MJHT", "--server", link), "This code lets nobody in")
        self.assertEqual(join(link).code, 0)
        self.fails(3, self.stranger().run("join", link, "--name", "Late", "--plain"), "This code lets nobody in")        # full
        _, second = self.code()
        self.owner.ok("code", "revoke", self.canvas, "2")
        self.fails(3, join(second), "This code lets nobody in")
        self.fails(2, self.owner.run("code", "revoke", self.canvas, "x"), "named by its number")
        self.fails(3, self.owner.run("code", "revoke", self.canvas, "77"), "no such code")
        self.fails(5, self.owner.run("session", "open", self.canvas), "open already")
        self.fails(2, self.owner.run("session", "open", self.canvas, "--role", "owner"), "viewer, commenter or editor")
        self.assertEqual([c["state"] for c in self.owner.json("code", "list", self.canvas)[0]["codes"]], ["revoked", "used up"])
        self.owner.ok("session", "close", self.canvas)
        self.fails(3, self.owner.run("session", "close", self.canvas), "No session of this canvas is open")
        self.fails(3, self.owner.run("code", "create", self.canvas), "Open one first")
        self.assertNotIn(first, self.server.log())

    def test_lobby(self):
        self.owner.ok("session", "open", self.canvas, "--lobby", "--pseudonyms")
        _, link = self.code()
        runs = [self.stranger().open("join", link, "--name", name, "--plain") for name in ("Ann Anders", "Ben Bolt")]
        for run in runs:
            run.wait_line("You are in the lobby")
        names = {g["name"] for g in self.owner.json("lobby", "list", self.canvas)[0]["waiting"]}
        self.assertEqual(names, {"Ann Anders", "Ben Bolt"})
        self.fails(3, self.owner.run("lobby", "admit", self.canvas, "Zoe"), "Nobody of that name")
        self.fails(2, self.owner.run("lobby", "admit", self.canvas), "Say who")
        self.assertIn("is let in", self.owner.ok("lobby", "admit", self.canvas, "ann").out)
        runs[0].wait_line("You are in, as Guest 1")
        self.assertIn("is sent away", self.owner.ok("lobby", "deny", self.canvas, "ben").out)
        runs[1].wait_any("did not let you in")
        self.assertEqual(runs[1].ends(), 3)
        runs[0].say("quit")
        self.assertEqual(runs[0].ends(), 0)
        self.owner.ok("session", "close", self.canvas)

    def test_on_a_terminal(self):
        """Notice, name, the canvas; and the end, told on the screen."""
        self.owner.ok("session", "open", self.canvas, "--notice", "We record this.")
        _, link = self.code()
        gus = self.stranger()
        shown = people.OnTerminal([people.PROGRAM, "join", link], gus.environment(TERM="xterm-256color", LINES="30", COLUMNS="110"))
        shown.wait_text("We record this")
        shown.wait_text("Do you accept this")
        shown.type("yes\n")
        shown.wait_text("Your name")
        shown.type("Gus\n")
        shown.wait_text("Bakery")
        wait_for(lambda: self.owner.json("session", "status", self.canvas)[0]["guests"] == 1, "Gus to be in")
        shown.wait_text("Key Partners")
        self.owner.ok("session", "close", self.canvas)
        shown.wait_text("has ended this session")
        shown.type("q")
        self.assertEqual(shown.ends(), 0)

    def test_who_does_not_accept_does_not_join(self):
        self.owner.ok("session", "open", self.canvas, "--notice", "We record this.")
        _, link = self.code()
        gus = self.stranger()
        shown = people.OnTerminal([people.PROGRAM, "join", link], gus.environment())
        shown.wait_text("Do you accept this")
        shown.type("no\n")
        self.assertEqual(shown.ends(), 130)
        status = self.owner.json("session", "status", self.canvas)[0]
        self.assertEqual((status["guests"], status["codes"][0]["used"]), (0, 0))
        self.owner.ok("session", "close", self.canvas)

    def test_a_qr_code_on_a_terminal(self):
        self.owner.ok("session", "open", self.canvas)
        shown = people.OnTerminal([people.PROGRAM, "code", "create", self.canvas, "--qr", "--color", "never"], self.owner.environment())
        self.assertEqual(shown.ends(), 0)
        rows = [line for line in shown.text.splitlines() if "\u2588" in line]
        self.assertGreater(len(rows), 15)
        self.assertEqual(len({len(row) for row in rows}), 1)
        self.owner.ok("session", "close", self.canvas)


if __name__ == "__main__":
    unittest.main()
