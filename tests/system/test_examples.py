"""The worked examples of tests/data/examples, whose figures were worked out by hand (README there): what the program says about measures, the two
equations, journeys and ledgers."""
import collections
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
from people import Case  # noqa: E402

EXAMPLES = os.path.join(HERE, "..", "data", "examples")
OPTIONS = ("kind", "unit", "direction", "baseline", "minimum", "target", "owner", "period", "next")


def example(name):
    with open(os.path.join(EXAMPLES, f"{name}.json"), encoding="utf-8") as f:
        return json.load(f)


def options(names, values):
    """--name=value of those that there are; a value may begin with a minus."""
    return [f"--{name}={values[name]}" for name in names if name in values]


def fields(values):
    return [f"--set={key}={value}" for key, value in values.items()]


class Examples(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.used = set()

    def make(self, name, login):
        """The canvas of an example, made by somebody new."""
        self.used.add(name)
        it, person = example(name), self.newcomer(login, login.capitalize())
        person.ok("new", it["template"], name)
        for row in it["rows"]:
            person.ok("row", "add", name, row["block"], row["text"], *fields(row["set"]))
            for measure in row.get("measures", ()):
                person.ok("measure", "add", name, row["text"], measure["name"], *options(OPTIONS, measure))
                for day, value in measure["readings"]:
                    person.ok("reading", "add", name, measure["name"], value, "--date", day)
        return person, it

    def assert_checks(self, person, name, expect):
        result = person.run("check", name, "--json")
        findings = json.loads(result.out)["findings"]
        self.assertEqual(result.code, 1 if findings else 0)
        counts = collections.Counter(f["check"] for f in findings)
        self.assertEqual(counts, expect["checks"], findings)
        for sentence in expect.get("says", ()):
            self.assertIn(sentence, [f["text"] for f in findings])

    def test_plan(self):
        person, it = self.make("plan", "ann")
        listed = person.json("measure", "list", "plan")[0]
        found = {m["name"]: m for m in listed["measures"]}
        for row in it["rows"]:
            for measure in row["measures"]:
                says = found[measure["name"]]
                self.assertEqual(says["row"]["text"], row["text"])
                self.assertEqual({key: says.get(key) for key in measure["expect"]}, measure["expect"], measure["name"])
        self.assertEqual(listed["progress"], it["expect"]["progress"])
        of_row = collections.Counter(m["light"] for m in listed["measures"] if m["row"]["text"] == it["rows"][0]["text"])
        self.assertEqual(of_row, {k: v for k, v in it["rows"][0]["progress"].items() if k in ("green", "amber", "red", "grey") and v})
        due = sorted(m["name"] for m in listed["measures"] if m["due"])
        self.assertEqual(sorted(d["name"] for d in person.json("review", "plan")[0]["due"]), due)
        self.assertEqual(due, ["Comments that name somebody", "Favourable comments", "Simple steps"])
        self.assert_checks(person, "plan", it["expect"])

    def assert_balance(self, name, login):
        person, it = self.make(name, login)
        self.person = person
        balance = person.json("balance", name)[0]

        def rows(balances):
            return [[b[key] for key in ("side", "unit", "plus", "minus", "net")] for b in balances]
        self.assertEqual(rows(balance["balances"]), it["expect"]["balances"])
        self.assertEqual({s["key"]: rows(s["balances"]) for s in balance["stages"] if s["key"] != "parts"}, it["expect"].get("stages", {}))
        self.assert_checks(person, name, it["expect"])
        for sentence in it["expect"]["says"]:
            self.assertIn(sentence, person.ok("balance", name).out)

    def assert_curves(self, person, name, it):
        """The figures of the curves in a picture, read from a PDF by another program."""
        if not shutil.which("pdftotext"):
            self.skipTest("pdftotext is not installed")
        path = person.file(f"{name}.pdf")
        person.ok("export", name, "-o", path)
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode().replace("\u2212", "-")
        curves = text[text.rindex(it["expect"]["last_lane"]):]
        for title, numbers in it["expect"]["curves"].items():
            # a curve's figures stand around its title, some lines up or down
            self.assertRegex(curves, title)
            for number in numbers:
                self.assertRegex(curves, rf"(?<![\d.-]){re.escape(number)}(?![\d.])", title)

    def test_lifetime(self):
        self.assert_balance("lifetime", "ben")
        self.assert_curves(self.person, "lifetime", example("lifetime"))

    def test_equations(self):
        self.assert_balance("equations", "cid")

    def test_journey(self):
        person, it = self.make("journey", "dan")
        self.assert_curves(person, "journey", it)

    def test_ledgers(self):
        self.used.add("ledgers")
        it, person = example("ledgers"), self.newcomer("eve", "Eve")
        for ledger in it["ledgers"]:
            title = f"Ledger: {ledger['perspective']}"
            person.ok("new", "vledger", title)
            person.ok("add", title, "perspective", ledger["perspective"])
            for side in ("out", "in"):
                for i, (element, strength, source) in enumerate(ledger[side]):
                    values = {"element": element.strip(), "source": source, **({"strength": strength} if strength else {})}
                    person.ok("row", "add", title, f"value_{side}", f"{ledger['perspective']} says {side} {i}", *fields(values))
        found = person.json("ledger", "summary")[0]["elements"]
        self.assertEqual([[e["side"], e["element"].lower(), e["ledgers"], e["cards"], e.get("strength"), e["said"], e["assumed"]] for e in found],
                         it["expect"]["elements"])
        person.ok("new", "vplan", "Of ledgers")
        added = person.json("ledger", "summary", "--least", "2", "--into", "Of ledgers")[0]["added"]
        self.assertEqual([r["fields"]["element"].lower() for r in added], it["expect"]["summary_set"])

    def test_zz_each_example_is_used(self):
        """Last of all, by its name: a file that no test reads proves nothing."""
        self.assertEqual(self.used, {os.path.basename(p)[:-5] for p in glob.glob(os.path.join(EXAMPLES, "*.json"))})


if __name__ == "__main__":
    unittest.main()
