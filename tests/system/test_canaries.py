"""Two workspaces full of random words, and people who ask for everything that the protocol knows: with ids of their own, of others, of nobody, and with
garbage. Nobody is sent a word or an id that is not theirs to see; nothing in the foreign workspace changes; no word is in the logs, the numbers or
the audit log, and no secret that was ever issued is in them or in a dump of the database. CANARY_SEED and CANARY_STEPS repeat and prolong it."""
import os
import random
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from canary import Maker, Spy, Watch  # noqa: E402
from local_server import LocalServer  # noqa: E402
from wire import CODES, HELLO, MESSAGES, Closed  # noqa: E402

SEED = int(os.environ.get("CANARY_SEED", random.SystemRandom().randrange(10 ** 6)))
STEPS = int(os.environ.get("CANARY_STEPS", "1200"))

# Every message that a client may send, and how often it is tried beside the others. A new one needs its row here; fields that need more than
# what their names say (Exam.pools) are made in Exam.special().
WEIGHTS = {
    "ping": 1, "pong": 1, "hello": 1, "login": 3, "open": 12, "close": 4, "submit": 12, "presence": 3, "progress": 1, "diverged": 1,
    "history_request": 4, "state_request": 3, "canvas_list_request": 4, "canvas_create": 2, "template_list_request": 1, "invitation_create": 2,
    "invitation_list_request": 3, "invitation_revoke": 2, "workspace_create": 1, "workspace_rename": 2, "member_list_request": 4, "member_set": 3,
    "access_request": 2, "access_set": 2, "canvas_remove": 2, "canvas_restore": 2, "live_open": 1, "workspace_set": 2, "live_close": 1, "live_request": 2, "code_create": 1,
    "code_revoke": 1, "lobby_request": 2, "lobby_decide": 2, "device_list_request": 2, "device_revoke": 2, "password_change": 1, "certificate_add": 1,
    "backup_request": 2, "backup_read": 2, "member_reset": 2, "audit_request": 4, "retention_request": 2, "retention_set": 2, "canvas_exported": 1, "person_erase": 2, "workspace_erase": 2,
    "workspace_seal": 1, "member_leave": 1, "member_rename": 2, "template_put": 3, "template_remove": 2,
}
# What is not the outsiders' to change; the audit log is, by trying.
BESIDE_STATE = {"audit", "audit_head", "audit_address"}


def messages_of(daemon):
    """{message: states} of the daemon's own table."""
    text = subprocess.run([daemon, "--rights-markdown"], capture_output=True, check=True).stdout.decode()
    return {name: states for name, states in re.findall(r"^\| `(\w+)` \| ([a-z, ]+) \|", text, re.M)}


def frame_type(body):
    return MESSAGES["Frame"][body][1]


class Insider:
    """Somebody who fills a workspace: a logged-in connection for requests, and one on each canvas."""

    def __init__(self, exam, login, name, token=None, **way):
        self.exam, self.server, self.number = exam, exam.server, 0
        self.name, self.login = name, login
        if not token:
            password = exam.watch.secret("a password", f"pw {exam.rng.randbytes(9).hex()}")
            with self.server.wire() as wire:
                logged_in = wire.login(login=login, name=name, password=password, device=way.pop("device"), **way)
            token, self.password = exam.watch.secret("a device's token", logged_in["token"]), password
        self.token = token
        self.wire = self.server.wire()
        self.wire.login(token=token)

    def ask(self, wire=None, **message):
        wire = wire or self.wire
        wire.send({"request": 9, **message})
        while True:
            got = wire.receive()
            if got.get("request") == 9:
                assert "error" not in got, (CODES[got["error"]["code"]], got, message)
                return got

    def on(self, canvas):
        wire = self.server.wire()
        wire.login(token=self.token)
        wire.opened = wire.open(canvas, os.urandom(16))
        wire.seq, wire.sent = wire.opened.get("head_seq", 0), 0
        self.exam.closing.append(wire)
        return wire

    def edit(self, wire, *ops):
        wire.sent += 1
        wire.submit(wire.sent, wire.seq, *ops)
        while True:
            got = wire.receive()
            assert "reject" not in got and "error" not in got, (got, ops)
            wire.seq = max(wire.seq, got.get("committed", {}).get("seq", 0))
            if got.get("committed", {}).get("client") == wire.opened["client"]:
                return


