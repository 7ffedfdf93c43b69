"""The audit log and who finds a row that was changed; what is kept how long, while people edit and somebody is offline; what is left of people and
workspaces that were erased: nothing."""
import hashlib
import json
import os
import signal
import struct
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer, Postgres, die_with_parent, wait_for  # noqa: E402
from people import Case, Person  # noqa: E402
from wire import CODES, ENUMS  # noqa: E402

EVENT = ENUMS["Event"]
FACILITATOR = ENUMS["Role"]["FACILITATOR"]
BESIDES = ("people", "status", "presence_update", "checkpoint", "ping", "role_changed")
ZERO = "00000000-0000-0000-0000-000000000000"


def client_id():
    return os.urandom(16)


def card(client, counter, text):
    return {"card_create": {"id": client << 32 | counter, "place": {"block": 1}, "text": text}}


def ask(wire, **message):
    wire.send({"request": 9, **message})
    while True:
        got = wire.receive()
        if got.get("request") == 9:
            return got
        assert any(name in got for name in BESIDES), got


def code(got):
    return CODES[got["error"]["code"]] if "error" in got else "OK"


class People(Case):
    """One server with an owner and her workspace, people by the client, and what the database says."""

    def rows(self, where="true"):
        """(number, event, author, whom, detail, text)"""
        lines = self.server.sql(f"SELECT number, event, author, whom, detail, text FROM audit WHERE {where} ORDER BY workspace_id, number").splitlines()
        return [tuple(int(f) for f in line.split("|")[:5]) + (line.split("|")[5],) for line in lines]

    def wait_row(self, event, **facts):
        where = " AND ".join([f"event = {EVENT[event]}"] + [f"{name} = {value}" for name, value in facts.items()])
        return wait_for(lambda: self.rows(where), f"{event} {facts} in {self.rows()}")

    def settled(self):
        """All that was told is written: a row told after the others is there."""
        self.owner.ok("workspace", "keep", "--trash", "30")
        before = len(self.rows(f"event = {EVENT['SETTINGS']}"))
        self.owner.ok("workspace", "keep", "--trash", "30")
        wait_for(lambda: len(self.rows(f"event = {EVENT['SETTINGS']}")) > before, "a row")

    def token(self, person):
        with open(os.path.join(person.home, ".local/state/cocanvas/credentials"), encoding="utf-8") as f:
            return next(word for word in f.read().replace('"', " ").split() if word.startswith("cnv_"))

    def wire(self, person):
        wire = self.server.wire()
        self.addCleanup(wire.close)
        wire.logged_in = wire.login(token=self.token(person))
        return wire

    def author(self, wire):
        return wire.logged_in["workspaces"][0]["author"]

    def sweep(self):
        """Begins a pass, unless one is under way."""
        self.assertEqual(self.server.admin("sweep")[0], 0)


