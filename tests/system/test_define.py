"""A wording that many people write together (the public discussion of a definition is walked through as it went), and the blocks of a canvas that is in use:
renamed, placed, split, commented on, by several people at once."""
import os
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from people import Case  # noqa: E402

FIRST = ("Value is Co-created with Customers if and when a Customer is able to personalize his Experiences through a product or service – in the lifetime of "
         "its use – to a level that is best suited to get his job(s) done.")
SECOND = ("Value is co-created by company and customer if and when the customer is able to personalise the experiences through a platform of products/services "
          "and touchpoints, in the lifetime of their use, to get the jobs done.")
WORDS = ["value", "co-creation", "customer", "company", "experience", "platform", "lifetime", "jobs", "products/services", "touchpoints"]


class Wording(Case):
    def setUp(self):
        self.wim, self.spiro = self.newcomer(f"wim{id(self) % 100000}", "Wim"), self.newcomer(f"spiro{id(self) % 100000}", "Spiro")
        self.title = f"Definition {self._testMethodName}"
        self.owner.ok("new", "define", self.title)

    def shown(self):
        return self.owner.json("define", "show", self.title)[0]

    def missing(self):
        return [t["term"] for t in self.shown()["terms"] if t["missing"]]

    def spans(self, *words):
        return [(s["who"], s["text"]) for s in self.owner.json("define", "who", self.title, *words)[0]["spans"]]

    def test_the_discussion_as_it_went(self):
        title, wim, spiro = self.title, self.wim, self.spiro
        self.assertIsNone(self.shown()["current"])
        wim.ok("add", title, "current", FIRST)
        self.assertEqual(self.spans(), [("Wim", FIRST)])
        # "these seem to be the same words used", and the two that were forgotten
        spiro.ok("define", "terms", title, *WORDS)
        wim.ok("define", "terms", title, "personalize", "in use")
        self.assertEqual(set(self.missing()), {"co-creation", "company", "platform", "products/services", "touchpoints", "jobs", "in use"})
        self.assertIn("– platform  (missing)", self.owner.ok("define", "terms", title).out)
        # shot in a thousand pieces: a word in the middle of somebody else's sentence
        spiro.ok("edit", title, "Value is", FIRST.replace("a product or service", "a product or service (or a platform)"))
        self.assertEqual([text.strip() for who, text in self.spans() if who == "Spiro"], ["(or a platform)"])
        self.assertEqual("".join(text for _, text in self.spans()), FIRST.replace("a product or service", "a product or service (or a platform)"))
        self.assertEqual({who for who, _ in self.spans()}, {"Wim", "Spiro"})
        # proposals, votes, and one is accepted
        spiro.ok("define", "propose", title, SECOND)
        wim.ok("define", "propose", title, "Value is what customers say it is.")
        proposal = next(p["id"] for p in self.shown()["proposals"] if p["text"] == SECOND)
        wim.ok("define", "vote", title, proposal)
        self.owner.ok("define", "vote", title, proposal)
        self.assertEqual([(p["votes"], p["text"] == SECOND) for p in self.shown()["proposals"]], [(2, True), (0, False)])
        before = self.shown()["current"]["text"]
        seq = self.owner.json("show", title)[0]["seq"]
        done = self.owner.json("define", "accept", title, proposal, "--name", "After the discussion")[0]
        self.assertEqual((done["version"], done["seq"]), ("After the discussion", seq + 1))
        now = self.shown()
        self.assertEqual((now["current"]["text"], [a["text"] for a in now["accepted"]]), (SECOND, [SECOND]))
        self.assertEqual([n["name"] for n in self.state(self.owner, title)["state"]["named"]], ["After the discussion"])
        self.assertEqual(self.spans(), [("Spiro", SECOND)], "who accepts has not written it")
        self.assertNotIn("platform", self.missing())
        # one undo takes all of it back
        self.owner.ok("undo", title)
        now = self.shown()
        self.assertEqual((now["current"]["text"], now["accepted"]), (before, []))

    def test_compare(self):
        self.wim.ok("define", "propose", self.title, "Value is what we say.")
        self.wim.ok("define", "propose", self.title, "Value is what customers say.")
        self.owner.ok("define", "accept", self.title, "Value is what we")
        self.owner.ok("define", "accept", self.title, "Value is what customers")
        self.assertIn("Value is what [-we-] {+customers+} say.", self.owner.ok("define", "compare", self.title, "1").out)
        self.assertIn("Value is what [-customers-] {+we+} say.", self.owner.ok("define", "compare", self.title, "2", "1").out)
        self.assertIn("[-we-] {+customers+}", self.owner.ok("define", "compare", self.title, "Accepted wording 1").out)
        runs = self.owner.json("define", "compare", self.title, "1", "current")[0]["runs"]
        self.assertEqual([(r["change"], r["text"]) for r in runs], [("same", "Value is what "), ("taken", "we "), ("added", "customers "), ("same", "say.")])

    def test_what_is_refused(self):
        self.fails(3, self.owner.run("define", "vote", self.title, "nothing like it"), "no card")
        self.owner.ok("add", self.title, "questions", "Why?")
        self.fails(3, self.owner.run("define", "accept", self.title, "Why"), "is no proposal")
        self.fails(3, self.owner.run("define", "who", self.title), "no current wording")
        self.owner.ok("new", "bmc", "No wording at all")
        self.fails(3, self.owner.run("define", "show", "No wording at all"), "no block for that")

    def test_what_was_written_anonymously_stays_so(self):
        self.owner.ok("canvas", "anonymous", self.title, "on")
        self.wim.ok("add", self.title, "current", "Nobody knows who.")
        self.assertEqual(self.spans(), [("anonymous", "Nobody knows who.")])


