#!/usr/bin/env python3
"""Scenarios: actors (actor.c) edit one canvas on a real cocanvasd and a real PostgreSQL while something goes wrong; then check.py judges what
they wrote down. Each scenario is a function below; its text says what happens.

    run.py --bin BUILD [--rounds N] [--seed N] [--keep FOLDER] [SCENARIO…]      no names: all but disk_full
    run.py --bin BUILD --convict                                                shows that the checker convicts broken builds
"""
import argparse
import binascii
import ctypes
import errno
import importlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path[:0] = [str(HERE), str(TOP / "tests/support")]
import check                                          # noqa: E402
from local_server import LocalServer, Postgres, wait_for        # noqa: E402


def protobuf_module(folder):
    """The public contract as a Python module, made by protoc."""
    subprocess.run(["protoc", f"--proto_path={TOP / 'proto'}", f"--python_out={folder}", "canvas.proto", "wire.proto"], check=True)
    sys.path.insert(0, str(folder))
    canvas, wire = importlib.import_module("canvas_pb2"), importlib.import_module("wire_pb2")

    class Contract:
        CanvasState, Card, Prop, Committed = canvas.CanvasState, canvas.Card, canvas.Prop, wire.Committed
    return Contract


class Actor:
    """One participant: a process that may be killed and started again with what is on its disk."""

    def __init__(self, game, name):
        self.game, self.name, self.starts = game, name, 0
        self.state = game.folder / name
        self.state.mkdir(mode=0o700)
        self.history = game.folder / f"{name}.history"
        self.lines, self.process = [], None
        self.start()

    def start(self):
        self.starts += 1
        self.lines = []
        seed = self.game.random.randrange(1 << 30)
        person = "owner" if self.name == "A" else f"person-{self.name.lower()}"      # A may switch the canvas to anonymous
        self.process = subprocess.Popen(
            [self.game.actor, self.name, f"127.0.0.1:{self.game.server.port}", self.game.pin, self.game.server.token(person), self.game.canvas,
             str(self.state), str(self.history), str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.game.folder / f"{self.name}.stderr", "ab"), text=True)
        threading.Thread(target=self.listen, args=(self.process, self.lines), daemon=True).start()

    @staticmethod
    def listen(process, lines):
        for line in process.stdout:
            lines.append(line.strip())

    def say(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def heard(self, word):
        return next((line for line in reversed(self.lines) if line.startswith(word)), None)

    def await_word(self, word, seconds=120):
        def there():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}: {(self.game.folder / (self.name + '.stderr')).read_text()[-3000:]}")
            return self.heard(word)
        return wait_for(there, f"'{word}' of {self.name}", seconds)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def edits(self):
        """How much it has written down so far: a condition to wait for while it works."""
        return self.history.stat().st_size if self.history.exists() else 0


