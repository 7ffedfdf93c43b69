"""A value plan at the terminal: the walk is offered, a row gets a measure and an action, a value is entered; the command line sees it all."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from people import PROGRAM, Case  # noqa: E402
from tmux import Terminal  # noqa: E402


class Plan(Case):
    def answer(self, terminal, text):
        terminal.type(text)
        terminal.wait(text[:20])
        terminal.keys("Enter")

    def test_from_walk_to_reading(self):
        ann = self.newcomer("ann", "Ann Bell")
        ann.ok("new", "vplan", "Soft water")
        one = Terminal([PROGRAM, "open", "soft"], ann.environment(), 80, 24)
        self.addCleanup(one.close)
        one.wait("guided walk")
        one.keys("g", "w")
        one.wait("step 1 of 12")
        one.keys("Right")
        one.wait("step 2 of 12")
        one.keys("Escape")
        one.wait_gone("step 2 of 12")
        ann.ok("add", "soft", "plan", "I know when the filter is due")
        one.wait("I know when")
        one.keys("Down")
        one.keys("g", "m")
        one.wait("a measure: a number")
        one.keys("m")
        one.wait("What is counted")
        self.answer(one, "Filters changed")
        one.wait("New reading")
        one.keys("Down", "Down", "Down", "Down", "Down", "Down", "Enter")
        one.wait("what 100 % means")
        self.answer(one, "60")
        one.wait("Target +60")
        one.keys("Home")
        one.type("45 yesterday counted twice")
        one.wait("counted twice")
        one.keys("Enter")
        one.wait(r"75\.0 %")
        one.keys("Escape")
        one.wait("an action: what")
        one.keys("a")
        self.answer(one, "Call ten households")
        one.wait("When")
        self.answer(one, "tomorrow")
        one.wait("Who")
        self.answer(one, "me")
        one.wait("Ann Bell")
        one.wait("● saved")
        measures = ann.ok("measure", "list", "soft").out
        for words in ("Filters", "75.0 %"):
            self.assertIn(words, measures)
        self.assertIn("Call ten households", ann.ok("action", "list", "soft").out)


if __name__ == "__main__":
    unittest.main()