class Blocks(Case):
    """The canvas of the first source, as its commenters wanted it."""

    def setUp(self):
        self.title = f"Canvas {self._testMethodName}"
        self.owner.ok("new", "vcc", self.title)

    def blocks(self):
        return {b["key"]: b for b in self.owner.json("block", "list", self.title)[0]["blocks"]}

    def test_the_commenters_wishes(self):
        patrice, matt = self.newcomer("patrice", "Patrice"), self.newcomer("matt", "Matt")
        run = lambda who, *words: who.ok(*words[:2], self.title, *words[2:])        # noqa: E731
        run(patrice, "comment", "add", "customer_resources", "Why not capabilities, in contrast with ours?")
        run(matt, "comment", "add", "key_capabilities", "Who is meant by “her” here?")
        self.assertIn("Customer's Resources (customer_resources)  1 comment\n", self.owner.ok("show", self.title).out)
        self.assertIn("in contrast with ours", self.owner.ok("show", self.title, "--comments").out)
        run(patrice, "block", "rename", "customer_resources", "Customer's Capabilities")
        run(patrice, "block", "rename", "customer_journey", "Touchpoints")
        run(matt, "block", "set", "key_capabilities", "prompt", "What must our company be good at?")
        run(matt, "block", "set", "key_capabilities", "help", "“Our” is the company; the customer has a block of her own.")
        blocks = self.blocks()
        self.assertEqual((blocks["customer_resources"]["title"], blocks["customer_journey"]["title"], blocks["key_capabilities"]["prompt"]),
                         ("Customer's Capabilities", "Touchpoints", "What must our company be good at?"))
        self.assertIn("a block of her own", self.owner.ok("export", self.title).out)      # help
        # the resources to the far left, where the proposition was; key activities beside them
        value, resources = blocks["value_proposition"], blocks["key_resources"]
        self.fails(5, self.owner.run("block", "place", self.title, "key_resources", str(value["col"]), str(value["row"])), "value_proposition is there")
        size = [str(value[k]) for k in ("col", "row", "col_span", "row_span")]
        run(patrice, "block", "place", "value_proposition", str(resources["col"]), "20")
        run(patrice, "block", "place", "key_resources", *size)
        self.assertEqual([str(self.blocks()["key_resources"][k]) for k in ("col", "row", "col_span", "row_span")], size)
        for who in (patrice, patrice):
            run(who, "undo")
        self.assertEqual({k: self.blocks()[k]["col"] for k in ("key_resources", "value_proposition")},
                         {"key_resources": resources["col"], "value_proposition": value["col"]})
        comment = run(matt, "comment", "add", "key_capabilities", "Fine now").out.split()[-1]
        run(matt, "comment", "resolve", comment)

    def test_split_is_one_step(self):
        for text in ("shop", "letters", "web", "phone app"):
            self.owner.ok("add", self.title, "customer_journey", text)
        before = self.blocks()["customer_journey"]
        self.owner.ok("block", "split", self.title, "customer_journey", "online", "Online touchpoints", "--card", "web", "--card", "phone")
        after = self.blocks()
        self.assertEqual((after["online"]["title"], after["online"]["cards"], after["customer_journey"]["cards"]), ("Online touchpoints", 2, 2))
        old, new = after["customer_journey"], after["online"]
        self.assertEqual(old["col_span"] * old["row_span"] + new["col_span"] * new["row_span"], before["col_span"] * before["row_span"])
        self.owner.ok("undo", self.title)
        self.assertNotIn("online", self.blocks())
        self.assertEqual(self.blocks()["customer_journey"], before)
        self.fails(2, self.owner.run("block", "split", self.title, "key_resources", "x", "X", "--card", "web"), "is not in the block")
        self.fails(5, self.owner.run("block", "remove", self.title, "customer_journey"), "still holds 4 cards")

    def test_two_revise_while_a_third_adds_cards(self):
        """Everybody's canvas is the same in the end, and nothing was lost."""
        ann, ben, eve = self.newcomer("ann", "Ann"), self.newcomer("ben", "Ben"), self.newcomer("eve", "Eve")
        faults = []

        def work(person, commands):
            for words in commands:
                result = person.run(*words)
                if result.code:
                    faults.append(result)

        work_of = {
            ann: [("block", "rename", self.title, "customer_journey", f"Journey {n}") for n in range(4)]
            + [("block", "split", self.title, "key_resources", "partners", "Partners")],
            ben: [("block", "place", self.title, "customer_journey", "3", str(30 + n), "2", "2") for n in range(4)]
            + [("block", "set", self.title, "customer_journey", "prompt", "Which steps?")],
            eve: [("add", self.title, "customer_journey", f"step {n}") for n in range(8)],
        }
        threads = [threading.Thread(target=work, args=item) for item in work_of.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])
        states = [self.state(person, self.title)["state"] for person in (ann, ben, eve, self.owner)]
        for state in states[1:]:
            self.assertEqual(state["blocks"], states[0]["blocks"])
        journey = self.blocks()["customer_journey"]
        self.assertEqual((journey["title"], journey["row"], journey["prompt"], journey["cards"]), ("Journey 3", 33, "Which steps?", 8))
        self.assertIn("partners", self.blocks())


if __name__ == "__main__":
    unittest.main()
