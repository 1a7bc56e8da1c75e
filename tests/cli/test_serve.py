"""The life of the daemon: start, ready line, notices, lock, reload, stop."""

import os
import pathlib
import re
import signal
import socket
import tempfile
import time
import unittest

from lib.daemon import Daemon, binary, environment, run
from lib.main import main
from lib.process import Process
from lib.wait import wait_until

OPEN_ROUTE = "/api/version"
SPOOL = {"brand": "B", "product_name": "P", "material_type": "PLA", "color_hex": "#112233",
         "initial_weight_grams": 1000}
STOP_LIMIT = 2.0
FIRST_ANSWER_LIMIT = 2.0


class ReadyTest(unittest.TestCase):
    def test_port_0_is_named(self):
        with Daemon(listen=("127.0.0.1:0", "[::1]:0")) as daemon:
            self.assertEqual(len(daemon.urls), 2)
            for url in daemon.urls:
                self.assertRegex(url, r"^http://(127\.0\.0\.1|\[::1\]):[1-9]\d*$")
                self.assertEqual(daemon.get(OPEN_ROUTE, url=url).status, 200)

    def test_serve_is_the_default_command(self):
        with tempfile.TemporaryDirectory() as state:
            process = Process([binary(), "--state-dir", state, "--listen", "127.0.0.1:0"], environment())
            try:
                wait_until(lambda: process.lines, 20, "the ready line")
                self.assertRegex(process.lines[0], r"^ready http://127\.0\.0\.1:\d+$")
            finally:
                self.assertEqual(process.end(), 0)

    def test_https_with_a_certificate_of_its_own(self):
        with Daemon("--https-listen", "127.0.0.1:0", listen=()) as daemon:
            self.assertTrue(daemon.url.startswith("https://127.0.0.1:"))
            self.assertEqual(daemon.get(OPEN_ROUTE).status, 200)
            keys = [p for p in (daemon.state / "tls").iterdir() if b"PRIVATE" in p.read_bytes()]
            self.assertTrue(keys)
            for path in keys:
                self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_a_taken_port_is_one_clear_line(self):
        with socket.socket() as taken, tempfile.TemporaryDirectory() as state:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            done = run("--listen", address, "serve", state=state, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stdout, "")
            said = [l for l in done.stderr.splitlines() if l.startswith("filamentd: ")]
            self.assertEqual(len(said), 1, done.stderr)
            self.assertIn(address, said[0])

    def test_plain_http_stays_at_home(self):
        with tempfile.TemporaryDirectory() as state:
            done = run("--listen", "0.0.0.0:0", "serve", state=state, check=False)
            self.assertEqual(done.returncode, 78)
            self.assertIn("plain HTTP stays on 127.0.0.1", done.stderr)

    def test_a_state_directory_that_cannot_be(self):
        with tempfile.NamedTemporaryFile() as file:
            done = run("--listen", "127.0.0.1:0", "serve", state=file.name, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(file.name, done.stderr)

    def test_a_database_that_is_none(self):
        with tempfile.TemporaryDirectory() as state:
            (pathlib.Path(state) / "filamentd.db").write_bytes(b"this is no database, but long enough" * 40)
            done = run("--listen", "127.0.0.1:0", "serve", state=state, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertTrue([l for l in done.stderr.splitlines() if l.startswith("filamentd: ")], done.stderr)


class LockTest(unittest.TestCase):
    def test_a_second_daemon_is_refused(self):
        with Daemon() as daemon:
            done = run("--listen", "127.0.0.1:0", "serve", state=daemon.state, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"pid {daemon.pid} ", done.stderr)
            self.assertIn(str(daemon.state), done.stderr)
            self.assertEqual(daemon.get(OPEN_ROUTE).status, 200)

    def test_after_a_crash_the_lock_is_free(self):
        with Daemon() as daemon:
            daemon.kill()
            daemon.start()
            self.assertEqual(daemon.get(OPEN_ROUTE).status, 200)


class NoticeTest(unittest.TestCase):
    """What systemd is told, over a path and over an abstract name."""

    def receiver(self, name):
        received = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(received.close)
        received.bind(name)
        received.settimeout(10)
        return received

    def notices(self, received):
        said = []
        received.setblocking(False)
        try:
            while True:
                said += received.recv(4096).decode().splitlines()
        except BlockingIOError:
            return said

    def lives(self, socket_name, bind_name):
        received = self.receiver(bind_name)
        more = {"NOTIFY_SOCKET": socket_name, "WATCHDOG_USEC": "400000"}
        with Daemon(more_environment=more, scopes=None) as daemon:
            said = []
            wait_until(lambda: said.extend(self.notices(received)) or "WATCHDOG=1" in said, 10, "a beat")
            self.assertIn("READY=1", said)
            self.assertIn("STATUS=0 printers, 0 connected", said)
            os.kill(daemon.pid, signal.SIGHUP)
            wait_until(lambda: said.extend(self.notices(received)) or said.count("READY=1") == 2, 10, "ready again")
            self.assertIn("RELOADING=1", said)
            daemon.stop()
            self.assertIn("STOPPING=1", self.notices(received))

    def test_a_path(self):
        with tempfile.TemporaryDirectory() as folder:
            self.lives(f"{folder}/notify", f"{folder}/notify")

    def test_an_abstract_name(self):
        name = f"filamentd-test-{os.getpid()}"
        self.lives("@" + name, "\0" + name)


class ReloadTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cli-")
        self.addCleanup(folder.cleanup)
        self.file = pathlib.Path(folder.name) / "filamentd.conf"

    def reload(self, daemon, text, expected):
        self.file.write_text(text)
        os.kill(daemon.pid, signal.SIGHUP)
        wait_until(lambda: expected in daemon.stderr(), 10, expected)

    def test_what_can_change_changes(self):
        self.file.write_text("[thresholds]\nglobal_grams = 111\n")
        with Daemon("--config", self.file) as daemon:
            self.assertEqual(daemon.post("/api/spools", SPOOL).status, 201)
            threshold = lambda: daemon.get("/api/spools").json[0]["threshold_grams"]
            self.assertEqual(threshold(), 111)
            self.reload(daemon, "[thresholds]\nglobal_grams = 222\n", "result=done")
            self.assertEqual(threshold(), 222)
            self.reload(daemon, "[thresholds]\nglobal_grams = much\n", f"{self.file}:2")
            self.assertEqual(threshold(), 222)
            self.reload(daemon, "[server]\nallowed_hosts = a.example\n", "key=server.allowed_hosts")
            entities = "[server]\nallowed_hosts = a.example\n[homeassistant.entities]\nsensor.a = p/1/1\n"
            self.reload(daemon, entities, "key=homeassistant.entities.*")
            text = "[homeassistant.mqtt]\nport = 1884\n[thresholds]\nglobal_grams = 5\n[printer.a]\nserial = 01P00A000000111\nhost = 127.0.0.1\naccess_code = 1\n"
            before = len(daemon.stderr())
            self.reload(daemon, "[server]\nlog_level = debug\n" + text, "key=homeassistant.mqtt.port")
            wait_until(lambda: "result=done" in daemon.stderr()[before:], 10, "the end of the reload")
            keys = set(re.findall(r"key=(\S+)", daemon.stderr()[before:]))
            self.assertEqual(keys, {"homeassistant.mqtt.port"})


class StopTest(unittest.TestCase):
    def stop(self, daemon, signum):
        began = time.monotonic()
        os.kill(daemon.pid, signum)
        status = daemon.process.child.wait(20)
        took = time.monotonic() - began
        print(f"stopped by {signum.name} in {took * 1000:.0f} ms")
        self.assertEqual(status, 0)
        self.assertLess(took, STOP_LIMIT)

    def test_idle(self):
        for signum in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signum=signum), Daemon() as daemon:
                self.stop(daemon, signum)

    def test_with_open_connections(self):
        with Daemon() as daemon:
            kept = daemon.connection()
            kept.request("GET", OPEN_ROUTE)
            kept.getresponse().read()
            half = socket.create_connection(("127.0.0.1", daemon.port))
            half.sendall(b"GET /api/version HTTP/1.1\r\nHost:")
            stream = daemon.connection()
            stream.request("GET", "/api/events", headers={"X-API-Key": daemon.key})
            self.assertIn(stream.getresponse().status, (200, 404))
            self.stop(daemon, signal.SIGTERM)
            for connection in (kept, half, stream):
                connection.close()


class FirstAnswerTest(unittest.TestCase):
    def test_soon_after_the_start_on_an_existing_database(self):
        with Daemon() as daemon:
            for number in range(20):
                self.assertEqual(daemon.post("/api/spools", {**SPOOL, "product_name": f"P{number}"}).status, 201)
            daemon.stop()
            took = []
            for _ in range(3):
                began = time.monotonic()
                daemon.start()
                self.assertEqual(daemon.get("/api/spools").status, 200)
                took.append(time.monotonic() - began)
                daemon.stop()
            print(f"first answer after {min(took) * 1000:.0f} ms")
            self.assertLess(min(took), FIRST_ANSWER_LIMIT)


if __name__ == "__main__":
    main()
