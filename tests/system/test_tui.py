"""The terminal interface as people use it, in a real terminal (tmux) against the real daemon: two people on one canvas, what a killed program leaves, a
server that goes away and comes back, a canvas that is not there, signals, the editor, and the terminal's state afterwards."""
import os
import re
import signal
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import free_port, wait_for  # noqa: E402
from people import PROGRAM, Case  # noqa: E402
from tmux import Terminal  # noqa: E402

SAVED = r"saved *\n"


class Interface(Case):
    def terminal(self, person, *words, cols=80, rows=24, before="", after="", **more):
        one = Terminal([PROGRAM, *words], person.environment(**more), cols, rows, before, after)
        self.addCleanup(one.close)
        return one

    def opened(self, person, canvas, title, **more):
        """The canvas, shown."""
        one = self.terminal(person, "open", canvas, **more)
        one.wait(re.escape(title) + r"[^\n]*" + SAVED)
        return one

    def texts(self, person, canvas):
        return [card["text"] for card in person.json("show", canvas)[0]["cards"]]

    def unsent(self, person):
        """What is on this device and not sent: the bytes of all outboxes."""
        found = b""
        for folder, _, files in os.walk(person.file(".local/state/cocanvas/outbox")):
            for name in files:
                if name.endswith(".unsent"):
                    with open(os.path.join(folder, name), "rb") as f:
                        found += f.read()
        return found

    def stop_typing(self, one):
        """An Escape that is followed at once by another key would be something else."""
        one.wait("escape done")
        one.keys("Escape")
        one.wait_gone("escape done")

    def stop_server(self):
        self.server.stop()
        self.addCleanup(lambda: self.server.process.poll() is None or self.server.start())


