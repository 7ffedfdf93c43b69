"""People with devices of their own, who use the client: commands that end, programs that stay, programs on a terminal. And the base of tests with
people: one server, and newcomers that its owner invites."""
import json
import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import threading
import unittest

from local_server import LocalServer, die_with_parent, wait_for

PROGRAM = os.environ.get("COCANVAS") or os.path.join(os.path.dirname(os.environ["COCANVASD"]), "..", "client", "cocanvas")


class Result:
    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()

    def __repr__(self):
        return f"exit {self.code}\n--- out\n{self.out}--- err\n{self.err}"


class Person:
    """Somebody with a device: a home of one's own."""

    def __init__(self, server, login, name):
        self.server, self.login, self.name = server, login, name
        self.home = tempfile.mkdtemp(prefix=f"cocanvas-{login}-")
        self.password = f"password of {login}"

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("COCANVAS", "XDG_", "NO_COLOR", "CLICOLOR")) and k not in ("VISUAL", "EDITOR")}
        return {**kept, "HOME": self.home, "LC_ALL": "C.UTF-8", "TERM": "xterm", **more}

    def run(self, *words, stdin="", **more):
        return Result(subprocess.run([PROGRAM, *words], input=stdin.encode(), capture_output=True, env=self.environment(**more), timeout=120,
                                     check=False))

    def ok(self, *words, stdin="", **more):
        result = self.run(*words, stdin=stdin, **more)
        if result.code:
            raise AssertionError(f"{' '.join(words)}: {result!r}")
        return result

    def json(self, *words, stdin=""):
        return [json.loads(line) for line in self.ok(*words, "--json", stdin=stdin).out.splitlines()]

    def log_in(self, link):
        return self.ok("login", link, "--login", self.login, "--name", self.name, "--password-file", "-", stdin=self.password + "\n")

    def open(self, *words, **more):
        """A program that stays: lines can be written to it and read from it."""
        return Running([PROGRAM, *words], self.environment(**more))

    def file(self, *parts):
        return os.path.join(self.home, *parts)

    def leave(self):
        shutil.rmtree(self.home, ignore_errors=True)


class Running:
    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
                                        preexec_fn=die_with_parent)
        self.lines, self.seen = [], 0
        self.threads = [threading.Thread(target=self.read, args=(stream,), daemon=True) for stream in (self.process.stdout, self.process.stderr)]
        for thread in self.threads:
            thread.start()

    def read(self, stream):
        for line in stream:
            self.lines.append(line.decode().rstrip("\n"))

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def wait_line(self, pattern):
        """A line that was not waited for before."""
        def found():
            for i in range(self.seen, len(self.lines)):
                if re.search(pattern, self.lines[i]):
                    self.seen = i + 1
                    return self.lines[i]
            if self.process.poll() is not None and not any(t.is_alive() for t in self.threads):
                raise AssertionError(f"ended with {self.process.returncode} before /{pattern}/: {self.lines}")
            return None
        return wait_for(found, f"/{pattern}/ among {self.lines}")

    def wait_any(self, pattern):
        """A line, wherever it stands."""
        wait_for(lambda: any(re.search(pattern, line) for line in self.lines), f"/{pattern}/ among {self.lines}")

    def ends(self):
        code = self.process.wait(60)
        for thread in self.threads:
            thread.join(60)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
        return code

    def kill(self):
        self.process.kill()
        self.ends()


class OnTerminal:
    """A program on a terminal of its own: what it prints, and keys for it."""

    def __init__(self, command, environment):
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)

    def wait_text(self, pattern):
        def found():
            if select.select([self.fd], [], [], 0)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode("utf-8", "replace")
                except OSError:
                    pass
            return re.search(pattern, self.text)
        return wait_for(found, f"/{pattern}/ in {self.text!r}")

    def type(self, text):
        os.write(self.fd, text.encode())

    def ends(self):
        while True:
            try:
                wait_for(lambda: select.select([self.fd], [], [], 0)[0], "more output, or its end")
                part = os.read(self.fd, 65536)
            except OSError:
                part = b""
            if not part:
                break
            self.text += part.decode("utf-8", "replace")
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        os.close(self.fd)
        return code


class Case(unittest.TestCase):
    """One server for the class; people are made by each test."""
    options = {}

    @classmethod
    def setUpClass(cls):
        cls.server = LocalServer(**cls.options)
        cls.addClassCleanup(cls.server.close)
        cls.owner = Person(cls.server, "owner", "Olga Owner")
        cls.addClassCleanup(cls.owner.leave)
        with open(cls.server.state_path("first-owner-link"), encoding="utf-8") as f:
            cls.owner.log_in(f.read().strip())

    def newcomer(self, login, name):
        """Invited by the owner; each test has its own people, so that it does not depend on others."""
        person = Person(self.server, login, name)
        self.addCleanup(person.leave)
        # 7 is "try again": a test before this one may have had the database or the daemon restart
        invited = wait_for(lambda: [r for r in [self.owner.run("member", "invite", "--label", name)] if r.code != 7], "an invitation")[0]
        self.assertEqual(invited.code, 0, invited)
        person.log_in(invited.out.strip())
        return person

    def text(self, path):
        with open(path, encoding="utf-8") as f:
            return f.read()

    def state(self, person, canvas):
        return json.loads(person.ok("export", canvas).out)

    def fails(self, code, result, says="."):
        self.assertEqual(result.code, code, result)
        self.assertEqual(result.out, "", result)
        self.assertRegex(result.err, says)
        self.assertIn("cocanvas: ", result.err)
        return result
