"""Strangers in masses, clients that say nothing or read nothing, descriptors that run out, reloads, stops and restarts: members notice nothing, or a pause
(P7, P11), everyone who is disconnected is told why, and a broken reload changes nothing."""
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from local_server import LocalServer, die_with_parent, free_port, wait_for  # noqa: E402
from wire import CODES, ENUMS, HELLO, PASSING, Closed, Wire, frame  # noqa: E402


# Where memory is measured, a sanitizer must not keep what was freed.
LEAN = {"ASAN_OPTIONS": "quarantine_size_mb=1:thread_local_quarantine_size_kb=64:" + os.environ.get("ASAN_OPTIONS", "")}


def closed_by_server(sock):
    """The other side ends this plain TCP connection."""
    try:
        return sock.recv(100) == b""
    except ConnectionError:
        return True


def memory_mb(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) // 1024


def add_card(wire, opened, client_seq, base_seq, text="x"):
    wire.submit(client_seq, base_seq, {"card_create": {"id": opened["client"] << 32 | client_seq, "place": {"block": 1}, "text": text}})


class Case(unittest.TestCase):
    def check_stop(self, server):
        code = server.stop()
        self.assertEqual(code, 0, server.log()[-6000:])


class Strangers(Case):
    def test_saying_nothing(self):
        """No handshake, no Hello, no Login: each ends in its own time, with its reason."""
        with LocalServer(handshake_timeout_ms=700, login_timeout_ms=1500) as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as silent:
                self.assertTrue(closed_by_server(silent))
            with server.wire() as wire:
                wire.refused("TIMEOUT", fatal=True)
                self.assertEqual(wire.ended(), [])
            with server.wire() as wire:
                wire.hello()
                wire.refused("TIMEOUT", fatal=True)
            self.assertEqual(len(re.findall(r"TIMEOUT: .*\(from 127\.0\.0\.1\)", server.log())), 3)
            with server.member() as wire:
                time_over = time.monotonic() + 2
                while time.monotonic() < time_over:
                    wire.alive()
            self.check_stop(server)

    def test_not_our_protocol(self):
        with LocalServer() as server:
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as web:
                web.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                while web.recv(100):
                    pass
            import ssl
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.set_alpn_protocols(["http/1.1"])
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as tcp, self.assertRaises(OSError):
                with context.wrap_socket(tcp) as tls:
                    if not tls.recv(1):
                        raise OSError("closed")
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_alpn_protocols(["cocanvas/1"])
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as tcp, self.assertRaises(OSError):
                context.wrap_socket(tcp)
            server.member().close()
            self.check_stop(server)

    def test_five_thousand_half_open(self):
        """While they come and stay, a member is served, and a newcomer gets in."""
        with LocalServer(connections_per_address=20000, max_connections=20000) as server:
            canvas = server.canvas()
            member, halves = server.member(), []
            opened = member.open(canvas, os.urandom(16))
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            try:
                for i in range(5000):
                    half = socket.socket()
                    half.setblocking(False)
                    half.connect_ex(("127.0.0.1", server.port))
                    halves.append(half)
                    if i % 250 == 249:
                        add_card(member, opened, i // 250 + 1, i // 250)
                        self.assertEqual(member.expect("committed")["client_seq"], i // 250 + 1)
                self.newcomer_gets_in(server, canvas)
                member.alive()
                self.assertIn("crowded by connections that do not log in", server.log())
            finally:
                for half in halves:
                    half.close()
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            wait_for(lambda: server.status()["connections"] == "1", "the half-open ones to be gone")
            member.close()
            self.check_stop(server)

    def newcomer_gets_in(self, server, canvas):
        def tried():
            try:
                with Wire(server.port, timeout=5) as wire:
                    wire.login(token=server.token("ann"))
                    return wire.open(canvas)
            except (Closed, OSError):
                return None
        self.assertEqual(wait_for(tried, "a newcomer to get in")["head_seq"], 20)

    def test_connections_per_address(self):
        with LocalServer(connections_per_address=5) as server:
            token = server.token("ann")
            wait_for(lambda: server.status()["connections"] == "0", "an empty server")
            wires = [server.wire() for _ in range(5)]
            with socket.create_connection(("127.0.0.1", server.port), timeout=20) as sixth:
                self.assertTrue(closed_by_server(sixth))
            wires.pop().close()
            wait_for(lambda: server.status()["connections"] == "4", "one to be gone")
            wires.append(server.wire())
            wires[-1].login(token=token)
            for wire in wires:
                wire.close()
            self.check_stop(server)

    def test_out_of_descriptors(self):
        with LocalServer(workers=1) as server:
            member = server.member()
            pid = server.process.pid
            used = len(os.listdir(f"/proc/{pid}/fd"))
            soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 10, hard))
            halves = [socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(30)]
            server.wait_log("out of file descriptors")
            member.alive()
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))
            for half in halves:
                half.close()
            member.alive()
            wait_for(lambda: self.gets_in(server), "a newcomer to get in")
            member.close()
            self.check_stop(server)

    def gets_in(self, server):
        try:
            server.member().close()
            return True
        except (Closed, OSError):
            return False

    def test_guessing_passwords(self):
        with LocalServer(login_failures=3, workers=1) as server:
            server.token("ann")
            with server.wire() as wire:
                wire.hello()
                codes = []
                for _ in range(5):
                    wire.send({"login": {"login": "ann", "password": "a wrong password"}})
                    codes.append(CODES[wire.expect("error")["code"]])
                self.assertEqual(codes[:3] + codes[4:], ["DENIED"] * 3 + ["BUSY"])
                wire.send({"login": {"login": "ann", "password": "password of ann"}})
                wire.refused("BUSY")
            server.member().close()         # devices that are logged in already are not kept out
            self.check_stop(server)


