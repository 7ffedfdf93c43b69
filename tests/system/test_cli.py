"""The command line as people use it, against the real daemon: a newcomer's first minutes, two people on one card, every command with --json, every exit
code, files there and back, edits of a program that was killed, and texts that would harm a terminal."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import die_with_parent, free_port, wait_for  # noqa: E402
from people import PROGRAM, Case, OnTerminal, Person  # noqa: E402

# What a terminal would obey or that hides how a text reads.
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Newcomers(Case):
    def test_first_minutes(self):
        """Link, login, canvas, cards; a second person; both on the same canvas; the same state for both."""
        ann = self.newcomer("ann", "Ann Lee")
        self.assertIn("cocanvas login", Person(self.server, "x", "x").ok().out)
        self.assertRegex(ann.ok("new", "bmc", "Bakery", "2027").out, r"^Made [0-9a-f]{8}  Bakery 2027\n$")
        self.assertEqual(ann.ok("add", "bakery", "customer seg", "Office workers", "Cafés nearby", "--tag", "b2b").out.count("Added"), 2)
        self.assertEqual(ann.ok("add", "bakery", "ka", "-", stdin="Bake\n\nDeliver\r\nClean\n").out.count("Key Activities"), 3)
        ben = self.newcomer("ben", "Ben Ode")
        ben.ok("add", "bakery", "Channels", "Market stall")
        ann.ok("edit", "bakery", "market", "--append", " on Saturdays")
        ben.ok("edit", "bakery", "market", "--replace", "Saturdays", "weekends")
        ben.ok("vote", "bakery", "office")
        ben.ok("comment", "bakery", "office", "Really?")
        ann.ok("comment", "resolve", "bakery", "really")
        shown = ann.ok("show", "bakery", "--comments").out
        self.assertRegex(shown, r"Office workers #b2b  1 vote  1 comment\n +\d+\.\d+ Ben Ode \(done\): Really\?")
        self.assertIn("Market stall on weekends", shown)
        self.assertTrue(shown.endswith("The Business Model Canvas - Strategyzer AG - strategyzer.com - CC BY-SA 3.0 - adapted\n"))
        self.assertEqual(self.state(ann, "bakery"), self.state(ben, "bakery"))
        self.assertRegex(ann.ok("history", "bakery").out, r"Ben Ode replaced '.+' by '.+' in|Ben Ode changed \d")

    def test_one_card_two_people(self):
        """Both type into one card at the same moment: both texts are there, for both."""
        ann, ben = self.newcomer("ann2", "Ann"), self.newcomer("ben2", "Ben")
        ann.ok("new", "bmc", "Together")
        ann.ok("add", "together", "vp", "Bread")
        live = [person.open("live", "--plain", "together") for person in (ann, ben)]
        for one in live:
            one.wait_line("you are in")
        self.assertEqual(sorted(ann.json("list", "together")[0]["canvases"][0]["present"]), ["Ann", "Ben"])
        self.assertRegex(ann.ok("list", "together").out, r"  (Ann, Ben|Ben, Ann)\n$")
        # With the server frozen neither can see the other's text first: `edit` gives the whole text that it knows.
        self.server.process.send_signal(signal.SIGSTOP)
        live[0].say("edit 1 Fresh Bread")
        live[1].say("edit 1 Bread at seven")
        for one in live:
            one.wait_line(r"^You changed ")
        self.server.process.send_signal(signal.SIGCONT)
        for one in live:
            one.wait_line(r"^Saved\.$")
        live[0].wait_any(r"Ben changed")
        live[1].wait_any(r"Ann changed")
        for one in live:
            one.say("quit")
            self.assertEqual(one.ends(), 0, one.lines)
        state = self.state(ann, "together")
        self.assertEqual(state, self.state(ben, "together"))
        self.assertEqual([c["text"] for c in state["state"]["cards"]], ["Fresh Bread at seven"])

    def test_many_at_once(self):
        """Ten commands of two people at the same time: every card is there once, and one process never takes another one's place."""
        ann, ben = self.newcomer("ann3", "Ann"), self.newcomer("ben3", "Ben")
        ann.ok("new", "bmc", "Crowd")
        running = [person.open("add", "crowd", "vp", f"{person.login} {i}") for i in range(5) for person in (ann, ben)]
        self.assertEqual([one.ends() for one in running], [0] * 10, [one.lines for one in running])
        texts = sorted(card["text"] for card in ann.json("show", "crowd")[0]["cards"])
        self.assertEqual(texts, sorted(f"{p} {i}" for i in range(5) for p in ("ann3", "ben3")))

    def test_undo(self):
        """Across processes: one's own last change, whatever others did since; redo; and nothing of others'."""
        ann, ben = self.newcomer("ann4", "Ann"), self.newcomer("ben4", "Ben")
        ann.ok("new", "bmc", "Undone")
        ann.ok("add", "undone", "vp", "one")
        ann.ok("edit", "undone", "one", "one more")
        ben.ok("edit", "undone", "one", "--append", " by Ben")
        self.assertIn("Took back revision 2", ann.ok("undo", "undone").out)
        self.assertEqual(ann.json("show", "undone")[0]["cards"][0]["text"], "one by Ben")
        self.fails(5, ann.run("undo", "undone"), "others have worked on it")
        ann.ok("redo", "undone")
        self.assertEqual(ann.json("show", "undone")[0]["cards"][0]["text"], "one more by Ben")
        ben.ok("undo", "undone")
        self.fails(3, ben.run("undo", "undone"), "nothing of yours")
        batches = {b["seq"]: b["batch"] for b in ann.json("history", "undone")}
        self.assertEqual([batches[seq].get("undo_of", 0) for seq in (4, 5)], [2, 3])

    def test_versions(self):
        """As it was: shown by number or name, and brought back: a card, everything; undone like any change."""
        ann, ben = self.newcomer("ann6", "Ann"), self.newcomer("ben6", "Ben")
        ann.ok("new", "bmc", "Versions")
        ann.ok("add", "versions", "vp", "one")                                           # 1
        ann.ok("tag", "versions", "one", "first")                                        # 2
        ben.ok("edit", "versions", "one", "something else")                              # 3
        ben.ok("move", "versions", "something", "ch")                                    # 4
        ben.ok("add", "versions", "vp", "two")                                           # 5
        ben.ok("remove", "versions", "something")                                        # 6

        def cards(*at):
            return [(c["text"], c["block"], c["tags"]) for c in ann.json("show", "versions", *at)[0]["cards"]]
        self.assertEqual(cards(), [("two", "vp", [])])
        self.assertEqual(cards("--at", "0"), [])
        self.assertEqual(cards("--at", "2"), [("one", "vp", ["first"])])
        self.assertEqual(cards("--at", "4"), [("something else", "ch", ["first"])])
        self.assertEqual(ann.json("show", "versions", "--at", "4")[0]["at"], 4)
        shown = ann.ok("show", "versions", "--at", "1")
        self.assertIn("one", shown.out)
        self.assertRegex(shown.err, r"As it was at revision 1, \d{4}-.* by Ann:")
        self.fails(3, ann.run("show", "versions", "--at", "7"), "the present one is 6")
        self.fails(3, ann.run("show", "versions", "--at", "lunch"), "no revision or named version")
        self.name_version("versions", ann, 2, "Before lunch")                            # 7
        self.assertEqual(cards("--at", "before"), [("one", "vp", ["first"])])
        self.assertRegex(ann.ok("restore", "versions", "something", "--from", "before lunch").out, r"Brought back .* revision 2 \(\"Before lunch\"\)")
        self.assertEqual(cards(), [("one", "vp", ["first"]), ("two", "vp", [])])
        self.assertIn("Nothing has changed", ann.ok("restore", "versions", "one", "--from", "2").err)
        ann.ok("restore", "versions", "canvas", "--from", "1")
        self.assertEqual(cards(), [("one", "vp", [])])
        ann.ok("undo", "versions")
        self.assertEqual(cards(), [("one", "vp", ["first"]), ("two", "vp", [])])
        self.fails(3, ann.run("restore", "versions", "nonsense", "--from", "2"), "nonsense")

    def name_version(self, canvas, person, seq, name):
        """No command does that yet."""
        listed = person.json("list", canvas)[0]["canvases"][0]["id"]
        with self.server.wire() as wire:
            wire.login(login=person.login, password=person.password)
            opened = wire.open(bytes.fromhex(listed.replace("-", "")), os.urandom(16))
            wire.submit(1, opened["head_seq"], {"name_seq": {"seq": seq, "name": name}})
            wire.expect("committed")

    def test_contexts(self):
        """Two accounts on one device: commands say which one they act for, and can be told."""
        ann, ben = self.newcomer("ann5", "Ann"), self.newcomer("ben5", "Ben")
        second = self.owner.ok("member", "invite").out.strip()
        ann.ok("login", second, "--login", "ann5b", "--name", "Ann again", "--password-file", "-", "--as", "other", stdin="another password\n")
        self.assertEqual([c["current"] for c in ann.json("context", "list")[0]["contexts"]], [True, False])
        self.assertIn("[other]", ann.ok("new", "bmc", "Contexts").out)
        first = [c["name"] for c in ann.json("context", "list")[0]["contexts"] if c["name"] != "other"][0]
        self.assertIn(f"[{first}]", ann.ok("add", "contexts", "vp", "x", "--context", first).out)
        self.assertEqual(ann.json("add", "contexts", "vp", "y", "-C", first)[0]["cards"][0]["created_by"], "Ann")
        self.assertEqual(ann.json("context", "use", first)[0]["context"], first)
        self.assertEqual(ann.json("add", "contexts", "vp", "z")[0]["context"], first)
        self.assertEqual(json.loads(ann.ok("list", "--json", COCANVAS_CONTEXT="other").out)["context"], "other")
        self.assertNotIn("[", ben.ok("add", "contexts", "vp", "x").out)
        for name in ("contexts", "credentials"):
            path = ann.file(".config" if name == "contexts" else ".local/state", "cocanvas", name)
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def test_on_a_terminal(self):
        """The password is asked for and not shown; colour and the drawing are only for terminals."""
        cid = Person(self.server, "cid", "Cid")
        self.addCleanup(cid.leave)
        link = self.owner.ok("member", "invite").out.strip()
        login = OnTerminal([PROGRAM, "login", link], cid.environment(USER="cid"))
        login.wait_text(r"login \[cid\]: ")
        login.type("\n")
        login.wait_text(r"name.*: ")
        login.type("Cid Vale\n")
        login.wait_text("New password.*: ")
        login.type("short\n")
        login.wait_text("too short")
        login.wait_text("short(.|\n)*New password.*: ")
        login.type("a long password\n")
        login.wait_text("The same again.*: ")       # what is typed before a question is thrown away
        login.type("a long password\n")
        self.assertEqual(login.ends(), 0, login.text)
        self.assertNotIn("a long password", login.text)
        cid.ok("new", "bmc", "Terminal")
        wide = cid.environment(COLUMNS="200")
        drawn = OnTerminal(["/bin/sh", "-c", f"stty cols 200; exec '{PROGRAM}' show terminal"], wide)
        self.assertEqual(drawn.ends(), 0)
        self.assertIn("┌──", drawn.text)
        self.assertIn("\x1b[1m", drawn.text)
        plain = OnTerminal(["/bin/sh", "-c", f"stty cols 80; exec '{PROGRAM}' show terminal"], {**wide, "NO_COLOR": "1"})
        self.assertEqual(plain.ends(), 0)
        self.assertNotIn("┌──", plain.text)
        self.assertNotIn("\x1b", plain.text)

    def test_editor(self):
        """What others type while the editor is open is merged, not overwritten."""
        ann, ben = self.newcomer("ann6", "Ann"), self.newcomer("ben6", "Ben")
        ann.ok("new", "bmc", "Edited")
        ann.ok("add", "edited", "vp", "Bread and cake")
        gate = ann.file("gate")
        editor = f"sh -c 'while [ ! -e {gate} ]; do sleep 0.05; done; sed -i s/cake/buns/ \"$1\"' sh"
        writing = OnTerminal([PROGRAM, "edit", "edited", "bread"], ann.environment(EDITOR=editor))
        wait_for(lambda: any(name.startswith("card-") for name in os.listdir(ann.file(".local/state/cocanvas"))), "the editor's file")
        ben.ok("edit", "edited", "bread", "Fresh Bread and cake")
        with open(gate, "w", encoding="utf-8"):
            pass
        self.assertEqual(writing.ends(), 0, writing.text)
        self.assertEqual(ben.json("show", "edited")[0]["cards"][0]["text"], "Fresh Bread and buns")
        self.assertFalse(any(name.startswith("card-") for name in os.listdir(ann.file(".local/state/cocanvas"))))