class Game:
    """A server, a canvas, and actors on it."""

    def __init__(self, tools, seed, actors=4, conf="", fault="", cards=3, disk=None, **options):
        self.random = random.Random(seed)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cocanvas-scenario-"))
        self.actor, self.pb = str(tools.bin / "tests/scenario/scenario_actor"), tools.pb
        tempfile.tempdir, before = disk, tempfile.tempdir      # the server's files, PostgreSQL's among them
        self.postgres = Postgres(conf)
        self.server = LocalServer(str(tools.bin / "server/cocanvasd"), postgres=self.postgres, **{"edits_per_s": 0, **options})
        tempfile.tempdir = before
        self.fault = fault
        wait_for(self.connected, "the daemon's connections to PostgreSQL")
        self.canvas = str(uuid.UUID(bytes=bytes(self.server.canvas("owner"))))
        with open(self.server.state_path("first-owner-link"), encoding="utf-8") as f:
            self.pin = f.read().strip().split("p=")[1]
        self.actors = [Actor(self, name) for name in "ABCDEFGH"[:actors]]
        for actor in self.actors:
            actor.await_word("live")
        self.actors[0].say("go 5")
        wait_for(lambda: int(self.sql("SELECT count(*) FROM journal")) >= cards, "the first cards")
        self.began = 0
        if fault:
            self.actors[0].say("pause")
            self.server.stop()
            self.start("drop_one_broadcast:400" if fault == "drop_one_broadcast" else fault)     # not before everybody is watched
            wait_for(self.all_live, "everybody to be back")
        self.began = time.monotonic_ns()

    def sql(self, text):
        return self.server.sql(text)

    def start(self, fault=""):
        self.server.environment["COCANVAS_FAULT"] = fault
        self.server.start()

    def all_live(self):
        return all(a.heard("live") and a.lines[-1] == "live" for a in self.actors)

    def connected(self):
        return self.server.status().get("database") == "up"

    def go(self, ms=5):
        for actor in self.actors:
            actor.say(f"go {ms}")

    def work(self, size=4000):
        """Until every actor has written down so many more bytes: everyone has edited and seen edits."""
        before = {a: a.edits() for a in self.actors}
        wait_for(lambda: all(a.edits() >= before[a] + size for a in self.actors), "the actors' work", 120)

    def moment(self):
        """A random moment while everyone works."""
        self.work(self.random.randrange(500, 20000))

    def head(self):
        return int(self.sql("SELECT head_seq FROM canvas"))

    def rest(self, seconds):
        """Everybody stops and saves; gives name → (seq, hash). Asked again until all stand at the head."""
        def equal():
            for actor in self.actors:
                actor.lines[:] = [line for line in actor.lines if not line.startswith("quiet")]
                actor.say("quiet")
            said = {a.name: a.await_word("quiet", seconds).split() for a in self.actors}
            at = {name: (int(words[1]), int(words[2], 16)) for name, words in said.items()}
            head = self.head()
            return at if all(seq == head for seq, _ in at.values()) else None
        return wait_for(equal, "everybody at the head", seconds)

    def judge(self, calm=False, seconds=120):
        """calm: since the scenario began there was no fault that could make a client open again."""
        hashes, restless = {}, []
        try:
            hashes = self.rest(seconds)
        except AssertionError as error:
            restless = [f"I14: not everybody came to rest: {error}"]
        for actor in self.actors:
            actor.kill()
        code = self.server.stop()
        rows = [line.split("|") for line in self.sql("SELECT seq, epoch, client, client_seq, encode(payload, 'hex') FROM journal ORDER BY seq").splitlines()]
        rows = [(int(a), int(b), int(c), int(d), binascii.unhexlify(e)) for a, b, c, d, e in rows]
        snapshots = [line.split("|") for line in self.sql("SELECT seq, hash, encode(state, 'hex') FROM snapshot ORDER BY seq").splitlines()]
        snapshots = [(int(a), int(b), binascii.unhexlify(c)) for a, b, c in snapshots]
        checker = check.Checker(self.pb, rows, snapshots, hashes, [a.history for a in self.actors], self.rescued(), self.began if calm else None)
        violations = checker.run() + restless
        if code:
            violations.append(f"the daemon stopped with {code}: {self.server.log()[-2000:]}")
        return violations, getattr(checker, "summary", f"{len(rows)} batches")

    def rescued(self):
        """What actors were told that the server does not take, by name."""
        found = {}
        for actor in self.actors:
            files = sorted(actor.state.rglob("rescued.txt"))
            found[actor.name] = "".join(f.read_text(encoding="utf-8") for f in files)
        return found

    def close(self):
        for actor in self.actors:
            if actor.process.poll() is None:
                actor.kill()
        self.server.close()
        self.postgres.close()
        shutil.rmtree(self.folder, ignore_errors=True)


# ---------------------------------------------------------------- scenarios: each plays with a game until it is time to judge

def calm(game, _rounds):
    """Nothing goes wrong."""
    game.go()
    for _ in range(4):
        game.moment()
    return True


def kill_daemon(game, rounds):
    """kill -9 of the daemon at random moments under load."""
    game.go()
    for _ in range(rounds):
        game.moment()
        game.server.kill()
        game.start()
    game.moment()


def kill_after_commit(game, rounds):
    """kill -9 of the daemon between COMMIT and broadcast."""
    killed_by_fault(game, rounds, "kill_after_commit")


def kill_before_commit(game, rounds):
    """kill -9 of the daemon between receiving a batch and its COMMIT."""
    killed_by_fault(game, rounds, "kill_before_commit")


def killed_by_fault(game, rounds, fault):
    game.go()
    for _ in range(rounds):
        game.server.kill()
        game.start(f"{fault}:{game.random.randrange(5, 60)}")
        assert game.server.process.wait(120) == -signal.SIGKILL
        game.start()
        game.moment()


