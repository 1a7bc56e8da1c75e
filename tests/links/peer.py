"""A peer that plays a printer's MQTT service over TLS, well or badly, and remembers what it got.

Each connection runs one behaviour (a function of a Connection) in a thread of its own.
"""

import socket
import ssl
import struct
import threading

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP, DISCONNECT = 1, 2, 3, 4, 8, 9, 12, 13, 14


def packet(kind, body=b"", flags=0):
    size, length = len(body), b""
    while True:
        size, digit = divmod(size, 128)
        length += bytes([digit | (0x80 if size else 0)])
        if not size:
            return bytes([kind << 4 | flags]) + length + body


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("!H", len(data)) + data


def publish(topic, payload):
    return packet(PUBLISH, text(topic) + payload)


class Gone(Exception):
    """The other side closed."""


class Connection:
    def __init__(self, peer, sock):
        self.peer = peer
        self.sock = sock
        self.buffer = b""

    def fill(self):
        try:
            data = self.sock.recv(65536)
        except (OSError, ssl.SSLError) as error:
            raise Gone from error
        if not data:
            raise Gone
        self.peer.received += data
        self.buffer += data

    def _need(self, length):
        while len(self.buffer) < length:
            self.fill()

    def read(self):
        """One packet as (kind, flags, body)."""
        size, shift, at = 0, 0, 1
        while True:
            self._need(at + 1)
            digit = self.buffer[at]
            size |= (digit & 127) << shift
            shift, at = shift + 7, at + 1
            if not digit & 128:
                break
        self._need(at + size)
        head, body = self.buffer[0], self.buffer[at:at + size]
        self.buffer = self.buffer[at + size:]
        return head >> 4, head & 15, body

    def send(self, data):
        try:
            self.sock.sendall(data)
        except (OSError, ssl.SSLError) as error:
            raise Gone from error

    def accept_client(self, code=0):
        kind, _, body = self.read()
        assert kind == CONNECT, kind
        self.peer.connects.append(body)
        self.send(packet(CONNACK, bytes([0, code])))

    def serve(self, until_subscribed=False):
        """Answer like a broker; ends at the goodbye, or once subscribed."""
        while True:
            kind, flags, body = self.read()
            if kind == SUBSCRIBE:
                self.send(packet(SUBACK, body[:2] + b"\0"))
                if until_subscribed:
                    return
            elif kind == PUBLISH:
                self._take(flags, body)
            elif kind == PINGREQ:
                self.send(packet(PINGRESP))
            elif kind == DISCONNECT:
                self.peer.goodbyes += 1
                return

    def _take(self, flags, body):
        length = struct.unpack("!H", body[:2])[0]
        topic, rest = body[2:2 + length].decode(), body[2 + length:]
        if flags & 6:
            self.send(packet(PUBACK, rest[:2]))
            rest = rest[2:]
        self.peer.published.append((topic, rest))


def well(connection):
    """An ordinary broker."""
    connection.accept_client()
    connection.peer.live.append(connection)
    connection.serve()


def mute(connection):
    """Takes whatever comes, and never says a word."""
    while True:
        connection.fill()


class Peer:
    """Owns a listener on loopback; certificate None: TCP alone, the behaviour gets the socket raw."""

    def __init__(self, certificate, behaviour=well, send_chain=True, backlog=None, gate=None):
        """Nothing is accepted before the gate (an Event) is set."""
        self.behaviour = behaviour
        self.received = b""  # after the handshake, decrypted
        self.connects, self.published, self.names, self.live = [], [], [], []
        self.goodbyes = self.connections = self.handshakes = 0
        self.errors = []
        self.use(certificate, send_chain)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self.port = self.listener.getsockname()[1]
        self.closed = False
        self.gate = gate
        self._sockets = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def use(self, certificate, send_chain=True):
        """Present this certificate from the next connection on."""
        if certificate is None:
            self.context = None
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.bundle() if send_chain else certificate.pem, certificate.key)
        context.sni_callback = lambda sock, name, ctx: self.names.append(name)
        self.context = context

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _accept(self):
        if self.gate:
            self.gate.wait()
        while not self.closed:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self._sockets.append(sock)
            threading.Thread(target=self._run, args=(sock,), daemon=True).start()

    def _run(self, sock):
        try:
            if self.context:
                sock = self.context.wrap_socket(sock, server_side=True)
                self._sockets.append(sock)
                self.handshakes += 1
            self.behaviour(Connection(self, sock))
        except (Gone, OSError, ssl.SSLError) as error:
            self.errors.append(repr(error))
        finally:
            sock.close()

    def say(self, payload, serial):
        for connection in self.live:
            try:
                connection.send(publish(f"device/{serial}/report", payload))
            except Gone:
                pass

    def drop(self):
        """Cut every connection."""
        for sock in self._sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._sockets.clear()
        self.live.clear()

    def close(self):
        self.closed = True
        if self.gate:
            self.gate.set()
        self.listener.close()
        self.drop()
