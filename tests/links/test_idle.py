"""Waiting costs nothing: slow connects, refused ports and silent peers leave the processor alone."""

import pathlib
import socket
import tempfile
import threading
import time
import unittest

from driver import Driver
from lib.certs import Authority
from lib.main import count, main
from lib.process import free_port
from lib.wait import wait_until
from peer import Peer, mute, well

SERIAL = "00M00A6C0D00071"
PART = 0.15  # of one processor; the faults it is there for take a whole one


class Idle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="links-idle-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.certs = cls.folder / "certs"
        cls.certs.mkdir()
        cls.root = Authority(cls.folder, "Root CA")
        (cls.certs / "root.pem").write_bytes(cls.root.pem.read_bytes())
        cls.leaf = cls.root.leaf(SERIAL)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def idle(self, links, until, what):
        """The share of a processor that the driver takes until the condition holds."""
        before, started = links.usage()["cpu_ms"], time.monotonic()
        until()
        share = (links.usage()["cpu_ms"] - before) / 1000 / (time.monotonic() - started)
        print(f"{what}: {share:.3f} of a processor")
        self.assertLess(share, PART)

    def test_full_backlog_that_drains_later(self):
        gate = threading.Event()
        with Peer(self.leaf, well, backlog=0, gate=gate) as peer, Driver(self.certs, connect=9000) as links:
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", peer.port))
            links.set(peer.port, SERIAL)
            threading.Timer(1.5, gate.set).start()
            self.idle(links, lambda: wait_until(lambda: peer.live, 9, "connected at last", interval=0.2), "backlog")
            links.wait_reason("connected")
            for filler in fillers:
                filler.close()
            count("peers")

    def test_refused_port(self):
        with Driver(self.certs, backoff_min=500, backoff_max=500) as links:
            links.set(free_port(), SERIAL)
            links.wait_reason("unreachable")
            self.idle(links, lambda: time.sleep(1.5), "refused port")

    def test_silent_peers(self):
        with Peer(None, mute) as raw, Peer(self.leaf, mute) as secured, Driver(self.certs, connect=5000) as links:
            links.set(raw.port, SERIAL)
            links.set(secured.port, SERIAL, printer=2)
            wait_until(lambda: secured.handshakes and raw.received, 5, "both are connected")
            self.idle(links, lambda: time.sleep(1.5), "silent peers")
            count("peers", 2)

    def test_connected_and_quiet(self):
        with Peer(self.leaf, well) as peer, Driver(self.certs) as links:
            links.set(peer.port, SERIAL)
            links.wait_reason("connected")
            self.idle(links, lambda: time.sleep(1.5), "quiet printer")


if __name__ == "__main__":
    main()