class Slow(Case):
    def test_never_reads_a_busy_canvas(self):
        """It is dropped with a reason, costs a bounded amount of memory, and nobody else waits for it (P7)."""
        with LocalServer(slow_ms=1500, room_log_bytes=65536, workers=1, edits_per_s=0, environment=LEAN) as server:
            canvas = server.canvas()
            writer, sleeper = server.member(), server.member("bob")
            opened = writer.open(canvas, os.urandom(16))
            sleeper.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sleeper.send({"open": {"canvas": canvas}})
            add_card(writer, opened, 1, 0)
            writer.expect("committed")
            before, seq, text = memory_mb(server.process), 1, "y" * 8000
            while "SLOW: " not in server.log():
                seq += 1
                self.assertLess(seq, 9000, "the sleeper was never dropped")
                add_card(writer, opened, seq, seq - 1, text if seq < 2000 else "")
                self.assertEqual(writer.expect("committed")["client_seq"], seq)
            self.assertLess(memory_mb(server.process) - before, 150)
            writer.alive()
            writer.close()
            sleeper.close()
            self.check_stop(server)

    def test_asks_and_never_reads(self):
        """Requests are not taken any more once their answers pile up."""
        with LocalServer(slow_ms=1500, workers=1, environment=LEAN) as server:
            server.token("ann")
            with server.member() as greedy:
                before = memory_mb(server.process)
                greedy.socket.settimeout(5)
                greedy.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                request = frame({"template_list_request": {"id": "bmc"}}) * 1000
                with self.assertRaises((Closed, TimeoutError, OSError)):
                    while True:
                        greedy.send_bytes(request)
                self.assertLess(memory_mb(server.process) - before, 60)
            server.wait_log("SLOW: ")
            self.check_stop(server)

    def test_silence(self):
        """A client that is silent is pinged; if it does not answer, it is dropped."""
        with LocalServer(ping_ms=300, idle_timeout_ms=1500) as server:
            with server.member() as wire:
                for _ in range(6):
                    ping = wire.expect("ping", but=())
                    wire.send({"pong": {"nonce": ping["nonce"]}})
                wire.alive()
                self.assertIn("ping", wire.receive())
                wire.refused("TIMEOUT", fatal=True)
            self.check_stop(server)


