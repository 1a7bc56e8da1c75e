"""filamentd printer and [printer.NAME] of the file: with and without a running daemon."""

import json
import pathlib
import tempfile
import unittest

from lib.broker import Broker
from lib.certs import self_signed
from lib.daemon import Daemon, run
from lib.main import count, main
from lib.process import free_port
from lib.wait import wait_until

SERIAL = "01P00A000000001"
CODE = "87654321"


class PrinterTest(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(start=False)
        self.addCleanup(self.daemon.close)
        self.state = self.daemon.state
        folder = tempfile.TemporaryDirectory(prefix="cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.certs = self.folder / "certs"
        self.certs.mkdir()
        self.environment = {"FILAMENTD_PRINTERS_CERTS_DIR": str(self.certs),
                            "FILAMENTD_PRINTERS_DISCOVERY": "off"}
        self.daemon.more_environment = self.environment

    def broker(self, **options):
        broker = Broker(SERIAL, access_code=CODE, **options)
        self.addCleanup(broker.close)
        count("brokers")
        return broker

    def filamentd(self, *arguments, check=True, stdin=CODE.encode() + b"\n", more=None):
        return run(*arguments, state=self.state, check=check, stdin=stdin,
                   more_environment={**self.environment, **(more or {})})

    def add(self, port, *more, **options):
        return self.filamentd("printer", "add", "--serial", SERIAL, "--host", "127.0.0.1", "--port", port, *more,
                              **options)

    def rows(self):
        return json.loads(self.filamentd("printer", "list", "--json").stdout)

    def connection(self, printer=SERIAL):
        answer = self.daemon.get(f"/api/printers/{printer}/status")
        return answer.json["connection"] if answer.status == 200 else {"reason": answer.status}

    def wait_reason(self, reason, printer=SERIAL, timeout=15):
        wait_until(lambda: self.connection(printer)["reason"] == reason, timeout,
                   f"{reason}: {self.connection(printer)}")


class AddTest(PrinterTest):
    def test_a_chain_needs_no_pin(self):
        broker = self.broker()
        (self.certs / "ca.pem").write_bytes(broker.authority.pem.read_bytes())
        done = self.add(broker.port, "--name", "Work shop", "--model", "p1s")
        self.assertEqual(done.stdout, f"added {SERIAL}\n")
        row = self.rows()[0]
        self.assertEqual((row["name"], row["model"], row["port"]), ("Work shop", "P1S", broker.port))
        self.assertNotIn("access_code", row)
        self.daemon.start()
        self.wait_reason("connected")

    def test_without_a_chain_the_pin_is_shown_and_needed(self):
        broker = self.broker(certificate=self_signed(self.folder, SERIAL))
        pin = broker.certificate.spki_sha256()
        done = self.add(broker.port, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(pin, done.stderr)
        self.assertIn("--pin", done.stderr)
        self.assertEqual(self.rows(), [])
        done = self.add(broker.port, "--pin", "0" * 64, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--pin differs", done.stderr)
        self.add(broker.port, "--pin", pin.upper())
        self.daemon.start()
        self.wait_reason("connected")
        self.assertNotIn(CODE, self.daemon.stderr())

    def test_another_printer_is_refused(self):
        broker = Broker("01P00A000000002", access_code=CODE)
        self.addCleanup(broker.close)
        (self.certs / "ca.pem").write_bytes(broker.authority.pem.read_bytes())
        done = self.add(broker.port, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("wrong_serial", done.stderr)
        self.assertEqual(self.rows(), [])

    def test_a_printer_that_is_off_is_added(self):
        done = self.add(free_port())
        self.assertIn("does not answer now (unreachable", done.stderr)
        self.assertEqual(len(self.rows()), 1)

    def test_ways_to_give_the_code(self):
        port = free_port()
        code = self.folder / "code"
        code.write_text(CODE + "\n")
        for more, options in [(["--access-code", CODE], {"stdin": b""}),
                              (["--access-code-file", code], {"stdin": b""}),
                              ([], {"stdin": b"", "more": {"FILAMENTD_ACCESS_CODE": CODE}}),
                              ([], {})]:
            with self.subTest(more=more):
                self.add(port, *more, **options)
                self.assertEqual(self.filamentd("printer", "remove", SERIAL).stdout, f"removed {SERIAL}\n")
        done = self.add(port, check=False, stdin=b"")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(self.rows(), [])

    def test_the_code_is_sealed(self):
        self.add(free_port())
        for path in self.state.rglob("*"):
            if path.is_file():
                self.assertNotIn(CODE.encode(), path.read_bytes(), path)
        self.assertEqual((self.state / "secret.key").stat().st_mode & 0o777, 0o600)

    def test_twice_is_refused(self):
        port = free_port()
        self.add(port)
        done = self.add(port, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(self.rows()), 1)

    def test_remove_of_an_unknown_one(self):
        done = self.filamentd("printer", "remove", "nobody", check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 1)


class RunningTest(PrinterTest):
    def test_a_running_daemon_follows_the_command_line(self):
        broker = self.broker()
        (self.certs / "ca.pem").write_bytes(broker.authority.pem.read_bytes())
        self.daemon.start()
        self.add(broker.port, "--id", "workshop")
        self.wait_reason("connected", "workshop")
        self.filamentd("printer", "remove", "workshop")
        wait_until(lambda: self.connection("workshop")["reason"] == 404, 3, "the printer is gone")
        wait_until(lambda: "disconnect" in broker.log().lower(), 5, "the link said goodbye")


class StoppedTest(PrinterTest):
    def test_a_removed_printer_has_no_alert_left(self):
        self.daemon.more_environment = {**self.environment, "FILAMENTD_PRINTERS_UNREACHABLE_AFTER": "1"}
        opened = lambda: self.daemon.get("/api/alerts?open=true&kind=printer_unreachable").json
        self.add(free_port())
        self.daemon.start()
        wait_until(opened, 15, "the alert")
        self.daemon.stop()
        self.filamentd("printer", "remove", SERIAL)
        self.daemon.start()
        self.assertEqual(opened(), [], "there is no such printer any more")


class DeclaredTest(PrinterTest):
    """Printers of the file are defaults."""

    def write(self, host="127.0.0.1", name="From the file"):
        path = self.folder / "filamentd.conf"
        path.write_text(f"[printer.workshop]\nserial = {SERIAL}\nhost = {host}\nport = {self.port}\n"
                        f"access_code = {CODE}\nname = {name}\n")
        self.daemon.more_environment = {**self.environment, "FILAMENTD_CONFIG": str(path)}

    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.write()

    def row(self):
        rows = [r for r in self.rows() if r["printer_id"] == "workshop"]
        return rows[0] if rows else None

    def test_the_file_makes_and_changes_it(self):
        broker = self.broker()
        (self.certs / "ca.pem").write_bytes(broker.authority.pem.read_bytes())
        self.port = broker.port
        self.write()
        self.daemon.start()
        self.wait_reason("connected", "workshop")
        self.write(name="Another name")
        self.daemon.restart()
        self.assertEqual(self.row()["name"], "Another name")

    def test_what_the_api_says_wins(self):
        self.daemon.start()
        answer = self.daemon.put("/api/printers/workshop", {"name": "From the API"})
        self.assertEqual(answer.status, 200, answer)
        self.write(host="127.0.0.2")
        self.daemon.restart()
        self.assertEqual((self.row()["name"], self.row()["host"]), ("From the API", "127.0.0.2"))
        shown = run("--print-config", state=self.state, more_environment=self.daemon.more_environment).stdout
        self.assertRegex(shown, r"name = From the API +; API")
        self.assertRegex(shown, r"host = 127.0.0.2 +; .*filamentd.conf:3")

    def test_what_was_removed_stays_removed(self):
        self.daemon.start()
        self.assertEqual(self.daemon.delete("/api/printers/workshop").status, 200)
        self.daemon.restart()
        self.assertIsNone(self.row())
        self.write(name="Wanted again")
        self.daemon.restart()
        self.assertEqual(self.row()["name"], "Wanted again")


class DiscoverTest(unittest.TestCase):
    def test_a_list_whoever_is_there(self):
        done = run("discover", "--seconds", "1", "--json")
        self.assertIsInstance(json.loads(done.stdout), list)


if __name__ == "__main__":
    main()