TEMPLATE = """format = 2; id = "{}"; title = "{}"; kind = "grid"; licence = "CC-BY-SA-4.0"; attribution = "{}"; cols = 1; rows = 1;
blocks = ({{ key = "first"; title = "{}"; prompt = "{}"; at = [0, 0]; size = [1, 1]; order = 1; }});
"""


class World:
    """A workspace with three canvases (open to its members, restricted, in the trash) and one that guests are on."""

    def __init__(self, exam, letter, owner_link, seers):
        self.exam, self.letter = exam, letter
        plant, watch = exam.plant, exam.watch
        self.owner = Insider(exam, plant(letter, "login", *seers["owners"]), plant(letter, "owner's name", *seers["guests"]), invitation=owner_link,
                             device=plant(letter, "owner's device", *seers["owners"]))
        self.workspace = None
        self.seers = seers
        invitation = self.owner.ask(invitation_create={"label": plant(letter, "invitation's label", *seers["owners"])})["invitation_created"]["token"]
        watch.secret("an invitation", invitation)
        # Never on a canvas: a guest has no business with this name.
        self.quiet = Insider(exam, plant(letter, "login", *seers["owners"]), plant(letter, "quiet name", *seers["members"]), invitation=invitation,
                             device=plant(letter, "device", *seers["nobody"]))

    def fill(self):
        plant, watch, seers, letter = self.exam.plant, self.exam.watch, self.seers, self.letter
        self.title = plant(letter, "workspace's name", *seers["members"])
        self.owner.ask(workspace_rename={"name": self.title})
        self.workspace = self.exam.workspace_of(self.owner)
        watch.plant_id(f"workspace {letter}", self.workspace, *seers["members"])
        self.canvases, self.on = {}, {}
        for kind, who in (("shared", "guests"), ("plain", "members"), ("restricted", "owners"), ("trash", "members")):
            # The trash lists titles; what is on a canvas there nobody can open.
            title = plant(letter, f"title ({kind})", *seers[who])
            request_id = os.urandom(16)
            self.exam.request_ids.append(request_id)
            made = self.owner.ask(canvas_create={"title": title, "template": "bmc", "request_id": request_id})["canvas_created"]["canvas"]
            self.canvases[kind] = watch.plant_id(f"canvas {letter} ({kind})", made["id"], *seers[who])
            self.on[kind] = self.owner.on(made["id"])
            contents = seers["owners" if kind in ("restricted", "trash") else who]      # the trash: in an owner's backup
            if kind == "restricted":
                self.owner.ask(self.on[kind], access_set={"restriction": "RESTRICTED"})
            self.write(kind, contents)
            if kind == "trash":
                self.owner.ask(self.on[kind], canvas_remove={})
        self.own_templates()
        wire = self.on["shared"]
        self.owner.ask(wire, live_open={"notice": plant(letter, "notice", *seers["guests"], "nobody"), "lobby": "OFF"})
        made = self.owner.ask(wire, code_create={"label": plant(letter, "code's label", *seers["owners"]), "uses": 1000})["code_created"]
        self.code = watch.secret("a join code", made["code"])
        reset = self.owner.ask(member_reset={"author": self.exam.author_of(self.owner, self.quiet.name)})["reset_created"]["token"]
        watch.secret("a reset link", reset)

    def own_templates(self):
        """One that is there and one that was removed: for members, guests have no list of them."""
        for kind in ("kept", "removed"):
            plant = lambda what: self.exam.plant(self.letter, f"template's {what} ({kind})", *self.seers["members"])        # noqa: E731
            self.owner.ask(template_put={"workspace": self.workspace, "file": TEMPLATE.format(kind, *map(plant, ("title", "attribution", "block", "prompt")))})
        self.owner.ask(template_remove={"workspace": self.workspace, "id": "removed"})

    def write(self, kind, seers):
        """One of everything that holds text."""
        wire, letter = self.on[kind], self.letter
        plant = lambda what: self.exam.plant(letter, f"{what} ({kind})", *seers)        # noqa: E731
        n = wire.opened["client"] << 32
        self.owner.edit(
            wire,
            {"block_add": {"block": {"id": n | 1, "key": plant("block's key"), "title": plant("block's title"), "prompt": plant("prompt"), "col_span": 1,
                                     "row_span": 1}}},
            {"card_create": {"id": n | 2, "place": {"block": n | 1}, "text": plant("card"), "tags": [plant("tag")],
                             "fields": [{"key": "f.a", "text": plant("field")}],
                             "props": [{"key": "note", "value": {"text": plant("property")}}, {"key": "pick", "value": {"choice": plant("choice")}}]}},
            {"comment_add": {"id": n | 3, "object": n | 2, "text": plant("comment")}},
            {"card_create": {"id": n | 4, "place": {"block": n | 1}, "text": plant("deleted card")}},
            {"card_delete": {"id": n | 4}},
            {"link_add": {"id": n | 5, "from": n | 2, "to": n | 4, "kind": plant("link's kind")}},
            {"reading_add": {"id": n | 6, "object": n | 2, "date": "2026-01-31", "value": "1", "note": plant("reading's note")}},
            {"name_seq": {"seq": 0, "name": plant("version's name")}})
        wire.counter = 6

    def live(self):
        """Something happens in it while the others ask."""
        kind = self.exam.rng.choice([k for k in self.on if k != "trash"])
        wire, who = self.on[kind], {"shared": "guests", "plain": "members", "restricted": "owners"}[kind]
        wire.counter += 1
        self.owner.edit(wire, {"card_create": {"id": wire.opened["client"] << 32 | wire.counter, "place": {"block": 1},
                                               "text": self.exam.plant(self.letter, f"live card ({kind})", *self.seers[who])}})
        wire.send({"presence": {"object": 1, "key": self.exam.plant(self.letter, f"presence ({kind})", *self.seers[who]), "at_seq": wire.seq}})