class Together(Interface):
    def test_two_people(self):
        """What one types, the other sees, and the server has it; both leave the terminal as it was."""
        ann, ben = self.newcomer("ann", "Ann Lee"), self.newcomer("ben", "Ben Ode")
        ann.ok("new", "swot", "Bakery")
        first, second = self.opened(ann, "bakery", "Bakery"), self.opened(ben, "bakery", "Bakery", cols=132, rows=43)
        first.wait("BO Ben Ode")
        second.wait("AL Ann Lee")
        first.keys("a")
        first.type("Bread that tastes")
        second.wait("Bread that tastes")
        second.keys("a")
        second.type("Long queues")
        first.wait("Long queues")
        for one in (first, second):
            one.wait(SAVED)
            self.stop_typing(one)
            one.keys("C-q")
            self.assertEqual(one.code(), 0, one.screen())
        self.assertEqual(sorted(self.texts(ben, "bakery")), ["Bread that tastes", "Long queues"])

    def test_chosen_on_the_start_screen(self):
        """No canvas named: a list to choose from; who is where; and what was opened here comes first the next time."""
        cid, dan = self.newcomer("cid", "Cid Vale"), self.newcomer("dan", "Dan Roy")
        cid.ok("new", "swot", "Where to go first")
        cid.ok("new", "swot", "Where to go second")
        there = self.opened(dan, "second", "Where to go second")
        one = self.terminal(cid)
        one.wait(r"second[^\n]*Dan Roy")
        one.wait(r"Where to go second[^\n]*(\n[^\n]*)*Where to go first")
        one.type("/")
        one.type("go first")
        one.wait_gone("Where to go second")
        one.keys("Enter")
        one.wait(r"Where to go first[^\n]*" + SAVED)
        one.keys("q")
        one.wait("1 of ")
        one.keys("Escape")
        one.wait(r"Where to go first[^\n]*(\n[^\n]*)*Where to go second")
        one.keys("C-q")
        self.assertEqual(one.code(), 0)
        there.keys("C-q")
        self.assertEqual(there.code(), 0)

    def test_new_canvas(self):
        """Made on the start screen, and open at once."""
        eve = self.newcomer("eve", "Eve")
        one = self.terminal(eve)
        one.wait("connected")
        one.keys("n")
        one.wait("SWOT")
        one.type("swot")
        one.keys("Enter")
        one.wait("Title of")
        one.keys("C-u")
        one.type("Made here")
        one.keys("Enter")
        one.wait(r"Made here[^\n]*" + SAVED)
        self.assertIn("Made here", eve.ok("list").out)

    def test_editor(self):
        """$EDITOR gets the terminal; what others type meanwhile is kept, and shown when it ends."""
        fay, gil = self.newcomer("fay", "Fay"), self.newcomer("gil", "Gil")
        fay.ok("new", "swot", "Outside")
        fay.ok("add", "outside", "strengths", "Bread and cake")
        gate = fay.file("gate")
        editor = f"sh -c 'echo EDITOR HERE; while [ ! -e {gate} ]; do sleep 0.05; done; sed -i s/cake/buns/ \"$1\"' sh"
        one = self.opened(fay, "outside", "Outside", EDITOR=editor)
        one.keys("j")
        one.keys("E")
        one.wait("EDITOR HERE")
        gil.ok("edit", "outside", "bread", "Fresh Bread and cake")
        with open(gate, "w", encoding="utf-8"):
            pass
        one.wait("Fresh Bread and buns")
        one.wait(SAVED)
        self.assertEqual(self.texts(gil, "outside"), ["Fresh Bread and buns"])


    def test_clipboard(self):
        """What is copied is in the terminal's clipboard; from a confidential canvas nothing gets there."""
        uli = self.newcomer("uli", "Uli")
        uli.ok("new", "swot", "Copied")
        uli.ok("add", "copied", "strengths", "To be copied", "Not to be copied")
        one = self.opened(uli, "copied", "Copied")
        one.keys("j", "y")
        wait_for(lambda: one.tmux("list-buffers"), "something in the clipboard")
        self.assertEqual(one.tmux("show-buffer"), "To be copied")
        uli.ok("set", "copied", "canvas", "confidential", "yes")
        one.wait("confidential")
        one.keys("j", "y")
        one.wait("Copying is off")
        self.assertEqual(one.tmux("show-buffer"), "To be copied")


    def test_role(self):
        """Who may do what changes while the canvas is open: it says so, and means it."""
        vic = self.newcomer("vic", "Vic Hill")
        vic.ok("new", "swot", "Rights")
        one = self.opened(vic, "rights", "Rights")
        self.owner.ok("member", "role", "Vic", "viewer")
        one.wait("You are now a viewer")
        one.keys("a")
        one.wait("You may read this canvas, but not change it")
        self.owner.ok("member", "role", "Vic", "editor")
        one.wait("You are now an editor")
        one.keys("a")
        one.type("Allowed again")
        wait_for(lambda: self.texts(vic, "rights") == ["Allowed again"], "the card on the server")


    def test_a_facilitator_and_somebody(self):
        """From the list of people: what somebody did is taken back, another role, and out; each with a question and a sentence."""
        bob = self.newcomer("bob", "Bob Ode")
        self.owner.ok("new", "swot", "Vandals")
        self.owner.ok("add", "vandals", "strengths", "Ours")
        self.addCleanup(self.owner.run, "canvas", "remove", "vandals")
        theirs, ours = self.opened(bob, "vandals", "Vandals"), self.opened(self.owner, "vandals", "Vandals", cols=132, rows=43)
        for text in ("Rubbish", "More rubbish"):
            bob.ok("add", "vandals", "strengths", text)
            ours.wait(text)
        ours.keys("@")
        ours.wait("2 here")
        ours.keys("j", "u")
        ours.wait("Take back what Bob Ode did")
        ours.keys("a")
        ours.wait("Took back what Bob Ode did")
        wait_for(lambda: self.texts(bob, "vandals") == ["Ours"], "what Bob did is gone")
        theirs.wait_gone("Rubbish")
        ours.keys("r")
        ours.wait("What may Bob Ode do")
        ours.keys("v")
        ours.wait("Bob Ode is now a viewer on this canvas")
        theirs.wait("You are now a viewer")
        ours.keys("x")
        ours.wait("Remove Bob Ode")
        ours.keys("r")
        ours.wait("Bob Ode is no member any more")
        self.fails(3, bob.run("show", "vandals"))