def kill_postgres(game, rounds):
    """kill -9 of PostgreSQL, which stays away for a while in which everybody types on."""
    game.go()
    for _ in range(rounds):
        game.moment()
        game.postgres.kill()
        wait_for(lambda: not game.connected(), "the daemon to notice")
        for actor in game.actors:
            before = actor.edits()
            wait_for(lambda a=actor, b=before: a.edits() > b + 300, "typing while PostgreSQL is away")
        game.postgres.start()
        game.moment()


def kill_client(game, rounds):
    """kill -9 of clients with unsent edits: the daemon goes away, they type on, they are killed; all come back."""
    game.go()
    for _ in range(rounds):
        game.moment()
        game.server.kill()
        game.work(1000)
        for actor in game.actors[:3]:
            actor.kill()
        game.start()
        for actor in game.actors[:3]:
            actor.start()
            actor.await_word("live")
            actor.say("go 5")
        game.moment()


def drain(game, rounds):
    """Orderly stops and starts, as for an upgrade."""
    game.go()
    for _ in range(rounds):
        game.moment()
        game.server.restart()
    game.moment()


def terminate_backends(game, rounds):
    """PostgreSQL's administrator cuts all of the daemon's connections, again and again."""
    game.go()
    for _ in range(3 * rounds):
        game.moment()
        game.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'cocanvasd%'")
    game.moment()


def duplicates(game, rounds):
    """One more client sends each of its batches twice, as after a lost answer, while the others work."""
    game.go()
    card = int(game.sql("SELECT client FROM journal ORDER BY seq LIMIT 1")) << 32 | 1
    with game.server.member("owner") as wire:
        opened = wire.open(uuid.UUID(game.canvas).bytes, client_id=os.urandom(16))
        for number in range(1, 10 * rounds + 1):
            op = {"vote_set": {"card": card, "on": number % 2 == 1}}       # a vote has a name also while the canvas is anonymous
            wire.submit(number, opened["head_seq"], op)
            wire.submit(number, opened["head_seq"], op)
            while not is_own(wire.expect("committed"), opened["client"], number):
                pass
    game.work()


def is_own(batch, client, number):
    return batch.get("client") == client and batch.get("client_seq") == number


def freeze_postgres(game, rounds):
    """PostgreSQL stands still in the middle of commits; then daemon and PostgreSQL are killed at once. Whatever was shown must be there."""
    game.go()
    for _ in range(rounds):
        game.moment()
        game.postgres.freeze()
        for actor in game.actors:
            before = actor.edits()
            wait_for(lambda a=actor, b=before: a.edits() > b + 300, "typing while PostgreSQL stands still")
        game.server.kill()
        game.postgres.kill()
        game.postgres.start()
        game.start(game.fault)
        game.moment()


def disk_full(game, rounds):
    """The database's disk (a small tmpfs, see --small-disk) is full for a while. Everybody types on; nothing is lost; all is saved when there is room."""
    game.go()
    for _ in range(rounds):
        game.moment()
        ballast = pathlib.Path(game.postgres.data) / "ballast"
        with open(ballast, "wb", buffering=0) as f:      # without a buffer: closing must not find something left to write
            try:
                while True:
                    f.write(bytes(1 << 16))
            except OSError as error:
                assert error.errno == errno.ENOSPC, error
        # What PostgreSQL has set aside is used up before it notices.
        wait_for(lambda: not game.connected() or "disk" in game.server.log() or "no space" in game.server.log().lower(), "the disk to be full", 120)
        for actor in game.actors:
            before = actor.edits()
            wait_for(lambda a=actor, b=before: a.edits() > b + 300, "typing while the disk is full")
        ballast.unlink()
        if not game.postgres.answers():      # a full disk can make PostgreSQL stop itself: the administrator starts it again
            game.postgres.stop(signal.SIGQUIT)
            game.postgres.start()
        game.moment()


SCENARIOS = {f.__name__: f for f in (calm, kill_daemon, kill_after_commit, kill_before_commit, kill_postgres, kill_client, drain, terminate_backends, duplicates,
                                      freeze_postgres, disk_full)}


# ---------------------------------------------------------------- broken builds that must be convicted

def convict_ack_before_commit(game):
    """Sends batches before they are committed."""
    freeze_postgres(game, 3)


