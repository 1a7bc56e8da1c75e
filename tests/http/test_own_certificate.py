"""A certificate of the user's own: made by certs/make-server, served with its chain, followed on disk."""

import pathlib
import socket
import ssl
import subprocess
import tempfile
import unittest
import urllib.parse

from lib.daemon import Daemon, run
from lib.main import main
from lib.wait import wait_until

MAKE = pathlib.Path(__file__).resolve().parents[2] / "certs" / "make-server"


def make_server(folder, *names):
    return subprocess.run([MAKE, folder, *names], check=True, capture_output=True, text=True).stdout


class OwnCertificateTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="own-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        make_server(self.folder, "localhost", "127.0.0.1")
        self.settings = ("--set", f"server.tls_certificate={self.folder}/server.pem",
                         "--set", f"server.tls_key={self.folder}/server.key")

    def curl(self, daemon):
        url = next(u for u in daemon.urls if u.startswith("https:"))
        return subprocess.run(["curl", "-sS", "--cacert", self.folder / "ca.pem", url + "/api/version"],
                              capture_output=True, text=True, timeout=30)

    def presented(self, daemon):
        """The leaf, by a client that trusts anything."""
        parts = urllib.parse.urlsplit(next(u for u in daemon.urls if u.startswith("https:")))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((parts.hostname, parts.port), 20) as plain:
            with context.wrap_socket(plain) as secure:
                return ssl.DER_cert_to_PEM_cert(secure.getpeercert(True))

    def start(self):
        daemon = Daemon("--https-listen", "127.0.0.1:0", *self.settings)
        self.addCleanup(daemon.close)
        return daemon

    def test_curl_trusts_it_and_a_renewal_is_taken_up(self):
        daemon = self.start()
        done = self.curl(daemon)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse((daemon.state / "tls").exists())
        before, key = self.presented(daemon), (self.folder / "server.key").read_bytes()
        make_server(self.folder, "localhost", "127.0.0.1", "workshop.local")
        self.assertEqual((self.folder / "server.key").read_bytes(), key)
        wait_until(lambda: self.presented(daemon) != before, 20, "the new certificate is presented")
        self.assertEqual(self.curl(daemon).returncode, 0)

    def test_a_pair_that_does_not_fit_changes_nothing(self):
        daemon = self.start()
        before = self.presented(daemon)
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.folder / "server.key"],
                       check=True, capture_output=True)
        wait_until(lambda: "is not the key of" in daemon.stderr(), 20, "the complaint")
        self.assertEqual(self.presented(daemon), before)
        self.assertEqual(daemon.stderr().count("is not the key of"), 1)

    def test_the_whole_chain_is_sent(self):
        daemon = self.start()
        parts = urllib.parse.urlsplit(next(u for u in daemon.urls if u.startswith("https:")))
        shown = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{parts.port}", "-showcerts"],
                               input="", capture_output=True, text=True, timeout=30).stdout
        self.assertEqual(shown.count("BEGIN CERTIFICATE"), 2)

    def refused(self, *fragments):
        done = run("--https-listen", "127.0.0.1:0", *self.settings, "serve", state=self.folder / "state", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for fragment in fragments:
            self.assertIn(fragment, done.stderr)

    def test_what_cannot_be_used_is_named(self):
        key, pem = self.folder / "server.key", self.folder / "server.pem"
        plain = key.read_bytes()
        subprocess.run(["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", self.folder / "locked"],
                       check=True, capture_output=True)
        key.write_bytes((self.folder / "locked").read_bytes())
        self.refused("server.key", "is encrypted", "openssl pkey")
        key.write_bytes(b"nonsense")
        self.refused("server.key", "BEGIN PRIVATE KEY")
        key.unlink()
        self.refused("server.key", "tls_key")
        key.write_bytes(plain)
        whole = pem.read_bytes()
        pem.write_bytes(whole[:-200])  # the second one breaks off: phones would call the chain incomplete
        self.refused("server.pem", "chain")
        pem.write_bytes(b"")
        self.refused("server.pem", "BEGIN CERTIFICATE")
        pem.unlink()
        self.refused("server.pem", "tls_certificate")


class MakeServerTest(unittest.TestCase):
    def test_refusals(self):
        with tempfile.TemporaryDirectory() as folder:
            for words, code in (([], 64), ([folder], 64), ([folder, "a,DNS:b"], 1), ([folder, "1.2.3"], 1)):
                done = subprocess.run([MAKE, *words], capture_output=True, text=True)
                self.assertEqual(done.returncode, code, words)
                self.assertFalse((pathlib.Path(folder) / "server.pem").exists())


if __name__ == "__main__":
    main()
