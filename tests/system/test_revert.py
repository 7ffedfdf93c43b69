"""Taking back what one person did, with the client's command: by name, since a revision or a time, dry, and with what stays."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from people import Case  # noqa: E402


class Revert(Case):
    def setUp(self):
        super().setUp()
        self.ann, self.bob = self.newcomer("ann", "Ann Lee"), self.newcomer("bob", "Bob Ode")
        self.owner.ok("new", "bmc", "Bakery")
        self.addCleanup(self.owner.run, "canvas", "remove", "bakery")

    def texts(self):
        return sorted(c["text"] for c in self.owner.json("show", "bakery")[0]["cards"])

    def test_a_vandal(self):
        owner, ann, bob = self.owner, self.ann, self.bob
        good = ann.json("add", "bakery", "cs", "Office workers in town")[0]["cards"][0]["id"]
        gone = ann.json("add", "bakery", "cs", "Commuters")[0]["cards"][0]["id"]
        before = self.texts()
        start = owner.json("show", "bakery")[0]["seq"]
        bob.ok("edit", "bakery", good, "Office vandals in town")
        bob.ok("remove", "bakery", gone)
        bob.ok("move", "bakery", good, "vp")
        for i in range(3):
            bob.ok("add", "bakery", "cs", f"rubbish {i}")
        bob.ok("vote", "bakery", good)
        ann.ok("edit", "bakery", good, "Office vandals in town and country")

        self.fails(3, ann.run("revert", "bakery", "--person", "bob"), "Only facilitators")
        self.fails(3, owner.run("revert", "bakery", "--person", "zoe"), "Nobody called")
        self.fails(2, owner.run("revert", "bakery"), "Whose")
        self.fails(2, owner.run("revert", "bakery", "--person", "bob", "--since", "yesterday"), "90m")
        dry = owner.json("revert", "bakery", "--person", "bob", "--dry-run")[0]
        self.assertEqual((dry["dry_run"], dry["cards_removed"], dry["cards_restored"], dry["cards_moved"], dry["texts"], dry["votes"]),
                         (True, 3, 1, 1, 1, 1))
        self.assertIn("rubbish 2", self.texts())
        said = owner.ok("revert", "bakery", "--person", "bob", "--since", "1h")
        self.assertRegex(said.out, "Took back what Bob Ode did in .*3 cards removed, 1 card brought back, 1 card moved back, 1 text")
        self.assertRegex(said.err, "1 of their votes stay")
        self.assertEqual(self.texts(), sorted(t.replace("town", "town and country") for t in before))
        self.assertRegex(owner.ok("revert", "bakery", "--person", "bob").out, "nothing of Bob Ode's")
        owner.ok("undo", "bakery")
        self.assertIn("rubbish 2", self.texts())
        done = owner.json("revert", "bakery", "--person", "bob", "--since", str(start + 1))[0]
        self.assertEqual(done["cards_removed"], 3)
        self.assertNotIn("rubbish 2", self.texts())

    def test_oneself(self):
        self.ann.ok("add", "bakery", "cs", "mine")
        self.bob.ok("add", "bakery", "cs", "his")
        self.ann.ok("revert", "bakery", "--person", "ann")
        self.assertEqual(self.texts(), ["his"])

    def test_a_thousand(self):
        """More than one batch holds: all of it goes."""
        live = self.bob.open("live", "bakery")
        live.wait_any("Bakery")
        for i in range(600):
            live.say(f"add cs spam {i}")
        live.wait_any("spam 599")
        live.say("quit")
        live.ends()
        self.assertEqual(len(self.texts()), 600)
        self.assertEqual(self.owner.json("revert", "bakery", "--person", "bob")[0]["cards_removed"], 600)
        self.assertEqual(self.texts(), [])


if __name__ == "__main__":
    unittest.main()