def convict_dedupe_off(game):
    """Takes what a client sends again for something new."""
    duplicates(game, 2)


def convict_tie_rule_flipped(game):
    """Transforms late text to the other side than the clients do."""
    game.go(2)
    for _ in range(6):
        game.moment()


def convict_drop_one_broadcast(game):
    """Leaves one committed batch out of what it sends."""
    game.go()
    game.work(60000)


# Which invariant must be named: anything else would be a flaw of the scenario.
EXPECTED = {"ack_before_commit": "I1", "dedupe_off": "I2", "tie_rule_flipped": "I3 I10", "drop_one_broadcast": "I3 I14"}

CONVICTS = {f.__name__.removeprefix("convict_"): f
            for f in (convict_ack_before_commit, convict_dedupe_off, convict_tie_rule_flipped, convict_drop_one_broadcast)}


SMALL_DISK = {"disk_full": 160 << 20}       # bytes of the database's file system, by scenario
SMALL_CONF = "min_wal_size = 32MB\nmax_wal_size = 64MB\nwal_recycle = off"


def in_own_namespace(arguments):
    """Runs this program again where it may mount a small disk. An ordinary user gets a user namespace for that; 77 if there is none to be had."""
    how = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-current-user", "--keep-caps"])
    if subprocess.run([*how, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        print("disk_full: needs root or user namespaces to mount a small disk; not run", flush=True)
        return 77
    return subprocess.run([*how, sys.executable, __file__, *arguments], env={**os.environ, "SCENARIO_NAMESPACE": "1"}, check=False).returncode


def on_small_disk(size):
    """A folder on a tmpfs of that size."""
    folder = tempfile.mkdtemp(prefix="cocanvas-disk-")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", folder.encode(), b"tmpfs", 0, f"size={size},mode=755".encode()):
        raise OSError(ctypes.get_errno(), "mount")
    return folder


def play(tools, name, seed, rounds, fault="", keep=None):
    small = name in SMALL_DISK
    game = Game(tools, seed, fault=fault, conf=SMALL_CONF if small else "", disk=on_small_disk(SMALL_DISK[name]) if small else None)
    try:
        if fault:
            try:
                CONVICTS[fault](game)
            except AssertionError as error:     # a broken build may get stuck, too; the histories tell the rest
                print(f"{name}: {error}", flush=True)
            return game.judge(calm=fault in ("drop_one_broadcast", "tie_rule_flipped"), seconds=10)[0]
        violations, summary = game.judge(calm=bool(SCENARIOS[name](game, rounds)))
        print(f"{name}: {summary}, {len(violations)} violations", flush=True)
        return violations
    except BaseException:
        sys.stderr.write(f"\n{name}, seed {seed}: the daemon's log ends with\n{game.server.log()[-3000:]}\n")
        raise
    finally:
        if keep:
            shutil.copytree(game.folder, pathlib.Path(keep) / name, dirs_exist_ok=True)
        game.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="build folder")
    parser.add_argument("--rounds", type=int, default=2, help="faults per scenario")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", help="folder for the histories")
    parser.add_argument("--convict", action="store_true")
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    tools = parser.parse_args()
    unknown = set(tools.names) - set(CONVICTS if tools.convict else SCENARIOS)
    if unknown:
        parser.error(f"no scenario named {', '.join(unknown)}; there are {', '.join(CONVICTS if tools.convict else SCENARIOS)}")
    failed = False
    small = set(tools.names) & set(SMALL_DISK)
    if small and not tools.convict and "SCENARIO_NAMESPACE" not in os.environ:
        assert len(tools.names) == 1, "a scenario on a small disk runs alone"
        sys.exit(in_own_namespace(sys.argv[1:]))
    print(f"seed {tools.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        tools.pb = protobuf_module(folder)
        for name in tools.names or (CONVICTS if tools.convict else sorted(set(SCENARIOS) - set(SMALL_DISK))):
            violations = play(tools, name, tools.seed, tools.rounds, fault=name if tools.convict else "", keep=tools.keep)
            if tools.convict:
                named = [v for v in violations if v.split(":")[0] in EXPECTED[name].split()]
                print(f"{name}: {'convicted: ' + named[0] if named else 'NOT CONVICTED: ' + str(violations[:3])}", flush=True)
                failed |= not named
            else:
                for violation in violations[:20]:
                    print("  " + violation)
                failed |= bool(violations)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
