"""The program tests/links/driver.c as an object: commands in, events out."""

import json
import os
import pathlib
import tempfile

from lib.process import Process
from lib.wait import wait_until

QUICK = {
    "connect": 2500, "backoff_min": 100, "backoff_max": 400, "slow_min": 30000, "slow_max": 60000,
    "silent": 60000, "grace": 30000, "pushall_gap": 300, "resync_gap": 1500, "refresh_gap": 60000,
    "early": 200, "close": 1000, "keepalive": 5,
}


class Driver:
    """Owns the process and, unless one is given, an empty folder for certificates."""

    def __init__(self, certs=None, **options):
        self._folder = tempfile.TemporaryDirectory(prefix="links-")
        self.certs = pathlib.Path(certs or self._folder.name)
        self.process = Process([os.environ["LINKS_DRIVER"]])
        self._taken = 0
        self.events = []
        values = {**QUICK, **options}
        self.opened = self.ask("opened", f"open {self.certs} " + " ".join(f"{k}={v}" for k, v in values.items()))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.child.stdin.close()
        try:
            status = self.process.child.wait(20)
        finally:
            self.process.end()
            self._folder.cleanup()
        assert status == 0, f"the driver ended with {status}:\n{self.process.stderr()}"

    def _collect(self):
        lines = self.process.lines
        while self._taken < len(lines):
            self.events.append(json.loads(lines[self._taken]))
            self._taken += 1
        if not self.process.running():
            raise AssertionError("the driver died:\n" + self.process.stderr())
        return self.events

    def of(self, kind, printer=None):
        return [e for e in self._collect() if e["event"] == kind and printer in (None, e.get("printer"))]

    def say(self, line):
        self.process.send(line)

    def ask(self, kind, line, timeout=10):
        """Send a command and return the event that answers it."""
        before = len(self.of(kind))
        self.say(line)
        wait_until(lambda: len(self.of(kind)) > before, timeout, line)
        return self.of(kind)[before]

    def set(self, port, serial, printer=1, host="127.0.0.1", code="12345678", pin="-", on=True):
        return self.ask("set", f"set {printer} {serial} {host} {port} {code} {pin} {'on' if on else 'off'}")

    def status(self, printer=1):
        return self.ask("status", f"status {printer}")

    def usage(self):
        return self.ask("usage", "usage")

    def probe(self, port, serial, host="127.0.0.1"):
        return self.ask("probe", f"probe {host} {port} {serial}")

    def wait_reason(self, reason, printer=1, timeout=10):
        """Until the link shows the reason now; returns its status."""
        found = {}

        def shows():
            found.update(self.status(printer))
            return found["reason"] == reason

        wait_until(shows, timeout, f"reason {reason}, was {found}", interval=0.05)
        return found

    def reports(self, printer=1):
        return [bytes.fromhex(e["hex"]) for e in self.of("report", printer)]

    def wait_report(self, payload, printer=1, timeout=10):
        wait_until(lambda: payload in self.reports(printer), timeout, f"report {payload[:60]}")

    def close(self):
        return self.ask("closed", "close")
