"""Workspaces, members, invitations, who may see a canvas, and the trash: over the wire, with sessions that are alive while something changes; and
with the client's commands."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer, Postgres, wait_for  # noqa: E402
from people import Case, Person  # noqa: E402
from wire import CODES, ENUMS, HELLO, Closed, encode, frame  # noqa: E402

ROLE = ENUMS["Role"]
VIEWER, COMMENTER, EDITOR, FACILITATOR, OWNER = (ROLE[r] for r in ("VIEWER", "COMMENTER", "EDITOR", "FACILITATOR", "OWNER"))
PASSING = ("people", "status", "presence_update", "checkpoint", "ping")
BESIDES = (*PASSING, "role_changed")


def client_id():
    return os.urandom(16)


def add_card(client, counter, block=1):
    return {"card_create": {"id": client << 32 | counter, "place": {"block": block}, "text": "a card"}}


class Member:
    """Somebody of a workspace: a token and a number."""

    def __init__(self, token, author, login):
        self.token, self.author, self.login = token, author, login


class Wires(unittest.TestCase):
    """Each test makes a workspace of its own on one server, with an owner and whom it needs."""
    options = {}

    @classmethod
    def setUpClass(cls):
        cls.server = LocalServer(workers=3, **cls.options)
        cls.addClassCleanup(cls.server.close)
        cls.server.token("host")
        cls.made = 0

    def setUp(self):
        self.open_wires = []
        type(self).made += 1
        self.host = self.wire(self.server.token("host"))
        made = self.ask(self.host, workspace_create={"name": f"Workspace {self.made}", "request_id": os.urandom(16), "person": "Olga"})
        self.workspace = made["workspace_changed"]["workspace"]["id"]
        self.owner = Member(self.server.token("host"), made["workspace_changed"]["workspace"]["author"], "host")

    def tearDown(self):
        for wire in self.open_wires:
            wire.close()
        self.assertIsNone(self.server.process.poll(), self.server.log()[-3000:])

    def wire(self, token):
        wire = self.server.wire()
        self.open_wires.append(wire)
        wire.login(token=token)
        return wire

    def ask(self, wire, but=BESIDES, **message):
        """A request's answer: a Frame."""
        wire.send({"request": 9, **message})
        while True:
            got = wire.receive()
            if got.get("request") == 9:
                return got
            self.assertTrue(any(name in got for name in but), got)

    def code(self, got):
        self.assertIn("error", got)
        return CODES[got["error"]["code"]]

    def join(self, login, role, name=None):
        """Somebody new, by an invitation of the owner's."""
        login = f"{login}{self.made}"
        link = self.ask(self.host, invitation_create={"workspace": self.workspace, "role": role})["invitation_created"]["token"]
        wire = self.server.wire()
        self.open_wires.append(wire)
        in_ = wire.login(invitation=link, login=login, name=name or login.capitalize(), password=f"password of {login}")
        return Member(in_["token"], in_["workspaces"][0]["author"], login)

    def on(self, member, canvas, **more):
        """A connection that has the canvas open; and Opened."""
        wire = self.wire(member.token)
        return wire, wire.open(canvas, client_id=client_id(), **more)

    def canvas(self, title="A canvas"):
        return self.ask(self.host, canvas_create={"workspace": self.workspace, "title": title, "template": "bmc"})["canvas_created"]["canvas"]["id"]

    def set_role(self, member, role, by=None):
        return self.ask(by or self.host, member_set={"workspace": self.workspace, "author": member.author, "role": role})

    def not_found(self, canvas):
        """What somebody reads who opens what is not there."""
        wire = self.wire(self.owner.token)
        wire.send({"open": {"canvas": canvas}})
        return wire.refused("NOT_FOUND")["message"]

    def closed_as_missing(self, wire):
        last = wire.ended()[-1]
        self.assertEqual(last["error"], {"code": ENUMS["ErrorCode"]["NOT_FOUND"], "message": self.not_found(os.urandom(16)), "fatal": True})