class Trouble(Interface):
    def test_killed_while_offline(self):
        """P5: the server does not answer, the program is killed right after a keystroke: the words are there the next time, and reach the server."""
        hal = self.newcomer("hal", "Hal")
        hal.ok("new", "swot", "Killed")
        one = self.opened(hal, "killed", "Killed")
        self.server.process.send_signal(signal.SIGSTOP)
        try:
            one.keys("a")
            one.type("Typed before the end")
            one.wait("Typed before the end")
            wait_for(lambda: b"Typed before the end" in self.unsent(hal), "the words on the disk")
            os.kill(one.pid(), signal.SIGKILL)
            one.code()
        finally:
            self.server.process.send_signal(signal.SIGCONT)
        again = self.opened(hal, "killed", "Killed")
        again.wait("Typed before the end")
        again.wait(SAVED)
        wait_for(lambda: self.texts(hal, "killed") == ["Typed before the end"], "the card on the server")

    def test_server_away(self):
        """The server stops: it says offline, typing goes on; it is back: saved. Leaving meanwhile is asked about."""
        ida = self.newcomer("ida", "Ida")
        ida.ok("new", "swot", "Away")
        one = self.opened(ida, "away", "Away")
        self.stop_server()
        one.wait("offline")
        one.keys("a")
        one.type("Typed without a server")
        one.wait("Typed without a server")
        self.stop_typing(one)
        one.keys("C-q")
        one.wait("not saved yet")
        one.keys("n")
        one.wait_gone("not saved yet")
        self.server.start()
        one.wait(SAVED)
        self.assertEqual(self.texts(ida, "away"), ["Typed without a server"])
        self.server.stop()
        one.wait("offline")
        one.keys("a")
        one.type("And one more")
        self.stop_typing(one)
        one.keys("C-q")
        one.wait("not saved yet")
        one.keys("y")
        self.assertEqual(one.code(), 7)
        self.server.start()
        again = self.opened(ida, "away", "Away")
        again.wait("And one more")
        wait_for(lambda: len(self.texts(ida, "away")) == 2, "both cards on the server")

    def test_nobody_serves(self):
        """No server from the start: it says what it tries, and can be left."""
        jon = self.newcomer("jon", "Jon")
        jon.ok("new", "swot", "Nobody")
        self.stop_server()
        one = self.terminal(jon, "open", "nobody")
        one.wait("refused|Connecting")
        self.server.start()
        one.wait(r"Nobody[^\n]*" + SAVED)
        one.keys("C-q")
        self.assertEqual(one.code(), 0)

    def test_not_there(self):
        """What is known before there is anything to show is said where the shell is, with the exit codes of all commands."""
        kay, lea = self.newcomer("kay", "Kay"), self.newcomer("lea", "Lea")
        kay.ok("new", "swot", "Twice one")
        kay.ok("new", "swot", "Twice two")
        for words, code, says in ((["open", "nosuchcanvas"], 3, "nosuchcanvas"), (["open", "twice"], 2, "Twice one"),
                                  (["open", "00000000-0000-4000-8000-000000000000"], 3, "cocanvas: "),
                                  (["open", "twice one", "--theme", "loud"], 2, "dark, light"),
                                  (["open", "twice one", "--layout", "loud"], 2, "outline")):
            one = self.terminal(kay, *words)
            self.assertEqual(one.code(), code, words)
            self.assertIn(says, one.screen().replace("\n", ""))
            self.assertEqual(one.ask("#{alternate_on}"), "0")
        with self.subTest("another server behind the address"):
            path = lea.file(".config/cocanvas/known_hosts")
            with open(path, encoding="utf-8") as f:
                known = f.read()
            wrong = re.sub(r"(?m)^(\S+ )\S+", r"\1" + "a" * 51 + "q", known)
            self.assertNotEqual(known, wrong)
            with open(path, "w", encoding="utf-8") as f:
                f.write(wrong)
            one = self.terminal(lea, "open", "twice one")
            self.assertEqual(one.code(), 8, one.screen())
        with self.subTest("a server that this device does not know any more"):
            os.unlink(path)
            one = self.terminal(lea, "open", "twice one")
            one.wait("six words")
            one.type("yes\n")
            one.wait(r"Twice one[^\n]*" + SAVED)
            with open(path, encoding="utf-8") as f:
                self.assertEqual(f.read().split()[:2], known.split()[:2])
        with self.subTest("the same, asked in the interface"):
            os.unlink(path)
            one = self.terminal(lea)
            one.wait("new to this device")
            one.keys("y")
            one.wait("Twice one")
        mia = self.newcomer("mia", "Mia")
        mia.ok("logout")
        one = self.terminal(mia, "open", "twice one")
        self.assertEqual(one.code(), 4, one.screen())
        one = self.terminal(mia)
        one.wait("Logged out|logged out")

    def test_no_contexts(self):
        """Nobody is logged in: it says how one joins."""
        ned = self.newcomer("ned", "Ned")
        os.unlink(ned.file(".config/cocanvas/contexts"))
        one = self.terminal(ned)
        one.wait("cocanvas login")
        one.keys("C-q")
        self.assertEqual(one.code(), 0)

    def test_signals(self):
        """SIGTERM, SIGHUP and Ctrl-Z give the terminal back as it was; fg brings the canvas back."""
        oda = self.newcomer("oda", "Oda")
        oda.ok("new", "swot", "Signals")
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with self.subTest(number):
                one = self.terminal(oda, "open", "signals", before="stty -g >$HOME/before", after="stty -g >$HOME/after; echo THE SHELL")
                one.wait(r"Signals[^\n]*" + SAVED)
                self.assertEqual(one.ask("#{alternate_on} #{mouse_any_flag}"), "1 1")
                os.kill(one.pid(), number)
                self.assertEqual(one.code(), 130)
                one.wait("THE SHELL")
                self.assertEqual(one.ask("#{alternate_on} #{mouse_any_flag} #{mouse_sgr_flag} #{cursor_flag} #{keypad_cursor_flag}"), "0 0 0 1 0")
                self.assertEqual(self.text(oda.file("before")), self.text(oda.file("after")))
                one.close()

    def test_stopped(self):
        """Ctrl-Z gives the shell back its terminal, and fg brings the canvas back as it is by then."""
        pia, ron = self.newcomer("pia", "Pia"), self.newcomer("ron", "Ron")
        pia.ok("new", "swot", "Stopped")
        one = Terminal(["bash", "--norc", "-i"], pia.environment(PS1="SHELL> "), 80, 24)
        self.addCleanup(one.close)
        one.wait("SHELL>")
        one.type(f"'{PROGRAM}' open stopped\n")
        one.wait(r"Stopped[^\n]*" + SAVED)
        one.keys("C-z")
        one.wait(r"Stopped +'?/")
        self.assertEqual(one.ask("#{alternate_on} #{mouse_any_flag}"), "0 0")
        ron.ok("add", "stopped", "strengths", "Meanwhile")
        one.resize(100, 30)
        one.type("fg\n")
        one.wait("Meanwhile")
        self.assertEqual(one.ask("#{alternate_on} #{mouse_any_flag}"), "1 1")
        one.keys("C-q")
        one.wait_gone("Meanwhile")

    def test_terminal_gone(self):
        """The terminal is closed under it: it ends at once, and what was typed is there the next time."""
        sue = self.newcomer("sue", "Sue")
        sue.ok("new", "swot", "Gone")
        one = self.opened(sue, "gone", "Gone")
        self.stop_server()
        one.wait("offline")
        one.keys("a")
        one.type("Typed on a lost line")
        one.wait("Typed on a lost line")
        pid = one.pid()
        os.kill(one.server, signal.SIGKILL)
        wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "the program's end")
        self.server.start()
        again = self.opened(sue, "gone", "Gone")
        again.wait("Typed on a lost line")

    def test_pipes(self):
        """Without a terminal, on one that can do nothing, or if one asks for lines."""
        tim = self.newcomer("tim", "Tim")
        tim.ok("new", "swot", "Pipes")
        self.fails(2, tim.run("open", "pipes"), "needs a terminal")
        self.assertIn("you are in", tim.ok("open", "pipes", "--plain", stdin="quit\n").out)
        self.assertIn("you are in", tim.ok("open", "pipes", stdin="quit\n", COCANVAS_ACCESSIBLE="1").out)
        self.assertIn("Pipes", tim.ok().out)
        one = self.terminal(tim, "open", "pipes", "--server", f"127.0.0.1:{free_port()}")
        self.assertEqual(one.code(), 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
