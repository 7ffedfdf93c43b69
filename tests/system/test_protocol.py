"""Bad input of every kind, over TLS, to the real daemon: each is refused in its own way, the session stays usable where that is promised (P8), nobody
learns what is not theirs (P9), nothing from the wire is believed (P10); and after all of it the state is the same for everyone and after a restart (P1 to P5)."""
import os
import re
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer  # noqa: E402
from wire import CODES, ENUMS, HELLO, MESSAGES, Closed, encode, decode, frame, tag, varint  # noqa: E402

FRAME_MAX, FRAME_MAX_IMPORT = 1 << 20, 9 << 20


def read_table():
    """{message: states} of the table of messages, as the program prints it; unit.test_dispatch says what has to stand there."""
    printed = subprocess.run([os.environ["COCANVASD"], "--rights-markdown"], capture_output=True, check=True).stdout.decode()
    return {name: set(states.split(", ")) for name, states in re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \| [^|]*\|(?: [ •]? ?\|){6} [0-9`]", printed, re.M)}


SERVED_IN = read_table()
BODIES = [name for name in MESSAGES["Frame"] if name != "request"]


def setUpModule():
    global server
    server = LocalServer(room_log_batches=64, room_log_bytes=65536, snapshot_batches=40)


def tearDownModule():
    code = server.stop()
    log = server.log()
    server.close()
    assert code == 0, f"the daemon ended with {code}:\n{log[-6000:]}"


class Editor:
    """A writer on a canvas: a connection, its number, its counters."""

    def __init__(self, canvas, name="ann", client_id=None):
        self.wire = server.member(name)
        self.client_id = client_id or os.urandom(16)
        opened = self.wire.open(canvas, self.client_id)
        self.state = decode("CanvasState", opened["state"])
        self.client, self.seq, self.sent = opened["client"], opened.get("head_seq", 0), opened.get("acked_client_seq", 0)
        self.counter = opened.get("last_object", 0)
        self.block = self.state["blocks"][0]["id"]

    def new_id(self):
        self.counter += 1
        return self.client << 32 | self.counter

    def submit(self, *ops, base=None, **more):
        self.sent += 1
        self.wire.submit(self.sent, self.seq if base is None else base, *ops, **more)

    def edit(self, *ops, **more):
        """A batch that is accepted."""
        self.submit(*ops, **more)
        committed = self.wire.expect("committed")
        self.seq = committed["seq"]
        return committed

    def card(self, text="a card"):
        card = self.new_id()
        self.edit({"card_create": {"id": card, "place": {"block": self.block}, "text": text}})
        return card

    def rejected(self, code, *ops, **more):
        """A batch that is rejected, after which the next one is accepted."""
        self.submit(*ops, **more)
        reject = self.wire.expect("reject")
        assert CODES[reject["code"]] == code, f"expected {code}, got {CODES[reject['code']]}: {reject.get('detail')}"
        assert reject["client_seq"] == self.sent and len(reject["detail"]) > 10, reject
        self.edit({"prop_set": {"object": 0, "key": "note", "value": {"text": str(self.sent)}}})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.wire.close()


def history(canvas):
    """All that was ever committed, as bytes."""
    with server.member() as wire:
        wire.open(canvas)
        committed, last = [], False
        wire.send({"request": 9, "history_request": {"from_seq": 1}})
        while not last:
            page = wire.expect("history_page", but=("people", "status", "presence_update", "checkpoint", "committed"))
            committed += page.get("committed", [])
            last = page.get("last", False)
        return committed


class Frames(unittest.TestCase):
    def test_longer_than_allowed_before_login(self):
        with server.wire() as wire:
            wire.send_bytes(struct.pack(">I", 4097))
            wire.refused("TOO_LARGE", fatal=True)
            self.assertEqual(wire.ended(), [])

    def test_longer_than_allowed_after_login(self):
        with server.member() as wire:
            wire.send_bytes(struct.pack(">I", FRAME_MAX_IMPORT + 1))
            wire.refused("TOO_LARGE", fatal=True)
        with Editor(server.canvas()) as editor:
            editor.wire.send_bytes(struct.pack(">I", FRAME_MAX + 1))
            editor.wire.refused("TOO_LARGE", fatal=True)

    def test_longest_length_of_all(self):
        with server.wire() as wire:
            wire.send_bytes(b"\xff\xff\xff\xff")
            wire.refused("TOO_LARGE", fatal=True)

    def test_longer_than_its_message_allows(self):
        with Editor(server.canvas()) as editor:
            for body in (b"\0" * 300000, b"x" * (FRAME_MAX - 8)):
                editor.wire.send(tag(MESSAGES["Frame"]["submit"][0], 2) + varint(len(body)) + body)
                editor.wire.refused("TOO_LARGE")
            editor.wire.send({"presence": {"key": "k" * 2000}})
            editor.wire.refused("TOO_LARGE")
            editor.card()

    def test_byte_by_byte(self):
        with server.wire() as wire:
            for byte in frame(HELLO):
                wire.send_bytes(bytes([byte]))
            wire.expect("welcome")

    def test_cut_off(self):
        for size in (1, 3, 4, 5, 20):
            with server.wire() as wire:
                wire.send_bytes(frame({"login": {"token": "x" * 100}})[:size])
        with server.member() as wire:
            wire.alive()

    def test_unknown_and_empty(self):
        with server.member() as wire:
            for body in (b"", varint(8) + varint(7), tag(999, 2) + varint(3) + b"abc", tag(60, 0) + b"\1"):
                wire.send(body)
                wire.refused("UNKNOWN_MESSAGE")
            wire.alive()

    def test_request_number_comes_back(self):
        with server.member() as wire:
            wire.send({"request": 77, "template_list_request": {"id": "no-such-template"}})
            self.assertEqual(wire.either("error")["request"], 77)

    def test_garbage(self):
        submit, opening = MESSAGES["Frame"]["submit"][0], MESSAGES["Frame"]["open"][0]
        with server.member() as wire:
            for body in (tag(opening, 2) + varint(50) + b"short", tag(opening, 0) + b"\1", tag(opening, 2) + b"\xff" * 12,
                         tag(opening, 2) + varint(2) + b"\x0b\x0c", b"\xff" * 64, tag(opening, 3) * 1000,
                         encode("Frame", {"open": {"canvas": b"x" * 16}, "close": {}}),
                         encode("Frame", {"open": {"canvas": b"x" * 16}}) * 2):
                wire.send(body)
                error = wire.expect("error")
                self.assertIn(CODES[error["code"]], ("MALFORMED", "UNKNOWN_MESSAGE"))
                self.assertFalse(error.get("fatal", False))
            wire.alive()
        with Editor(server.canvas()) as editor:
            for body in (b"\xff\xff\xff", tag(4, 2) + varint(100) + b"x", tag(4, 2) + varint(2) + tag(1, 2) + b"\x7f"):
                editor.wire.send(tag(submit, 2) + varint(len(body)) + body)
                self.assertEqual(CODES[editor.wire.expect("error")["code"]], "MALFORMED")
            editor.card()

    def test_bombs(self):
        """Small frames that would become large objects, or deep ones."""
        with Editor(server.canvas()) as editor:
            op = tag(4, 2) + varint(0)
            batch = encode("Submit", {"client_seq": 1}) + op * 130000
            editor.wire.send(tag(MESSAGES["Frame"]["submit"][0], 2) + varint(len(batch)) + batch)
            self.assertIn(CODES[editor.wire.expect("reject")["code"]], ("TOO_LARGE", "BAD_OP"))
            nested = b""
            for _ in range(2000):
                nested = tag(1, 2) + varint(len(nested)) + nested
            editor.wire.send(tag(MESSAGES["Frame"]["presence"][0], 2) + varint(min(len(nested), 900)) + nested[:900])
            editor.wire.refused("MALFORMED")
            editor.wire.alive()
        with server.member() as wire:
            for state in (tag(4, 2) + varint(0), tag(3, 2) + varint(0), tag(4, 2) + varint(2) + tag(8, 0) + b"\1",
                          tag(4, 2) + varint(6) + tag(8, 2) + varint(4) + b"\1" * 4):
                wire.send({"request": 3, "canvas_create": {"state": state * (6000000 // len(state))}})
                self.assertNotEqual(CODES[wire.expect("error")["code"]], "OK")
            wire.alive()


class States(unittest.TestCase):
    """Every message in every state (P8). The bodies are empty: what is let through is refused by its handler, or served."""

    def check(self, wire, state, then):
        self.assertGreater(len(SERVED_IN), 15)
        for body in BODIES:
            if state in SERVED_IN.get(body, ()):
                continue
            wire.send({body: b""})
            got = wire.expect("error")
            self.assertEqual(CODES[got["code"]], "UNEXPECTED", body)
            self.assertFalse(got.get("fatal", False))
        then()

    def test_before_hello(self):
        with server.wire() as wire:
            self.check(wire, "new", wire.hello)

    def test_before_login(self):
        with server.wire() as wire:
            wire.hello()
            self.check(wire, "greeted", wire.alive)

    def test_ready(self):
        with server.member() as wire:
            self.check(wire, "ready", wire.alive)

    def test_open(self):
        with Editor(server.canvas()) as editor:
            self.check(editor.wire, "open", editor.card)

    def test_closed_again(self):
        canvas = server.canvas()
        with Editor(canvas) as editor:
            editor.card()
            editor.wire.send({"close": {}})
            self.check(editor.wire, "ready", editor.wire.alive)
            self.assertEqual(editor.wire.open(canvas, editor.client_id)["acked_client_seq"], 1)

    def test_versions(self):
        with server.wire() as wire:
            wire.send({"hello": {"proto_min": 2, "proto_max": 9}})
            wire.refused("VERSION", fatal=True)

    def test_one_flight(self):
        """Hello, Login and Open at once, on canvases of every worker."""
        token = server.token("ann")
        for _ in range(6):
            canvas = server.canvas()
            with server.wire() as wire:
                wire.send(HELLO, {"login": {"token": token}}, {"open": {"canvas": canvas}}, {"ping": {"nonce": 5}})
                for body in ("welcome", "logged_in", "opened", "snapshot"):
                    wire.expect(body)
                self.assertEqual(wire.expect("pong", but=("people", "status", "presence_update", "snapshot"))["nonce"], 5)


class Credentials(unittest.TestCase):
    def denied(self, **login):
        with server.wire() as wire:
            wire.hello()
            wire.send({"login": login})
            got = wire.receive()["error"]
            wire.alive()
            return CODES[got["code"]], got["message"]

    def test_wrong_is_like_unknown(self):
        server.token("ann")
        wrong = self.denied(login="ann", password="not this password")
        self.assertEqual(wrong[0], "DENIED")
        self.assertEqual(self.denied(login="nobody-here", password="not this password"), wrong)
        token = self.denied(token="cnv_" + "a" * 49)
        self.assertEqual(token[0], "DENIED")
        self.assertEqual(self.denied(token="hello"), token)
        invitation = self.denied(invitation="a" * 26, login="somebody", name="Some Body", password="long enough")
        self.assertEqual(invitation[0], "DENIED")
        self.assertEqual(self.denied(invitation="a" * 26, login="ann", name="Ann", password="not this password"), invitation)
        self.assertEqual(self.denied(invitation="a" * 26, login="ann", name="Ann", password="password of ann"), invitation)

    def test_malformed(self):
        for login in ({}, {"login": "ann"}, {"password": "x" * 20}, {"token": "t", "login": "ann", "password": "x" * 20},
                      {"login": "a", "password": "x" * 20}, {"login": "ann", "password": "short"}, {"login": "ann", "password": "x" * 1025},
                      {"login": "än", "password": "x" * 20}, {"invitation": "a" * 26, "login": "ann", "password": "x" * 20},
                      {"invitation": "a" * 26, "login": "ann", "password": "x" * 20, "name": "\x1b[31m"},
                      {"login": "ann", "password": "x" * 20, "device": "d" * 65}):
            self.assertEqual(self.denied(**login)[0], "MALFORMED", login)
        self.assertEqual(self.denied(login=b"\xff\xfe", password="x" * 20)[0], "MALFORMED")

    def test_an_invitation_works_once(self):
        server.token("ann")
        invitation = server.invitation()
        with server.wire() as wire:
            self.assertEqual(wire.login(invitation=invitation, login="once", name="Once", password="long enough")["login"], "once")
        self.assertEqual(self.denied(invitation=invitation, login="twice", name="Twice", password="long enough")[0], "DENIED")

    def test_password_then_token(self):
        server.token("ann")
        with server.wire() as wire:
            token = wire.login(login="ANN", password="password of ann")["token"]
        with server.wire() as wire:
            again = wire.login(token=token)
            self.assertNotIn("token", again)
            self.assertEqual(again["workspaces"][0]["role"], ENUMS["Role"]["OWNER"])


class Texts(unittest.TestCase):
    BAD = (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"a\x00b", b"\x07", b"\x1b[31m", b"\x7f", b"\xc2\x85")

    def test_in_edits(self):
        with Editor(server.canvas()) as editor:
            card = editor.card()
            for bad in self.BAD:
                for op in ({"card_create": {"id": editor.client << 32 | 999, "place": {"block": editor.block}, "text": bad}},
                           {"text_edit": {"object": card, "pre_len": 6, "steps": [{"insert": bad}]}},
                           {"prop_set": {"object": card, "key": "color", "value": {"text": bad}}},
                           {"tag_set": {"card": card, "tag": bad, "on": True}},
                           {"comment_add": {"id": editor.client << 32 | 999, "object": card, "text": bad}}):
                    editor.submit(op)
                    got = editor.wire.either("error", "reject")
                    if "error" in got:       # U+0000 and the like are refused with the whole frame, before it counts
                        self.assertIn(CODES[got["error"]["code"]], ("MALFORMED", "BAD_TEXT"))
                        self.assertFalse(got["error"].get("fatal", False))
                        editor.sent -= 1
                    else:
                        self.assertIn(CODES[got["reject"]["code"]], ("BAD_TEXT", "BAD_OP"), (bad, op, got))
            editor.card()

    def test_in_requests(self):
        with server.member() as wire:
            for bad in self.BAD + (b"two\nlines",):
                for body in ({"canvas_create": {"title": bad, "template": "bmc"}}, {"invitation_create": {"label": bad}}):
                    wire.send(body)
                    self.assertIn(CODES[wire.expect("error")["code"]], ("BAD_TEXT", "MALFORMED"))
            wire.alive()


class Ops(unittest.TestCase):
    def test_text_edits_that_do_not_fit(self):
        with Editor(server.canvas()) as editor:
            card = editor.card("hello")
            for edit in ({"pre_len": 4, "steps": [{"retain": 4}, {"insert": "x"}]}, {"pre_len": 6, "steps": [{"retain": 6}, {"insert": "x"}]},
                         {"pre_len": 5, "steps": [{"retain": 6}, {"insert": "x"}]}, {"pre_len": 5, "steps": [{"retain": 3}, {"remove": 3}]},
                         {"pre_len": 5, "steps": [{"remove": 1 << 31}]}, {"pre_len": 5, "steps": [{"retain": 4294967295}, {"insert": "x"}]},
                         {"pre_len": 5, "steps": []}, {"pre_len": 5, "steps": [{"insert": "a"}, {"insert": "b"}]},
                         {"pre_len": 5, "steps": [{"insert": "a"}, {"retain": 5}]}, {"pre_len": 5, "steps": [{}]},
                         {"pre_len": 5, "steps": [{"remove": 1}], "removed": "h"}):
                editor.rejected("BAD_OP", {"text_edit": {"object": card, **edit}})
            editor.rejected("BAD_OP", *[{"text_edit": {"object": card, "pre_len": 5, "steps": [{"insert": "x"}]}}] * 2)

    def test_ids_of_others(self):
        canvas = server.canvas()
        with Editor(canvas) as ann, Editor(canvas, "bob") as bob:
            bobs = bob.card()
            ann.wire.expect("committed")
            ann.seq += 1
            place = {"block": ann.block}
            for new in (bob.client << 32 | 999, 0 << 32 | 999, 999 << 32 | 1, 0):
                ann.rejected("BAD_OP", {"card_create": {"id": new, "place": place, "text": "x"}})
            ann.rejected("BAD_OP", {"card_create": {"id": bobs, "place": place, "text": "x"}})
            mine = ann.card()
            ann.rejected("CONFLICT", {"card_create": {"id": mine, "place": place, "text": "x"}})
            for nothing in (ann.client << 32 | 12345, bob.client << 32 | 12345):
                for op in ({"card_delete": {"id": nothing}}, {"card_move": {"id": nothing, "place": place}},
                           {"text_edit": {"object": nothing, "pre_len": 0, "steps": [{"insert": "x"}]}}, {"vote_set": {"card": nothing, "on": True}},
                           {"link_add": {"id": ann.client << 32 | 5000, "from": mine, "to": nothing, "kind": "serves"}}):
                    ann.rejected("NOT_FOUND", op)
            ann.rejected("NOT_FOUND", {"card_create": {"id": ann.client << 32 | 6000, "place": {"block": 4711}, "text": "x"}})

    def test_what_only_the_server_may_say(self):
        with Editor(server.canvas()) as editor:
            card = editor.card()
            editor.rejected("BAD_OP", {"card_move": {"id": card, "place": {"block": editor.block, "order_key": "a5"}}})
            editor.rejected("BAD_OP", {"respread": {"block": editor.block, "cards": [card], "keys": ["a5"]}})
            editor.rejected("BAD_OP", {})
            editor.rejected("BAD_OP")

    def test_bases(self):
        canvas = server.canvas()
        with Editor(canvas) as editor:
            card = editor.card("hello")
            editor.rejected("BAD_OP", {"vote_set": {"card": card, "on": True}}, base=1000)
            editor.rejected("BAD_OP", {"vote_set": {"card": card, "on": True}}, base=(1 << 64) - 1)
            editor.edit({"card_delete": {"id": card}})
            editor.rejected("GONE", {"vote_set": {"card": card, "on": True}})

    def test_a_base_that_is_too_old(self):
        with Editor(server.canvas()) as editor:
            card, big = editor.card("hello"), editor.card("")
            old = editor.seq
            for i in range(40):
                editor.edit({"text_edit": {"object": big, "pre_len": 8000 if i % 2 else 0, "steps": [{"remove": 8000} if i % 2 else {"insert": "x" * 8000}]}})
            editor.rejected("STALE", {"text_edit": {"object": card, "pre_len": 5, "steps": [{"insert": "x"}]}}, base=old)
            editor.edit({"text_edit": {"object": card, "pre_len": 5, "steps": [{"insert": "x"}]}})

    def test_all_or_none(self):
        with Editor(server.canvas()) as editor:
            card = editor.card("hello")
            before = editor.seq
            editor.submit({"vote_set": {"card": card, "on": True}}, {"card_delete": {"id": 4711}})
            self.assertEqual(editor.wire.expect("reject")["op"], 1)
            committed = editor.edit({"tag_set": {"card": card, "tag": "t", "on": True}})
            self.assertEqual(committed["seq"], before + 1)

    def test_too_many_ops(self):
        with Editor(server.canvas()) as editor:
            card = editor.card()
            editor.rejected("TOO_LARGE", *[{"vote_set": {"card": card, "on": True}}] * 257)
            editor.rejected("TOO_LARGE", {"text_edit": {"object": card, "pre_len": 6, "steps": [{"insert": "x" * 16384}]}})

    def test_sent_twice(self):
        """P3: also over a reconnect, and for a rejected batch."""
        canvas, client_id = server.canvas(), os.urandom(16)
        with Editor(canvas, client_id=client_id) as editor:
            card = editor.new_id()
            op = {"card_create": {"id": card, "place": {"block": editor.block}, "text": "once"}}
            editor.edit(op)
            editor.sent = 0
            editor.submit(op, base=0)
            editor.sent = 1
            editor.rejected("NOT_FOUND", {"card_delete": {"id": 4711}})
        with Editor(canvas, client_id=client_id) as editor:
            self.assertEqual(editor.sent, 3)
            self.assertEqual(len(history(canvas)), 2)
            editor.sent = 1
            editor.submit({"card_delete": {"id": card}})
            editor.sent = 3
            self.assertEqual(editor.edit({"vote_set": {"card": card, "on": True}})["seq"], 3)

    def test_a_gap_in_client_seq(self):
        with Editor(server.canvas()) as editor:
            editor.card()
            editor.sent += 5
            editor.submit({"prop_set": {"object": 0, "key": "note", "value": {"text": "x"}}})
            editor.wire.refused("OUT_OF_ORDER", fatal=True)


class Borders(unittest.TestCase):
    def test_second_session_with_the_same_client_id(self):
        canvas = server.canvas()
        with Editor(canvas) as first:
            first.card()
            with Editor(canvas, client_id=first.client_id) as second:
                first.wire.refused("REPLACED", fatal=True)
                first.wire.ended()
                self.assertEqual(second.client, first.client)
                second.card()

    def test_client_id_of_somebody_else(self):
        canvas = server.canvas()
        with Editor(canvas) as ann:
            ann.card()
            with server.member("bob") as bob:
                bob.send({"open": {"canvas": canvas, "client_id": ann.client_id}})
                bob.refused("DENIED")
                bob.alive()
            ann.card()

    def test_reading_only(self):
        canvas = server.canvas()
        with Editor(canvas) as editor, server.member("bob") as reader:
            opened = reader.open(canvas)
            self.assertEqual(opened.get("client", 0), 0)
            reader.submit(1, 0, {"prop_set": {"object": 0, "key": "note", "value": {"text": "x"}}})
            reader.refused("UNEXPECTED")
            editor.card()
            self.assertEqual(reader.expect("committed")["client"], editor.client)

    def test_a_viewer_may_not_edit(self):
        server.token("vic")
        server.sql("UPDATE member SET role = 1 WHERE name = 'Vic'")
        canvas = server.canvas()
        with server.member("vic") as vic:
            self.assertEqual(vic.open(canvas, os.urandom(16)).get("client", 0), 0)
            vic.submit(1, 0, {"prop_set": {"object": 0, "key": "note", "value": {"text": "x"}}})
            vic.refused("NOT_FOUND")
            vic.send({"canvas_create": {"title": "mine", "template": "bmc"}})
            vic.refused("NOT_FOUND")
            vic.send({"invitation_create": {}})
            vic.refused("NOT_FOUND")
            vic.alive()

    def test_foreign_is_like_missing(self):
        """P9: the same bytes for a canvas of another workspace as for none."""
        server.token("ann")
        other, hidden = os.urandom(16), server.canvas()
        server.sql(f"INSERT INTO workspace (workspace_id, name) VALUES ('{other.hex()}', 'Other')")
        server.sql(f"UPDATE canvas SET workspace_id = '{other.hex()}' WHERE canvas_id = '{hidden.hex()}'")
        with server.member() as wire:
            def answer(body):
                wire.send_bytes(frame(body))
                return wire.take(struct.unpack(">I", wire.take(4))[0])
            for body in (lambda id: {"open": {"canvas": id, "client_id": b"c" * 16}}, lambda id: {"open": {"canvas": id}}):
                self.assertEqual(answer(body(hidden)), answer(body(os.urandom(16))))
            for body in (lambda id: {"canvas_list_request": {"workspace": id}}, lambda id: {"invitation_create": {"workspace": id}},
                         lambda id: {"canvas_create": {"workspace": id, "title": "x", "template": "bmc"}}):
                self.assertEqual(answer(body(other)), answer(body(os.urandom(16))))
            wire.send({"canvas_list_request": {}})
            self.assertNotIn(hidden, [c["id"] for c in wire.expect("canvas_list").get("canvases", [])])

    def test_ids_that_are_none(self):
        with server.member() as wire:
            for body in ({"open": {}}, {"open": {"canvas": b"short"}}, {"open": {"canvas": b"x" * 17}},
                         {"open": {"canvas": b"x" * 16, "client_id": b"short"}}, {"canvas_list_request": {"workspace": b"x"}},
                         {"canvas_create": {"title": "x", "template": "bmc", "request_id": b"x"}}, {"canvas_create": {"title": "x"}},
                         {"invitation_create": {"role": 6}}, {"invitation_create": {"valid_s": 4294967295}}):
                wire.send(body)
                wire.refused("MALFORMED")
            wire.alive()

    def test_the_same_request_makes_one_canvas(self):
        request_id = os.urandom(16)
        self.assertEqual(server.canvas(request_id=request_id, template="bmc"), server.canvas(request_id=request_id, template="bmc"))


def old_state(wire, seq):
    """The state that a StateRequest brings, with its seq; None if it is refused."""
    parts = b""
    wire.send({"request": 31, "state_request": {"seq": seq}})
    while True:
        got = wire.either("snapshot", "error", but=("people", "status", "presence_update", "checkpoint", "committed"))
        assert got["request"] == 31, got
        if "error" in got:
            return None
        part = got["snapshot"]
        parts += part.get("part", b"")
        if part.get("last"):
            return part.get("seq", 0), decode("CanvasState", parts)


class Past(unittest.TestCase):
    def test_states_that_are_over(self):
        """Each batch makes a card, so a state tells how many batches it is of. Whatever is asked for, the state is not after it, and the history
        leads from there to it."""
        canvas = server.canvas()
        with Editor(canvas) as editor, server.member() as reader:
            for _ in range(150):
                editor.card()
            reader.open(canvas)
            found = set()
            for seq in (0, 1, 39, 60, 100, 149, 150, 1 << 63):
                at, state = old_state(reader, seq)
                found.add(at)
                self.assertLessEqual(at, min(seq, 150))
                self.assertEqual(len(state.get("cards", [])), at)
                self.assertEqual(state.get("seq", 0), at)
                if at < min(seq, 150):
                    reader.send({"request": 9, "history_request": {"from_seq": at + 1, "to_seq": min(seq, 150)}})
                    page = reader.expect("history_page")
                    self.assertEqual([decode("Committed", c)["seq"] for c in page["committed"]], list(range(at + 1, min(seq, 150) + 1)))
            self.assertGreater(len(found), 1, found)
            self.assertIn(0, found)
            reader.send({"state_request": {"seq": 1}})       # without a number there is nothing to answer to
            reader.refused("UNEXPECTED")
            editor.card()

    def test_only_of_the_open_canvas(self):
        with server.member() as wire:
            wire.send({"request": 1, "state_request": {"seq": 1}})
            wire.refused("UNEXPECTED")


class Refused(unittest.TestCase):
    def setUp(self):
        server.sql("CREATE FUNCTION picky() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF position('poison'::bytea in NEW.payload) > 0 THEN"
                   " RAISE EXCEPTION 'no' USING ERRCODE = '22000'; END IF; RETURN NEW; END $$;"
                   "CREATE TRIGGER picky BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION picky()")

    def tearDown(self):
        server.sql("DROP TRIGGER picky ON journal; DROP FUNCTION picky")

    def test_a_batch_that_the_database_refuses(self):
        """It is rejected once, durably; others on the canvas open it again and go on; other canvases notice nothing."""
        canvas, elsewhere = server.canvas(), [server.canvas() for _ in range(3)]
        others = [Editor(c) for c in elsewhere]
        with Editor(canvas) as ann, Editor(canvas, "bob") as bob, server.member() as reader:
            ann.card("good")
            bob.wire.expect("committed")
            reader.open(canvas)
            ann.submit({"card_create": {"id": ann.new_id(), "place": {"block": ann.block}, "text": "poison"}})
            for other in others:
                other.card()
            for wire in (ann.wire, bob.wire, reader):
                wire.expect("error", but=("people", "status", "presence_update", "committed"))
                wire.ended()
            with Editor(canvas, client_id=ann.client_id) as again, Editor(canvas, "bob", bob.client_id) as bob_again:
                self.assertEqual(again.sent, 2)      # it counts as answered
                again.wire.send({"close": {}})
                reject = again.wire.open(canvas, ann.client_id)["last_reject"]
                self.assertEqual((reject["client_seq"], CODES[reject["code"]]), (2, "INTERNAL"))
                self.assertEqual([c["text"] for c in bob_again.state["cards"]], ["good"])
                bob_again.card("goes on")
                again.wire.expect("committed")
                again.seq += 1
                again.card("and so does ann")
        for other in others:
            other.card()
            other.wire.close()


class Lists(unittest.TestCase):
    def listed(self, wire, **request):
        """All pages: {canvas: CanvasInfo}, and how many pages that were."""
        canvases, pages, after = {}, 0, b""
        while pages == 0 or after:
            wire.send({"request": 5, "canvas_list_request": {**request, **({"after": after} if after else {})}})
            page = wire.expect("canvas_list")
            for info in page.get("canvases", []):
                assert info["id"] not in canvases, "a canvas is on two pages"
                canvases[info["id"]] = info
            after, pages = page.get("next", b""), pages + 1
            assert not after or len(page["canvases"]) > 0
        return canvases, pages

    def present(self, wire, canvas):
        info = self.listed(wire)[0][canvas]
        return info.get("present_count", 0), sorted(person["name"] for person in info.get("present", []))

    def test_who_is_present(self):
        """On canvases of every worker, from whichever worker it is asked."""
        canvases = [server.canvas() for _ in range(6)]
        with server.member("ann") as asker, server.member("ann") as ann, server.member("bob") as bob, server.member("bob") as bob_again:
            ann.open(canvases[0])
            bob.open(canvases[0], os.urandom(16))
            bob_again.open(canvases[0])
            for wire in (asker, ann, bob):
                self.assertEqual(self.present(wire, canvases[0]), (2, ["Ann", "Bob"]))
                self.assertEqual(self.present(wire, canvases[1]), (0, []))
            info = self.listed(asker)[0][canvases[0]]
            self.assertEqual({p["author"] for p in info["present"]}, {int(n) for n in server.sql(
                "SELECT author FROM member WHERE name IN ('Ann', 'Bob')").split()})
            bob_again.send({"close": {}})
            for canvas in canvases[1:]:
                bob_again.open(canvas)
                self.assertEqual(self.present(asker, canvas), (1, ["Bob"]))
                bob_again.send({"close": {}})
                bob_again.alive()
                self.assertEqual(self.present(asker, canvas), (0, []))

    def test_more_people_than_are_named(self):
        canvas = server.canvas()
        crowd = [server.member(f"crowd{i}") for i in range(10)]
        for wire in crowd:
            wire.open(canvas)
        with server.member() as ann:
            count, names = self.present(ann, canvas)
        self.assertEqual((count, len(names)), (10, 8))
        for wire in crowd:
            wire.close()

    def test_nobody_of_another_workspace(self):
        """P9: who is on a canvas that one may not see is not to be had, even if it was in the list a moment ago."""
        other, canvas = os.urandom(16), server.canvas()
        with server.member("ann") as ann, server.member("bob") as bob:
            bob.open(canvas)
            self.assertEqual(self.present(ann, canvas), (1, ["Bob"]))
            server.sql(f"INSERT INTO workspace (workspace_id, name) VALUES ('{other.hex()}', 'Other')")
            server.sql(f"UPDATE canvas SET workspace_id = '{other.hex()}' WHERE canvas_id = '{canvas.hex()}'")
            self.assertNotIn(canvas, self.listed(ann)[0])
            ann.send({"canvas_list_request": {"workspace": other}})
            ann.refused("NOT_FOUND")

    def test_pages(self):
        """2,300 canvases, many of which changed at the same moment: each is there once, the newest first."""
        server.token("ann")
        server.sql("INSERT INTO canvas (workspace_id, canvas_id, changed_ms, created_ms, created_by, request_id, title, template_id)"
                   " SELECT workspace_id, gen_random_uuid(), 1000 + n / 100, 1000, 1, gen_random_uuid(), repeat('t', 200), 'bmc@1'"
                   " FROM generate_series(1, 2300) n, (SELECT workspace_id FROM member WHERE name = 'Ann') w")
        with server.member("ann") as ann:
            canvases, pages = self.listed(ann)
            self.assertEqual(pages, len(canvases) // 1000 + 1)
            self.assertGreaterEqual(sum(info["title"] == "t" * 200 for info in canvases.values()), 2300)
            times = [info["changed_ms"] for info in canvases.values()]
            self.assertEqual(times, sorted(times, reverse=True))
            for after in (b"x", b"x" * 23, b"x" * 25):
                ann.send({"canvas_list_request": {"after": after}})
                ann.refused("MALFORMED")
            for after in (b"\xff" * 24, b"\0" * 24, b"\x7f" + b"\xff" * 23):      # a page that begins nowhere
                ann.send({"canvas_list_request": {"after": after}})
                ann.expect("canvas_list")
            ann.alive()
        server.sql("DELETE FROM canvas WHERE changed_ms < 2000")


class Imports(unittest.TestCase):
    def test_what_was_exported_comes_back(self):
        state = encode("CanvasState", {"header": {"cols": 1, "rows": 1}, "blocks": [{"id": 5 << 32 | 1, "key": "a", "title": "A", "col_span": 1, "row_span": 1}],
                                       "cards": [{"id": 7 << 32 | 3, "block": 5 << 32 | 1, "order_key": "a0", "text": "exported", "tags": ["t"], "created_by": 3}]})
        with Editor(server.canvas(state=state, title="Copy")) as editor:
            card = editor.state["cards"][0]
            self.assertEqual((card["text"], card["tags"], card["block"], card["created_by"]), ("exported", ["t"], editor.block, 1))
            editor.edit({"vote_set": {"card": card["id"], "on": True}})

    def test_broken_states(self):
        good = encode("CanvasState", {"header": {"cols": 2, "rows": 2, "props": [{"key": "title", "value": {"text": "T"}}]}, "blocks": [
            {"id": 1, "key": "a", "title": "A", "col_span": 1, "row_span": 1}]})
        with server.member() as wire:
            for more in ({"cards": [{"id": 2, "block": 99, "order_key": "a0"}]}, {"cards": [{"id": 2, "block": 1, "order_key": "!"}]},
                         {"cards": [{"id": 2, "block": 1, "order_key": "a0"}] * 2}, {"cards": [{"id": 2, "block": 1, "order_key": "a0", "text": b"\xff"}]},
                         {"links": [{"id": 3, "from": 1, "to": 77, "kind": "x"}]}, {"comments": [{"id": 3, "object": 55, "text": "x"}]}):
                wire.send({"canvas_create": {"title": "x", "state": good + encode("CanvasState", more)}})
                self.assertNotEqual(CODES[wire.expect("error")["code"]], "INTERNAL", more)
            wire.send({"canvas_create": {"title": "x", "state": good}})
            wire.expect("canvas_created")


class Afterwards(unittest.TestCase):
    """P1, P2, P4: whatever was tried, everyone sees the same, also after a restart. (Named so that it comes early: the others do not depend on it.)"""

    def test_the_same_state_for_everyone_and_after_a_restart(self):
        canvas = server.canvas()
        with Editor(canvas) as ann, Editor(canvas, "bob") as bob:
            cards = [ann.card(f"card {i}") for i in range(20)]
            ann.rejected("NOT_FOUND", {"card_delete": {"id": 4711}})
            for _ in range(21):
                bob.seq = bob.wire.expect("committed")["seq"]
            bob.edit({"card_delete": {"id": cards[3]}})
        before = history(canvas)
        server.restart()
        self.assertEqual(history(canvas), before)
        with Editor(canvas) as ann:
            self.assertEqual(ann.seq, 22)
            self.assertEqual([decode("Committed", c)["seq"] for c in before], list(range(1, 23)))
            ann.card()


if __name__ == "__main__":
    unittest.main(verbosity=2)
