"""What the tests of fetching share: certificates, a file, and servers that end with the test."""

import hashlib
import io
import os
import pathlib
import tempfile
import unittest
import zipfile

from driver import Driver
from ftps_peer import FtpsPeer
from lib.certs import Authority
from lib.main import count
from vsftpd import Vsftpd

SERIAL = "00M00A6C0D00071"
PATH = "/cache/Benchy.gcode.3mf"


def archive(size=200_000):
    """A zip of random bytes, which does not shrink."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("Metadata/plate_1.gcode", os.urandom(size))
    return out.getvalue()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class FilesCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="files-test-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.certs = cls.folder / "certs"
        cls.certs.mkdir()
        cls.root = Authority(cls.folder, "Root CA")
        (cls.certs / "root.pem").write_bytes(cls.root.pem.read_bytes())
        cls.leaf = cls.root.leaf(SERIAL)
        cls.content = archive()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def driver(self, **options):
        driver = Driver(self.certs, **options)
        self.addCleanup(driver.__exit__)
        return driver

    def server(self, certificate=None, **more):
        server = Vsftpd(certificate or self.leaf, **more)
        self.addCleanup(server.close)
        count("peers")
        return server

    def peer(self, *faults, certificate=None):
        peer = FtpsPeer(certificate or self.leaf, PATH, self.content, *faults)
        self.addCleanup(peer.__exit__)
        count("peers")
        return peer

    def got(self, result, remote=PATH):
        found, ended = result
        self.assertEqual(ended["state"], "found", ended)
        self.assertEqual((found[-1]["remote"], found[-1]["sha256"]), (remote, sha256(self.content)))

    def lost(self, result, state, reason):
        found, ended = result
        self.assertEqual((ended["state"], ended["reason"]), (state, reason), ended)
        self.assertEqual(found, [])
        return ended
