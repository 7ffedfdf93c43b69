"""A cocanvasd on a private PostgreSQL, for one test program: in temporary folders, on loopback and a Unix socket, stopped and removed at the end.
Both die with the test. All servers of a program share one cluster, each with a database of its own. As root, PostgreSQL runs as nobody (it refuses root) and the daemon with --allow-root."""
import atexit
import ctypes
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from wire import Wire  # noqa: E402  (the path has to be set first)

DEADLINE = 60       # seconds; only ever waited for in full when something is broken


def wait_for(condition, what, seconds=DEADLINE):
    """The first true value of condition()."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.02)


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Postgres:
    """A new cluster; conf: more lines for postgresql.conf."""

    shared = None

    @classmethod
    def get(cls):
        """The program's own cluster, which is made when it is first needed."""
        if not cls.shared:
            cls.shared = cls()
            atexit.register(cls.shared.close)
        return cls.shared

    def __init__(self, conf=""):
        self.folder, self.bin = tempfile.mkdtemp(prefix="cocanvas-pg-"), sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.databases = 0
        folder = self.folder
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.data, self.log = os.path.join(folder, "pg"), os.path.join(folder, "pg.log")
        os.mkdir(self.data, 0o700)
        if self.user:
            os.chmod(folder, 0o755)
            os.chown(self.data, self.user.pw_uid, self.user.pw_gid)
        self.run("initdb", "-D", self.data, "-U", "cocanvas", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as f:
            f.write(f"listen_addresses = ''\nunix_socket_directories = '{self.data}'\nfsync = off\nmax_connections = 60\n{conf}\n")
        self.start()

    def close(self):
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self):
        self.databases += 1
        name = f"test{self.databases}"
        self.run("createdb", "-h", self.data, "-U", "cocanvas", name)
        return name

    def as_user(self):
        die_with_parent()
        if self.user:
            os.setgroups([])
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)

    def run(self, program, *arguments):
        done = subprocess.run([os.path.join(self.bin, program), *arguments], preexec_fn=self.as_user, cwd="/", capture_output=True, check=False)
        if done.returncode:
            raise AssertionError(f"{program}: {done.stderr.decode()}")
        return done.stdout.decode()

    def start(self):
        """Returns when it answers. Right after a kill, what is left of the old one may make it end again: then it is tried again."""
        def answers():
            if not self.process or self.process.poll() is not None:
                with open(self.log, "ab") as log:
                    self.process = subprocess.Popen([os.path.join(self.bin, "postgres"), "-D", self.data], preexec_fn=self.as_user, cwd="/",
                                                    stdout=log, stderr=log)
            return self.answers()
        self.process = None
        wait_for(answers, "PostgreSQL")

    def answers(self):
        return subprocess.run([os.path.join(self.bin, "pg_isready"), "-q", "-h", self.data], check=False).returncode == 0

    def stop(self, how=signal.SIGINT):
        """SIGINT: at once and orderly. SIGQUIT: like a crash."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(DEADLINE)

    def kill(self):
        """kill -9 of the postmaster and all its children."""
        self.process.send_signal(signal.SIGSTOP)        # so that it makes no new ones meanwhile
        self.everybody(signal.SIGKILL)
        self.process.wait(DEADLINE)

    def everybody(self, number):
        """A signal for the postmaster and all its children: first find them all, for orphans have another parent. (Not every kernel lists a
        process' children in /proc.)"""
        found = []
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="utf-8", errors="replace") as f:
                    pid, rest = int(path.split("/")[2]), f.read().rsplit(")", 1)[1].split()
                if self.process.pid in (pid, int(rest[1])):
                    found.append(pid)
            except (FileNotFoundError, ProcessLookupError):
                pass
        for pid in found:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def freeze(self):
        """It is there, but does not answer."""
        self.everybody(signal.SIGSTOP)

    def thaw(self):
        self.everybody(signal.SIGCONT)

    def conninfo(self, database):
        return f"host={self.data} user=cocanvas dbname={database}"

    def sql(self, database, text):
        return self.run("psql", "-h", self.data, "-U", "cocanvas", "-d", database, "-qAtc", text).strip()


