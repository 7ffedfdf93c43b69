"""Templates of a workspace: who may put and remove them, what is refused with which sentence, former versions, canvases made from them; sealed, backed
up and erased with their workspace; and the commands for all of it."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import wait_for  # noqa: E402
from people import Case  # noqa: E402
from test_members import EDITOR, FACILITATOR, VIEWER, Wires  # noqa: E402
from test_sealed import Sealed, ask  # noqa: E402

MOST, VERSIONS = 100, 50


def file(id_="ours", title="Ours", prompt="What do we do?", more="", block=""):
    return f"""# Our own way of looking at it.
format = 2;
id = "{id_}";
title = "{title}";
kind = "grid";
licence = "CC-BY-SA-4.0";
attribution = "After a canvas by Ann Lee";
cols = 2;
rows = 1;
blocks = (
  {{ key = "first"; title = "First"; at = [0, 0]; size = [1, 1]; order = 1; prompt = "{prompt}"; {block} }},
  {{ key = "second"; title = "Second"; at = [1, 0]; size = [1, 1]; order = 2; }}
);
{more}
"""


GERMAN = 'translations = { de = { title = "Unseres"; blocks = { first = { title = "Erstens"; }; }; }; };'


class OverTheWire(Wires):
    def put(self, wire, text, **more):
        return self.ask(wire, template_put={"workspace": self.workspace, "file": text, **more})

    def version(self, *words, **named):
        return self.put(self.host, file(*words, **named))["template_stored"]["version"]

    def listed(self, wire, **fields):
        got = self.ask(wire, template_list_request={"workspace": self.workspace, **fields})
        return got["template_list"]["templates"] if "template_list" in got else got["error"]

    def own(self, wire):
        return {t["id"]: t for t in self.listed(wire) if t.get("own")}

    def test_everybody_in_the_workspace_sees_them_beside_the_built_in_ones(self):
        viewer, elsewhere = self.join("vic", VIEWER), self.ask(self.host, workspace_create={"name": "Elsewhere", "request_id": os.urandom(16)})
        elsewhere = elsewhere["workspace_changed"]["workspace"]["id"]
        self.assertEqual(self.version(), 1)
        wire = self.wire(viewer.token)
        ours = self.own(wire)["ours"]
        self.assertEqual((ours["title"], ours["kind"], ours["licence"], ours["attribution"], ours["version"], ours["changed_by"]),
                         ("Ours", "grid", "CC-BY-SA-4.0", "After a canvas by Ann Lee", 1, self.owner.author))
        self.assertNotIn("blocks", ours)
        self.assertIn("bmc", [t["id"] for t in self.listed(wire) if not t.get("own")])
        one, = self.listed(wire, id="ours")
        self.assertEqual([b["title"] for b in one["blocks"]], ["First", "Second"])
        self.assertEqual(one["file"], file())
        # Nothing of it in another workspace, by whatever name.
        self.assertEqual([t for t in self.ask(self.host, template_list_request={"workspace": elsewhere})["template_list"]["templates"] if t.get("own")], [])
        there = self.ask(self.host, template_list_request={"workspace": elsewhere, "id": "ours"})
        self.assertEqual(self.code(there), "NOT_FOUND")
        made = self.ask(self.host, canvas_create={"workspace": elsewhere, "title": "x", "template": "ours"})
        self.assertEqual(self.code(made), "NOT_FOUND")

    def test_who_may(self):
        for login, role, may in (("fay", FACILITATOR, True), ("ed", EDITOR, False), ("vic", VIEWER, False)):
            wire = self.wire(self.join(login, role).token)
            put = self.put(wire, file(login))
            if may:
                self.assertEqual(put["template_stored"]["version"], 1)
                self.assertIn("done", self.ask(wire, template_remove={"workspace": self.workspace, "id": login}))
            else:
                self.assertEqual(self.code(put), "NOT_FOUND")
                self.assertEqual(self.code(self.ask(wire, template_remove={"workspace": self.workspace, "id": login})), "NOT_FOUND")
        self.assertEqual(self.own(self.host), {})

    def test_rights_that_ended_meanwhile_do_not_count(self):
        """The statement asks itself, too: the session has not heard yet."""
        fay = self.join("fay", FACILITATOR)
        wire = self.wire(fay.token)
        self.server.sql(f"UPDATE member SET role = 3 WHERE author = {fay.author} AND workspace_id = '{self.workspace.hex()}'")
        self.assertEqual(self.code(self.put(wire, file())), "NOT_FOUND")
        self.server.sql(f"UPDATE member SET role = 0 WHERE author = {fay.author} AND workspace_id = '{self.workspace.hex()}'")
        self.version()
        self.assertEqual(self.listed(wire)["code"], 7)
        self.assertEqual(self.listed(wire, id="ours")["code"], 7)

    def test_canvases_are_made_from_them(self):
        self.version(more=GERMAN)
        editor = self.wire(self.join("ed", EDITOR).token)
        request = os.urandom(16)
        for _ in range(2):      # sent again, the same canvas
            made = self.ask(editor, canvas_create={"workspace": self.workspace, "title": "Mine", "template": "ours", "request_id": request})
            info = made["canvas_created"]["canvas"]
            self.assertEqual((info["title"], info["template"]), ("Mine", "ours"))
        self.assertEqual(self.server.sql(f"SELECT count(*) FROM canvas WHERE workspace_id = '{self.workspace.hex()}'"), "1")
        german = self.ask(editor, canvas_create={"workspace": self.workspace, "title": "Meins", "template": "ours.de"})
        self.assertEqual(german["canvas_created"]["canvas"]["template"], "ours.de")
        self.assertEqual(self.listed(editor, id="ours.de")[0]["title"], "Unseres")
        for missing in ("ours.fr", "theirs", "swt"):
            refused = self.ask(editor, canvas_create={"workspace": self.workspace, "title": "Mine", "template": missing})
            self.assertEqual(self.code(refused), "NOT_FOUND")
            self.assertIn("no template of that name", refused["error"]["message"])
        self.assertIn('"swot"', refused["error"]["message"])
        self.assertEqual(self.code(self.ask(editor, canvas_create={"workspace": self.workspace, "title": "", "template": "ours"})), "MALFORMED")

    def test_versions_are_kept(self):
        for n in (1, 2, 3):
            self.assertEqual(self.version(title=f"Ours {n}"), n)
        self.assertEqual(self.own(self.host)["ours"]["title"], "Ours 3")
        second, = self.listed(self.host, id="ours", version=2)
        self.assertEqual((second["title"], second["version"], [v["version"] for v in second["versions"]]), ("Ours 2", 2, [3, 2, 1]))
        self.assertIn('"Ours 2"', second["file"])
        self.assertEqual(self.listed(self.host, id="ours", version=4)["code"], 7)
        self.assertIn("done", self.ask(self.host, template_remove={"workspace": self.workspace, "id": "ours"}))
        self.assertEqual(self.own(self.host), {})
        self.assertEqual(self.listed(self.host, id="ours")["code"], 7)
        self.assertEqual(self.listed(self.host, id="ours", version=1)[0]["title"], "Ours 1")
        self.assertEqual(self.code(self.ask(self.host, template_remove={"workspace": self.workspace, "id": "ours"})), "NOT_FOUND")
        self.assertEqual(self.version(title="Ours again"), 5)
        again, = self.listed(self.host, id="ours")
        self.assertEqual([(v["version"], v.get("removed", False)) for v in again["versions"]], [(5, False), (4, True), (3, False), (2, False), (1, False)])
        for _ in range(VERSIONS):
            self.version()
        self.assertEqual(self.server.sql(f"SELECT count(*), min(version) FROM template WHERE workspace_id = '{self.workspace.hex()}'"), f"{VERSIONS}|6")

    def test_what_is_refused(self):
        def says(text, code, words):
            refused = self.put(self.host, text)
            self.assertEqual(self.code(refused), code)
            self.assertRegex(refused["error"]["message"], words)

        says(file("bmc"), "CONFLICT", "\"bmc\" is a built-in template: give yours another id")
        says(file("vcc.de"), "CONFLICT", "built-in")
        says(file().replace("at = [1, 0]", "at = [0, 0]"), "MALFORMED", r"template:12: .*overlap")
        says(file().replace('title = "Ours";', ""), "MALFORMED", "title")
        says("", "MALFORMED", "template")
        says("\x07", "MALFORMED", "template")
        says(file() + "#" * (128 << 10), "TOO_LARGE", "at most 128 KiB")
        says(file(block='plugins = ["ours"];'), "MALFORMED", "has its own template as a plug-in")
        self.assertEqual(self.own(self.host), {})
        self.assertEqual(self.version(block='plugins = ["fit", "what-we-make-next"];'), 1)

    def test_as_many_as_a_workspace_may_have(self):
        for n in range(MOST):
            self.version(f"t{n}")
        refused = self.put(self.host, file("one-more"))
        self.assertEqual(self.code(refused), "TOO_LARGE")
        self.assertIn(f"at most {MOST} templates", refused["error"]["message"])
        self.assertEqual(self.version("t5"), 2)         # another version of one that is there
        self.ask(self.host, template_remove={"workspace": self.workspace, "id": "t7"})
        self.assertEqual(self.version("one-more"), 1)
        self.assertEqual(len(self.own(self.host)), MOST)

    def test_two_who_put_at_once(self):
        """Both are versions, and nobody is refused."""
        wires = [self.wire(self.join(f"f{n}", FACILITATOR).token) for n in range(4)]
        for n, wire in enumerate(wires):
            wire.send({"request": 9, "template_put": {"workspace": self.workspace, "file": file(title=f"From {n}")}})
        self.assertEqual(sorted(w.expect("template_stored")["version"] for w in wires), [1, 2, 3, 4])

    def test_a_file_that_a_later_server_finds_wrong_stays_readable(self):
        self.version()
        self.server.sql(f"UPDATE template SET file = replace(convert_from(file, 'UTF8'), 'grid', 'grod')::bytea WHERE workspace_id = '{self.workspace.hex()}'")
        one, = self.listed(self.host, id="ours")
        self.assertIn("grod", one["file"])
        made = self.ask(self.host, canvas_create={"workspace": self.workspace, "title": "x", "template": "ours"})
        self.assertEqual(self.code(made), "MALFORMED")
        self.assertRegex(made["error"]["message"], r"not good any more: ours:\d+: ")

    def test_they_go_with_the_workspace(self):
        self.version()
        self.assertIn("done", self.ask(self.host, workspace_erase={"workspace": self.workspace, "confirm": f"Workspace {self.made}"}))
        self.assertEqual(self.server.sql(f"SELECT count(*) FROM template WHERE workspace_id = '{self.workspace.hex()}'"), "0")


class Commands(Case):
    def path(self, text, name="ours.template"):
        path = self.owner.file(name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def test_from_file_to_canvas(self):
        out = self.owner.ok("template", "add", self.path(file(more=GERMAN))).out
        self.assertIn("Added the template ours (Ours), version 1", out)
        self.assertRegex(self.owner.ok("template", "list").out, r"ours +grid +Ours  \(your own, version 1\)\n")
        self.assertIn({"own": True, "version": 1}, [{k: t[k] for k in ("own", "version") if k in t} for t in self.owner.json("template", "list")[0]["templates"]])
        for words in (("ours",), ("ours.de",), ("ours", "--at", "1")):
            shown = self.owner.ok("template", "show", *words).out
            self.assertIn("After a canvas by Ann Lee", shown)
        self.assertIn("Erstens", self.owner.ok("template", "show", "ours.de").out)
        self.assertEqual(self.owner.ok("template", "show", "ours", "--file").out, file(more=GERMAN))
        ann = self.newcomer("ann", "Ann")
        self.fails(3, ann.run("template", "add", self.path(file("annas"))), "may not")
        ann.ok("new", "ours", "Our day")
        ann.ok("new", "ours.de", "Unser Tag")
        self.assertIn("Erstens", ann.ok("block", "list", "Unser Tag").out)
        self.assertIn("After a canvas by Ann Lee", ann.ok("show", "Our day").out)
        self.fails(3, ann.run("new", "ourz", "x"), "no template")
        self.owner.ok("template", "add", self.path(file(title="Ours, better")))
        self.assertRegex(self.owner.ok("template", "show", "ours").out, r"version 2, .*\nversion 1, ")
        self.owner.ok("template", "remove", "ours")
        self.fails(3, self.owner.run("template", "remove", "ours"), "no such thing")
        self.assertNotIn("\nours ", self.owner.ok("template", "list").out)
        self.assertIn("First", ann.ok("show", "Our day").out)
        self.assertIn('"Ours"', self.owner.ok("template", "show", "ours", "--file", "--at", "1").out)

    def test_mistakes_are_named(self):
        self.fails(1, self.owner.run("template", "add", self.path(file().replace("at = [1, 0]", "at = [0, 0]"))), r"ours.template:12: .*template check")
        self.fails(5, self.owner.run("template", "add", self.path(file("swot"))), "built-in template")
        self.fails(3, self.owner.run("template", "add", "/nonexistent"), "can't be read")

    def test_a_canvas_becomes_a_template(self):
        """With what its people made of it, and what it owes to others."""
        self.owner.ok("new", "vplan", "Plan of us")
        self.owner.ok("block", "add", "Plan of us", "risks", 'What "could" go wrong?', "--prompt", "One risk\na note")
        self.owner.ok("add", "Plan of us", "risks", "a card that stays")
        self.owner.ok("template", "save", "Plan of us", "-o", self.owner.file("planned.template"))
        text = self.text(self.owner.file("planned.template"))
        self.assertNotIn("a card that stays", text)
        self.owner.ok("template", "check", self.owner.file("planned.template"))
        self.fails(5, self.owner.run("template", "save", "Plan of us", "-o", self.owner.file("planned.template")), "there already")
        self.owner.ok("template", "save", "Plan of us", "--add", "--id", "planned")
        self.owner.ok("new", "planned", "Plan again")
        old, new = (self.state(self.owner, t)["state"] for t in ("Plan of us", "Plan again"))
        for blocks in (old["blocks"], new["blocks"]):
            for block in blocks:
                for name in ("id", "cards"):
                    block.pop(name, None)
        shape = lambda state: [{k: b.get(k) for k in ("key", "title", "prompt", "props")} for b in state["blocks"] if b["key"] != "parts"]    # noqa: E731
        self.assertEqual(shape(old), shape(new))
        props = [{p["key"]: p["value"] for p in state["header"]["props"]} for state in (old, new)]
        self.assertRegex(props[1]["attribution"]["text"], "Adapted by Olga Owner[.]$")
        for one in props:
            for name in ("title", "template", "attribution"):
                one.pop(name, None)
        self.assertEqual(*props)

    def test_every_built_in_template_survives_it(self):
        for t in self.owner.json("template", "list", "--builtin")[0]["templates"]:
            self.owner.ok("new", t["id"], f"Saved {t['id']}")
            self.owner.ok("template", "save", f"Saved {t['id']}", "-o", self.owner.file(f"x-{t['id']}.template"), "--by", "Ann")
            checked = self.owner.json("template", "check", self.owner.file(f"x-{t['id']}.template"))[0]
            self.assertEqual(checked["mistakes"], [], t["id"])
            original = self.owner.json("template", "show", t["id"], "--builtin")[0]["template"]
            for described in (original, checked["template"]):       # a saved file has them in the order of filling, without gaps
                described["blocks"].sort(key=lambda b: b["key"])
                for block in described["blocks"]:
                    block.pop("order")
            for name in set(original) - {"id", "title", "attribution", "version", "place", "languages", "provenance", "about", "family"}:
                self.assertEqual(checked["template"].get(name), original[name], (t["id"], name))


class SealedTemplates(Sealed):
    def put(self, wire, workspace):
        words = [self.word("title"), self.word("prompt")]
        got = ask(wire, template_put={"workspace": bytes.fromhex(workspace.replace("-", "")), "file": file("secret", *words)})
        return words, got["template_stored"]["version"]

    def read(self, wire, workspace, **fields):
        return ask(wire, template_list_request={"workspace": bytes.fromhex(workspace.replace("-", "")), **fields})["template_list"]["templates"]

    def test_nothing_of_them_is_in_the_database(self):
        workspace = self.sealed("Templates Blue")
        wire = self.wire()
        (title, prompt), _ = self.put(wire, workspace)
        self.assertEqual(self.found(), [])
        self.assertEqual([t["title"] for t in self.read(wire, workspace) if t.get("own")], [title])
        self.assertEqual(self.read(wire, workspace, id="secret")[0]["blocks"][0]["prompt"], prompt)
        # moved to another place it does not open
        self.put(wire, workspace)
        self.server.sql("UPDATE template t SET file = o.file FROM template o WHERE t.version = 2 AND o.version = 1 AND t.workspace_id = o.workspace_id")
        wire.send({"request": 9, "template_list_request": {"workspace": bytes.fromhex(workspace.replace("-", "")), "id": "secret"}})
        wire.refused("INTERNAL")

    def test_they_are_sealed_later_with_the_rest(self):
        self.owner.ok("workspace", "create", "Templates Later")
        self.owner.ok("context", "use", "templates-later")
        workspace = self.server.sql("SELECT workspace_id FROM workspace WHERE name = 'Templates Later'")
        wire = self.wire()
        for _ in range(12):
            (title, prompt), version = self.put(wire, workspace)
        ask(wire, template_remove={"workspace": bytes.fromhex(workspace.replace("-", "")), "id": "secret"})
        self.assertEqual(len(self.found()), 24)
        self.owner.ok("workspace", "seal", "--yes")
        wait_for(lambda: self.server.sql(f"SELECT sealed FROM workspace WHERE workspace_id = '{workspace}'") == "2", "the end of sealing")
        self.assertEqual(self.found(), [])
        old, = self.read(self.wire(), workspace, id="secret", version=version)
        self.assertEqual((old["title"], old["blocks"][0]["prompt"]), (title, prompt))


if __name__ == "__main__":
    unittest.main()
