"""Fields, tables, measures and ledgers by the command line, against the real daemon: the twelve steps of value creation planning from the first
ledger to the review of the plan, with figures worked out by hand; tables sorted, filtered and grouped; every refusal a sentence with what to do."""
import json
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from people import PROGRAM, Case, OnTerminal  # noqa: E402

LEDGERS = [  # perspective, what she gets, what she puts in: element, sentence, strength, source
    ("Nurse on nights", [("less effort", "It works with only a few simple actions", 5, "said"), ("recognition", "", 3, "said")], [("time", "", 2, "said")]),
    ("Head of the ward", [("Less effort", "Nobody has to be trained", 4, "assumed"), ("safety", "", 5, "said")], [("money", "", 4, "said"), ("time", "", 3, "said")]),
    ("Patient", [("recognition", "Others see what I have managed", 4, "said"), ("less effort", "", 3, "said")], []),
]


class TwelveSteps(Case):
    def test_from_ledgers_to_a_review(self):
        """The worked example: the two rows of the source, and some months of readings."""
        ann, ben = self.newcomer("ann", "Ann Lee"), self.newcomer("ben", "Ben Ode")
        self.collect_ledgers(ann)
        self.summary_becomes_rows(ann)
        self.sentences_and_ways(ann, ben)
        self.measures(ann)
        self.readings(ann, ben)
        self.walk(ann)
        exported = self.state(ann, "value plan")
        self.assertEqual(exported, self.state(ben, "value plan"))

    def collect_ledgers(self, ann):
        """Before step 1: one ledger per customer."""
        for who, gets, gives in LEDGERS:
            title = f"Ledger: {who}"
            ann.ok("new", "vledger", title)
            ann.ok("add", title, "perspective", who)
            for block, elements in (("value_out", gets), ("value_in", gives)):
                for element, sentence, strength, source in elements:
                    words = ["--set", f"element={element}", "--set", f"strength={strength}", "--set", f"source={source}"]
                    ann.ok("row", "add", title, block, element, *words, *(["--set", f"sentence={sentence}"] if sentence else []))

    def summary_becomes_rows(self, ann):
        """Steps 1, 2, 4 and 5: patterns across ledgers, the summary set, a table, its first column."""
        found = ann.json("ledger", "summary")[0]
        self.assertEqual([l["perspective"] for l in found["ledgers"]], ["Head of the ward", "Nurse on nights", "Patient"])
        figures = {(e["side"], e["element"].lower()): (e["ledgers"], e["cards"], e.get("strength"), e["said"], e["assumed"]) for e in found["elements"]}
        self.assertEqual(figures, {
            ("out", "less effort"): (3, 3, "4", 2, 1),          # (5 + 4 + 3) / 3
            ("out", "recognition"): (2, 2, "3.5", 2, 0),        # (3 + 4) / 2
            ("out", "safety"): (1, 1, "5", 1, 0),
            ("in", "time"): (2, 2, "2.5", 2, 0),
            ("in", "money"): (1, 1, "4", 1, 0),
        })
        self.assertEqual([e["element"].lower() for e in found["elements"]], ["less effort", "recognition", "safety", "time", "money"])
        self.assertRegex(ann.ok("ledger", "summary").out, r"gets +less effort +3 of 3 +3 +4 +2 +1\n")
        ann.ok("new", "vplan", "Value plan")
        added = ann.json("ledger", "summary", "--least", "2", "--into", "value plan")[0]["added"]
        self.assertEqual([(r["text"], r["fields"]["element"]) for r in added],
                         [("It works with only a few simple actions", "less effort"), ("Others see what I have managed", "recognition")])
        self.assertIn("Nothing was added", ann.ok("ledger", "summary", "--least", "2", "--into", "value plan").err)
        self.fails(2, ann.run("ledger", "summary", "--into", "ledger: patient", "--side", "both"), "--side is out")

    def sentences_and_ways(self, ann, ben):
        """Steps 3, 6, 7 and 8: sentences, ways, actions with when and who."""
        ann.ok("edit", "value plan", "it works", "Achieve the desired outcome by taking only a few simple actions")
        ben.ok("field", "set", "value plan", "others see", "how", "A unique marker that publicly signals the achievement")
        set_ = ann.ok("field", "set", "value plan", "achieve", "How it is created or captured", "Pre-made parts; the customer only assembles them").out
        self.assertRegex(set_, r"^How it is created or captured of \d+\.\d+ is now: Pre-made parts")
        ann.ok("action", "add", "value plan", "achieve", "Pre-assemble", "the", "frame", "--when", "2026-03-15", "--who", "ben")
        made = ben.json("action", "add", "value plan", "achieve", "Ask ten customers", "--when", "2026-02-01", "--who", "Dr. Vale")[0]["action"]
        self.assertEqual((made["what"], made["when"], made["who"], made["done"]), ("Ask ten customers", "2026-02-01", "Dr. Vale", False))
        self.assertIn("[x] Ask ten customers, 2026-02-01, Dr. Vale", ben.ok("action", "done", "value plan", "ask ten").out)
        actions = ann.json("action", "list", "value plan")[0]["actions"]
        self.assertEqual([(a["what"], a["who"], a["done"], a["row"]["text"][:7]) for a in actions],
                         [("Ask ten customers", "Dr. Vale", True, "Achieve"), ("Pre-assemble the frame", "Ben Ode", False, "Achieve")])
        self.assertEqual(len(ann.json("action", "list", "value plan", "--open")[0]["actions"]), 1)
        self.assertRegex(ann.ok("action", "list", "value plan", "--open").out, r"\[ \] +2026-03-15 \(late\) +Ben Ode +Pre-assemble the ")

    def measures(self, ann):
        """Steps 9 and 10: by which numbers it is known. The source's own example is better the lower it is."""
        steps = ann.ok("measure", "add", "value plan", "achieve", "Steps until the product is ready", "--kind", "latest", "--unit", "steps", "--direction", "lower",
                       "--baseline", "6", "--target", "3", "--minimum", "4", "--owner", "me", "--period", "monthly")
        self.assertRegex(steps.out, r"^Added \d+\.\d+  Steps until the product is ready: no reading yet of 3 steps")
        self.assertEqual(steps.err, "")
        comments = ann.ok("measure", "add", "value plan", "others", "Favourable comments", "--kind", "count", "--target", "40")
        self.assertIn("Not set yet: --unit, --owner, --period.", comments.err)
        found = {(f["check"], f["place"].split("'")[1]) for f in json.loads(ann.run("check", "value plan", "--json").out)["findings"]}
        self.assertTrue({("measure-owner", "Favourable comments"), ("measure-unit", "Favourable comments"), ("measure-period", "Favourable comments")} <= found)
        self.assertEqual(ann.run("check", "value plan").code, 1)
        ann.ok("measure", "set", "value plan", "favourable", "--unit", "comments", "--owner", "ben", "--period", "3m")
        self.fails(2, ann.run("measure", "set", "value plan", "steps", "--target", "6.0"), "Target and baseline are both 6.0.*give another target")
        self.fails(2, ann.run("measure", "add", "value plan", "achieve", "x", "--target", "1,5"), r'The target: "1,5".*write 1\.5 with a point')
        self.fails(2, ann.run("measure", "add", "value plan", "achieve", "x", "--kind", "guess"), "it is count, sum, average, latest, percent or yesno")
        self.fails(2, ann.run("measure", "add", "value plan", "achieve", "x", "--period", "often"), '"often" is not a period: write daily, weekly')
        self.fails(3, ann.run("measure", "add", "value plan", "achieve", "x", "--owner", "Zoe"), "Nobody here is called")

    def readings(self, ann, ben):
        """Steps 11 and 12: how much of it is created, month by month."""
        for day, value in (("2026-01-31", "6"), ("2026-02-28", "5 steps"), ("2026-03-31", "4")):
            last = ann.ok("reading", "add", "value plan", "steps", value, "--date", day).out
        self.assertEqual(last, "Steps until the product is ready: 4 of 3 steps, 66.7 %\n")         # 100 × (4 − 6) / (3 − 6)
        ben.ok("reading", "add", "value plan", "others", "10", "--date", "2026-01-31", "--note", "In letters")
        second = ben.json("reading", "add", "value plan", "others", "15", "--date", "2026-02-28")[0]
        self.assertEqual((second["measure"]["actual"], second["measure"]["percent"], second["measure"]["light"]), ("25", "62.5", "amber"))
        listed = ann.json("measure", "list", "value plan")[0]
        self.assertEqual([(m["name"][:5], m["percent"], m["light"], m["next_review"]) for m in listed["measures"]],
                         [("Steps", "66.666667", "amber", "2026-04-30"), ("Favou", "62.5", "amber", "2026-05-28")])
        self.assertEqual(listed["progress"]["average_percent"], "64.6")                              # (66.666667 + 62.5) / 2
        self.assertRegex(ann.ok("measure", "list", "value plan").out, r"█▅▁ +due *\n? *2026-04-30|█▅▁")
        self.assertIn("2 measures: 2 amber; average 64.6 %; 2 due for review\n", ann.ok("measure", "list", "value plan").out)
        shown = ann.ok("show", "value plan").out
        self.assertIn("Steps until the product is ready: 4 of 3 steps, 66.7 %", shown)
        self.assertIn("Element: less effort", shown)
        self.assertNotIn("Parts", shown)
        self.doubts(ann)

    def doubts(self, ann):
        """Odd readings are taken with a warning; with --strict, not."""
        twice = ann.ok("reading", "add", "value plan", "steps", "4", "--date", "2026-03-31")
        self.assertIn("There is a reading of 2026-03-31 already: 4.", twice.err)
        self.fails(2, ann.run("reading", "remove", "value plan", "steps", "2026-03-31"), "several readings of 2026-03-31: give the id")
        ids = [r["id"] for r in ann.json("reading", "list", "value plan", "steps")[0]["readings"] if r["date"] == "2026-03-31"]
        ann.ok("reading", "remove", "value plan", ids[1])
        self.fails(5, ann.run("reading", "add", "value plan", "steps", "9", "--date", "2999-01-01", "--strict"), "a day that is still to come")
        self.assertIn("still to come", ann.ok("reading", "add", "value plan", "steps", "9", "--date", "2999-01-01").err)
        self.assertIn("66.7 %", ann.ok("reading", "remove", "value plan", "steps", "2999-01-01").out)
        for typed, says in (("1,5", r"write 1\.5 with a point"), ("NaN", "is not a number"), ("1e400", "has an exponent"), ("", "is not a number")):
            self.fails(2, ann.run("reading", "add", "value plan", "steps", typed), says)
        self.fails(2, ann.run("reading", "add", "value plan", "favourable", "1.5"), "What is counted is whole")
        self.fails(2, ann.run("reading", "add", "value plan", "steps", "4", "--date", "2026-02-30"), '"2026-02-30" is not a day')
        self.fails(3, ann.run("reading", "add", "value plan", "nothing", "4"), "no measure .*measure list")

    def walk(self, ann):
        """What is due, as a list for programs and value by value on a terminal."""
        due = ann.json("review", "value plan")[0]["due"]
        self.assertEqual([(d["name"][:5], d["canvas"]["title"]) for d in due], [("Steps", "Value plan"), ("Favou", "Value plan")])
        self.assertEqual(len(ann.json("review")[0]["due"]), 2)
        self.assertRegex(ann.ok("review", "value plan").out, r"2026-04-30 +Value plan +Achieve")
        walking = OnTerminal([PROGRAM, "review"], ann.environment())
        walking.wait_text(r"2 measures are due(.|\n)*1 of 2(.|\n)*now Steps until(.|\n)*value in steps \(Enter skips\): ")
        walking.type("1,5\n")
        walking.wait_text(r"write 1\.5 with a point(.|\n)*value in steps \(Enter skips\): ")
        walking.type("3\n")
        walking.wait_text(r"3 of 3 steps, 100\.0 %(.|\n)*2 of 2(.|\n)*value in comments \(Enter skips\): ")
        walking.type("\n")
        self.assertEqual(walking.ends(), 0, walking.text)
        self.assertIn("1 reading added.", walking.text)
        self.assertEqual([d["name"][:5] for d in ann.json("review")[0]["due"]], ["Favou"])
        self.assertEqual([m["light"] for m in ann.json("measure", "list", "value plan")[0]["measures"]], ["green", "amber"])