class Commands(Case):
    options = {"client_cert": "optional"}

    def test_json_everywhere(self):
        """Every command of the table, with --json: each line is an object with its schema; a command without a case here fails."""
        dan = self.newcomer("dan", "Dan")
        state_file, markdown, broken = dan.file("x.json"), dan.file("x.md"), dan.file("x.template")
        link = self.owner.ok("member", "invite").out.strip()
        with open(markdown, "w", encoding="utf-8") as f:
            f.write("---\ntemplate: bmc\n---\n# From Markdown\n## Channels\n- one {#a}\n  > why?\n- two\n")
        with open(broken, "w", encoding="utf-8") as f:
            f.write("id = \n")
        dan.json("new", "bmc", "Everything")
        dan.json("add", "everything", "vp", "first", "second", "third", "--tag", "t", "--status", "draft")
        cases = [
            ("login", link, "--login", "dan2", "--name", "Dan", "--password-file", "-"), ("context list",), ("context use", "workspace"), ("list",),
            ("workspace list",), ("new", "bmc", "Another"), ("show", "everything"), ("add", "everything", "kp", "x"), ("edit", "everything", "x", "y"),
            ("move", "everything", "y", "kr"), ("tag", "everything", "first", "u"), ("vote", "everything", "first"),
            ("set", "everything", "first", "color", "red"), ("comment add", "everything", "first", "why?"), ("comment resolve", "everything", "why"),
            ("comment delete", "everything", "why"), ("link", "everything", "first", "second", "--kind", "serves"),
            ("unlink", "everything", "first", "second"), ("block list", "everything"), ("block add", "everything", "risks", "Risks"),
            ("block set", "everything", "risks", "title", "What could go wrong"), ("block remove", "everything", "risks"),
            ("remove", "everything", "second"), ("restore", "everything", "second"), ("undo", "everything"), ("redo", "everything"),
            ("watch", "everything", "--since", "0"), ("history", "everything"), ("export", "everything", "-o", state_file), ("import", state_file, "--title", "Copy"),
            ("import", markdown), ("template list",), ("template show", "bmc"), ("template fork", "bmc", "--by", "Dan"), ("live", "everything"), ("open", "--plain", "everything"), ("doctor",), ("version",),
            ("help",), ("help", "add"), ("server forget", f"127.0.0.1:{self.server.port}"),
        ]
        tried = set()
        for name, *words in cases:
            stdin = {"login": "another password\n", "live": "add kp z\nwho\nquit\n", "open": "status\nquit\n"}.get(name, "")
            result = dan.ok(*name.split(), *words, "--json", stdin=stdin)
            for line in result.out.splitlines():
                self.assertEqual(json.loads(line)["schema"], 1, (name, line))
            self.assertTrue(result.out or name == "export", name)
            self.assertEqual(result.err, "", name)
            tried.add(name)
        tried |= self.owners_commands()
        tried |= self.guests_commands()
        tried |= self.accounts_commands()
        tried |= self.method_commands()
        tried |= self.shaping_commands()
        failed = dan.run("template", "check", broken, "--json")
        self.assertEqual((failed.code, json.loads(failed.err)["error"]["code"]), (1, 1))
        self.assertIn("x.template:2: syntax error", json.loads(failed.out)["mistakes"][0])
        self.assertEqual(dan.json("logout")[0]["type"], "logged_out")
        commands = {c["name"] for c in dan.json("help")[0]["commands"]}
        self.assertEqual(commands - tried, {"template check", "logout", "completion", "man"})

    def guests_commands(self):
        """The same for sessions with guests."""
        self.owner.ok("new", "bmc", "With guests")
        gus = Person(self.server, "gus", "Gus")
        self.addCleanup(gus.leave)
        made, tried = {}, set()
        for name, *words in [("session open", "--notice", "Be kind."), ("session status",), ("code create",), ("join",), ("code list",), ("lobby list",),
                             ("lobby admit", "--all"), ("lobby deny", "--all"), ("code revoke", "1"), ("session close",)]:
            if name == "join":
                result = gus.ok("join", made["code create"]["link"], "--name", "Gus", "--accept-notice", "--plain", "--json", stdin="quit\n")
            else:
                result = self.owner.ok(*name.split(), "with guests", *words, "--json")
            lines = [json.loads(line) for line in result.out.splitlines()]
            self.assertTrue(lines and all(line["schema"] == 1 for line in lines), name)
            made[name] = lines[0]
            tried.add(name)
        return tried

    def owners_commands(self):
        """The same for what only an owner may do."""
        dora = self.newcomer("dora", "Dora")
        self.owner.ok("new", "bmc", "For some")
        # commands that others have changed follow each other: their order matters
        cases = [
            ("member invite",), ("invite list",), ("invite revoke", "1"), ("member list",), ("member role", dora.name, "viewer"),
            ("canvas access", "for some"), ("canvas restrict", "for some"), ("canvas remove", "for some"), ("canvas restore", "for some"),
            ("member remove", dora.name), ("workspace create", "Another"), ("workspace rename", "Workspace"), ("add", "for some", "kp", "to be taken back"),
            ("revert", "for some", "--person", self.owner.name), ("canvas anonymous", "for some", "on"), ("canvas anonymous", "for some", "off"),
            ("workspace set", "--confidential", "no"), ("backup", "-o", self.owner.file("all.backup")),
        ]
        for name, *words in cases:
            result = self.owner.ok(*name.split(), *words, "--json")
            for line in result.out.splitlines():
                self.assertEqual(json.loads(line)["schema"], 1, (name, line))
            self.assertTrue(result.out, name)
            self.assertEqual(result.err, "", name)
        return {name for name, *_ in cases}

    def accounts_commands(self):
        """The same for accounts, the audit log and erasing; test_audit.py erases a whole workspace."""
        rob, lee, own = self.newcomer("rob", "Rob"), self.newcomer("lee", "Lee"), self.owner
        certificate = rob.file("me.pem")
        cases = [
            (rob, "device list"), (rob, "device revoke", "--others"), (rob, "certificate add", "--new", certificate), (rob, "certificate list"),
            (rob, "certificate remove", "me.pem"), (rob, "password change", "--password-file", "-"), (own, "member reset", "rob"), (own, "audit list"),
            (own, "audit verify"), (own, "workspace keep"), (own, "workspace seal", "--status"), (rob, "person export"), (rob, "person rename", "Rob B."), (lee, "workspace leave", "--yes"), (own, "person erase", "Rob B.", "--confirm", "Rob B."),
        ]
        for person, name, *words in cases:
            stdin = f"{rob.password}\nsome other long password\n" if name == "password change" else ""
            result = person.ok(*name.split(), *words, "--json", stdin=stdin)
            # an export is a document of several lines, as a file would be
            for line in [result.out] if name == "person export" else result.out.splitlines():
                self.assertEqual(json.loads(line)["schema"], 1, (name, line))
            self.assertTrue(result.out, name)
        wrong = own.run("workspace", "erase", "--confirm", "Not its name", "--json")
        self.assertNotEqual(wrong.code, 0, wrong)
        self.assertIn("error", json.loads(wrong.err.splitlines()[-1]), wrong)
        return {name for _, name, *_ in cases} | {"workspace erase"}

    def method_commands(self):
        """The same for fields, tables and measures; test_method.py looks at what they say."""
        fay = self.newcomer("fay", "Fay")
        fay.ok("new", "jtbd3", "Jobs")
        cases = [
            ("field define", "Jobs", "size", "Size", "--type", "number"), ("field list", "Jobs"), ("row add", "Jobs", "Café", "--set", "size=3"), ("row list", "Jobs"),
            ("field set", "Jobs", "café", "size", "4"), ("field show", "Jobs", "café"), ("field remove", "Jobs", "size"),
            ("group add", "Jobs", "café", "small", "--field", "segment"), ("group list", "Jobs"), ("group promote", "Jobs", "small", "jobs", "--field", "segment"),
            ("group remove", "Jobs", "café", "small", "--field", "segment"), ("measure add", "Jobs", "café", "Loaves", "--target", "9"),
            ("measure set", "Jobs", "loaves", "--unit", "loaves"), ("measure list", "Jobs"), ("measure show", "Jobs", "loaves"),
            ("reading add", "Jobs", "loaves", "3", "--date", "2026-01-31"), ("reading list", "Jobs"), ("reading remove", "Jobs", "loaves", "2026-01-31"),
            ("action add", "Jobs", "café", "Call"), ("action done", "Jobs", "call"), ("action list", "Jobs"), ("review",), ("balance", "Jobs"), ("ledger summary",),
        ]
        for name, *words in cases:
            result = fay.ok(*name.split(), *words, "--json")
            for line in result.out.splitlines():
                self.assertEqual(json.loads(line)["schema"], 1, (name, line))
            self.assertTrue(result.out, name)
            self.assertEqual(result.err, "", name)
        checked = fay.run("check", "Jobs", "--json")
        self.assertEqual((checked.code, json.loads(checked.out)["type"], checked.err), (1, "check", ""))
        return {name for name, *_ in cases} | {"check"}

    def shaping_commands(self):
        """The same for templates of one's own, blocks, and wordings; test_templates.py and test_define.py look at what they say."""
        who = self.owner
        file = who.file("ours.template")
        who.ok("new", "bmc", "Shaped")
        who.ok("new", "define", "Wording")
        who.ok("add", "wording", "current", "Value is made")
        cases = [
            ("block rename", "shaped", "kp", "Partners"), ("block place", "shaped", "kp", "0", "8"), ("block split", "shaped", "cs", "few", "Few"),
            ("template save", "shaped", "-o", file, "--id", "ours"), ("template add", file), ("template remove", "ours"),
            ("define show", "wording"), ("define propose", "wording", "Value is made together"), ("define vote", "wording", "Value is made together"),
            ("define terms", "wording", "customer"), ("define accept", "wording", "Value is made together"), ("define who", "wording"),
            ("define compare", "wording", "Accepted wording 1"), ("report",),
        ]
        for name, *words in cases:
            result = who.ok(*name.split(), *words, "--json")
            for line in result.out.splitlines():
                self.assertEqual(json.loads(line)["schema"], 1, (name, line))
            self.assertTrue(result.out, name)
        return {name for name, *_ in cases}

    def test_content_of_json(self):
        """The numbers and names that programs rely on."""
        eve = self.newcomer("eve", "Eve")
        eve.ok("new", "vledger", "Ledger")
        eve.ok("add", "ledger", "value in", "Money", "Time")
        eve.ok("link", "ledger", "money", "time", "--kind", "saves")
        eve.ok("set", "ledger", "money", "f.strength", "4", "--kind", "number")
        shown = eve.json("show", "ledger")[0]
        self.assertEqual([(c["text"], c["block"], c["created_by"]) for c in shown["cards"]], [("Money", "value_in", "Eve"), ("Time", "value_in", "Eve")])
        self.assertEqual(shown["cards"][0]["props"], {"f.strength": "4"})
        self.assertEqual([(l["kind"], l["from"], l["to"]) for l in shown["links"]], [("saves", shown["cards"][0]["id"], shown["cards"][1]["id"])])
        self.assertIn("Quello", shown["attribution"])
        batches = eve.json("watch", "ledger", "--since", "0")
        self.assertEqual([b["seq"] for b in batches], [1, 2, 3])
        self.assertEqual(batches[0]["batch"]["ops"][0]["card_create"]["text"], "Money")

    def shape(self, exported):
        """The state without what the server makes anew at an import: ids (here numbers in order), authors, the seq of deletions."""
        numbers = {}

        def plain(value, key=""):
            if isinstance(value, dict):
                return {k: plain(v, k) for k, v in value.items() if k not in ("seq", "created_by", "edited_by", "order_key")}
            if isinstance(value, list):
                return [plain(v, key) for v in value] if key != "votes" else len(value)
            if key in ("id", "object", "parent", "from", "to", "block"):
                return numbers.setdefault(value, len(numbers))
            return bool(value) if key == "deleted_seq" else value
        return plain(exported["state"])

    def test_files(self):
        """Export, import, export: the same state, and from then on to the byte; Markdown there and back: the same cards."""
        fay = self.newcomer("fay", "Fay")
        fay.ok("new", "bmc", "Files")
        fay.ok("add", "files", "vp", "one\nwith a second line", "two", "three", "--tag", "x y", "--status", "tested")
        fay.ok("remove", "files", "two")
        fay.ok("vote", "files", "one")
        fay.ok("comment", "files", "one", "a comment")
        fay.ok("link", "files", "one", "three")
        first = fay.file("a.json")
        fay.ok("export", "files", "-o", first)
        imported = fay.json("import", first)[0]["canvas"]["id"]
        self.assertEqual(self.shape(json.loads(self.text(first))), self.shape(self.state(fay, imported)))
        second = fay.ok("export", imported).out
        third = fay.json("import", "-", stdin=second)[0]["canvas"]["id"]
        self.assertEqual(fay.ok("export", third).out, second)
        markdown = fay.ok("export", imported, "--format", "markdown").out
        path = fay.file("b.md")
        with open(path, "w", encoding="utf-8") as f:
            f.write(markdown)
        again = fay.json("import", path, "--title", "Again")[0]
        self.assertEqual((again["cards"], again["canvas"]["title"]), (2, "Again"))

        def cards(canvas):
            return [(c["block"], c["text"], c["tags"], c["props"], c["comments"]) for c in fay.json("show", canvas)[0]["cards"]]
        self.assertEqual(cards("again"), cards(imported))
        self.fails(1, fay.run("import", "-", stdin="{}"), "not an exported canvas")
        self.fails(1, fay.run("import", "-", stdin=self.text(first).replace("two", "2wo", 1)), "hash")
        self.fails(1, fay.run("import", "-", "--format", "markdown", "--template", "bmc", stdin="# T\n## Nonsense\n- x\n"), "Line 2.*Nonsense")
        self.fails(1, fay.run("import", "-", "--format", "markdown", "--template", "bmc", stdin="# T\n## Channels\nx\n"), "Line 3")
        self.fails(2, fay.run("import", "-", "--format", "markdown", stdin="# T\n## Channels\n- x\n"), "--template")

    def test_exit_codes(self):
        gil = self.newcomer("gil", "Gil")
        gil.ok("new", "bmc", "Codes")
        gil.ok("add", "codes", "vp", "one")
        self.fails(2, gil.run("ad", "codes"), "Did you mean: cocanvas add")
        self.fails(2, gil.run("add", "codes", "vp", "--tga", "x"), "Did you mean --tag")
        self.fails(2, gil.run("member", "invit"), "Did you mean: cocanvas member invite")
        self.fails(2, gil.run("add", "codes"), "Usage: cocanvas add CANVAS BLOCK TEXT")
        self.fails(2, gil.run("add", "codes", "vp", "esc \x1b[31m"), "control characters")
        self.fails(3, gil.run("show", "nothing"), "cocanvas list")
        self.fails(3, gil.run("show", "00000000-0000-4000-8000-000000000000"))
        self.fails(3, gil.run("add", "codes", "nowhere", "x"), "The blocks are: cs, vp")
        self.fails(3, gil.run("edit", "codes", "zzz", "x"), "no card")
        self.fails(3, gil.run("new", "bcm", "x"), "Did you mean: cocanvas new bmc")
        self.fails(4, Person(self.server, "x", "x").run("list"), "cocanvas login")
        stranger = Person(self.server, "gil", "x")
        address = f"127.0.0.1:{self.server.port}"
        self.fails(4, stranger.run("login", address, "--login", "gil", "--password-file", "-", "--accept-new", stdin="wrong password\n"))
        self.fails(8, gil.run("list", "--server", f"cocanvas://{address}?p={'a' * 51}q"))
        self.fails(8, Person(self.server, "y", "y").run("login", address, "--login", "gil", "--password-file", "-", stdin="x\n"))
        self.fails(5, gil.run("edit", "codes", "one", "--replace", "two", "three"), "is not in the card")
        gil.ok("add", "codes", "vp", "two")
        self.fails(5, gil.run("block", "remove", "codes", "vp"), "still holds 2 cards")
        self.fails(5, gil.run("block", "add", "codes", "vp", "Again"))
        contexts = gil.file(".config/cocanvas/contexts")
        here = self.text(contexts)

        def elsewhere(port):
            with open(contexts, "w", encoding="utf-8") as f:
                f.write(here.replace(str(self.server.port), str(port)))
            secrets = gil.file(".local/state/cocanvas/credentials")
            text = re.sub(r":\d+\"", f":{port}\"", self.text(secrets))
            with open(secrets, "w", encoding="utf-8") as f:
                f.write(text)
        elsewhere(free_port())
        self.fails(6, gil.run("list"), "refused. Next: cocanvas doctor")
        self.assertEqual(gil.run("doctor").code, 6)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            elsewhere(silent.getsockname()[1])
            self.fails(9, gil.run("list", "--timeout", "1"))
        elsewhere(self.server.port)
        following = gil.open("watch", "codes", "--follow", "--since", "0")
        following.wait_line("Gil added")
        following.process.send_signal(signal.SIGINT)
        self.assertEqual(following.ends(), 130)

    def test_pipes_that_end(self):
        """`watch | head -1` is no error."""
        hal = self.newcomer("hal", "Hal")
        hal.ok("new", "bmc", "Pipes")
        hal.ok("add", "pipes", "vp", "one")
        following = subprocess.Popen([PROGRAM, "watch", "pipes", "--since", "0", "--follow"], stdout=subprocess.PIPE, env=hal.environment(),
                                     preexec_fn=die_with_parent)
        self.assertIn(b"one", following.stdout.readline())
        following.stdout.close()
        hal.ok("add", "pipes", "vp", "two")
        self.assertEqual(following.wait(60), 0)

    def test_completion_and_manual(self):
        """Both name every command, since they are made of the same table."""
        ivy = Person(self.server, "ivy", "Ivy")
        self.addCleanup(ivy.leave)
        commands = [c["name"] for c in ivy.json("help")[0]["commands"]]
        self.assertGreater(len(commands), 40)
        for shell in ("bash", "zsh", "fish"):
            script = ivy.ok("completion", shell).out
            for name in commands:
                for word in name.split():
                    self.assertIn(word, script, (shell, name))
        pages = ivy.file("pages")
        os.mkdir(pages)
        ivy.ok("man", "--all", pages)
        self.assertEqual(set(os.listdir(pages)), {"cocanvas.1"} | {f"cocanvas-{name.replace(' ', '-')}.1" for name in commands})
        if shutil.which("mandoc"):
            lint = subprocess.run(["mandoc", "-T", "lint", *(os.path.join(pages, p) for p in os.listdir(pages))], capture_output=True, check=False)
            self.assertEqual([line for line in lint.stdout.decode().splitlines() if "referenced manual not found" not in line], [])
        script = (f"source <('{PROGRAM}' completion bash); COMP_WORDS=(cocanvas member i); COMP_CWORD=2; _cocanvas; echo ${{COMPREPLY[@]}};"
                  "COMP_WORDS=(cocanvas add --ta); COMP_CWORD=2; _cocanvas; echo ${COMPREPLY[@]};"
                  "COMP_WORDS=(cocanvas new bm); COMP_CWORD=2; _cocanvas; echo ${COMPREPLY[@]}")
        done = subprocess.run(["/bin/bash", "-c", script], env=ivy.environment(), capture_output=True, check=True)
        self.assertEqual(done.stdout.decode().split("\n")[:2], ["invite", "--tag"])
        self.assertIn("bmc", done.stdout.decode().split("\n")[2].split())

    def test_harmful_texts(self):
        """Names, titles, texts, tags and comments that would move a cursor or turn the reading direction: no command lets them out."""
        jon = self.newcomer("jon", "Jon \u202enoj")
        jon.ok("new", "bmc", "Harm\u202emrah")
        jon.ok("add", "harm", "vp", "price \u202e001\u2066 €", "--tag", "\u200ftag")
        jon.ok("comment", "harm", "price", "\u202djust a comment")
        jon.ok("block", "set", "harm", "vp", "title", "Value\u202d!")
        for words in (("list",), ("show", "harm", "-c"), ("show", "harm", "--grid"), ("history", "harm"), ("watch", "harm", "--since", "0"),
                      ("block", "list", "harm"), ("context", "list"), ("workspace", "list")):
            for more in ((), ("--json",)):
                result = jon.ok(*words, *more)
                self.assertIsNone(HARMFUL.search(result.out + result.err), (words, more, result))
        self.assertIsNone(HARMFUL.search(jon.ok("undo", "harm").out))
        self.assertIn("Value Propositions", jon.ok("block", "list", "harm").out)
        self.assertIsNone(HARMFUL.search(jon.ok("export", "harm").out))
        self.assertIn("price \u202e001", json.loads(jon.ok("export", "harm").out)["state"]["cards"][0]["text"])
        self.assertIsNone(HARMFUL.search(jon.ok("live", "--plain", "harm", stdin="list\nread price\nwho\nquit\n").out))
        self.assertIsNone(HARMFUL.search(jon.run("edit", "harm", "no such \u202e\x1b[2Jcard", "x").err))

    def test_doctor_keeps_secrets(self):
        kay = self.newcomer("kay", "Kay")
        report = kay.ok("doctor").out
        self.assertEqual(re.findall(r"^(ok|note|BAD) +(\w+)", report, re.M)[1:], [
            ("ok", "settings"), ("ok", "name"), ("ok", "connection"), ("ok", "key"), ("ok", "version"), ("ok", "clock"), ("ok", "login"), ("ok", "outbox")])
        secrets = self.text(kay.file(".local/state/cocanvas/credentials"))
        for token in re.findall(r"cnv_\w+", secrets):
            self.assertNotIn(token, report)


