"""nghttpx on loopback: HTTP/2 over TLS, by an implementation that is neither libcurl nor node, in front of a plain server."""

import json
import os
import shutil

from lib.process import Process, free_port
from lib.wait import wait_until

START_TRIES = 5
LOG = '{"alpn":"$alpn","client":"$remote_port","method":"$method","path":"$path","status":$status}'


class Nghttpx:
    """One process, which takes a closed backend for lost for a second at most."""

    def __init__(self, certificate, backend_port):
        self.certificate, self.backend_port = certificate, backend_port
        for _ in range(START_TRIES):
            self.port, self.process = free_port(), None
            if self._start():
                return
        raise AssertionError("nghttpx does not run:\n" + self.process.stderr())

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def _start(self):
        """False: it could not have the port."""
        program = shutil.which("nghttpx", path=os.environ["PATH"] + ":/usr/sbin")
        self.process = Process([
            program, "--single-process", "--single-thread", "--conf=/dev/null", f"--frontend=127.0.0.1,{self.port}",
            f"--backend=127.0.0.1,{self.backend_port}", "--backend-max-backoff=1s", "--no-ocsp", "--accesslog-file=/dev/stdout",
            f"--accesslog-format={LOG}", self.certificate.key, self.certificate.pem])
        wait_until(lambda: "Listening on 127.0.0.1" in self.process.stderr() or not self.process.running(), 10, "nghttpx")
        return self.process.running()

    def requests(self):
        """What it has answered: alpn, client (port: one for each connection), method, path, status."""
        return [json.loads(line) for line in list(self.process.lines)]

    def close(self):
        self.process.end()
