#!/usr/bin/env python3
"""An authenticator for tests, good and bad: what it does depends on the login. "right password here" is everybody's password."""
import json
import os
import signal
import sys

SEEN = os.environ["HELPER_SEEN"]        # a file: one line for each start, one for each login


def note(text):
    with open(SEEN, "a", encoding="utf-8") as f:
        f.write(text + "\n")


def say(reply):
    sys.stdout.write(reply if isinstance(reply, str) else json.dumps(reply) + "\n")
    sys.stdout.flush()


note(f"start uid={os.getuid()} secrets={[n for n in os.environ if n.startswith('PG')]} files={sorted(os.listdir('/proc/self/fd'))[:4]}")
held = []
for line in sys.stdin:
    request = json.loads(line)
    login, ok = request["login"], request["password"] == "right password here"
    note(f"asked {login} {request['address']}")
    reply = {"id": request["id"], "ok": ok, "login": login, "name": f"{login.capitalize()} Directory"}
    if login == "hang":
        signal.pause()
    elif login == "die":
        sys.exit(3)
    elif login == "babble":
        say("I like this person\n")
    elif login == "endless":
        say("x" * 100000)
    elif login == "other":
        say({**reply, "login": "owner"})
    elif login == "unasked":
        say({**reply, "id": 4711})
    elif login == "noname":
        say({**reply, "name": "a\nb"})
    elif login == "badrole":
        say({**reply, "role": "owner"})
    elif login.startswith("hold"):      # answered together, the last one first
        held.append(reply)
        if len(held) == 3:
            for one in reversed(held):
                say(one)
            held = []
    elif login.startswith("member"):
        say({**reply, "workspace": "Workspace", "role": "commenter"})
    else:
        say(reply)
