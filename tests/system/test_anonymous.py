"""An anonymous canvas, with the client's commands and a real database: who wrote what is nowhere, before, meanwhile and afterwards."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from people import Case  # noqa: E402

NOBODY, NO_CLIENT = 2**32 - 1, 0xFFFFFF00


class Anonymous(Case):
    def setUp(self):
        super().setUp()
        self.xena, self.bob = self.newcomer("xena", "Xena Warrior"), self.newcomer("bob", "Bob Ode")
        self.owner.ok("new", "bmc", "Bakery")
        self.addCleanup(self.owner.run, "canvas", "remove", "bakery")

    def positions(self):
        """What is kept of each client that had been here by then."""
        return self.server.sql("SELECT client, last_client_seq, last_object FROM client_pos ORDER BY 1").splitlines()

    def cards(self, who):
        return {c["text"]: c for c in who.json("show", "bakery")[0]["cards"]}

    def test_a_round_of_ideas(self):
        owner, xena, bob = self.owner, self.xena, self.bob
        xena.ok("add", "bakery", "cs", "signed")
        self.fails(3, xena.run("canvas", "anonymous", "bakery", "on"), "facilitators")
        self.fails(2, owner.run("canvas", "anonymous", "bakery", "maybe"), "on or off")
        self.assertIs(owner.json("canvas", "anonymous", "bakery")[0]["anonymous"], False)
        self.assertRegex(owner.ok("canvas", "anonymous", "bakery", "on").out, "anonymously")
        self.assertIs(bob.json("canvas", "anonymous", "bakery")[0]["anonymous"], True)
        before = self.positions()
        first = xena.json("add", "bakery", "cs", "the oven is too old")[0]["cards"][0]["id"]
        second = xena.json("add", "bakery", "cs", "the boss is, too")[0]["cards"][0]["id"]
        self.assertRegex(first + second, r"^(a\.[a-z2-7]{8}){2}$")
        xena.ok("comment", "bakery", first, "really")
        xena.ok("edit", "bakery", "signed", "signed, and changed by somebody")
        self.assertEqual(self.positions()[:len(before)], before)
        bob.ok("vote", "bakery", first)
        for who in owner, xena, bob:
            cards = self.cards(who)
            self.assertEqual(cards["the oven is too old"]["created_by"], "anonymous")
            self.assertEqual(cards["signed, and changed by somebody"]["edited_by"], "anonymous")
            self.assertEqual(cards["signed, and changed by somebody"]["created_by"], "Xena Warrior")
        said = [line for line in owner.ok("history", "bakery").out.splitlines() if "oven" in line or "boss" in line]
        self.assertFalse([line for line in said if "Xena" in line])
        self.assertEqual(sum("anonymous" in line for line in said), 3)      # two cards and a comment; the vote has a name
        owner.ok("canvas", "anonymous", "bakery", "off")
        xena.ok("add", "bakery", "cs", "signed again")
        self.assertEqual(self.cards(owner)["signed again"]["created_by"], "Xena Warrior")
        rows = self.server.sql("SELECT client, author, client_seq FROM journal WHERE encode(payload, 'escape') ~ 'oven|boss|really'").splitlines()
        self.assertEqual(rows, [f"{NO_CLIENT}|{NOBODY}|0"] * 3)
        log = self.server.log()
        self.assertNotIn(str(NO_CLIENT), log)
        self.assertNotIn("Xena", log)


if __name__ == "__main__":
    unittest.main()
