"""HTTPS on IPv4 and IPv6 with the certificate of the first start, as curl sees it."""

import hashlib
import pathlib
import socket
import ssl
import subprocess
import tempfile
import urllib.parse

from case import HttpCase
from lib.certs import Authority, self_signed
from lib.daemon import Daemon
from lib.main import main


class HttpsTest(HttpCase):
    arguments = ("--https-listen", "127.0.0.1:0", "--https-listen", "[::1]:0")

    def certificate(self):
        return pathlib.Path(self.daemon.state) / "tls" / "cert.pem"

    def secure(self):
        urls = [u for u in self.daemon.urls if u.startswith("https:")]
        self.assertEqual(len(urls), 2)
        return urls

    def curl(self, url, *options):
        return subprocess.run(["curl", "-sS", "--cacert", self.certificate(), *options, url + "/api/version"],
                              capture_output=True, text=True, timeout=30)

    def test_curl(self):
        for url in self.secure():
            for options in (("--tlsv1.3",), ("--tlsv1.2", "--tls-max", "1.2")):
                done = self.curl(url, *options)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn('"name":"filamentd"', done.stdout)

    def test_ipv6_is_there(self):
        self.assertTrue(any("[::1]" in u for u in self.secure()))

    def test_old_versions_are_refused(self):
        parts = urllib.parse.urlsplit(self.secure()[0])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, OSError)):
            with socket.create_connection((parts.hostname, parts.port), 10) as plain:
                context.wrap_socket(plain)

    def test_key_is_private_and_kept(self):
        key = self.certificate().with_name("key.pem")
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        before = hashlib.sha256(self.certificate().read_bytes()).digest()
        self.daemon.restart()
        self.assertEqual(hashlib.sha256(self.certificate().read_bytes()).digest(), before)
        self.assertEqual(self.curl(self.secure()[1]).returncode, 0)

    def test_plain_text_on_the_secure_port(self):
        parts = urllib.parse.urlsplit(self.secure()[0])
        with socket.create_connection((parts.hostname, parts.port), 20) as peer:
            peer.sendall(b"GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n")
            got = peer.recv(1000)
        self.assertNotIn(b"200 OK", got)

    def test_handshakes_that_never_come(self):
        parts = urllib.parse.urlsplit(self.secure()[0])
        peers = [socket.create_connection((parts.hostname, parts.port), 20) for _ in range(40)]
        self.addCleanup(lambda: [peer.close() for peer in peers])
        done = self.curl(self.secure()[0], "--max-time", "8")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_large_answers(self):
        for _ in range(4):
            self.daemon.post("/api/spools", {"brand": "B", "product_name": "P", "material_type": "PLA", "color_hex": "#123456",
                                             "initial_weight_grams": 1000, "quantity": 50, "notes": "x" * 3000})
        answer = self.daemon.get("/api/spools", url=self.secure()[0])
        self.assertEqual(len(self.assertStatus(answer)), 200)
        self.assertGreater(len(answer.body), 600000)

    def test_nobody_must_insist_on_a_made_certificate(self):
        for url in self.daemon.urls:
            self.assertNotIn("Strict-Transport-Security", self.daemon.get("/api/version", url=url).headers)


class OwnCertificateTest(HttpCase):
    """The user's own: clients are told to insist on TLS only where somebody else vouches for it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="filamentd-own-")
        cls.addClassCleanup(cls.folder.cleanup)
        folder = pathlib.Path(cls.folder.name)
        cls.certificates = {"signed": Authority(folder, "Home CA").leaf("shelf.local"), "alone": self_signed(folder, "shelf.local")}

    @classmethod
    def tearDownClass(cls):
        pass

    def told(self, name):
        made = self.certificates[name]
        with Daemon(listen=("127.0.0.1:0",), more_environment={
                "FILAMENTD_SERVER_HTTPS_LISTEN": "127.0.0.1:0", "FILAMENTD_SERVER_TLS_CERTIFICATE": str(made.pem),
                "FILAMENTD_SERVER_TLS_KEY": str(made.key)}) as daemon:
            return {url.split(":")[0]: daemon.get("/api/version", url=url).headers["Strict-Transport-Security"]
                    for url in daemon.urls}

    def test_signed_by_somebody(self):
        self.assertEqual(self.told("signed"), {"http": None, "https": "max-age=31536000"})

    def test_signed_by_itself(self):
        self.assertEqual(self.told("alone"), {"http": None, "https": None})


if __name__ == "__main__":
    main()