class Tables(Case):
    def test_groups(self):
        """T09: a row belongs to one segment and to several bundles; sorting, filtering, grouping in two ways; a group becomes a card."""
        cid = self.newcomer("cid", "Cid")
        cid.ok("new", "jtbd3", "Jobs")
        for text, segment, bundles, importance, satisfaction in (("Café", "small", "quiet,fast", 5, 2), ("Hotel", "large", "quiet", 3, 3), ("Kiosk", "small", "fast", 4, "")):
            words = [f"job={text} opens", "need=Bread at six", f"segment={segment}", f"bundle={bundles}", f"importance={importance}", f"satisfaction={satisfaction}"]
            cid.ok("row", "add", "jobs", text, *[w for word in words for w in ("--set", word)])

        def rows(*options):
            return [r["text"] for r in cid.json("row", "list", "jobs", *options)[0]["rows"]]
        self.assertEqual(rows(), ["Café", "Hotel", "Kiosk"])
        self.assertEqual(rows("--sort", "-importance"), ["Café", "Kiosk", "Hotel"])
        self.assertEqual(rows("--sort", "satisfaction"), ["Café", "Hotel", "Kiosk"])            # empty ones last …
        self.assertEqual(rows("--sort", "-satisfaction"), ["Hotel", "Café", "Kiosk"])           # … both ways
        self.assertEqual(rows("--sort", "segment,-importance"), ["Hotel", "Café", "Kiosk"])
        self.assertEqual(rows("--where", "importance>=4"), ["Café", "Kiosk"])
        self.assertEqual(rows("--where", "Bundle=QUIET", "--where", "segment!=large"), ["Café"])
        self.assertEqual(rows("--where", "satisfaction="), ["Kiosk"])
        self.assertEqual(rows("--where", "text~o"), ["Hotel", "Kiosk"])
        listed = cid.json("row", "list", "jobs", "--group", "segment,bundle")[0]
        names = {r["id"]: r["text"] for r in listed["rows"]}
        self.assertEqual([(g["keys"]["segment"], g["keys"]["bundle"], [names[i] for i in g["rows"]]) for g in listed["groups"]],
                         [("small", "fast", ["Café", "Kiosk"]), ("small", "quiet", ["Café"]), ("large", "quiet", ["Hotel"])])
        shown = cid.ok("row", "list", "jobs", "--group", "segment", "--columns", "text,importance").out
        self.assertEqual(shown, "Customer  Importance\n\nSegment: small  2\nCafé               5\nKiosk              4\n\nSegment: large  1\nHotel              3\n")
        self.fails(3, cid.run("row", "list", "jobs", "--sort", "size"), 'no column "size". There are: .*importance')
        self.fails(2, cid.run("row", "list", "jobs", "--where", "importance"), "--where is COLUMN=VALUE")
        self.change_groups(cid)

    def change_groups(self, cid):
        cid.ok("group", "add", "jobs", "kiosk", "quiet", "--field", "bundle")
        self.fails(2, cid.run("group", "add", "jobs", "kiosk", "quiet"), "several kinds of groups: segment, bundle")
        cid.ok("group", "remove", "jobs", "kiosk", "fast", "--field", "bundle")
        self.fails(3, cid.run("group", "remove", "jobs", "kiosk", "fast", "--field", "bundle"), "is not in the group")
        cid.ok("field", "set", "jobs", "hotel", "bundle", "fast", "warm")
        groups = {(g["field"], g["name"]): [c["text"] for c in g["cards"]] for g in cid.json("group", "list", "jobs")[0]["groups"]}
        self.assertEqual(groups, {("bundle", "fast"): ["Café", "Hotel"], ("bundle", "quiet"): ["Café", "Kiosk"], ("bundle", "warm"): ["Hotel"],
                                  ("segment", "large"): ["Hotel"], ("segment", "small"): ["Café", "Kiosk"]})
        cid.ok("block", "add", "jobs", "segments", "Segments")
        self.assertIn("with links from 2 cards", cid.ok("group", "promote", "jobs", "small", "segments", "--field", "segment").out)
        self.fails(3, cid.run("group", "promote", "jobs", "tiny", "segments", "--field", "segment"), 'No card has the group "tiny"')
        state = cid.json("show", "jobs")[0]
        promoted = [c["id"] for c in state["cards"] if c["block"] == "segments"]
        self.assertEqual([(l["kind"], l["to"]) for l in state["links"]], [("segment", promoted[0])] * 2)

    def test_fields(self):
        """Fields of one's own, of every type; values by their type; nothing is lost when a definition goes."""
        dan, eve = self.newcomer("dan", "Dan"), self.newcomer("eve", "Eve")
        dan.ok("new", "kanban", "Board")
        block = dan.json("block", "list", "board")[0]["blocks"][0]["key"]
        dan.ok("add", "board", block, "Bread")
        for key, *words in (("rank", "Rank", "--type", "number", "--min", "1", "--max", "5", "--whole"), ("price", "Price", "--type", "number", "--unit", "EUR"),
                            ("due", "Due on", "--type", "date"), ("source", "Source", "--type", "choice", "-c", "said", "-c", "assumed=Only assumed"), ("who", "Who", "--type", "person"),
                            ("hot", "Hot", "--type", "flag"), ("note", "Note")):
            dan.ok("field", "define", "board", key, *words)
        for field, typed, cell in (("rank", "4", "4"), ("price", "1 250.50 EUR", "1250.50 EUR"), ("due on", "2027-02-28", "2027-02-28"),
                                   ("source", "only assumed", "Only assumed"), ("who", "eve", "Eve"), ("hot", "yes", "yes"), ("note", "Warm, at six", "Warm, at six")):
            self.assertRegex(dan.ok("field", "set", "board", "bread", field, typed).out, f"is now: {cell}\n$", field)
        for field, typed, says in (("rank", "6", "Rank: 6 is too much; the most is 5"), ("rank", "0", "the least is 1"), ("rank", "2.5", "not a whole number"),
                                   ("rank", "1,5", r"Rank: .*write 1\.5 with a point"), ("due", "2027-02-29", "is not a day: write it like"),
                                   ("source", "heard", "none of its choices: said, assumed"), ("who", "zoe", "Nobody here is called"), ("hot", "maybe", "write yes or no")):
            self.fails(3 if field == "who" else 2, dan.run("field", "set", "board", "bread", field, typed), says)
        self.fails(3, dan.run("field", "set", "board", "bread", "length", "1"), 'no field "length". The fields are: .*rank')
        card = eve.json("field", "show", "board", "bread")[0]["card"]["fields"]
        self.assertEqual({k: card[k] for k in ("rank", "price", "due", "source", "who", "hot", "note")},
                         {"rank": "4", "price": "1250.50", "due": "2027-02-28", "source": "assumed", "who": "Eve", "hot": True, "note": "Warm, at six"})
        eve.ok("field", "remove", "board", "rank")
        self.assertNotIn("Rank", eve.ok("field", "show", "board", "bread").out)
        eve.ok("field", "define", "board", "rank", "Rank", "--type", "number")
        self.assertRegex(eve.ok("field", "show", "board", "bread").out, "Rank +4\n")
        self.assertRegex(dan.ok("field", "set", "board", "bread", "rank", "").out, "is now empty")
        self.fails(2, dan.run("field", "define", "board", "Bad key", "x"), "begins with a letter a-z")
        self.fails(2, dan.run("field", "define", "board", "x", "X", "--type", "number", "--min", "3", "--max", "1"), '"min" is greater than "max"')

    def test_texts_together(self):
        """Two people change one text field at once: both texts are there."""
        fay, gus = self.newcomer("fay", "Fay"), self.newcomer("gus", "Gus")
        fay.ok("new", "vplan", "Together")
        fay.ok("row", "add", "together", "Relax", "--set", "how=Call")
        fay.ok("field", "set", "together", "relax", "how", "Call us")
        gus.ok("field", "set", "together", "relax", "how", "Call us at once")
        self.assertEqual(fay.json("row", "list", "together")[0]["rows"][0]["fields"]["how"], "Call us at once")

    def test_balance(self):
        """T25 by hand: customer +120 −30 = 90 EUR, company +50 −80 = −30 EUR, and hours apart."""
        hal = self.newcomer("hal", "Hal")
        hal.ok("new", "lifetime", "Lifetime")
        for stage, text, row, amount, unit in (("regular", "Fewer repairs", "cust_value", "120", "EUR"), ("purchase", "Price", "cust_cost", "30", "EUR"),
                                               ("purchase", "Sales", "our_money", "50", "EUR"), ("repair", "Spare parts", "our_cost", "80", "EUR"),
                                               ("first", "Learning", "cust_cost", "2.5", "hours")):
            hal.ok("row", "add", "lifetime", stage, text, "--set", f"row={row}", "--set", f"amount={amount}", "--set", f"unit={unit}")
        balance = hal.json("balance", "lifetime")[0]
        self.assertEqual({(b["side"], b["unit"]): (b["plus"], b["minus"], b["net"]) for b in balance["balances"]},
                         {("company", "EUR"): ("50", "80", "-30"), ("customer", "EUR"): ("120", "30", "90"), ("customer", "hours"): ("0", "2.5", "-2.5")})
        self.assertEqual([s["balances"] for s in balance["stages"] if s["key"] == "repair"][0][0]["net"], "-80")
        self.assertRegex(hal.ok("balance", "lifetime").out, r"All +company +EUR +50 +80 +-30\n")

    def test_older_canvas(self):
        """A canvas without the hidden block gets it with its first part."""
        ivy = self.newcomer("ivy", "Ivy")
        ivy.ok("new", "bmc", "Older")
        ivy.ok("add", "older", "cs", "Office workers")
        path = ivy.file("older.json")
        ivy.ok("export", "older", "-o", path)
        with open(path, encoding="utf-8") as f:
            saved = json.load(f)
        saved["state"]["blocks"] = [b for b in saved["state"]["blocks"] if b["key"] != "parts"]
        del saved["hash"]
        with open(path, "w", encoding="utf-8") as f:
            json.dump(saved, f)
        ivy.ok("import", path, "--title", "From before")
        ivy.ok("measure", "add", "from before", "office", "Loaves a week", "--target", "100", "--unit", "loaves")
        ivy.ok("reading", "add", "from before", "loaves", "40")
        self.assertIn("Loaves a week: 40 of 100 loaves, 40.0 %", ivy.ok("measure", "show", "from before", "loaves").out)
        shown = ivy.json("show", "from before")[0]
        self.assertNotIn("parts", [b["key"] for b in shown["blocks"]])
        self.assertEqual([c["text"] for c in shown["cards"]], ["Office workers"])
        self.assertEqual([m["percent"] for m in shown["measures"]], ["40"])
        ivy.ok("measure", "add", "from before", "cs", "Segments served", "--kind", "count")         # a block: a measure by itself
        self.assertEqual(len(ivy.json("measure", "list", "from before")[0]["measures"]), 2)


if __name__ == "__main__":
    unittest.main()