class Faults(Case):
    def test_killed_with_unsent_edits(self):
        """The server is away, somebody types, the program is killed; later any command on the canvas sends it, once."""
        lea = self.newcomer("lea", "Lea")
        lea.ok("new", "bmc", "Killed")
        live = lea.open("live", "--plain", "killed")
        live.wait_line("you are in")
        live.say("add vp before")
        live.wait_line(r"^Saved\.$")
        self.server.kill()
        live.wait_line("^Offline")
        live.say("add vp while away")
        live.wait_line("1 change is not sent yet: offline")
        live.say("edit it while away, and changed")
        live.wait_line("You changed")
        live.kill()
        self.fails(6, lea.run("show", "killed"))
        self.server.start()
        self.assertIn("wait here", lea.ok("doctor").out)
        shown = lea.ok("show", "killed")
        self.assertIn("Sending edits", shown.err)
        self.assertIn("while away, and changed", shown.out)
        self.assertNotIn("wait here", lea.ok("doctor").out)
        self.assertEqual([c["text"] for c in lea.json("show", "killed")[0]["cards"]], ["before", "while away, and changed"])

    def test_server_restarts_under_live(self):
        """A session that stays: says that it is offline, goes on, sends, and tells what others did meanwhile."""
        mia, ned = self.newcomer("mia", "Mia"), self.newcomer("ned", "Ned")
        mia.ok("new", "bmc", "Restarted")
        live = mia.open("live", "--plain", "restarted")
        following = ned.open("watch", "restarted", "--since", "0", "--follow", "--json")
        live.wait_line("you are in")
        live.say("add vp one")
        following.wait_line('"card_create".*one')
        self.server.kill()
        live.wait_line("^Offline")
        live.say("add vp two")
        live.wait_line("not sent yet")
        self.server.start()
        live.wait_line("^Online again")
        live.wait_line(r"^Saved\.$")
        following.wait_line('"card_create".*two')
        ned.ok("add", "restarted", "vp", "three")
        live.wait_line("Ned added .* to Value Propositions: 'three'")
        following.wait_line('"card_create".*three')
        seqs = [json.loads(line)["seq"] for line in following.lines if line.startswith("{")]
        self.assertEqual(seqs, [1, 2, 3])
        live.say("quit")
        self.assertEqual(live.ends(), 0)
        following.process.send_signal(signal.SIGTERM)
        following.ends()

    def test_database_away(self):
        """P11: what can't be saved is not called saved; it is there when the database is back."""
        oda = self.newcomer("oda", "Oda")
        oda.ok("new", "bmc", "Degraded")
        oda.ok("add", "degraded", "vp", "before")
        live = oda.open("live", "--plain", "degraded")
        live.wait_line("you are in")
        self.server.postgres.stop()
        live.say("add vp meanwhile")
        live.wait_line("Not saved since|not saved yet")
        self.server.postgres.start()
        live.wait_line(r"^Saved\.$")
        live.say("quit")
        self.assertEqual(live.ends(), 0)
        self.assertEqual([c["text"] for c in oda.json("show", "degraded")[0]["cards"]], ["before", "meanwhile"])
        self.server.postgres.stop()
        try:
            result = oda.run("add", "degraded", "vp", "too late", "--timeout", "3")
            self.assertIn(result.code, (6, 7, 9), result)
            self.assertNotIn("Added", result.out)
        finally:
            self.server.postgres.start()
        wait_for(lambda: oda.run("list").code == 0, "the server to be whole again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