class LiveSessions(Wires):
    def test_a_role_changes_while_one_edits(self):
        ben, canvas = self.join("ben", EDITOR), self.canvas()
        wire, opened = self.on(ben, canvas)
        self.assertEqual(opened["role"], EDITOR)
        wire.submit(1, 0, add_card(opened["client"], 1))
        self.assertEqual(wire.expect("committed")["seq"], 1)

        self.assertEqual(self.set_role(ben, VIEWER)["member_changed"]["member"]["role"], VIEWER)
        changed = wire.expect("role_changed")
        self.assertEqual(changed["role"], VIEWER)
        self.assertEqual([(w["id"], w["role"]) for w in changed["workspaces"]], [(self.workspace, VIEWER)])
        wire.submit(2, 1, add_card(opened["client"], 2))
        wire.refused("NOT_FOUND")

        self.set_role(ben, COMMENTER)
        self.assertEqual(wire.expect("role_changed")["role"], COMMENTER)
        wire.submit(2, 1, add_card(opened["client"], 2))
        reject = wire.expect("reject")
        self.assertEqual(CODES[reject["code"]], "FORBIDDEN")

        self.set_role(ben, EDITOR)
        self.assertEqual(wire.expect("role_changed")["role"], EDITOR)
        wire.submit(3, 1, add_card(opened["client"], 3))
        self.assertEqual(wire.expect("committed")["seq"], 2)

    def test_a_reader_who_may_edit_opens_again(self):
        ben, canvas = self.join("ben", VIEWER), self.canvas()
        wire, opened = self.on(ben, canvas)
        self.assertEqual(opened.get("client", 0), 0)
        self.set_role(ben, EDITOR)
        wire.expect("role_changed")
        wire.send({"close": {}})
        self.assertGreater(wire.open(canvas, client_id=client_id())["client"], 0)

    def test_who_is_removed_is_out_everywhere(self):
        ben = self.join("ben", EDITOR)
        canvases = [self.canvas(f"Canvas {i}") for i in range(7)]          # on all workers
        wires = [self.on(ben, canvas)[0] for canvas in canvases]
        idle = self.wire(ben.token)
        others = [self.on(self.owner, canvas)[0] for canvas in canvases[:2]]
        self.set_role(ben, 0)
        for wire in wires:
            self.closed_as_missing(wire)
        self.assertEqual(idle.expect("role_changed"), {})               # no role, no workspace
        refusals = set()
        for canvas in [os.urandom(16), *canvases]:
            idle.send({"open": {"canvas": canvas}})
            refusals.add(idle.refused("NOT_FOUND")["message"])
        self.assertEqual(len(refusals), 1, refusals)
        self.assertEqual(self.ask(idle, canvas_list_request={})["canvas_list"], {})
        self.assertEqual(self.code(self.ask(idle, member_list_request={"workspace": self.workspace})), "NOT_FOUND")
        for wire in others:
            wire.alive()
        # the number stays, and the same person can be let in again
        listed = self.ask(self.host, member_list_request={"workspace": self.workspace, "removed": True})["member_list"]["members"]
        self.assertEqual([(m["author"], m.get("role", 0)) for m in listed], [(self.owner.author, OWNER), (ben.author, 0)])
        self.set_role(ben, EDITOR)
        self.assertEqual([w["role"] for w in idle.expect("role_changed")["workspaces"]], [EDITOR])
        idle.open(canvases[0])

    def test_nobody_slips_in_while_being_removed(self):
        """Opens that are under way at the very moment of the change, on workers of all kinds."""
        ben, canvases = self.join("ben", EDITOR), [self.canvas(f"Canvas {i}") for i in range(6)]
        for _ in range(5):
            wires = [self.wire(ben.token) for _ in range(12)]
            message = frame({"request": 9, "member_set": {"workspace": self.workspace, "author": ben.author, "role": 0}})
            for i, wire in enumerate(wires):
                if i == 6:
                    self.host.send_bytes(message)
                wire.send({"open": {"canvas": canvases[i % 6]}})
            self.host.expect("member_changed", but=BESIDES)
            for wire in wires:
                self.loses(wire)
            self.set_role(ben, EDITOR)

    def loses(self, wire):
        """The connection ends, or its Open is refused: it does not stay on the canvas."""
        try:
            while True:
                got = wire.receive()
                if "error" in got:
                    self.assertEqual(self.code(got), "NOT_FOUND")
                    return
        except Closed:
            self.fail("closed without a word")