class TooFast(Case):
    def test_an_editor_without_measure_waits(self):
        """Who edits too fast is not refused, but waits; others on the canvas go on; a reload lifts it."""
        with LocalServer(edits_per_s=1, edits_burst=50, workers=1) as server:
            canvas = server.canvas()
            with server.member() as ann, server.member("bob") as bob:
                a, b = ann.open(canvas, os.urandom(16)), bob.open(canvas, os.urandom(16))
                cards = [{"card_create": {"id": a["client"] << 32 | i, "place": {"block": 1}, "text": "y" * 12000}} for i in range(1, 16)]
                ann.submit(1, 0, *cards)      # 180,000 bytes: taken, and paid for in the next twenty minutes
                ann.expect("committed")
                bob.expect("committed")
                ann.submit(2, 1, {"card_create": {"id": a["client"] << 32 | 20, "place": {"block": 1}, "text": "held back"}})
                ann.send({"ping": {"nonce": 7}})
                wait_for(lambda: int(server.status()["held_editors"]) == 1, "that the editor is held")
                for i in range(1, 30):
                    add_card(bob, b, i, i)
                    self.assertEqual(bob.expect("committed")["client"], b["client"])
                    self.assertEqual(ann.expect("committed")["client"], b["client"])      # reading goes on
                bob.alive()
                server.options["edits_per_s"] = 0
                server.write_config()
                self.assertEqual(server.admin("reload")[0], 0)
                came = [ann.either("committed", "pong"), ann.either("committed", "pong")]
                self.assertEqual(sum("pong" in got for got in came), 1)
                self.assertEqual(next(got["committed"]["client_seq"] for got in came if "committed" in got), 2)
            self.check_stop(server)

    def test_presence_and_requests_without_measure_wait(self):
        """The same for where somebody is, and for what somebody asks for: none is lost, the newest place is the one that counts."""
        for options, body, fields in (({"presence_per_s": 1, "presence_burst": 30}, "presence", {"caret": 1}),
                                      ({"requests_per_s": 1, "requests_burst": 30}, "canvas_list_request", {})):
            with self.subTest(body), LocalServer(workers=1, **options) as server:
                canvas = server.canvas()
                with server.member() as ann, server.member("bob") as bob:
                    ann.open(canvas)
                    b = bob.open(canvas, os.urandom(16))
                    ann.send(*[{"request": 5, body: fields}] * 100, {"presence": {"caret": 7}}, {"ping": {"nonce": 9}})
                    wait_for(lambda: int(server.status()["held_editors"]) == 1, "that the connection is held")
                    add_card(bob, b, 1, 0)
                    bob.expect("committed")
                    bob.alive()
                    server.options[next(iter(options))] = 0
                    server.write_config()
                    self.assertEqual(server.admin("reload")[0], 0)
                    self.assertEqual(ann.expect("pong", but=(*PASSING, "committed", "canvas_list"))["nonce"], 9)
                    carets = []
                    while 7 not in carets:
                        update = bob.expect("presence_update", but=("people", "status", "checkpoint", "ping"))
                        carets = [p.get("presence", {}).get("caret") for p in update.get("present", [])]
                self.check_stop(server)

    def test_connections_of_one_account(self):
        """A person has so many at once, a guest too; who leaves makes room, and others are not concerned."""
        with LocalServer(connections_per_account=3) as server:
            canvas, token = server.canvas(), server.token("ann")
            with server.member("bob"):
                wires = [server.member() for _ in range(3)]
                with server.wire() as late:
                    late.send(HELLO, {"login": {"token": token}})
                    late.expect("welcome")
                    self.assertIn("3 times", late.refused("BUSY")["message"])
                    wires.pop().close()

                    def let_in():
                        late.send({"login": {"token": token}})
                        return "logged_in" in late.either("logged_in", "error")
                    wait_for(let_in, "that there is room")
                for wire in wires:
                    wire.close()
            self.guests(server, canvas)
            self.check_stop(server)

    def guests(self, server, canvas):
        wait_for(lambda: server.status()["members"] == "0" and server.status()["connections"] == "0", "that all are gone")
        with server.member() as leader, server.wire() as first:
            leader.open(canvas)
            leader.send({"request": 1, "live_open": {"lobby": "OFF"}}, {"request": 2, "code_create": {}})
            code = leader.expect("code_created", but=(*PASSING, "live_session"))["code"]
            first.send(HELLO, {"login": {"code": code}})
            notice = first.expect("guest_notice", but=("welcome",))["id"]
            first.send({"login": {"code": code, "name": "Gus", "accept_notice": notice}})
            token = first.expect("logged_in")["token"]
            more = [server.wire() for _ in range(3)]
            for wire in more[:2]:
                wire.login(token=token)
            more[2].send(HELLO, {"login": {"token": token}})
            more[2].expect("welcome")
            more[2].refused("BUSY")
            for wire in more:
                wire.close()

    def test_how_people_edit_is_never_held(self):
        with LocalServer() as server:
            canvas = server.canvas()
            with server.member() as ann:
                a = ann.open(canvas, os.urandom(16))
                for i in range(1, 400):
                    add_card(ann, a, i, i - 1)
                    ann.expect("committed")
            self.assertEqual(server.status()["held_editors"], "0")
            self.check_stop(server)


