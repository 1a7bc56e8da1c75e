"""The program tests/files/driver.c as an object."""

import json
import os
import pathlib
import tempfile

from lib.process import Process
from lib.wait import wait_until

QUICK = {"rounds": 2, "round_ms": 200, "failures": 2, "failure_ms": 200, "connect_ms": 3000, "response_s": 5,
         "linger_ms": 300}


class Driver:
    """Owns the process and the folder where it keeps files while it looks at them."""

    def __init__(self, certs, **options):
        self._folder = tempfile.TemporaryDirectory(prefix="files-")
        self.folder = pathlib.Path(self._folder.name)
        self.process = Process([os.environ["FILES_DRIVER"]])
        self.ask("opened", do="open", certs=str(certs), dir=self._folder.name, **{**QUICK, **options})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.child.stdin.close()
        try:
            status = self.process.child.wait(30)
            left = list(self.folder.iterdir())
        finally:
            self.process.end()
            self._folder.cleanup()
        assert status == 0, f"the driver ended with {status}:\n{self.process.stderr()}"
        assert not left, f"left behind: {left}"

    def of(self, kind):
        if not self.process.running():
            raise AssertionError("the driver died:\n" + self.process.stderr())
        return [e for e in map(json.loads, list(self.process.lines)) if e["event"] == kind]

    def say(self, **command):
        self.process.send(json.dumps(command))

    def ask(self, kind, timeout=10, **command):
        before = len(self.of(kind))
        self.say(**command)
        wait_until(lambda: len(self.of(kind)) > before, timeout, command)
        return self.of(kind)[before]

    def fetch(self, port, serial, timeout=30, **names):
        """Fetch and wait for the end: the events found, and the last one."""
        ended = len(self.of("ended"))
        found = len(self.of("found"))
        request = {"printer": 1, "job": 1, "code": "c0de4711", **names}
        self.ask("queued", do="fetch", port=port, serial=serial, **request)
        wait_until(lambda: len(self.of("ended")) > ended, timeout, f"the end of {names}")
        return self.of("found")[found:], self.of("ended")[ended]
