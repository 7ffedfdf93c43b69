"""Two people at their terminals and one with the command line, on one canvas, through a restart of the server: at the end all see the same."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import wait_for  # noqa: E402
from people import PROGRAM, Case  # noqa: E402
from tmux import Terminal  # noqa: E402

SAVED = r"● saved *\n"


class Together(Case):
    def opened(self, person, canvas, cols, rows):
        one = Terminal([PROGRAM, "open", canvas], person.environment(), cols, rows)
        self.addCleanup(one.close)
        one.wait(SAVED)
        return one

    def card(self, terminal, text, after="a"):
        terminal.keys(after)
        terminal.type(text)
        terminal.wait(re.escape(text[:12]))
        terminal.keys("Escape")
        terminal.wait_gone("escape done")

    @staticmethod
    def body(terminal):
        """Everything but the top line (who else is here) and the two lines at the bottom."""
        return terminal.screen().split("\n")[1:-3]

    def see_the_same(self, terminals, texts):
        """Both put the focus on the first block; their initials are the same, and highlights end by themselves."""
        for one in terminals:
            one.wait(SAVED)
            one.keys("1")
        wait_for(lambda: self.body(terminals[0]) == self.body(terminals[1]), "equal screens")
        for text in texts:
            self.assertIn(text, "\n".join(self.body(terminals[0])))

    def test_through_a_restart(self):
        ann, abe, cli = self.newcomer("ann", "Ann Bell"), self.newcomer("abe", "Abe Boone"), self.newcomer("cy", "Cy Dole")
        for cols, rows in ((80, 24), (132, 43), (60, 18)):
            with self.subTest(f"{cols}x{rows}"):
                mark, canvas = f"{cols}", f"bikes {cols}"
                ann.ok("new", "bmc", f"Bikes {cols}")
                first, second = self.opened(ann, canvas, cols, rows), self.opened(abe, canvas, cols, rows)
                first.keys("2")
                second.keys("8")
                self.card(first, f"A1 {mark}")
                self.card(second, f"B1 {mark}")
                cli.ok("add", canvas, "ch", f"C1 {mark}")
                for one in (first, second):
                    one.wait(f"C1 {mark}")
                self.server.stop()
                for one in (first, second):
                    one.wait("offline")
                self.card(first, f"A2 {mark}")
                self.card(second, f"B2 {mark}")
                self.assertEqual(cli.run("add", canvas, "ch", "Not while the server is away").code, 6)
                self.server.start()
                first.wait(f"B2 {mark}")
                second.wait(f"A2 {mark}")
                cli.ok("add", canvas, "ch", f"C2 {mark}")
                self.card(first, f"A3 {mark}")
                for one in (first, second):
                    one.wait(f"C2 {mark}")
                self.assertNotEqual(self.body(first), self.body(second), "each has the focus elsewhere")
                self.see_the_same((first, second), [f"C2 {mark}"])
                texts = [card["text"] for card in cli.json("show", canvas)[0]["cards"]]
                for text in ("A1", "A2", "A3", "B1", "B2", "C1", "C2"):
                    self.assertEqual(texts.count(f"{text} {mark}"), 1, texts)
                for one in (first, second):
                    one.keys("C-q")
                    self.assertEqual(one.code(), 0)

    def test_one_text(self):
        """Both write into the same card while the server is away: what each wrote stays whole."""
        ann, abe = self.newcomer("ada", "Ann Bell"), self.newcomer("bo", "Abe Boone")
        ann.ok("new", "bmc", "One card")
        ann.ok("add", "one card", "cs", "middle")
        first, second = self.opened(ann, "one card", 80, 24), self.opened(abe, "one card", 80, 24)
        for one in (first, second):
            one.keys("1")
            one.keys("j")
            one.wait("▸ middle")
            one.keys("e")
            one.wait("escape done")
        second.keys("Home")
        second.type("Before ")
        first.wait("Before")
        self.server.stop()
        for one in (first, second):
            one.wait("offline")
        first.type(" after")
        second.type("or above ")
        first.wait("after")
        second.wait("above")
        self.server.start()
        for one in (first, second):
            one.wait(SAVED)
            one.keys("Escape")
        wait_for(lambda: [c["text"] for c in ann.json("show", "one card")[0]["cards"]] == ["Before or above middle after"], "one text")
        self.see_the_same((first, second), ["above"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