class Reloads(Case):
    def new_identity(self, server, name):
        key, crt = server.state_path(name + ".key"), server.state_path(name + ".crt")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9", "-subj", "/CN=x",
                        "-keyout", key, "-out", crt], check=True, capture_output=True)
        return key, crt

    def test_broken_and_good(self):
        with LocalServer() as server, server.member() as member:
            old = member.socket.getpeercert(binary_form=True)
            key, crt = self.new_identity(server, "new")
            broken = server.state_path("broken.crt")
            with open(broken, "w", encoding="ascii") as f:
                f.write("-----BEGIN CERTIFICATE-----\nnot at all\n-----END CERTIFICATE-----\n")
            for options in ({"certificate": broken}, {"certificate": crt}, {"certificate": "/nonexistent"}, {"next_certificate": broken},
                            {"ping_ms": 0}, {"no_such_option": 1}):
                keep = dict(server.options)
                server.options.update(options)
                refused = server.log().count("reload refused, everything stays as it was")
                server.write_config()
                server.signal(signal.SIGHUP)
                wait_for(lambda: server.log().count("reload refused, everything stays as it was") > refused, f"a refusal of {options}")
                server.options = keep
                with server.wire() as wire:
                    self.assertEqual(wire.socket.getpeercert(binary_form=True), old)
                    self.assertNotIn("next_pin", wire.hello())
            self.assertNotEqual(self.reload_by_admin(server, private_key="/nonexistent"), 0)
            self.assertEqual(self.reload_by_admin(server, certificate=crt, private_key=key, next_certificate=crt, workers=7, cards=99), 0)
            self.assertIn("workers changed; only a restart", server.log())
            with server.wire() as wire:
                self.assertNotEqual(wire.socket.getpeercert(binary_form=True), old)
                welcome = wire.hello()
                self.assertEqual(len(welcome["next_pin"]), 32)
                self.assertEqual(welcome["limits"]["cards"], 99)
            member.alive()
            self.check_stop(server)

    def reload_by_admin(self, server, **options):
        keep = dict(server.options)
        server.options.update(options)
        code = server.admin("reload")[0]
        server.options = keep
        return code