class TheLog(People):
    def test_what_is_written_down(self):
        ann = self.newcomer("ann", "Ann Lee")
        ann.ok("new", "bmc", "Secret plans")
        ann.ok("add", "secret", "vp", "bread with a canary")
        self.owner.ok("member", "role", "Ann Lee", "facilitator")
        ann.ok("export", "secret", "-o", ann.file("x.json"))
        ann.ok("canvas", "remove", "secret")
        number = ann.ok("list", "--removed").out.split()[0]
        ann.ok("canvas", "restore", number)
        self.settled()
        wire = self.wire(ann)
        me = self.author(wire)
        self.settled()
        events = [row[1] for row in self.rows(f"author = {me} OR whom = {me}")]
        for name in ("MEMBER_JOINED", "LOGIN", "CANVAS_MADE", "CANVAS_OPENED", "ROLE_CHANGED", "CANVAS_EXPORTED", "CANVAS_REMOVED", "CANVAS_RESTORED"):
            self.assertIn(EVENT[name], events, name)
        order = [events.index(EVENT[name]) for name in ("MEMBER_JOINED", "CANVAS_MADE", "ROLE_CHANGED", "CANVAS_EXPORTED", "CANVAS_REMOVED", "CANVAS_RESTORED")]
        self.assertEqual(order, sorted(order))
        self.assertEqual(self.wait_row("ROLE_CHANGED", whom=me)[0][2:5], (1, me, FACILITATOR))
        for secret in ("Secret", "plans", "canary", "bread", "Ann Lee", self.token(ann)):
            self.assertNotIn(secret, self.server.sql("SELECT a::text FROM audit a"), secret)
        self.assertNotIn("canary", self.server.log())
        listed = self.owner.ok("audit", "list", "--since", "1d").out
        self.assertRegex(listed, r"Ann Lee +made +127\.0\.0\.1\n")
        self.assertRegex(listed, r"Olga Owner +changed the role of Ann Lee: facilitator")
        self.assertEqual(self.owner.ok("audit", "list", "--since", "2999-01-01").out, "")
        self.assertGreater(len(self.owner.json("audit", "list", "--about", "Ann Lee")[0]["rows"]), 5)

    def test_every_kind_of_request_leaves_its_row(self):
        ann = self.newcomer("ann7", "Ann")
        wire, other = self.wire(self.owner), self.wire(ann)
        number = self.author(other)
        canvas = ask(wire, canvas_create={"title": "Open", "template": "bmc"})["canvas_created"]["canvas"]["id"]
        wire.open(canvas, client_id=client_id())

        def leaves(event, facts, **message):
            answer = ask(wire, **message)
            self.assertNotIn("error", answer)
            row, = self.wait_row(event, **facts)
            self.assertEqual(row[2], 1)
            return answer

        invitation = leaves("INVITATION_MADE", {"detail": "(SELECT max(number) FROM invitation)"}, invitation_create={})["invitation_created"]
        leaves("INVITATION_REVOKED", {"detail": invitation["number"]}, invitation_revoke={"number": invitation["number"]})
        leaves("WORKSPACE_RENAMED", {}, workspace_rename={"name": "Another name"})
        leaves("CANVAS_ACCESS", {"whom": number, "detail": FACILITATOR, "text": "'restricted'", "canvas_id": f"'{canvas.hex()}'"},
               access_set={"restriction": ENUMS["Restriction"]["RESTRICTED"], "author": number, "role": FACILITATOR})
        leaves("LIVE_OPENED", {"canvas_id": f"'{canvas.hex()}'"}, live_open={"lobby": ENUMS["Lobby"]["OFF"]})
        made = leaves("CODE_MADE", {"detail": 1}, code_create={})["code_created"]
        guest = self.server.wire()
        self.addCleanup(guest.close)
        guest.hello()
        guest.send({"login": {"code": made["code"]}})
        notice = guest.expect("guest_notice")["id"]
        guest.send({"login": {"code": made["code"], "name": "Gus Guest", "accept_notice": notice}})
        guest.expect("logged_in")
        came, = self.wait_row("GUEST_CAME", detail=1)
        leaves("GUEST_REMOVED", {"whom": came[2]}, member_set={"author": came[2], "role": 0})
        leaves("CODE_REVOKED", {"detail": 1}, code_revoke={"number": 1})
        leaves("LIVE_CLOSED", {}, live_close={})
        file = 'id = "ours"; title = "Ours"; kind = "grid"; licence = "own"; cols = 1; rows = 1; blocks = ({ key = "a"; title = "A"; at = [0, 0]; size = [1, 1]; order = 1; });'
        leaves("TEMPLATE_PUT", {"text": "'ours'", "detail": 1}, template_put={"file": file})
        leaves("TEMPLATE_REMOVED", {"text": "'ours'"}, template_remove={"id": "ours"})
        leaves("MEMBER_RENAMED", {}, member_rename={"name": "Olga Owner"})
        leaves("RESET_MADE", {"whom": number}, member_reset={"author": number})
        leaves("MEMBER_REMOVED", {"whom": number}, member_set={"author": number, "role": 0})
        leaves("PASSWORD_CHANGED", {}, password_change={"old_password": "password of owner", "new_password": "another password of owner", "keep_others": True})
        self.another_device()
        leaves("DEVICE_REVOKED", {"detail": "(SELECT max(detail) FROM audit WHERE event = 16)"}, device_revoke={"others": True})
        self.assertNotIn("Gus", self.server.sql("SELECT a::text FROM audit a"))
        self.owner.ok("audit", "verify")

    def another_device(self):
        wire = self.server.wire()
        self.addCleanup(wire.close)
        return wire.login(login="owner", password="another password of owner")["token"]

    def test_refused_logins(self):
        eve = self.newcomer("eve", "Eve")
        number = self.author(self.wire(eve))
        for login in ("eve", "nobody-at-all"):
            wire = self.server.wire()
            self.addCleanup(wire.close)
            wire.hello()
            wire.send({"login": {"login": login, "password": "not the password"}})
            wire.refused("DENIED")
        row = self.wait_row("LOGIN_REFUSED", author=number)
        self.assertEqual([r[4] for r in row], [2])
        self.settled()
        self.assertEqual(len(self.rows(f"event = {EVENT['LOGIN_REFUSED']}")), 1, "of a login that is nobody's nothing is written")

    def test_who_hangs_up_is_written_down_all_the_same(self):
        bob = self.newcomer("bob", "Bob")
        number = self.author(self.wire(bob))
        wire, postgres = self.wire(self.owner), self.server.postgres
        # The change waits for a lock, and meanwhile its session goes.
        with subprocess.Popen([os.path.join(postgres.bin, "psql"), "-h", postgres.data, "-U", "cocanvas", "-d", self.server.database, "-qAt"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent) as psql:
            psql.stdin.write("BEGIN; SELECT 'locked' FROM workspace FOR UPDATE;\n")
            psql.stdin.flush()
            self.assertEqual(psql.stdout.readline(), "locked\n")
            wire.send({"request": 9, "member_set": {"author": number, "role": FACILITATOR}})
            wait_for(lambda: self.server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == "1", "the change to wait")
            before = self.server.log().count("left: ")
            wire.close()
            wait_for(lambda: self.server.log().count("left: ") > before, "the session to be gone")
            psql.stdin.write("COMMIT;\n")
            psql.stdin.close()
        self.assertEqual(self.wait_row("ROLE_CHANGED", whom=number)[0][2:5], (1, number, FACILITATOR))

    def test_a_changed_row_is_found(self):
        ann = self.newcomer("ann4", "Ann")
        ann.ok("new", "bmc", "One")
        self.settled()
        right = self.owner.json("audit", "verify")[0]
        self.settled()
        n = int(self.server.sql("SELECT max(number) FROM audit"))
        self.assertRegex(self.owner.ok("audit", "verify").out, r"Right: \d+ rows")
        for column, other in (("author", "author + 1"), ("time_ms", "time_ms - 1"), ("detail", "detail + 1"), ("event", "2"), ("whom", "77"),
                              ("text", "text || 'x'"), ("canvas_id", "gen_random_uuid()")):
            with self.subTest(column=column):
                was = self.server.sql("SELECT row_to_json(a) FROM audit a WHERE number = 3")
                self.server.sql(f"UPDATE audit SET {column} = {other} WHERE number = 3")
                self.assertRegex(self.fails(5, self.owner.run("audit", "verify")).err, r"row 3: .* The 2 rows before it")
                self.server.sql(f"UPDATE audit SET {column} = (json_populate_record(NULL::audit, '{was}')).{column} WHERE number = 3")
                self.owner.ok("audit", "verify")
        self.server.sql("CREATE TABLE aside AS SELECT * FROM audit WHERE number = 4; DELETE FROM audit WHERE number = 4")
        self.assertRegex(self.fails(5, self.owner.run("audit", "verify")).err, "row 4: it is missing")
        self.server.sql("INSERT INTO audit SELECT * FROM aside; DROP TABLE aside")
        # The whole of it written anew, by somebody who knows how: only who has noted a hash finds that.
        head = f"{right['rows']}:{right['hash']}"
        self.owner.ok("audit", "verify", "--head", head)
        self.rewrite(n)
        self.owner.ok("audit", "verify")
        self.assertRegex(self.fails(5, self.owner.run("audit", "verify", "--head", head)).err, "written anew")
        self.fails(2, self.owner.run("audit", "verify", "--head", "7"))

    def test_rows_taken_from_the_end_are_missed(self):
        server = LocalServer()
        self.addCleanup(server.close)
        olga = Person(server, "olga", "Olga")
        self.addCleanup(olga.leave)
        with open(server.state_path("first-owner-link"), encoding="utf-8") as f:
            olga.log_in(f.read().strip())
        olga.ok("new", "bmc", "One")
        server.restart()
        server.sql("DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)")
        server.sql("DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)")
        self.fails(5, olga.run("audit", "verify"), "missing")

    def rewrite(self, n):
        """Takes row 2 out and chains the rest anew, the head too."""
        rows = self.server.sql("SELECT workspace_id, number, time_ms, event, author, whom, canvas_id, detail, text FROM audit ORDER BY number").splitlines()
        before, number, said = bytes(32), 0, []
        for row in rows:
            workspace, was, time_ms, event, author, whom, canvas, detail, text = row.split("|")
            if int(was) == 2:
                continue
            number += 1
            raw = before + bytes.fromhex(workspace.replace("-", "")) + struct.pack(">Qqqqq", number, int(time_ms), int(event), int(author), int(whom))
            raw += bytes.fromhex(canvas.replace("-", "")) + struct.pack(">qI", int(detail), len(text.encode())) + text.encode()
            before = hashlib.sha256(raw).digest()
            said.append(f"UPDATE audit SET number = {number}, hash = '\\x{before.hex()}' WHERE number = {was};")
        self.server.sql("DELETE FROM audit WHERE number = 2;" + "".join(said) + f"UPDATE audit_head SET number = {number}, hash = '\\x{before.hex()}'")
        self.assertGreaterEqual(number + 1, n)

    def test_who_may_read_it(self):
        ann = self.newcomer("ann5", "Ann")
        wire, olga = self.wire(ann), self.wire(self.owner)
        me = self.author(wire)
        foreign = ask(wire, audit_request={"workspace": os.urandom(16)})
        self.assertEqual(code(ask(wire, audit_request={})), "NOT_FOUND")
        self.assertEqual(ask(wire, audit_request={"workspace": wire.logged_in["workspaces"][0]["id"]}), foreign)
        self.assertEqual(ask(wire, audit_request={"about": 1}), ask(wire, audit_request={"about": 4242}))
        self.assertEqual(code(ask(wire, audit_request={"about": 1})), "NOT_FOUND")
        self.assertEqual(code(foreign), "NOT_FOUND")
        wait_for(lambda: self.rows(f"author = {me}"), "rows")
        self.settled()
        page = ask(wire, audit_request={"about": me})["audit_page"]
        self.assertTrue(page["last"])
        self.assertNotIn("head_number", page)
        self.assertTrue(all(me in (row.get("author"), row.get("whom")) for row in page["rows"]))
        whole = ask(olga, audit_request={})["audit_page"]
        self.assertGreater(len(whole["rows"]), len(page["rows"]))
        self.assertEqual([row["number"] for row in whole["rows"]], list(range(1, len(whole["rows"]) + 1)))
        for message, fields in (("retention_request", {}), ("retention_set", {"history_days": 1}), ("person_erase", {"author": 1, "confirm": "Olga Owner"}),
                                ("workspace_erase", {"confirm": "Workspace"}), ("audit_request", {})):
            own, missing = ({message: {**fields, "workspace": id_}} for id_ in (wire.logged_in["workspaces"][0]["id"], os.urandom(16)))
            self.assertEqual(code(ask(wire, **own)), "NOT_FOUND", message)
            self.assertEqual(ask(wire, **own), ask(wire, **missing), message)

    def test_addresses_go_and_the_chain_holds(self):
        self.newcomer("zoe", "Zoe")
        self.settled()
        self.assertNotEqual(self.server.sql("SELECT count(*) FROM audit_address"), "0")
        self.server.sql("UPDATE audit_address SET created_at = now() - interval '29 days'")
        self.server.sql("UPDATE audit_address SET created_at = now() - interval '31 days' WHERE number < 4")
        self.sweep()
        wait_for(lambda: self.server.sql("SELECT count(*) FROM audit_address WHERE number < 4") == "0", "no old address")
        self.assertNotEqual(self.server.sql("SELECT count(*) FROM audit_address"), "0")
        self.owner.ok("audit", "verify")


class WithoutPostgres(unittest.TestCase):
    def test_events_wait_and_are_written_once_and_in_order(self):
        postgres = Postgres()
        self.addCleanup(postgres.close)
        with LocalServer(postgres=postgres) as server:
            canvas = server.canvas()
            wire = server.member()
            wire.open(canvas)
            wait_for(lambda: server.sql(f"SELECT count(*) FROM audit WHERE event = {EVENT['CANVAS_OPENED']}") == "1", "the log")
            postgres.stop(signal.SIGQUIT)
            for i in range(5):
                wire.send({"request": 100 + i, "canvas_exported": {}})
                wire.expect("done")     # nobody waits for the log
            postgres.start()
            count = f"SELECT count(*), count(DISTINCT number), max(time_ms) - min(time_ms) >= 0 FROM audit WHERE event = {EVENT['CANVAS_EXPORTED']}"
            wait_for(lambda: server.sql(count) == "5|5|t", "five rows")
            times = server.sql("SELECT time_ms FROM audit ORDER BY number").split()
            self.assertEqual(times, sorted(times))
            # What cannot be written before the daemon stops is in its log, without an address.
            postgres.stop(signal.SIGQUIT)
            wire.send({"request": 200, "canvas_exported": {}})
            wire.expect("done")
            self.assertEqual(server.stop(), 0)
            self.assertRegex(server.log(), rf"not in the audit log, because the database was away: event {EVENT['CANVAS_EXPORTED']} of workspace")
            postgres.start()
            wire.close()


class Retention(People):
    options = {"snapshot_batches": 7, "room_idle_ms": 200}

    def age(self, canvas, days, to_seq):
        self.server.sql(f"UPDATE journal SET time_ms = time_ms - {days} * 86400000::bigint WHERE canvas_id = '{canvas.hex()}' AND seq <= {to_seq}")

    def oldest(self, canvas):
        return int(self.server.sql(f"SELECT min(seq) FROM journal WHERE canvas_id = '{canvas.hex()}'") or 0)

    def made(self, title):
        wire = self.wire(self.owner)
        return wire, ask(wire, canvas_create={"title": title, "template": "bmc"})["canvas_created"]["canvas"]["id"]

    def test_history_is_cut_while_people_edit_and_somebody_is_offline(self):
        _, canvas = self.made("Long lived")
        ann, ben = self.wire(self.owner), self.wire(self.owner)
        offline = client_id()
        opened = ben.open(canvas, client_id=offline)
        bens = opened["client"]
        ben.submit(1, 0, card(bens, 1, "first of Ben's"))
        ben.expect("committed")
        have = ben_seq = 1
        ben.close()                     # with two batches unsent: 1 may or may not have arrived, for all he knows, and 2
        opened = ann.open(canvas, client_id=client_id())
        anns = opened["client"]
        for i in range(1, 60):
            ann.submit(i, ben_seq, card(anns, i, f"card {i}"))
            ben_seq = ann.expect("committed")["seq"]
        self.age(canvas, 40, 33)        # 33 is in the middle between two stored states
        self.owner.ok("workspace", "keep", "--history", "30")
        self.sweep()
        for i in range(60, 90):         # Ann goes on all the time
            ann.submit(i, ben_seq, card(anns, i, f"card {i}"))
            ben_seq = ann.expect("committed")["seq"]
        wait_for(lambda: self.oldest(canvas) == 34, f"the cut, at {self.oldest(canvas)}")
        self.assertEqual(self.server.sql(f"SELECT min(seq) FROM snapshot WHERE canvas_id = '{canvas.hex()}'"), "33")
        self.wait_row("HISTORY_CUT", detail=33)
        # Ann's session answers as what is kept
        ann.send({"request": 5, "history_request": {"from_seq": 1, "to_seq": 40}})
        page = ann.expect("history_page")
        self.assertEqual(page["oldest_seq"], 34)
        self.assertEqual(len(page["committed"]), 7)
        ann.send({"request": 6, "state_request": {"seq": 5}})
        self.assertRegex(ann.refused("NOT_FOUND")["message"], "limited time")
        ann.send({"request": 7, "state_request": {"seq": 33}})
        self.assertEqual(ann.expect("snapshot")["seq"], 33)
        # Ben is back: what he had sent is known, what he had not is saved (P3, P5)
        back = self.wire(self.owner)
        opened = back.open(canvas, client_id=offline, have_seq=have, sent_client_seq=1)
        self.assertEqual((opened["client"], opened["acked_client_seq"], opened["head_seq"]), (bens, 1, ben_seq))
        back.submit(1, have, card(bens, 1, "first of Ben's"))
        back.submit(2, opened["head_seq"], card(bens, 2, "typed while offline"))
        got = back.either("committed", "reject")
        self.assertEqual((got["committed"]["client"], got["committed"]["client_seq"]), (bens, 2), "the first one is not applied again")
        self.assertEqual(len(self.state(self.owner, "long")["state"]["cards"]), 1 + 89 + 1)
        # the state that the cut has made, replayed to the end, is what the room has
        ann.close()
        back.close()
        self.server.restart()
        state = self.state(self.owner, "long")
        self.assertEqual(len(state["state"]["cards"]), 91)
        self.owner.ok("audit", "verify")

    def test_for_ever_is_for_ever(self):
        wire, canvas = self.made("Kept")
        opened = wire.open(canvas, client_id=client_id())
        wire.submit(1, 0, card(opened["client"], 1, "x"))
        wire.expect("committed")
        self.age(canvas, 30000, 1)
        self.owner.ok("workspace", "keep", "--history", "0", "--trash", "0")
        _, doomed = self.made("Doomed")
        self.owner.ok("canvas", "remove", "Doomed")
        self.server.sql(f"UPDATE canvas SET removed_at = now() - interval '9 years' WHERE canvas_id = '{doomed.hex()}'")
        self.server.sql("UPDATE audit_address SET created_at = now() - interval '40 days'")
        self.sweep()
        wait_for(lambda: self.server.sql("SELECT count(*) FROM audit_address WHERE created_at < now() - interval '35 days'") == "0", "a pass")
        self.server.sql("UPDATE audit_address SET created_at = now() - interval '40 days'")
        self.server.sql(f"INSERT INTO erasure (workspace_id, canvas_id, created_at) VALUES ('{ZERO}', '{'1' * 32}', now() - interval '2 hours')")
        wait_for(lambda: self.sweep() or self.server.sql("SELECT count(*) FROM erasure") == "0", "another pass, up to the erasures")
        self.assertEqual(self.oldest(canvas), 1)
        self.assertEqual(self.server.sql(f"SELECT count(*) FROM canvas WHERE canvas_id = '{doomed.hex()}'"), "1")
        self.owner.ok("workspace", "keep", "--trash", "30")
        wait_for(lambda: self.sweep() or self.server.sql(f"SELECT count(*) FROM canvas WHERE canvas_id = '{doomed.hex()}'") == "0", "the erasure")
        wait_for(lambda: self.sweep() or self.left(doomed) == 0, "nothing left")
        self.wait_row("CANVAS_ERASED")
        self.assertEqual(self.owner.ok("list", "--removed").out, "")

    def left(self, canvas):
        tables = ("canvas", "journal", "snapshot", "client_pos", "canvas_access", "live_session")
        return sum(int(self.server.sql(f"SELECT count(*) FROM {table} WHERE canvas_id = '{canvas.hex()}'")) for table in tables)

    def test_settings(self):
        self.assertEqual(self.owner.json("workspace", "keep", "--history", "90", "--trash", "7")[0]["history_days"], 90)
        self.assertRegex(self.owner.ok("workspace", "keep", "--history", "0").out, "kept for ever, canvases in the trash for 7 days")
        self.fails(2, self.owner.run("workspace", "keep", "--history", "-1"))
        self.fails(2, self.owner.run("workspace", "keep", "--history", "36501"))
        wire = self.wire(self.owner)
        self.assertEqual(code(ask(wire, retention_set={"history_days": 36501})), "MALFORMED")
        self.owner.ok("workspace", "keep", "--trash", "30")


class Erasure(People):
    def test_a_person(self):
        ann = self.newcomer("ann", "Ann Lee")
        ann.ok("new", "bmc", "Ann's")
        ann.ok("add", "ann", "vp", "written by Ann")
        wire = self.wire(ann)
        me, canvas = self.author(wire), ask(wire, canvas_list_request={})["canvas_list"]["canvases"][0]["id"]
        wire.open(canvas)
        before = self.state(self.owner, "ann")["hash"]
        self.fails(1, self.owner.run("person", "erase", "Ann Lee", "--confirm", "Ann"), "exactly")
        self.fails(2, self.owner.run("person", "erase", "Ann Lee", "--no-input"), "confirmation")
        self.assertRegex(self.owner.ok("person", "erase", "Ann Lee", "--confirm", "Ann Lee").out, "with the login")
        last = wire.ended()[-1]
        self.assertTrue(last["error"]["fatal"], last)
        self.assertEqual(self.server.sql("SELECT count(*) FROM account WHERE login = 'ann'"), "0")
        self.assertEqual(self.server.sql(f"SELECT name, role, account_id IS NULL FROM member WHERE author = {me}"), f"Former member {me}|0|t")
        for table in ("account", "member", "device", "invitation", "audit", "audit_address", "password_reset"):
            self.assertNotIn("Ann", self.server.sql(f"SELECT t::text FROM {table} t"), table)
        shown = self.owner.ok("show", "ann", "--comments").out
        self.assertIn("written by Ann", shown)
        self.assertEqual(self.state(self.owner, "ann")["hash"], before)
        self.assertEqual(ann.run("list").code, 4)
        self.wait_row("PERSON_ERASED", whom=me)
        self.owner.ok("audit", "verify")
        self.settled()
        self.assertEqual(self.server.sql(f"SELECT count(*) FROM audit_address WHERE author = {me}"), "0")

    def test_who_is_elsewhere_keeps_the_login(self):
        cas = self.newcomer("cas", "Cas")
        self.owner.ok("member", "role", "Cas", "owner")
        cas.ok("workspace", "create", "Of Cas")
        self.assertNotIn("login", self.owner.ok("person", "erase", "Cas", "--confirm", "Cas").out)
        self.assertIn("Of Cas", cas.ok("workspace", "list").out)
        self.assertNotIn("Former", self.server.sql("SELECT name FROM member JOIN account USING (account_id) WHERE login = 'cas'"))

    def test_oneself(self):
        dan = self.newcomer("dan", "Dan")
        number = self.author(self.wire(dan))
        self.owner.ok("member", "role", "Dan", "owner")
        dan.ok("workspace", "create", "Dans own")
        self.fails(5, dan.run("person", "erase", "--self", "--confirm", "dan"), "only owner")
        dan.ok("workspace", "erase", "--context", "dans-own", "--confirm", "Dans own")
        self.fails(1, dan.run("person", "erase", "--self", "--confirm", "Daniel"), "your login")
        self.assertTrue(dan.json("person", "erase", "--self", "--confirm", "dan")[0]["account"])
        self.assertEqual(dan.run("list").code, 4)
        self.wait_row("PERSON_ERASED", author=number, whom=number)
        self.assertIn(f"Former member {number}", self.owner.ok("member", "list", "--removed").out)

    def test_a_workspace(self):
        eva = self.newcomer("eva", "Eva")
        self.owner.ok("member", "role", "Eva", "owner")
        eva.ok("workspace", "create", "Acme AG")
        eva.ok("context", "use", "acme-ag")
        eva.ok("new", "bmc", "Acme's plan")
        eva.ok("add", "acme", "vp", "bread")
        link = eva.ok("member", "invite").out.strip()
        fay = Person(self.server, "fay", "Fay")
        self.addCleanup(fay.leave)
        fay.log_in(link)
        wire = self.wire(fay)
        in_ = wire.logged_in["workspaces"][0]
        canvas = ask(wire, canvas_list_request={})["canvas_list"]["canvases"][0]["id"]
        wire.open(canvas)
        workspace = in_["id"].hex()
        tables = self.server.sql("SELECT table_name FROM information_schema.columns WHERE column_name = 'workspace_id' AND table_schema = 'public'").split()
        self.assertIn("audit", tables)
        self.assertGreater(sum(self.count(table, workspace) for table in tables), 10)
        self.fails(1, eva.run("workspace", "erase", "--confirm", "Acme"), "exactly")
        self.assertEqual(self.count("canvas", workspace), 1)
        eva.ok("workspace", "erase", "--confirm", "Acme AG")
        self.assertTrue(wire.ended()[-1]["error"]["fatal"])
        self.assertEqual(fay.run("list").code, 3)
        self.server.sql("UPDATE erasure SET created_at = now() - interval '2 hours'")
        wait_for(lambda: self.sweep() or sum(self.count(table, workspace) for table in tables) == 0,
                 lambda: {table: self.count(table, workspace) for table in tables})
        self.assertEqual(self.server.sql("SELECT count(*) FROM audit") != "0", True)
        self.owner.ok("audit", "verify")

    def count(self, table, workspace):
        return int(self.server.sql(f"SELECT count(*) FROM {table} WHERE workspace_id = '{workspace}'"))


class Export(People):
    def test_a_persons_data(self):
        gil, hal = self.newcomer("gil", "Gil"), self.newcomer("hal", "Hal")
        gil.ok("new", "bmc", "Shared")
        gil.ok("add", "shared", "vp", "by Gil")
        hal.ok("add", "shared", "vp", "by Hal")
        gil.ok("comment", "add", "shared", "by hal", "Gil's question")
        gil.ok("vote", "shared", "by hal")
        self.settled()
        gil.ok("person", "export", "-o", gil.file("me.json"))
        me = json.loads(self.text(gil.file("me.json")))
        self.assertEqual(me["account"]["login"], "gil")
        self.assertEqual(len(me["account"]["devices"]), 1)
        place, = me["places"]
        self.assertEqual([c["text"] for c in place["cards"]], ["by Gil"])
        self.assertEqual([c["text"] for c in place["comments"]], ["Gil's question"])
        self.assertEqual(len(place["votes"]), 1)
        self.assertIn("login", {row["event"] for row in place["audit"]})
        self.assertTrue(all(place["author"] in (row["author"], row["whom"]) for row in place["audit"]))
        self.assertNotIn("by Hal", json.dumps(me))
        self.wait_row("PERSON_EXPORTED", whom=place["author"], author=place["author"])
        theirs = json.loads(self.owner.ok("person", "export", "Hal").out)
        self.assertEqual([c["text"] for c in theirs["places"][0]["cards"]], ["by Hal"])
        self.assertNotIn("account", theirs)
        self.fails(3, gil.run("person", "export", "Hal"))


if __name__ == "__main__":
    unittest.main()
