"""A reader of live events over a raw socket, so that a test can stop reading, or cut it anywhere."""

import json
import socket
import time


class Event:
    def __init__(self, name, seq, data):
        self.name = name
        self.seq = seq
        self.data = data

    def __repr__(self):
        return f"<{self.name} {self.seq}>"


class Events:
    """GET /api/events; status and headers are there when it is made."""

    def __init__(self, daemon, query="", last=None, key=None, receive_buffer=None, read_head=True):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20)
        self.socket.connect(("127.0.0.1", daemon.port))
        head = f"GET /api/events{query} HTTP/1.1\r\nHost: localhost\r\n"
        key = daemon.key if key is None else key
        head += f"X-API-Key: {key}\r\n" if key else ""
        head += f"Last-Event-ID: {last}\r\n" if last is not None else ""
        self.socket.sendall((head + "\r\n").encode())
        self.bytes = b""
        self.beats = 0
        self.last = last
        self.status = self.headers = None
        if read_head:
            self.read_head()

    def read_head(self):
        while b"\r\n\r\n" not in self.bytes:
            self._more()
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = dict(line.split(": ", 1) for line in lines[1:])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def _more(self, size=65536):
        got = self.socket.recv(size)
        if not got:
            raise EOFError("the stream has ended")
        self.bytes += got

    def frames(self):
        """Whole frames that have arrived."""
        while b"\n\n" in self.bytes:
            frame, self.bytes = self.bytes.split(b"\n\n", 1)
            fields = [line.split(": ", 1) for line in frame.decode().split("\n") if not line.startswith(":")]
            fields = {f[0]: f[1] for f in fields if len(f) == 2}
            if "event" not in fields:
                self.beats += frame.startswith(b":")
                continue
            seq = int(fields["id"]) if "id" in fields else None
            self.last = seq if seq is not None else self.last
            yield Event(fields["event"], seq, json.loads(fields["data"]))

    def next(self, timeout=10.0, wanted=lambda event: True):
        """The next event that is wanted."""
        end = time.monotonic() + timeout
        while True:
            for event in self.frames():
                if wanted(event):
                    return event
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError("no such event came in time")
            self.socket.settimeout(left)
            try:
                self._more()
            except (socket.timeout, BlockingIOError):
                pass

    def named(self, name, timeout=10.0):
        return self.next(timeout, lambda event: event.name == name)

    def until(self, seq, timeout=20.0):
        """Events up to the one that has come as far as this number."""
        seen = []
        while not seen or (seen[-1].seq or 0) < seq:
            seen.append(self.next(timeout))
        return seen

    def rest(self, timeout=20.0):
        """All that comes before the end."""
        seen = []
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            seen += self.frames()
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                self._more()
            except (EOFError, ConnectionResetError):
                return seen + list(self.frames())
        raise AssertionError("the stream did not end")
