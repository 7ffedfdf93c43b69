"""What nobody planned for, on the screen: too many blocks, endless texts and words, clusters of emoji, texts that would harm a terminal, a right or a canvas
that is taken away, a server that is there and does not answer. Each frame stays whole, each trouble is said, nothing typed is lost."""
import json
import os
import re
import signal
import sys
import unicodedata
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import wait_for  # noqa: E402
from people import PROGRAM, Case  # noqa: E402
from tmux import Terminal  # noqa: E402

SAVED = r"● saved *\n"
SIZES = ((60, 18), (80, 24), (132, 43), (200, 60))
RIGHT = "│┃┤┨┐╮┓╯┛┩┪┘┴┬├"


class Screens(Case):
    def opened(self, person, canvas, cols=80, rows=24, shows=SAVED):
        one = Terminal([PROGRAM, "open", canvas], person.environment(), cols, rows)
        self.addCleanup(one.close)
        one.wait(shows)
        return one

    def leave(self, one):
        one.keys("C-q")
        self.assertEqual(one.code(), 0, one.screen())
        one.close()

    def assert_whole(self, one, cols):
        """Every line of the body begins and ends with its frame, in the last column."""
        lines = one.screen().split("\n")[1:-3]
        for line in lines[1:]:
            width = sum(0 if unicodedata.combining(c) or c in "\u200d\ufe0f" else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
            self.assertEqual(width, cols, "\n".join(lines))
            self.assertIn(line[-1], RIGHT, "\n".join(lines))


class Texts(Screens):
    def test_forty_blocks(self):
        """At every size each of them can be reached, in the canvas or in its outline."""
        ann = self.newcomer("ann", "Ann Lee")
        ann.ok("new", "swot", "A source")
        exported = self.state(ann, "a source")
        state = exported["state"]
        block = state["blocks"][0]
        state["blocks"] = [{**block, "id": f"0.{i}", "key": f"b{i}", "title": f"Block number {i}", "col": (i - 1) % 8, "row": (i - 1) // 8, "col_span": 1, "row_span": 1, "order": i}
                           for i in range(1, 41)]
        state["header"]["cols"], state["header"]["rows"] = 8, 5
        del exported["hash"]
        with open(ann.file("forty.json"), "w", encoding="utf-8") as f:
            json.dump(exported, f)
        ann.ok("import", ann.file("forty.json"), "--title", "Forty")
        ann.ok("add", "forty", "b40", "Lastcard")
        for cols, rows in SIZES:
            with self.subTest(f"{cols}x{rows}"):
                one = self.opened(ann, "forty", cols, rows)
                one.keys(":")
                one.type("block 40")
                one.wait("Go to block 40: Block number 40")
                one.keys("Enter")
                one.keys("G")
                one.wait("Lastcard")
                one.keys("z")
                one.wait("Block number 40")
                one.keys("1")
                one.wait("Block number 1\\b")
                self.leave(one)

    def test_endless_texts(self):
        """10,000 characters, one word of 5,000, families of emoji, combining marks in heaps, wide characters: shown in part, opened in whole."""
        bob = self.newcomer("bob", "Bob")
        bob.ok("new", "bmc", "Texts")
        texts = {"long": "".join(f"word{i} " for i in range(1200))[:9990] + " Omega", "word": "x" * 4990 + "wordend",
                 "emoji": "👩‍👩‍👧‍👦👨🏽‍🌾🏳️‍🌈" * 30 + " end", "marks": "a" + "\u0301" * 200 + "b end", "wide": "漢字かな交じり文" * 60 + "終"}
        for name, text in texts.items():
            bob.ok("add", "texts", "vp", "-", stdin=text + "\n")
        for cols, rows in SIZES:
            with self.subTest(f"{cols}x{rows}"):
                one = self.opened(bob, "texts", cols, rows)
                self.assert_whole(one, cols)
                one.keys("2")
                one.keys("z")
                one.wait("word1 ")
                self.assert_whole(one, cols)
                one.keys("g", "g")
                one.wait("▸[^\n]*word0 ")
                one.keys("Enter")
                one.wait("tab next part")
                one.keys("Enter")
                one.wait("escape done")
                one.keys("C-End")
                one.wait("Omega")
                one.keys("Escape")
                one.wait_gone("escape done")
                one.keys("Escape")
                one.wait_gone("tab next part")
                for shows in ("xxxxxxxx", "👩", "a\u0301", "漢字かな"):
                    one.keys("j")
                    one.wait("▸[^\n]*" + shows)
                    self.assert_whole(one, cols)
                self.leave(one)

    def test_typing_at_the_end_of_a_long_text(self):
        """The caret is in sight at the end of 10,000 characters, and what is typed there is saved."""
        cid = self.newcomer("cid", "Cid")
        cid.ok("new", "bmc", "Long")
        cid.ok("add", "long", "cs", "-", stdin="".join(f"word{i} " for i in range(1200))[:9990].strip() + "\n")
        one = self.opened(cid, "long")
        one.keys("1")
        one.keys("j")
        one.keys("e")
        one.wait("escape done")
        one.type(" Zebra")
        one.wait("Zebra")
        one.keys("Escape")
        one.wait(SAVED)
        wait_for(lambda: cid.json("show", "long")[0]["cards"][0]["text"].endswith(" Zebra"), "the typed words on the server")
        self.leave(one)

    def test_harmful_texts(self):
        """What others write cannot reach the terminal as commands, turn lines round, or hide."""
        dan, eve = self.newcomer("dan", "Dan"), self.newcomer("eve", "Eve")
        dan.ok("new", "bmc", "Harm")
        eve.ok("add", "harm", "cs", "right\u202eto left\u2066 hidden\u200b\u200e end")
        one = self.opened(dan, "harm")
        one.wait("right")
        self.assertNotRegex(one.screen(), "[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f]")
        self.assert_whole(one, 80)
        self.leave(one)


class Trouble(Screens):
    def test_a_server_that_does_not_answer(self):
        """It is there (its sockets are), but stands still: typing goes on, the screen says what is unsent, and all is saved when it goes on."""
        fay = self.newcomer("fay", "Fay")
        fay.ok("new", "bmc", "Still")
        one = self.opened(fay, "still")
        self.server.process.send_signal(signal.SIGSTOP)
        try:
            one.keys("1")
            for i in range(3):
                one.keys("a")
                one.type(f"Card {i}")
                one.wait(f"Card {i}")
                one.keys("Escape")
                one.wait_gone("escape done")
            one.wait("unsent|offline")
        finally:
            self.server.process.send_signal(signal.SIGCONT)
        one.wait(SAVED)
        self.assertEqual([c["text"] for c in fay.json("show", "still")[0]["cards"]], ["Card 0", "Card 1", "Card 2"])
        self.leave(one)

    def test_a_right_that_is_withdrawn(self):
        """From editor to viewer while it is open: said in words, nothing can be changed, and what was unsent is not lost silently."""
        gil = self.newcomer("gil", "Gil")
        gil.ok("new", "bmc", "Right")
        gil.ok("add", "right", "cs", "Readable")
        one = self.opened(gil, "right")
        self.server.stop()
        one.wait("offline")
        self.server.sql("UPDATE member SET role = 1 WHERE name = 'Gil'")
        self.server.start()
        one.wait_gone("offline")
        one.wait("Readable")
        one.keys("1")
        one.keys("a")
        one.wait("may read this canvas")
        self.assertEqual([c["text"] for c in gil.json("show", "right")[0]["cards"]], ["Readable"])
        self.server.sql("UPDATE member SET role = 4 WHERE name = 'Gil'")
        self.leave(one)

    def test_a_canvas_that_is_removed(self):
        """It goes while it is open and somebody types: a sentence, no crash, and the words are still on the screen to be copied."""
        hal = self.newcomer("hal", "Hal")
        hal.ok("new", "bmc", "Vanishing")
        one = self.opened(hal, "vanishing")
        one.keys("1")
        self.server.stop()
        one.wait("offline")
        one.keys("a")
        one.type("Words of value")
        one.wait("Words of")
        self.server.sql("DELETE FROM canvas WHERE title = 'Vanishing'")
        self.server.start()
        one.wait("There is no such canvas")
        one.wait("Words of")
        one.keys("Escape")
        one.wait_gone("escape done")
        one.keys("C-q")
        one.wait("Leave")
        one.keys("y")
        self.assertIn(one.code(), (0, 3, 7))


if __name__ == "__main__":
    unittest.main(verbosity=2)
