"""Runs a program in C with a server, a person who is logged in, and the client's path in its environment. run.py PROGRAM"""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer, die_with_parent  # noqa: E402
from people import PROGRAM, Person  # noqa: E402


def main():
    with LocalServer() as server:
        person = Person(server, "owner", "Olga Owner")
        try:
            with open(server.state_path("first-owner-link"), encoding="utf-8") as f:
                person.log_in(f.read().strip())
            # A crash is the program's own to handle, as it is without sanitizers.
            options = {name: os.environ.get(name, "") + ":handle_segv=0:handle_abort=0:handle_sigbus=0" for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS")}
            options.update({name: os.environ[name] for name in ("COCANVAS_SEED", "COCANVAS_ONLY") if os.environ.get(name)})
            done = subprocess.run(sys.argv[1:], env=person.environment(COCANVAS=os.path.abspath(PROGRAM), **options), preexec_fn=die_with_parent, check=False)
        finally:
            person.leave()
        return done.returncode


sys.exit(main())
