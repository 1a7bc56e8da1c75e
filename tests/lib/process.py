"""Child processes that always end with the test that started them."""

import os
import signal
import socket
import subprocess
import tempfile
import threading


def free_port():
    """A TCP port of 127.0.0.1 that is free now; whoever uses it must cope with losing a race."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def die_with_parent():
    """In the child: end when the test is killed, so that nothing outlives a ctest timeout."""
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


class Process:
    """A child with its stdout as a growing list of lines and its stderr in a file."""

    def __init__(self, arguments, environment=None, directory=None):
        self.arguments = [str(a) for a in arguments]
        self.lines = []
        self._stderr = tempfile.TemporaryFile()
        self._said = None
        self.child = subprocess.Popen(
            self.arguments,
            env=environment,
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            preexec_fn=die_with_parent,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.child.stdout:
            self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def stderr(self):
        """Everything written to stderr so far, or until it ended."""
        if self._said is not None:
            return self._said
        size = os.fstat(self._stderr.fileno()).st_size
        return os.pread(self._stderr.fileno(), size, 0).decode("utf-8", "replace")

    def send(self, line):
        """Write one line to its stdin."""
        self.child.stdin.write(line.encode() + b"\n")
        self.child.stdin.flush()

    def end(self, signum=signal.SIGTERM, timeout=20.0):
        """Send the signal, wait and return the exit status (negative: the signal that ended it)."""
        if self._said is not None:
            return self.child.returncode
        if self.running():
            self.child.send_signal(signum)
        try:
            self.child.wait(timeout)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            self._close()
            raise AssertionError(f"{self.arguments[0]} did not end within {timeout} s\n{self._said}")
        self._close()
        return self.child.returncode

    def _close(self):
        self._said = self.stderr()
        self._stderr.close()
        self.child.stdin.close()
        self._reader.join(5)
        if not self._reader.is_alive():
            self.child.stdout.close()
