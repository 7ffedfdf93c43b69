"""deploy/cocanvasd-local: the daemon with a database of its own, started, attached to, killed, stopped. As root it is tried as nobody, so that
no system user is made on the machine."""
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
from local_server import wait_for  # noqa: E402

SCRIPT = os.path.join(HERE, "..", "..", "deploy", "cocanvasd-local")


class CocanvasdLocal(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="cocanvas-local-")
        self.state = os.path.join(self.folder, "state")
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        # The build may be in a folder that nobody cannot enter.
        self.daemon, self.script = os.path.join(self.folder, "cocanvasd"), os.path.join(self.folder, "cocanvasd-local")
        shutil.copy(os.environ["COCANVASD"], self.daemon)
        shutil.copy(SCRIPT, self.script)
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)

    def tearDown(self):
        self.call("stop")
        shutil.rmtree(self.folder)

    def become(self):
        if self.user:
            os.setgroups([])
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)

    def popen(self, *words, state=None, **more):
        return subprocess.Popen([self.script, f"--state={state or self.state}", *words], preexec_fn=self.become, cwd="/", stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, env={**os.environ, "HOME": self.folder, "COCANVASD": self.daemon}, **more)

    def call(self, *words, state=None):
        """Exit code and what was said."""
        process = self.popen(*words, state=state)
        said = process.communicate(timeout=120)[0]
        return process.returncode, said

    def ok(self, *words, state=None):
        code, said = self.call(*words, state=state)
        self.assertEqual(code, 0, said)
        return said

    def pid(self, file, state=None):
        with open(os.path.join(state or self.state, file), encoding="utf-8") as f:
            return int(f.readline())

    def alive(self, pid):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
                return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
        except FileNotFoundError:
            return False

    def port(self, said):
        return int(re.search(r"serves at 127\.0\.0\.1:(\d+)", said).group(1))

    def test_the_key_file_for_sealed_workspaces(self):
        self.ok("start")
        path = os.path.join(self.state, "seal.key")
        with open(path, encoding="ascii") as f:
            key = f.read()
        self.assertRegex(key, r"^[0-9a-f]{64}\n?$")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.ok("stop")
        os.chmod(path, 0o640)
        code, said = self.call("start")
        self.assertEqual(code, 1, said)
        self.assertIn(f"chmod 0600 {path}", said)
        os.chmod(path, 0o600)
        self.ok("start")
        with open(path, encoding="ascii") as f:
            self.assertEqual(f.read(), key)

    def test_start_attach_status_and_stop(self):
        self.assertEqual(self.call("status")[0], 3)
        self.assertEqual(self.call("stop")[0], 3)
        said = self.ok("start")
        socket.create_connection(("127.0.0.1", self.port(said)), timeout=20).close()
        self.assertRegex(said, r"cocanvas login 'cocanvas://localhost(:\d+)?/i/[a-z2-7]{26}\?p=[a-z2-7]{52}'")
        daemon, postmaster = self.pid("cocanvasd.pid"), self.pid("postgresql/postmaster.pid")
        again = self.ok("start")
        self.assertIn("running already", again)
        self.assertEqual((daemon, postmaster), (self.pid("cocanvasd.pid"), self.pid("postgresql/postmaster.pid")))
        self.assertRegex(self.ok("status"), r"database: answers\n(.*\n)*state +serving")
        self.assertRegex(self.ok("owner-link"), r"^cocanvas://localhost")
        self.ok("stop")
        self.assertFalse(self.alive(daemon) or self.alive(postmaster))
        self.assertEqual(self.call("status")[0], 3)
        self.ok("stop")
        self.assertEqual(self.port(said), self.port(self.ok("start")))

    def test_what_a_kill_leaves_behind_is_no_hindrance(self):
        self.ok("start")
        os.kill(self.pid("cocanvasd.pid"), signal.SIGKILL)
        os.kill(self.pid("postgresql/postmaster.pid"), signal.SIGKILL)
        self.assertIn("serves at", self.ok("start"))
        self.ok("stop")
        # the numbers of processes that are somebody else's by now
        with open(os.path.join(self.state, "postgresql/postmaster.pid"), "w", encoding="utf-8") as f:
            f.write(f"{os.getpid()}\n{self.state}/postgresql\n")
        file = os.path.join(self.state, "cocanvasd.pid")
        with open(file, "w", encoding="utf-8") as f:
            f.write(f"{os.getpid()}\n")
        if self.user:
            os.chown(file, self.user.pw_uid, self.user.pw_gid)
        self.assertNotIn("already", self.ok("start"))

    def test_two_starts_at_once_make_one(self):
        starts = [self.popen("start") for _ in range(3)]
        said = [start.communicate(timeout=120)[0] for start in starts]
        self.assertEqual([start.returncode for start in starts], [0, 0, 0], said)
        self.assertEqual(sum("running already" in text for text in said), 2)

    def test_a_taken_port_and_a_long_path(self):
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                taken.bind(("127.0.0.1", 7341))
                taken.listen()
            except OSError:
                pass            # somebody else has it: just as good
            long = os.path.join(self.folder, "x" * 100)
            said = self.ok("start", state=long)
            self.assertNotEqual(self.port(said), 7341)
            self.ok("stop", state=long)
            self.assertEqual(os.listdir(os.path.join(self.folder, "x" * 100)).count("sockets"), 0)

    def test_the_cluster_of_another_version_is_left_alone(self):
        os.makedirs(os.path.join(self.state, "postgresql"))
        with open(os.path.join(self.state, "postgresql/PG_VERSION"), "w", encoding="utf-8") as f:
            f.write("9.1\n")
        if self.user:
            for path in (self.state, os.path.join(self.state, "postgresql")):
                os.chown(path, self.user.pw_uid, self.user.pw_gid)
        code, said = self.call("start")
        self.assertEqual(code, 1)
        self.assertIn("PostgreSQL 9.1, which is not installed", said)
        shutil.rmtree(self.state)

    def test_run_ends_with_ctrl_c_and_with_the_daemon(self):
        run = self.popen("run", start_new_session=True)
        wait_for(lambda: os.path.exists(os.path.join(self.state, "cocanvasd.pid")) and self.call("status")[0] == 0, "the daemon")
        daemon, postmaster = self.pid("cocanvasd.pid"), self.pid("postgresql/postmaster.pid")
        run.send_signal(signal.SIGINT)
        said = run.communicate(timeout=120)[0]
        self.assertEqual(run.returncode, 0, said)
        self.assertFalse(self.alive(daemon) or self.alive(postmaster))

        run = self.popen("run", start_new_session=True)
        said = ""
        while "serves at" not in said:              # only then the script has seen it live
            line = run.stdout.readline()
            self.assertTrue(line, said)
            said += line
        os.kill(self.pid("cocanvasd.pid"), signal.SIGKILL)
        said = run.communicate(timeout=120)[0]
        self.assertEqual(run.returncode, 1)
        self.assertIn("cocanvasd has ended", said)

    def test_a_wrong_option_is_told(self):
        code, said = self.call("start", "--workers=many")
        self.assertEqual(code, 1)
        self.assertIn("workers must be a whole number", said)
        self.assertEqual(self.call("nonsense")[0], 2)

    def test_backup(self):
        """Into a file, and out of it into another state folder, whose daemon has never run."""
        self.ok("start")
        file, other = os.path.join(self.folder, "all.backup"), os.path.join(self.folder, "other")
        self.ok("backup", file)
        self.assertEqual(self.call("backup", file)[0], 5)
        said, status = self.call("restore", file, state=other), self.call("status", state=other)
        self.ok("stop", state=other)
        self.assertEqual(said[0], 0, said)
        self.assertIn("Restored: 1 workspace, 0 canvases", said[1])
        self.assertEqual(status[0], 3)


if __name__ == "__main__":
    unittest.main()