class DatabaseAway(Wires):
    def test_a_change_of_which_nobody_knows_is_looked_at_when_the_database_is_back(self):
        """The database dies before it has answered: what was asked for may have been done. So all look, as often as it takes. That they do is seen by
        a change of which nobody was told."""
        ben, canvas = self.join("ben", EDITOR), self.canvas()
        wire, _ = self.on(ben, canvas)
        self.server.sql(f"UPDATE member SET role = {VIEWER} WHERE workspace_id = '{self.workspace.hex()}' AND author = {ben.author}")
        wire.alive()
        self.server.postgres.freeze()
        self.host.send({"request": 9, "member_set": {"workspace": self.workspace, "author": 777, "role": VIEWER}})
        self.server.postgres.kill()
        self.assertEqual(self.code(self.host.either("error", but=BESIDES)), "DEGRADED")
        wire.send({"ping": {"nonce": 1}})
        wire.expect("pong")
        self.server.postgres.start()
        self.assertEqual(wire.expect("role_changed")["role"], VIEWER)

    @classmethod
    def setUpClass(cls):
        postgres = Postgres()
        cls.addClassCleanup(postgres.close)
        cls.server = LocalServer(workers=3, postgres=postgres)
        cls.addClassCleanup(cls.server.close)
        cls.server.token("host")
        cls.made = 0


class Restriction(Wires):
    def setUp(self):
        super().setUp()
        self.secret, self.open_to_all = self.canvas("Secret"), self.canvas("For all")
        self.ben, self.cleo = self.join("ben", EDITOR), self.join("cleo", EDITOR)
        self.fay = self.join("fay", FACILITATOR)

    def titles(self, member, **more):
        return sorted(c["title"] for c in self.ask(self.wire(member.token), canvas_list_request=more)["canvas_list"].get("canvases", []))

    def test_a_restricted_canvas(self):
        ben, elsewhere = self.on(self.ben, self.secret)[0], self.on(self.ben, self.open_to_all)[0]
        fay, owner = self.on(self.fay, self.secret)[0], self.on(self.owner, self.secret)[0]
        answer = self.ask(fay, access_set={"restriction": "RESTRICTED"})["access_list"]
        self.assertTrue(answer["restricted"])
        self.assertEqual([(e["author"], e["role"], e.get("given", False)) for e in answer["entries"]],
                         [(self.owner.author, OWNER, False), (self.fay.author, FACILITATOR, True)])
        self.closed_as_missing(ben)
        for wire in (elsewhere, fay, owner):
            wire.alive()
        self.assertEqual(self.titles(self.ben), ["For all"])
        self.assertEqual(self.titles(self.fay), ["For all", "Secret"])
        self.assertEqual(self.titles(self.owner, workspace=self.workspace), ["For all", "Secret"])

        self.ask(fay, access_set={"author": self.ben.author, "role": COMMENTER})
        ben, opened = self.on(self.ben, self.secret)
        self.assertEqual(opened["role"], COMMENTER)
        self.ask(fay, access_set={"author": self.ben.author, "role": EDITOR})
        self.assertEqual(ben.expect("role_changed")["role"], EDITOR)
        self.ask(fay, access_set={"author": self.ben.author})
        self.closed_as_missing(ben)
        wire = self.wire(self.cleo.token)
        wire.send({"open": {"canvas": self.secret}})
        wire.refused("NOT_FOUND")
        self.ask(fay, access_set={"restriction": "OPEN"})
        wire.open(self.secret)

    def test_a_role_on_one_canvas(self):
        """It counts there and nowhere else, up or down."""
        fay = self.on(self.fay, self.secret)[0]
        self.ask(fay, access_set={"author": self.ben.author, "role": VIEWER})
        self.assertEqual(self.on(self.ben, self.secret)[1]["role"], VIEWER)
        self.assertEqual(self.on(self.ben, self.open_to_all)[1]["role"], EDITOR)
        self.set_role(self.ben, VIEWER)
        self.ask(fay, access_set={"author": self.ben.author, "role": EDITOR})
        self.assertEqual(self.on(self.ben, self.secret)[1]["role"], EDITOR)
        self.assertEqual(self.on(self.ben, self.open_to_all)[1]["role"], VIEWER)
        # removal from the workspace ends it, and coming back does not bring it back
        self.set_role(self.ben, 0)
        self.set_role(self.ben, VIEWER)
        self.assertEqual(self.on(self.ben, self.secret)[1]["role"], VIEWER)

    def test_who_may_give_what(self):
        fay, owner = self.on(self.fay, self.secret)[0], self.on(self.owner, self.secret)[0]
        gus = self.join("gus", FACILITATOR)

        def given(wire, member, role):
            got = self.ask(wire, access_set={"author": member.author, "role": role})
            return "access_list" in got or self.code(got)
        self.assertIs(given(fay, self.ben, EDITOR), True)
        self.assertEqual(given(fay, self.ben, FACILITATOR), "NOT_FOUND")        # an editor of the workspace: for owners to decide
        self.assertIs(given(fay, gus, FACILITATOR), True)
        self.assertEqual(given(fay, self.owner, VIEWER), "NOT_FOUND")
        self.assertEqual(given(owner, self.owner, VIEWER), "NOT_FOUND")
        self.assertIs(given(owner, self.ben, FACILITATOR), True)
        self.assertEqual(given(owner, self.ben, OWNER), "MALFORMED")
        self.assertIs(given(self.on(self.ben, self.secret)[0], self.cleo, VIEWER), True)       # facilitator here
        cleo = self.on(self.cleo, self.secret)[0]
        self.assertEqual(self.code(self.ask(cleo, access_request={})), "NOT_FOUND")
        self.assertEqual(given(cleo, self.cleo, EDITOR), "NOT_FOUND")

    def test_the_trash(self):
        ben, fay, owner = (self.on(m, self.secret)[0] for m in (self.ben, self.fay, self.owner))
        self.assertEqual(self.code(self.ask(ben, canvas_remove={})), "NOT_FOUND")
        ben.alive()
        self.assertIn("done", self.ask(fay, canvas_remove={}))
        for wire in (ben, fay, owner):
            error = wire.ended()[-1]["error"]
            self.assertEqual((CODES[error["code"]], error["fatal"]), ("GONE", True))
            self.assertRegex(error["message"], r"^Fay\d* has put this canvas into the trash\..*restore")
        self.assertEqual(self.not_found(self.secret), self.not_found(os.urandom(16)))
        self.assertEqual(self.titles(self.fay), ["For all"])
        self.assertEqual(self.titles(self.ben, removed=True), ["Secret"])
        wire = self.wire(self.ben.token)
        missing = self.ask(wire, canvas_restore={"canvas": os.urandom(16)})
        self.assertEqual(self.ask(wire, canvas_restore={"canvas": self.secret}), missing)
        fay = self.wire(self.fay.token)
        self.assertIn("done", self.ask(fay, canvas_restore={"canvas": self.secret}))
        self.assertIn("done", self.ask(fay, canvas_restore={"canvas": self.secret}))
        fay.open(self.secret)
        self.assertEqual(self.titles(self.ben), ["For all", "Secret"])
        self.assertEqual(self.titles(self.ben, removed=True), [])