class Stops(Case):
    def test_drain_and_restart(self):
        with LocalServer() as server:
            canvases = [server.canvas() for _ in range(4)]
            wires = [server.member() for _ in canvases]
            for wire, canvas in zip(wires, canvases):
                opened = wire.open(canvas, os.urandom(16))
                add_card(wire, opened, 1, 0)
                wire.expect("committed")
            stranger = server.wire()
            server.signal(signal.SIGTERM)
            for wire in wires + [stranger]:
                go_away = wire.expect("go_away")
                self.assertLessEqual(go_away.get("retry_after_ms", 0), 2000)
                self.assertEqual(wire.ended(), [])
                wire.close()
            self.assertEqual(server.process.wait(30), 0, server.log())
            with self.assertRaises(OSError):
                socket.create_connection(("127.0.0.1", server.port), timeout=5)
            server.start()
            for canvas in canvases:
                with server.member() as wire:
                    self.assertEqual(wire.open(canvas)["head_seq"], 1)
            self.check_stop(server)

    def test_killed_and_started_again(self):
        """P1: what was seen is there; the same node takes its canvases back at once."""
        with LocalServer() as server:
            canvas = server.canvas()
            for round_number in range(1, 4):
                with server.member() as wire:
                    opened = wire.open(canvas, os.urandom(16))
                    self.assertEqual(opened.get("head_seq", 0), round_number - 1)
                    wire.submit(1, round_number - 1, {"prop_set": {"key": "note", "value": {"text": str(round_number)}}})
                    wire.expect("committed")
                    server.kill()
                server.start()
            self.check_stop(server)

    def test_second_signal(self):
        """Drain waits for a commit that can't come; the second signal does not."""
        with LocalServer(drain_ms=60000) as server:
            with server.member() as wire:
                opened = wire.open(server.canvas(), os.urandom(16))
                server.postgres.freeze()
                add_card(wire, opened, 1, 0)
                wire.alive()
                server.signal(signal.SIGTERM)
                server.wait_log("stopping: finishing")
                server.signal(signal.SIGTERM)
                self.assertEqual(server.process.wait(30), 1)
            server.postgres.thaw()

    def test_database_away(self):
        """P11: people stay, logins are told, and all is well when it is back."""
        with LocalServer() as server:
            canvas, token = server.canvas(), server.token("ann")
            with server.member() as wire, server.wire() as late:
                opened = wire.open(canvas, os.urandom(16))
                late.hello()
                server.postgres.kill()
                self.assertEqual(wire.expect("status", but=("people", "presence_update"))["state"], ENUMS["State"]["DEGRADED"])
                add_card(wire, opened, 1, 0)
                late.send({"login": {"token": token}})
                late.refused("DEGRADED")
                wire.alive()
                os.unlink(os.path.join(server.postgres.data, "postmaster.pid"))
                server.postgres.start()
                while "state" in wire.expect("status", but=("people", "presence_update")):
                    pass
                self.assertEqual(wire.expect("committed")["client_seq"], 1)

                def logged_in():
                    late.send({"login": {"token": token}})
                    return "logged_in" in late.either("logged_in", "error")
                wait_for(logged_in, "a login")
            self.check_stop(server)

    def test_admin(self):
        with LocalServer() as server:
            status = server.status()
            self.assertEqual((status["state"], status["database"], status["workers"]), ("serving", "up", "2"))
            self.assertEqual(server.admin("nonsense")[0], 1)
            code, link = server.admin("owner-link")
            self.assertEqual(code, 0)
            self.assertIn(f"cocanvas://127.0.0.1:{server.port}/i/", link)
            server.token("ann")
            self.assertEqual(server.admin("owner-link")[0], 1)
            self.assertEqual(os.stat(server.state_path("admin.sock")).st_mode & 0o777, 0o600)
            self.assertEqual(os.stat(server.state_path("server.key")).st_mode & 0o777, 0o600)
            if os.geteuid() == 0:
                self.refuses_others(server)
            second = subprocess.run(server.command("--listen=127.0.0.1:0"), capture_output=True, check=False)
            self.assertEqual(second.returncode, 1)
            self.assertIn(b"another cocanvasd is running", second.stderr)
            self.assertEqual(server.admin("drain")[0], 0)
            self.assertEqual(server.process.wait(30), 0)
            self.assertEqual(server.admin("status")[0], 6)

    def refuses_others(self, server):
        path = server.state_path("admin.sock")
        for folder in (server.folder, os.path.dirname(path)):
            os.chmod(folder, 0o755)
        os.chmod(path, 0o666)
        child = os.fork()
        if child == 0:
            try:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
                with socket.socket(socket.AF_UNIX) as s:
                    s.settimeout(20)
                    s.connect(path)
                    os._exit(0 if closed_by_server(s) else 1)
            finally:
                os._exit(2)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        server.wait_log("admin: a connection was turned away")

    def test_as_a_service(self):
        """Sockets handed over, readiness, watchdog and reload, as systemd does it."""
        with LocalServer() as server:
            server.stop()
            notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            path = os.path.join(server.folder, "notify")
            notify.bind(path)
            notify.settimeout(30)
            listening = socket.create_server(("127.0.0.1", 0))
            server.port = listening.getsockname()[1]
            helper = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ['LISTEN_PID'] = str(os.getpid()); os.execv(sys.argv[2], sys.argv[2:])"
            command = [sys.executable, "-c", helper, str(listening.fileno()), *server.command()]
            with open(server.log_path(), "ab") as log:
                server.process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=die_with_parent, pass_fds=[listening.fileno()],
                                                  env={**os.environ, "LISTEN_FDS": "1", "NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"})

            def told(state):
                while notify.recv(1000).decode() != state:
                    pass
            told("READY=1")
            told("WATCHDOG=1")
            server.member().close()
            server.signal(signal.SIGHUP)
            told("RELOADING=1")
            told("READY=1")
            server.signal(signal.SIGTERM)
            told("STOPPING=1")
            self.assertEqual(server.process.wait(30), 0, server.log())
            notify.close()
            listening.close()


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