class Player:
    """Somebody who asks for what is not theirs. way: how they log in, None: not at all."""

    def __init__(self, exam, name, own, foreign, login, home=None):
        self.exam, self.name, self.own, self.foreign, self.login, self.home = exam, name, own, foreign, login, home
        self.wire, self.opened, self.number = None, None, 0
        self.asked, self.served = set(), set()

    def connect(self):
        self.wire, self.opened = Spy(self.exam.server.port, self.exam.watch, self.name), None
        self.wire.send(HELLO)
        self.wire.expect("welcome")
        if self.login:
            self.login(self.wire)

    def answers(self):
        """Everything until the answer to a Ping that follows the request; None: the connection has ended."""
        nonce, got = self.exam.rng.randrange(1, 2 ** 60), []
        self.wire.send({"ping": {"nonce": nonce}})
        while True:
            frame = self.wire.receive()
            if frame.get("pong", {}).get("nonce") == nonce:
                return got
            got.append(frame)

    def do(self, body, fields):
        if not self.wire:
            self.connect()
        self.number += 1
        self.asked.add(body)
        self.wire.doing = f"{body} {fields}"
        try:
            self.wire.send({"request": self.number, body: fields})
            got = self.answers()
        except Closed:
            self.wire.close()
            self.wire = None
            return
        if not any("error" in f and f.get("request") == self.number for f in got):
            self.served.add(body)
        for frame in got:
            if "opened" in frame:
                self.opened = {"sent": 0, **frame["opened"]}
            for answer, field in (("invitation_created", "token"), ("reset_created", "token"), ("code_created", "code"), ("logged_in", "token")):
                if frame.get(answer, {}).get(field):
                    self.exam.watch.secret(f"what {answer} told", frame[answer][field])
        if body == "close":
            self.opened = None