class Rules(Wires):
    def test_who_may_change_whom(self):
        """All of actor × target's role × new role, as the protocol's description says."""
        actors = {"owner": self.owner, FACILITATOR: self.join("fay", FACILITATOR), EDITOR: self.join("ed", EDITOR), VIEWER: self.join("vi", VIEWER)}
        target = self.join("target", EDITOR)
        wires = {role: self.wire(actor.token) for role, actor in actors.items()}
        for role, wire in wires.items():
            for old in range(6):
                for new in range(6):
                    self.set_role(target, old)
                    allowed = role == "owner" or (role == FACILITATOR and 1 <= old <= EDITOR and new <= EDITOR)
                    got = self.set_role(target, new, by=wire)
                    self.assertEqual("member_changed" in got, allowed, (role, old, new, got))
                    if not allowed:
                        self.assertEqual(got, self.ask(wire, member_set={"workspace": self.workspace, "author": 777, "role": new}))

    def test_the_last_owner_stays(self):
        got = self.set_role(self.owner, EDITOR)
        self.assertEqual(self.code(got), "CONFLICT")
        self.assertEqual(self.code(self.set_role(self.owner, 0)), "CONFLICT")
        self.assertIn("member_changed", self.set_role(self.owner, OWNER))
        second = self.join("second", OWNER)
        wire = self.wire(second.token)
        # both at once: one of them stays
        for a, member in ((self.host, second), (wire, self.owner)):
            a.send({"request": 9, "member_set": {"workspace": self.workspace, "author": member.author, "role": EDITOR}})
        got = [self.host.either("member_changed", "error", but=BESIDES), wire.either("member_changed", "error", but=BESIDES)]
        self.assertEqual(sorted("error" in g for g in got), [False, True], got)
        self.assertEqual(self.server.sql(f"SELECT count(*) FROM member WHERE role = 5 AND workspace_id = '{self.workspace.hex()}'"), "1")

    def test_only_owners_see_logins(self):
        ben = self.join("ben", EDITOR, name="Ben")
        mine = self.ask(self.host, member_list_request={"workspace": self.workspace})["member_list"]["members"]
        self.assertEqual([(m["name"], m["role"], m["login"]) for m in mine], [("Olga", OWNER, "host"), ("Ben", EDITOR, ben.login)])
        theirs = self.ask(self.wire(ben.token), member_list_request={"workspace": self.workspace})["member_list"]["members"]
        self.assertEqual([(m["name"], m.get("login", "")) for m in theirs], [("Olga", ""), ("Ben", "")])

    def test_invitations(self):
        made = self.ask(self.host, invitation_create={"workspace": self.workspace, "role": VIEWER, "uses": 2, "label": "two"})["invitation_created"]
        other = self.ask(self.host, invitation_create={"workspace": self.workspace, "label": "other"})["invitation_created"]
        self.assertEqual(other["number"], made["number"] + 1)

        def comes(login, token):
            with self.server.wire() as wire:
                wire.hello()
                login = f"{login}{self.made}"
                return wire_login(wire, invitation=token, login=login, name=login, password="a long password")

        def wire_login(wire, **login):
            wire.send({"login": login})
            return "logged_in" in wire.either("logged_in", "error")
        self.assertTrue(comes("u1", made["token"]))
        listed = self.ask(self.host, invitation_list_request={"workspace": self.workspace})["invitation_list"]["invitations"]
        self.assertEqual([(i["number"], i["label"], i["role"], i["uses"], i.get("used", 0)) for i in listed],
                         [(other["number"], "other", EDITOR, 1, 0), (made["number"], "two", VIEWER, 2, 1)])
        self.assertTrue(comes("u2", made["token"]))
        self.assertFalse(comes("u3", made["token"]))
        for _ in range(2):
            self.assertIn("done", self.ask(self.host, invitation_revoke={"workspace": self.workspace, "number": other["number"]}))
        self.assertFalse(comes("u3", other["token"]))
        self.assertEqual(self.ask(self.host, invitation_list_request={"workspace": self.workspace})["invitation_list"], {})
        everything = self.ask(self.host, invitation_list_request={"workspace": self.workspace, "all": True})["invitation_list"]["invitations"]
        self.assertEqual([(i["number"], i.get("revoked", False)) for i in everything], [(other["number"], True), (made["number"], False)])
        self.assertEqual(self.code(self.ask(self.host, invitation_revoke={"workspace": self.workspace, "number": 99})), "NOT_FOUND")

    def test_what_a_former_owner_invited_lets_nobody_in(self):
        second = self.join("second", OWNER)
        wire = self.wire(second.token)
        token = self.ask(wire, invitation_create={"workspace": self.workspace, "uses": 5})["invitation_created"]["token"]
        self.set_role(second, FACILITATOR)
        with self.server.wire() as late:
            late.hello()
            late.send({"login": {"invitation": token, "login": f"late{self.made}", "name": "Late", "password": "a long password"}})
            late.refused("DENIED")
        self.assertEqual(self.code(self.ask(wire, invitation_create={"workspace": self.workspace})), "NOT_FOUND")

    def test_workspaces(self):
        request = os.urandom(16)
        one = self.ask(self.host, workspace_create={"name": "Twice", "request_id": request})["workspace_changed"]["workspace"]
        two = self.ask(self.host, workspace_create={"name": "Twice", "request_id": request})["workspace_changed"]["workspace"]
        self.assertEqual(one, two)
        self.assertEqual(one["role"], OWNER)
        self.assertIn("canvas_created", self.ask(self.host, canvas_create={"workspace": one["id"], "title": "In it", "template": "bmc"}))
        renamed = self.ask(self.host, workspace_rename={"workspace": one["id"], "name": "Once"})["workspace_changed"]["workspace"]
        self.assertEqual(renamed["name"], "Once")
        ben = self.wire(self.join("ben", FACILITATOR).token)
        self.assertEqual(self.code(self.ask(ben, workspace_create={"name": "Mine", "request_id": os.urandom(16)})), "NOT_FOUND")
        for name in ("", " ", "two\nlines", "x" * 65):
            self.assertEqual(self.code(self.ask(self.host, workspace_create={"name": name, "request_id": os.urandom(16)})), "MALFORMED", name)
        self.assertEqual(self.code(self.ask(self.host, workspace_create={"name": "x", "request_id": b"short"})), "MALFORMED")

    def test_a_request_sent_again_is_answered_to_the_same_person_only(self):
        """The canvas that was made by it may be one that others may not see."""
        ann, request = self.wire(self.join("ann", EDITOR).token), os.urandom(16)
        make = lambda wire: self.ask(wire, canvas_create={"workspace": self.workspace, "title": "Secret", "template": "bmc", "request_id": request})  # noqa: E731
        made = make(self.host)
        self.assertEqual(make(self.host)["canvas_created"]["canvas"]["id"], made["canvas_created"]["canvas"]["id"])
        self.assertEqual(self.code(make(ann)), "CONFLICT")

    def test_a_confidential_workspace(self):
        """Those who are there are told at once; guests come through a lobby and are shown a notice, unless somebody decides otherwise."""
        canvas = self.canvas()
        ben, opened = self.on(self.join("ben", FACILITATOR), canvas)
        self.assertNotIn("confidential", opened)
        set_ = lambda wire, word: self.ask(wire, workspace_set={"workspace": self.workspace, "confidential": word})         # noqa: E731
        self.assertEqual(self.code(set_(ben, "YES")), "NOT_FOUND")
        self.assertEqual(self.code(set_(self.host, "AS_IS")), "MALFORMED")
        self.assertTrue(set_(self.host, "YES")["workspace_changed"]["workspace"]["confidential"])
        self.assertTrue(ben.expect("role_changed")["confidential"])
        live = self.ask(ben, live_open={})["live_session"]
        self.assertTrue(live["lobby"])
        self.assertIn("confidential", live["notice"])
        self.ask(ben, live_close={})
        live = self.ask(ben, live_open={"lobby": "OFF", "notice": "Ours."})["live_session"]
        self.assertEqual((live.get("lobby", False), live["notice"]), (False, "Ours."))
        code = self.ask(ben, code_create={})["code_created"]["code"]
        guest = self.server.wire()
        self.open_wires.append(guest)
        guest.send(HELLO, {"login": {"code": code}})
        guest.expect("welcome")
        guest.send({"login": {"code": code, "name": "Gus", "accept_notice": guest.expect("guest_notice")["id"]}})
        guest.expect("logged_in")
        self.assertTrue(guest.open(canvas)["confidential"])
        self.assertNotIn("confidential", set_(self.host, "NO")["workspace_changed"]["workspace"])
        self.assertEqual(guest.expect("role_changed"), {"role": EDITOR})         # and no word about workspaces
        settings = self.server.sql(f"SELECT text FROM audit WHERE workspace_id = '{self.workspace.hex()}' AND event = 33 ORDER BY number")
        self.assertEqual(settings.splitlines(), ["confidential: yes", "confidential: no"])

    def test_foreign_is_like_missing(self):
        """A workspace, an invitation, a member, a canvas of somebody else's, and one that never was: the same bytes."""
        foreign, foreign_canvas, nowhere, never = self.workspace, self.canvas(), os.urandom(16), os.urandom(16)
        self.ask(self.host, invitation_create={"workspace": self.workspace})
        self.setUp_another()
        stranger = self.wire(self.other.token)
        for message, fields in (("member_list_request", {}), ("member_set", {"author": 1, "role": VIEWER}), ("invitation_list_request", {}),
                                ("invitation_revoke", {"number": 1}), ("workspace_rename", {"name": "Ours"}), ("invitation_create", {}),
                                ("canvas_list_request", {}), ("canvas_create", {"title": "x", "template": "bmc"})):
            answers = [self.raw(stranger, **{message: {"workspace": where, **fields}}) for where in (foreign, nowhere)]
            self.assertEqual(answers[0], answers[1], message)
            self.assertIn(b"There is no such", answers[0])
        answers = [self.raw(stranger, canvas_restore={"canvas": c}) for c in (foreign_canvas, never)]
        self.assertEqual(*answers)

    def setUp_another(self):
        """An owner of another workspace, who has nothing to do with this one."""
        with self.server.wire() as wire:
            made = self.ask(self.host, workspace_create={"name": "Elsewhere", "request_id": os.urandom(16)})["workspace_changed"]["workspace"]
            token = self.ask(self.host, invitation_create={"workspace": made["id"], "role": OWNER})["invitation_created"]["token"]
            login = f"stranger{self.made}"
            self.other = Member(wire.login(invitation=token, login=login, name="Stranger", password="a long password")["token"], 2, login)

    def raw(self, wire, **message):
        wire.send({"request": 9, **message})
        while True:
            size = int.from_bytes(wire.take(4), "big")
            body = wire.take(size)
            if body.startswith(encode("Frame", {"request": 9})):
                return body


