"""filamentd as a user runs it: a process, a state directory, HTTP."""

import http.client
import json
import os
import pathlib
import signal
import ssl
import subprocess
import tempfile
import urllib.parse

from lib.process import Process, die_with_parent
from lib.wait import wait_until

READY_TIMEOUT = 20.0
SANITIZER_SIGNS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", "runtime error:")
DEFAULT_KEY = object()
# AddressSanitizer holds freed memory back, by default 256 MB of it: growth could not be seen.
PROMPT_ASAN = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1:thread_local_quarantine_size_kb=64"}


def binary():
    """The program under test; ctest sets the variable."""
    path = os.environ.get("FILAMENTD_BINARY")
    if not path or not os.access(path, os.X_OK):
        raise AssertionError("FILAMENTD_BINARY does not name the program under test")
    return path


def environment(more=None):
    """Ours without the user's own FILAMENTD_ settings."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("FILAMENTD_")}
    clean.pop("NOTIFY_SOCKET", None)
    clean.update(more or {})
    return clean


def run(*arguments, state=None, check=True, more_environment=None, stdin=b"", timeout=60):
    """Run one command of filamentd to its end; stdout and stderr are text."""
    options = ["--state-dir", str(state)] if state else []
    done = subprocess.run(
        [binary(), *options, *map(str, arguments)],
        input=stdin, capture_output=True, timeout=timeout,
        env=environment(more_environment), preexec_fn=die_with_parent,
    )
    done.stdout, done.stderr = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    if check and done.returncode:
        raise AssertionError(f"filamentd {arguments} ended with {done.returncode}\n{done.stderr}")
    return done


class Answer:
    """One HTTP answer."""

    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:400]!r}>"


class Daemon:
    """Starts on entry or by start(), stops on exit; a clean stop is part of every test."""

    def __init__(self, *arguments, state=None, listen=("127.0.0.1:0",), scopes="admin", more_environment=None,
                 start=True):
        self.arguments = arguments
        self.listen = listen
        self.more_environment = more_environment
        self._temporary = None if state else tempfile.TemporaryDirectory(prefix="filamentd-")
        self.state = pathlib.Path(state or self._temporary.name)
        self.process = None
        self.urls = []
        self.key = self.create_key("test", scopes) if scopes else None
        if start:
            self.start()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.close(clean=kind is None)

    def create_key(self, name, scopes):
        return run("key", "create", name, "--scopes", scopes, state=self.state,
                   more_environment=self.more_environment).stdout.strip()

    def start(self, wait=True):
        options = [a for address in self.listen for a in ("--listen", address)]
        self.process = Process([binary(), "--state-dir", self.state, *options, *self.arguments, "serve"],
                               environment(self.more_environment))
        return self.wait_ready() if wait else self

    def wait_ready(self):
        wait_until(lambda: self._ready_line() or not self.process.running(), READY_TIMEOUT, "the ready line")
        if not self._ready_line():
            raise AssertionError("filamentd did not start:\n" + self.stderr())
        self.urls = self._ready_line().split()[1:]
        return self

    def _ready_line(self):
        return next((line for line in list(self.process.lines) if line.startswith("ready ")), None)

    @property
    def url(self):
        return self.urls[0]

    @property
    def port(self):
        return urllib.parse.urlsplit(self.url).port

    @property
    def pid(self):
        return self.process.pid

    def stderr(self):
        return self.process.stderr() if self.process else ""

    def connection(self, url=None, timeout=30, source=None):
        """An open http.client connection, for tests that need more than request(); source: own address."""
        parts = urllib.parse.urlsplit(url or self.url)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=context)
        return http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout,
                                          source_address=source and (source, 0))

    def request(self, method, path, body=None, headers=None, key=DEFAULT_KEY, url=None, timeout=30, source=None):
        """One request. A body that is no text or bytes goes out as JSON; key=None sends no key."""
        sent = {}
        key = self.key if key is DEFAULT_KEY else key
        if key:
            sent["X-API-Key"] = key
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = body.encode() if isinstance(body, str) else body
        sent.update(headers or {})
        connection = self.connection(url, timeout, source)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def memory_kib(self):
        """Resident memory, in KiB."""
        return self._status("VmRSS:")

    def peak_kib(self):
        """The most that it was since the start, or since forget_peak."""
        return self._status("VmHWM:")

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def _status(self, name):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(next(l for l in status.splitlines() if l.startswith(name)).split()[1])

    def cpu_seconds(self):
        """Processor time used so far, user and system."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self, clean=True):
        """Stop by SIGTERM; clean: insist on exit status 0 and silent sanitizers."""
        if not self.process:
            return
        process, self.process = self.process, None
        status = process.end(signal.SIGTERM)
        if clean:
            said = process.stderr()
            if status != 0 or any(sign in said for sign in SANITIZER_SIGNS):
                raise AssertionError(f"filamentd ended with {status}\n{said}")

    def kill(self):
        """End it as a power cut would."""
        process, self.process = self.process, None
        process.end(signal.SIGKILL)

    def restart(self):
        self.stop()
        return self.start()

    def close(self, clean=True):
        try:
            self.stop(clean)
        finally:
            if self._temporary:
                self._temporary.cleanup()