class Canaries(unittest.TestCase):
    def setUp(self):
        print(f"CANARY_SEED={SEED}", file=sys.stderr)
        self.rng = random.Random(SEED)
        self.watch, self.closing, self.request_ids = Watch(self.rng), [], []
        self.server = LocalServer(workers=2, password_memory_kib=1024, password_passes=1, login_failures=1000000, login_failures_per_minute=1000000,
                                  login_failures_per_login=1000000, edits_per_s=0, requests_per_s=0, presence_per_s=0)
        self.addCleanup(self.server.close)
        self.addCleanup(lambda: [w.close() for w in self.closing])

    def plant(self, letter, what, *seers):
        return self.watch.plant(f"{letter}: {what}", *seers)

    def workspace_of(self, insider):
        with self.server.wire() as wire:
            return wire.login(token=insider.token)["workspaces"][0]["id"]

    def author_of(self, insider, name):
        return next(m["author"] for m in insider.ask(member_list_request={})["member_list"]["members"] if m["name"] == name)

    def build(self):
        """The administrator makes both workspaces, invites an owner into each, and leaves."""
        link = self.watch.secret("the first owner's link", self.server.invitation())
        root = Insider(self, "root", "Root", invitation=link, device="root's")
        second = root.ask(workspace_create={"name": "Second", "request_id": os.urandom(16)})["workspace_changed"]["workspace"]["id"]
        first = self.workspace_of(root)
        first = next(i for i in (first, *[w["id"] for w in self.workspaces(root)]) if i != second)
        links = [root.ask(invitation_create={"workspace": w, "role": "OWNER"})["invitation_created"]["token"] for w in (first, second)]
        for token in links:
            self.watch.secret("an owner's invitation", token)
        inside = {"guests": ("owner", "member", "guest"), "members": ("owner", "member"), "owners": ("owner",), "nobody": ()}
        self.a = World(self, "A", links[0], inside)
        self.b = World(self, "B", links[1], {"guests": (), "members": (), "owners": (), "nobody": ()})
        for world, workspace in ((self.a, first), (self.b, second)):
            world.owner.ask(member_set={"workspace": workspace, "author": self.author_of(world.owner, "Root"), "role": "NONE"})
            world.fill()
        self.root = root

    def workspaces(self, insider):
        with self.server.wire() as wire:
            return wire.login(token=insider.token)["workspaces"]

    def people(self):
        """The players."""
        watch, a = self.watch, self.a
        member_login = self.plant("A", "member's login", "member", "owner")
        invited = watch.secret("an invitation", a.owner.ask(invitation_create={})["invitation_created"]["token"])
        member = Insider(self, member_login, self.plant("A", "member's name", "member", "owner", "guest"), invitation=invited,
                         device=self.plant("A", "member's device", "member"))
        self.member = member
        # The owner plays in a workspace of its own, which it may wreck.
        home = a.owner.ask(workspace_create={"name": self.plant("A", "second workspace", "owner"), "request_id": os.urandom(16)})
        home = home["workspace_changed"]["workspace"]["id"]
        wreck = a.owner.ask(canvas_create={"workspace": home, "title": "To be wrecked", "template": "swot"})["canvas_created"]["canvas"]["id"]

        def as_insider(insider):
            def way(wire):
                wire.send({"login": {"token": insider.token}})
                if "error" in wire.either("logged_in", "error"):
                    wire.send({"login": {"login": insider.login, "password": insider.password}})
                    insider.token = watch.secret("a device's token", wire.expect("logged_in")["token"])
            return way

        def as_guest(wire):
            wire.send({"login": {"code": a.code}})
            notice = wire.expect("guest_notice")
            wire.send({"login": {"code": a.code, "name": self.plant("A", "guest's name", "guest", "member", "owner"), "accept_notice": notice["id"]}})
            watch.secret("a guest's token", wire.expect("logged_in")["token"])
        others = [self.b.canvases[k] for k in self.b.canvases]
        hidden = [a.canvases["restricted"], a.canvases["trash"]]
        self.players = [
            Player(self, "member", [a.canvases["shared"], a.canvases["plain"]], others + hidden, as_insider(member), a.workspace),
            Player(self, "guest", [a.canvases["shared"]], others + hidden + [a.canvases["plain"]], as_guest),
            Player(self, "owner", [wreck], others, as_insider(a.owner), home),
            Player(self, "outsider", [], others + list(a.canvases.values()), as_insider(self.root)),
            Player(self, "stranger", [], others + list(a.canvases.values()), None),
        ]

    def pools(self, player):
        """Values by the names of fields: own ones, foreign ones, such as nobody has, garbage."""
        rng = self.rng
        workspaces = [self.b.workspace, self.b.workspace, self.a.workspace, b"", rng.randbytes(16), rng.randbytes(rng.randrange(30))]
        workspaces.append(player.home or b"")
        canvases = player.own * 3 + player.foreign + [rng.randbytes(16), rng.randbytes(3)]
        client = (player.opened or {}).get("client", 1)
        objects = [0, 1, 2, client << 32 | rng.randrange(1, 40), 1 << 32 | rng.randrange(1, 9), 2 << 32 | 2, rng.getrandbits(64)]
        foreign_names = [self.b.owner.name, self.b.quiet.name, self.b.title]
        numbers = [0, 1, 2, 3, 4, 5, 6, rng.getrandbits(32)]
        return {
            "workspace": workspaces, "canvas": canvases, "object": objects, "from": objects, "to": objects, "card": objects, "block": objects,
            "after": numbers, "before": objects, "parent": objects, "author": numbers, "guest": numbers, "about": numbers, "whom": numbers,
            "seq": [0, 1, 2, 5, rng.getrandbits(40)], "from_seq": [0, 1, 2], "to_seq": [0, 1, 5, 2 ** 40], "confirm": foreign_names + ["", "yes"],
            "request_id": self.request_ids + [rng.randbytes(16)], "role": [0, 1, 2, 3, 4, 5, 9], "client_id": [b"", rng.randbytes(16)],
            "have_seq": [0, 0, 1, 3], "key": ["", "note", "title", "f.a", "prompt"], "template": ["bmc", "swot", "", "none"], "wants": numbers,
            "login": [self.b.owner.login, self.b.quiet.login, self.a.quiet.login, "nobody"], "password": ["a wrong password", "short"],
            "old_password": ["a wrong password"], "new_password": ["a good new password"],
            "token": ["cnv_" + "A" * 43, "cng_" + "A" * 43, "x"], "invitation": ["a" * 26, "b" * 26], "reset": ["a" * 26], "code": ["WDJB-MJHT", "x"],
            "number": numbers, "id": objects + ["kept", "removed"] * 5, "name": ["A new name", "", "a\nb"], "title": ["A new title", ""], "state": [b"", b"\x08\x01", rng.randbytes(30)],
        }

    def special(self, player, body, fields):
        """What names of fields can't say."""
        rng, pools = self.rng, self.pools(player)
        if body == "open":
            fields["canvas"] = rng.choice(pools["canvas"])
        elif body == "submit" and player.opened:
            player.opened["sent"] += 1
            fields.update(client_seq=player.opened["sent"], base_seq=rng.choice([0, player.opened.get("head_seq", 0)]))
            fields.pop("undo_of", None)
        elif body in ("canvas_restore", "device_revoke"):
            fields[next(iter(MESSAGES[frame_type(body)]))] = rng.choice(pools["canvas"])
        elif body == "canvas_list_request":
            fields["after"] = rng.choice([b"", b"", rng.randbytes(24)])
        elif body == "person_erase" and not fields.get("author"):
            fields["confirm"] = "somebody else"                                             # or the player would be gone
        elif body == "member_leave":
            fields["workspace"] = rng.choice([self.b.workspace, rng.randbytes(16)])             # the same
        elif body == "login" and rng.random() < 0.8:
            form = rng.choice([["token"], ["login", "password"], ["invitation", "login", "name", "password"], ["code"], ["reset", "password"]])
            fields = {name: rng.choice(pools[name]) for name in form}
        if player.name == "owner" and body in ("workspace_erase", "workspace_rename", "retention_set", "member_set", "invitation_create", "person_erase",
                                               "member_reset", "canvas_create", "invitation_revoke", "workspace_set", "member_rename",
                                               "template_put", "template_remove"):
            fields["workspace"] = rng.choice([self.b.workspace, player.home, rng.randbytes(16)])    # A itself stays whole
        return fields

    def foreign_state(self):
        """Every row of every table that is of the workspace B, as text."""
        state = {}
        for table in self.server.sql("SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)"
                                     " WHERE c.column_name = 'workspace_id' AND t.table_type = 'BASE TABLE' AND c.table_schema NOT LIKE 'pg_%'").split():
            if table not in BESIDE_STATE:
                rows = self.server.sql(f"SELECT t::text FROM {table} t WHERE workspace_id = '{self.b.workspace.hex()}' ORDER BY 1")
                state[table] = rows
        return state

    def dump(self):
        return self.server.postgres.run("pg_dump", "-h", self.server.postgres.data, "-U", "cocanvas", self.server.database)

    def knock_everywhere(self):
        """Each request of each player that names a workspace or a canvas, with each foreign one; with a canvas open and without. One's own workspace counts
        as foreign to all but its owner: they have not the role."""
        for player in self.players:
            workspaces = [self.b.workspace] + [self.a.workspace] * 2 * (player.name != "owner")
            for own in [None, *player.own[:1]]:
                for body in WEIGHTS:
                    for name in {"workspace", "canvas"} & set(MESSAGES[frame_type(body)]):
                        for id_ in workspaces if name == "workspace" else player.foreign:
                            if body == "member_leave" and id_ == self.a.workspace:
                                continue                                                    # that one may, and would be gone
                            if not player.wire or (player.opened is None) == (own is not None):
                                player.do(*(("open", {"canvas": own}) if own else ("close", {})))
                            fields = self.special(player, body, Maker(self.rng, self.pools(player)).message(frame_type(body)))
                            author = self.rng.choice([2, 3])
                            right = {"confirm": self.b.title if body == "workspace_erase" else {2: self.b.owner.name, 3: self.b.quiet.name}[author],
                                     "author": author, "name": "A new name", "number": 1, "after": fields.get("after"), "confidential": 2, "role": 0, "all": True, "about": 0, "since_ms": 0}
                            fields.update({k: v for k, v in right.items() if k in MESSAGES[frame_type(body)] and v is not None})
                            player.do(body, {**fields, name: id_})
            self.assertEqual(self.watch.found, [], f"CANARY_SEED={SEED}")

    def play(self, alive):
        bodies = list(WEIGHTS)
        for step in range(STEPS):
            player = self.rng.choice(self.players)
            # every player tries everything at least once, then at random
            body = bodies[step // len(self.players) % len(bodies)] if step < len(bodies) * len(self.players) else self.rng.choices(
                bodies, list(WEIGHTS.values()))[0]
            if step < len(bodies) * len(self.players):
                player = self.players[step % len(self.players)]
            if player.own and not player.opened and player.wire and self.rng.random() < 0.3:
                player.do("open", {"canvas": self.rng.choice(player.own), "client_id": self.rng.randbytes(16)})
            fields = Maker(self.rng, self.pools(player)).message(frame_type(body))
            player.do(body, self.special(player, body, fields))
            if step % 15 == 0:
                for world in alive:
                    world.live()
            self.assertEqual(self.watch.found, [], f"CANARY_SEED={SEED}, step {step}")

    def test_every_request_has_its_row(self):
        self.assertEqual(set(WEIGHTS), set(messages_of(self.server.daemon)), "a message of the protocol has no row in this exam (WEIGHTS)")

    def test_nobody_is_sent_what_is_not_theirs(self):
        self.build()
        self.people()
        before = self.foreign_state()
        self.assertTrue(before["journal"] and before["member"] and before["join_code"])
        self.knock_everywhere()
        self.play([self.a])
        self.assertEqual({t: rows for t, rows in self.foreign_state().items() if rows != before[t]}, {}, f"changed from outside, CANARY_SEED={SEED}")
        self.play([self.a, self.b])
        self.assertEqual(self.watch.found, [], f"CANARY_SEED={SEED}")
        for player in self.players:
            self.assertEqual(set(WEIGHTS) - player.asked, set(), player.name)
        self.controls()
        self.assertEqual(self.watch.leaks(self.server.admin("status")[1]), [], "in the numbers")
        for player in self.players:
            if player.wire:
                player.wire.close()
        self.assertEqual(self.server.stop(), 0, self.server.log()[-3000:])
        self.written_down()

    def ask_for_their_own(self):
        """What each may see, asked for properly."""
        member, guest, owner = self.players[:3]
        for player in (member, guest):
            for canvas in player.own:
                player.do("close", {})
                player.do("open", {"canvas": canvas})
                player.do("history_request", {"from_seq": 1})
                self.assertIn("history_request", player.served, player.name)
        self.a.live()
        guest.do("ping", {"nonce": 1})
        for player in (member, owner):
            player.do("canvas_list_request", {})
            player.do("member_list_request", {"workspace": self.a.workspace})
        owner.do("invitation_list_request", {"workspace": self.a.workspace, "all": True})
        member.do("template_list_request", {"workspace": self.a.workspace, "id": "kept"})

    def controls(self):
        """An exam that sees nothing convicts nobody: what they may see was seen."""
        self.ask_for_their_own()
        seen = self.watch.seen
        for what in ("card (shared)", "comment (shared)", "tag (shared)", "title (shared)", "live card (shared)", "version's name (shared)"):
            for who in ("member", "guest"):
                self.assertIn(f"A: {what}", seen[who])
        for what in ("title (plain)", "card (plain)", "quiet name", "workspace's name", "template's title (kept)",
                     "template's attribution (kept)", "template's prompt (kept)"):
            self.assertIn(f"A: {what}", seen["member"])
        self.assertIn("A: notice", seen["guest"])
        self.assertIn("A: invitation's label", seen["owner"])
        self.assertEqual((seen.get("stranger", set()), seen.get("outsider", set())), (set(), set()))
        for player, least in zip(self.players, (12, 8, 12, 4, 2)):
            self.assertGreaterEqual(len(player.served), least, f"{player.name} was served {sorted(player.served)}")

    def written_down(self):
        logins = {what for what, _ in self.watch.words.values() if "login" in what}
        with open(self.server.log_path(), encoding="utf-8", errors="replace") as f:
            log = f.read()
        dump, audit = self.dump(), self.server.sql("SELECT a::text FROM audit a")
        lines = [line for line in log.splitlines() if self.watch.leaks(line, but=logins)]
        self.assertEqual(lines[:5], [], "in the log")
        self.assertEqual(self.watch.leaks(audit), [], "in the audit log")
        self.assertIn("A: card (shared)", self.watch.leaks(dump))                           # a control, again
        for name in os.listdir(os.path.dirname(self.server.state_path("x"))):
            if name.endswith(("secret", ".key")):
                with open(self.server.state_path(name), "rb") as f:
                    self.watch.secret(f"the file {name}", f.read().strip())
        for where, text in (("dump", dump), ("log", log)):
            self.assertEqual(self.watch.betrayed(text), [], f"secrets in the {where}")
        self.assertEqual(self.watch.betrayed(self.root.token), ["a device's token"])


if __name__ == "__main__":
    unittest.main()
