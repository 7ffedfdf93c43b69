"""Canvases out of and into files of other kinds, from the command line; and the report of a workspace."""
import csv
import io
import json
import os
import subprocess
import sys
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from people import PROGRAM, Case, OnTerminal  # noqa: E402

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")


class Formats(Case):
    def file(self, name, content):
        path = self.owner.file(name)
        with open(path, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        return path

    def rows(self, canvas):
        return list(csv.DictReader(io.StringIO(self.owner.ok("export", canvas, "-f", "csv").out, newline="")))

    def texts(self, canvas):
        return [(row["block_title"], row["text"]) for row in self.rows(canvas) if row["note_id"]]

    def titles(self):
        return sorted(c["title"] for c in self.owner.json("list")[0]["canvases"])

    def test_a_foreign_csv_becomes_a_canvas_or_comes_onto_one(self):
        path = self.file("ideas.csv", "Note;Category;Votes\r\n\"a; \"\"b\"\"\nc\";Good;3\r\n=1+2;Bad;\r\n")
        imported = self.owner.ok("import", path)
        self.assertIn("2 cards", imported.out)
        self.assertIn("Votes", imported.err)   # what is left out is said
        self.assertEqual(self.texts("ideas"), [("Good", "a; \"b\"\nc"), ("Bad", "'=1+2")])
        self.owner.ok("new", "swot", "Into")
        plain = self.file("list.txt", "- one\n* two\n\nthree, four\n")
        self.owner.ok("import", plain, "--into", "Into", "--block", "Strengths")
        self.assertEqual([t for _, t in self.texts("Into")], ["one", "two", "three, four"])
        named = self.file("n.csv", "text,block\nx,weaknesses\n")
        self.owner.ok("import", named, "--into", "Into")
        self.assertIn(("Weaknesses", "x"), self.texts("Into"))

    def test_bad_files_write_nothing(self):
        before = self.titles()
        self.owner.ok("new", "swot", "Untouched")
        for name, content, says in [
                ("latin.csv", b"text\ncaf\xe9\n", r"Line 2 is not UTF-8.*iconv"),
                ("quote.csv", "text\nfine\n\"never ends\n", r"Line 3: a quote"),
                ("behind.csv", "text\n\"a\"b\n", r"Line 2: something stands behind"),
                ("nul.csv", b"text\na\0b\n", r"Line 2 holds a NUL"),
                ("wide.csv", "text,block\na,b,c\n", r"Line 2: .*3 cells"),
                ("none.csv", "x,y\n1,2\n", r"Line 1: it names no column"),
                ("block.csv", "text,block\nfine,strengths\nbad,nowhere\n", r"Line 3: there is no block .nowhere.*s, w, o, t"),
                ("many.csv", "text\n" + "card\n" * 1000000, r"Line 100001: more than 100000 rows"),
                ("full.csv", "text,block\n" + "card,strengths\n" * 99000, r"has room for"),
                ("bad.canvas", '{"nodes":[{"id":"a","type":"text","x":0.5,"y":0,"width":1,"height":1,"text":""}]}', r"Node 1 .*\"x\""),
                ("bad.md", "# T\n## Strengths\nprose\n", r"Line 3")]:
            result = self.owner.run("import", self.file(name, content), "--into", "Untouched")
            self.assertEqual(result.code, 1, (name, result))
            self.assertRegex(result.err, says, name)
        self.assertEqual(self.texts("Untouched"), [])
        self.assertEqual(self.titles(), sorted(before + ["Untouched"]))

    def test_round_trips(self):
        self.owner.ok("new", "vplan", "Plan")
        self.owner.ok("row", "add", "Plan", "Order online")
        self.owner.ok("measure", "add", "Plan", "Order online", "Steps", "--target", "3", "--baseline", "9", "--direction", "lower", "--owner", "Olga Owner")
        self.owner.ok("reading", "add", "Plan", "Steps", "4")
        for suffix in ("csv", "canvas", "md", "json"):
            path = self.owner.file(f"plan.{suffix}")
            self.owner.ok("export", "Plan", "-o", path)
            self.owner.ok("import", path, "--title", f"Back from {suffix}")
            was, back = self.rows("Plan"), self.rows(f"Back from {suffix}")
            for row in was + back:
                for key in ("canvas", "note_id", "of", "created", "edited"):
                    row.pop(key)
            self.assertEqual(was, back, suffix)
        self.assertEqual(back[1]["percent"], "83.3")
        self.assertEqual(back[1]["owner"], "Olga Owner")
        report = json.loads(self.owner.ok("report", "--format", "json").out)
        found = {c["title"]: c for c in report["canvases"]}
        self.assertEqual(found["Plan"]["measures"][0]["percent"], "83.3")
        self.assertGreaterEqual(report["rollup"]["measures"], 5)
        self.assertIn("| Plan | 1 | 83.3 % |", self.owner.ok("report").out)
        self.owner.ok("report", "-o", self.owner.file("r.csv"))
        self.assertIn("measure,Plan,", self.text(self.owner.file("r.csv")))
        self.fails(2, self.owner.run("report", "-f", "xml"))
        self.fails(3, self.owner.run("report", "No such workspace"))

    def test_what_is_confidential_stays_so(self):
        self.owner.ok("new", "bmc", "Secret")
        self.owner.ok("add", "Secret", "Key Partners", "Miller & Sons")
        marked = lambda title: [p["value"]["text"] for p in self.state(self.owner, title)["state"]["header"]["props"] if p["key"] == "confidential"]    # noqa: E731
        for suffix in ("csv", "canvas", "md", "json"):
            self.owner.ok("export", "Secret", "-o", self.owner.file(f"open.{suffix}"))
        self.owner.ok("workspace", "set", "--confidential", "yes")
        for suffix in ("csv", "canvas", "md", "json"):
            self.owner.ok("export", "Secret", "-o", self.owner.file(f"secret.{suffix}"))
        self.owner.ok("workspace", "set", "--confidential", "no")
        for suffix in ("csv", "canvas", "md", "json"):
            for which, expected in (("open", []), ("secret", ["yes"])):
                self.owner.ok("import", self.owner.file(f"{which}.{suffix}"), "--title", f"{which} {suffix}")
                self.assertEqual(marked(f"{which} {suffix}"), expected, suffix)

    def test_the_specification_s_sample(self):
        self.owner.ok("import", os.path.join(DATA, "jsoncanvas", "sample.canvas"))
        self.assertEqual({b for b, _ in self.texts("sample")}, {"JSON Canvas", "Unsorted"})
        self.assertIn("readme.md", [t for _, t in self.texts("sample")])
        state = json.loads(self.owner.ok("export", "sample").out)["state"]
        self.assertEqual([link["kind"] for link in state["links"]], ["relates"])

    def test_pictures_name_who_is_owed(self):
        self.owner.ok("new", "bmc", "Drawn")
        self.owner.ok("add", "Drawn", "Key Partners", "Miller & Sons")
        path = {suffix: self.owner.file(f"drawn.{suffix}") for suffix in ("svg", "pdf", "png")}
        for suffix, to in path.items():
            self.assertIn(f"Wrote {to}", self.owner.ok("export", "Drawn", "-o", to, "--paper", "a3").err)
        words = subprocess.run(["pdftotext", "-layout", path["pdf"], "-"], capture_output=True, check=True).stdout.decode()
        self.assertIn("Miller & Sons", words)
        self.assertIn("Strategyzer", words)         # the attribution that its licence asks for
        page = xml.etree.ElementTree.parse(path["svg"]).getroot()
        bottom = float(page.get("viewBox").split()[3])
        letters = [float(e.get("y", 0)) for e in page.iter() if e.tag.endswith("}use")]     # shapes instead of words
        owed = self.state(self.owner, "Drawn")["state"]["header"]["props"]
        owed = next(p["value"]["text"] for p in owed if p["key"] == "attribution")
        self.assertGreater(len([y for y in letters if y > 0.9 * bottom]), len(owed.replace(" ", "")) - 1)
        drawn = self.owner.file("by-others.png")
        subprocess.run(["rsvg-convert", "-o", drawn, path["svg"]], check=True)
        for png in (path["png"], drawn):
            with open(png, "rb") as f:
                head = f.read(24)
            self.assertEqual(head[:8], b"\x89PNG\r\n\x1a\n")
            width, height = int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")
            self.assertGreater(width, height)       # across
            self.assertGreater(height, 500)
        self.assertTrue(self.owner.ok("export", "Drawn", "-f", "svg").out.startswith("<?xml"))      # into a pipe, too

    def test_pictures_that_cannot_be(self):
        self.owner.ok("new", "swot", "Not drawn")
        to = self.owner.file("not.pdf")
        self.fails(2, self.owner.run("export", "Not drawn", "-o", to, "--paper", "letter"), r"Which paper\? --paper a4")
        self.fails(2, self.owner.run("export", "Not drawn", "-o", self.owner.file("not.gif")), r"Which format\?")
        self.assertFalse(os.path.exists(to))
        for words in (["-f", "pdf"], ["-f", "png", "-o", "-"]):
            terminal = OnTerminal([PROGRAM, "export", "Not drawn", *words], self.owner.environment())
            terminal.wait_text("A terminal cannot show this; give it a file: -o Not drawn")
            self.assertEqual(terminal.ends(), 2)


if __name__ == "__main__":
    unittest.main()