class LocalServer:
    """The daemon. options: of its configuration, as keyword arguments; they may be changed (self.options) before a reload or restart."""

    def __init__(self, daemon=None, postgres=None, environment=(), **options):
        self.daemon = daemon or os.environ["COCANVASD"]
        self.folder = tempfile.mkdtemp(prefix="cocanvas-test-")
        self.process = None
        self.port = free_port()
        self.options = {"workers": 2, **options}
        self.tokens, self.environment = {}, dict(environment)
        try:
            self.postgres = postgres or Postgres.get()
            self.database = self.postgres.new_database()
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            sys.stderr.write(self.log()[-6000:])
        self.close()

    def state_path(self, name):
        return os.path.join(self.folder, "state", name)

    def write_config(self):
        path = os.path.join(self.folder, "cocanvasd.conf")
        fixed = dict(database=self.postgres.conninfo(self.database), listen=f"127.0.0.1:{self.port}", state_dir=os.path.join(self.folder, "state"),
                     public_host="127.0.0.1", database_wait_s=20)
        with open(path, "w", encoding="utf-8") as f:
            for name, value in {**fixed, **self.options}.items():
                f.write(f'{name} = "{value}";\n' if isinstance(value, str) else f"{name} = {str(value).lower()};\n")
        return path

    def command(self, *words):
        return [self.daemon, f"--config={self.write_config()}", *(["--allow-root"] if os.geteuid() == 0 else []), *words]

    def start(self, wait=True):
        self.log_start = os.path.getsize(self.log_path()) if os.path.exists(self.log_path()) else 0
        with open(self.log_path(), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, preexec_fn=die_with_parent,
                                            env={**os.environ, **self.environment})
        if wait:
            self.wait_log("serves at")

    def log_path(self):
        return os.path.join(self.folder, "cocanvasd.log")

    def log(self):
        """What this run of the daemon has logged."""
        with open(self.log_path(), "rb") as f:
            f.seek(self.log_start)
            return f.read().decode("utf-8", "replace")

    def wait_log(self, pattern, seconds=DEADLINE):
        def found():
            if self.process.poll() is not None and not re.search(pattern, self.log()):
                raise AssertionError(f"the daemon ended with {self.process.returncode}:\n{self.log()[-6000:]}")
            return re.search(pattern, self.log())
        return wait_for(found, f"/{pattern}/ in the log", seconds)

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """Orderly. Gives the exit code: a sanitizer's report makes it other than 0."""
        self.signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)

    def kill(self):
        self.process.kill()
        self.process.wait(DEADLINE)

    def restart(self):
        code = self.stop()
        assert code == 0, f"the daemon stopped with {code}:\n{self.log()[-6000:]}"
        self.start()

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def admin(self, word):
        """Exit code and text."""
        return self.admin_words(word)

    def admin_words(self, *words):
        done = subprocess.run(self.command("admin", *words), capture_output=True, check=False)
        return done.returncode, (done.stdout + done.stderr).decode()

    def words(self):
        """The six words of the server's key."""
        done = subprocess.run(self.command("fingerprint"), capture_output=True, check=True)
        return done.stdout.decode().splitlines()[1]

    def status(self):
        """The numbers of `admin status`."""
        return {words[0]: words[1] for words in map(str.split, self.admin("status")[1].splitlines()) if len(words) > 1}

    def sql(self, text):
        """One value, or lines of values, out of the database."""
        return self.postgres.sql(self.database, text)

    # ---- people and canvases

    def wire(self):
        return Wire(self.port)

    def invitation(self):
        """A token for somebody new: the first owner's, then such as the owner makes."""
        if not self.tokens:
            with open(self.state_path("first-owner-link"), encoding="utf-8") as f:
                return re.search(r"/i/([a-z2-7]+)", f.read()).group(1)
        with self.wire() as wire:
            wire.login(token=next(iter(self.tokens.values())))
            wire.send({"request": 1, "invitation_create": {}})
            return wire.expect("invitation_created")["token"]

    def token(self, name):
        """The device token of a person, who is made on first use. The first one is the owner."""
        if name not in self.tokens:
            invitation = self.invitation()
            with self.wire() as wire:
                self.tokens[name] = wire.login(invitation=invitation, login=name, name=name.capitalize(), password=f"password of {name}")["token"]
        return self.tokens[name]

    def member(self, name="ann"):
        """A connection that is logged in."""
        token = self.token(name)
        wire = self.wire()
        wire.login(token=token)
        return wire

    def canvas(self, name="ann", title="A canvas", **more):
        """The id of a new canvas; more: fields of CanvasCreate."""
        with self.member(name) as wire:
            wire.send({"request": 1, "canvas_create": {"title": title, **({} if "state" in more else {"template": "bmc"}), **more}})
            return wire.expect("canvas_created")["canvas"]["id"]