class Nobody(Wires):
    """Who may make workspaces is an option, which a reload changes."""

    def test_who_may(self):
        def may(wire):
            return "workspace_changed" in self.ask(wire, workspace_create={"name": "Another", "request_id": os.urandom(16)})
        ben = self.wire(self.join("ben", VIEWER).token)
        self.assertEqual((may(self.host), may(ben)), (True, False))
        for word, expected in (("nobody", (False, False)), ("everybody", (True, True)), ("owners", (True, True))):  # ben owns one by now
            self.server.options["new_workspaces"] = word
            self.server.write_config()
            self.assertEqual(self.server.admin("reload")[0], 0)
            wait_for(lambda e=expected: (may(self.host), may(ben)) == e, f"new_workspaces = {word}")


class Commands(Case):
    def test_a_confidential_workspace(self):
        owner = self.owner
        canvas = owner.json("new", "swot", "Kept close")[0]["canvas"]["id"]
        self.assertIs(json.loads(owner.ok("export", canvas).out)["confidential"], False)
        self.fails(2, owner.run("workspace", "set"), "--confidential yes")
        self.assertTrue(owner.json("workspace", "set", "--confidential", "yes")[0]["workspace"]["confidential"])
        self.addCleanup(owner.run, "workspace", "set", "--confidential", "no")
        self.assertRegex(owner.ok("workspace", "list").out, "OWNER, confidential")
        self.assertIs(json.loads(owner.ok("export", canvas).out)["confidential"], True)
        self.assertIn("# Kept close\n\n> **Confidential**\n", owner.ok("export", canvas, "--format", "markdown").out)
        # where its workspace does not say so, the canvas itself does
        exported = owner.ok("export", canvas).out
        owner.ok("workspace", "set", "--confidential", "no")
        copy = owner.json("import", "-", stdin=exported)[0]["canvas"]["id"]
        self.assertIs(json.loads(owner.ok("export", copy).out)["confidential"], True)
        self.assertIs(json.loads(owner.ok("export", canvas).out)["confidential"], False)

    def test_workspaces_members_and_invitations(self):
        owner = self.owner
        made = owner.json("workspace", "create", "Acme", "AG")[0]
        self.assertEqual((made["workspace"]["name"], made["workspace"]["role"], made["new_context"]), ("Acme AG", "owner", "acme-ag"))
        owner.ok("context", "use", "acme-ag")
        self.addCleanup(owner.run, "context", "use", "workspace")
        link = owner.json("invite", "--uses", "2", "--role", "viewer", "--label", "the board")[0]
        self.assertEqual(link["uses"], 2)
        people = [Person(self.server, login, name) for login, name in (("ann", "Ann Lee"), ("anton", "Anton Lee"))]
        for person in people:
            self.addCleanup(person.leave)
            person.log_in(link["link"])
        self.assertEqual(owner.json("invite", "list")[0]["invitations"], [])
        self.assertRegex(owner.ok("invite", "list", "--all").out, r"the board +viewer +2 of 2 +used")
        another = owner.json("invite")[0]
        self.assertRegex(owner.ok("invite", "revoke", str(another["number"])).out, "nobody in")
        self.assertEqual(owner.json("invite", "list", "--all")[0]["invitations"][0]["state"], "revoked")
        listed = owner.json("member", "list")[0]["members"]
        self.assertEqual([(m["number"], m["name"], m["role"], m["login"]) for m in listed],
                         [(1, "Olga Owner", "owner", "owner"), (2, "Ann Lee", "viewer", "ann"), (3, "Anton Lee", "viewer", "anton")])

        self.fails(2, owner.run("member", "role", "an", "editor"), "Several people")
        self.fails(3, owner.run("member", "role", "zoe", "editor"), "Nobody here")
        self.fails(2, owner.run("member", "role", "ann lee", "boss"), "viewer, commenter, editor")
        self.assertEqual(owner.ok("member", "role", "ann lee", "editor").out, "Ann Lee: editor\n")
        self.assertRegex(owner.ok("member", "remove", "3").out, "Anton Lee is no member any more")
        self.fails(5, owner.run("member", "remove", "owner"), "only owner")
        self.assertEqual([m["number"] for m in owner.json("member", "list")[0]["members"]], [1, 2])
        self.assertRegex(owner.ok("member", "list", "--removed").out, "Anton Lee +removed")
        self.fails(3, people[0].run("member", "role", "2", "owner"))
        self.fails(3, people[1].run("member", "list"))
        self.assertRegex(owner.ok("workspace", "rename", "Acme", "SE").out, "Acme SE")
        self.assertRegex(owner.ok("workspace", "list").out, r"Acme SE +owner|Acme SE +OWNER")

    def test_one_canvas(self):
        owner, ben = self.owner, self.newcomer("ben", "Ben Ode")
        owner.ok("new", "bmc", "Bakery")
        live = ben.open("live", "bakery")
        live.wait_any("Bakery")
        listed = owner.json("canvas", "restrict", "bakery")[0]
        self.assertTrue(listed["restricted"])
        self.assertEqual([e["name"] for e in listed["access"]], ["Olga Owner"])
        self.assertEqual(live.ends(), 3, live.lines)
        self.fails(3, ben.run("show", "bakery"))
        self.fails(2, owner.run("canvas", "access", "bakery", "ben"), "Which role")
        self.assertRegex(owner.ok("canvas", "access", "bakery", "ben", "commenter").out, r"Ben Ode +commenter +on this canvas")
        self.assertIn("Bakery", ben.ok("show", "bakery").out)
        self.fails(3, ben.run("canvas", "access", "bakery"))
        self.assertRegex(owner.ok("canvas", "restrict", "--off", "bakery").out, "everybody")
        self.assertRegex(owner.ok("canvas", "access", "bakery", "ben", "none").out, r"Ben Ode +editor *\n")

        self.fails(3, ben.run("canvas", "remove", "bakery"))
        live = ben.open("live", "bakery")
        live.wait_any("Bakery")
        self.assertRegex(owner.ok("canvas", "remove", "bakery").out, "in the trash")
        live.wait_any("Olga Owner has put this canvas into the trash")
        self.assertNotEqual(live.ends(), 0)
        self.assertFalse(any("no such canvas" in line for line in live.lines), live.lines)    # it does not try again: the reason stays
        self.assertNotIn("Bakery", ben.ok("list").out)
        self.assertIn("Bakery", ben.ok("list", "--removed").out)
        self.fails(3, ben.run("canvas", "restore", "bakery"))
        self.fails(3, owner.run("canvas", "restore", "butcher"), "trash")
        self.assertRegex(owner.ok("canvas", "restore", "bakery").out, "out of the trash")
        self.assertIn("Bakery", ben.ok("list").out)

    def test_typing_goes_on_with_the_new_role(self):
        """A live program that may only read may write as soon as somebody says so, and the other way round."""
        owner, ben = self.owner, self.newcomer("ben2", "Ben Two")
        owner.ok("member", "role", "ben two", "viewer")
        owner.ok("new", "bmc", "Butcher")
        live = ben.open("live", "butcher")
        live.wait_any("Butcher")
        live.say("add vp first words")
        live.wait_line("viewer|read|editors")
        owner.ok("member", "role", "ben two", "editor")

        def adds():
            live.say("add vp second words")
            return "second words" in owner.ok("show", "butcher", "--outline").out
        wait_for(adds, "what Ben writes to arrive")
        live.kill()


if __name__ == "__main__":
    unittest.main()
