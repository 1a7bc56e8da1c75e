"""The shared parts of the black-box tests, tested on themselves."""

import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

from lib.broker import Broker
from lib.certs import Authority, openssl, self_signed
from lib.main import count, main
from lib.process import Process
from lib.wait import Timeout, wait_until


def verified(authority, leaf, *options):
    done = subprocess.run(["openssl", "verify", "-CAfile", authority.pem, *options, leaf.pem], capture_output=True)
    return done.returncode == 0


class CertificatesTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Authority(self.folder.name)

    def test_leaf_of_root(self):
        leaf = self.root.leaf("01S00A000000001")
        self.assertTrue(verified(self.root, leaf))
        self.assertIn(b"01S00A000000001", openssl("x509", "-in", leaf.pem, "-noout", "-subject"))
        self.assertEqual(64, len(leaf.spki_sha256()))
        self.assertEqual(64, len(leaf.fingerprint()))

    def test_expired_leaf_does_not_verify(self):
        self.assertFalse(verified(self.root, self.root.leaf("A", expired=True)))

    def test_v1_leaf_is_v1_and_verifies(self):
        leaf = self.root.leaf("A", v1=True)
        self.assertIn(b"Version: 1 ", openssl("x509", "-in", leaf.pem, "-noout", "-text"))
        self.assertTrue(verified(self.root, leaf))

    def test_intermediate(self):
        model = self.root.intermediate()
        leaf = model.leaf("A")
        self.assertFalse(verified(self.root, leaf))
        self.assertTrue(verified(self.root, leaf, "-untrusted", model.pem))
        self.assertTrue(verified(model, leaf, "-partial_chain"))

    def test_self_signed_is_nobodys(self):
        self.assertFalse(verified(self.root, self_signed(self.folder.name, "A")))


class BrokerTest(unittest.TestCase):
    def names_of_peer(self, broker):
        context = ssl.create_default_context(cafile=str(broker.authority.pem))
        context.check_hostname = False
        with socket.create_connection(("127.0.0.1", broker.port), 5) as plain:
            with context.wrap_socket(plain) as secure:
                return dict(pair[0] for pair in secure.getpeercert()["subject"])

    def test_presents_serial_and_survives_kill(self):
        with Broker("01S00A000000001") as broker:
            self.assertEqual("01S00A000000001", self.names_of_peer(broker)["commonName"])
            port = broker.port
            broker.kill()
            broker.start()
            self.assertEqual(port, broker.port)
            self.assertEqual("01S00A000000001", self.names_of_peer(broker)["commonName"])
        count("real_peers")

    def test_passes_reports_on(self):
        with Broker("A") as broker:
            listener = broker.listen()
            def heard():
                broker.report('{"print":{}}')
                return listener.lines
            wait_until(heard, 5)
            self.assertEqual('device/A/report {"print":{}}', listener.lines[0])
            listener.end()

    def test_wrong_code_is_refused(self):
        with Broker("A", access_code="right") as broker:
            for code, expected in (("right", 0), ("wrong", 5)):
                done = subprocess.run(
                    ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port), "--cafile", broker.authority.pem,
                     "--insecure", "-u", "bblp", "-P", code, "-t", "x", "-m", "y"], capture_output=True)
                self.assertEqual(expected, done.returncode, done.stderr)


class ProcessTest(unittest.TestCase):
    def test_lines_stderr_and_end(self):
        process = Process(["sh", "-c", "echo one; echo two >&2; read x; echo $x; exec sleep 60"])
        process.send("three")
        wait_until(lambda: len(process.lines) == 2, 5)
        self.assertEqual(["one", "three"], process.lines)
        self.assertEqual("two\n", process.stderr())
        self.assertEqual(-signal.SIGTERM, process.end())

    def test_wait_gives_up(self):
        with self.assertRaises(Timeout):
            wait_until(lambda: False, 0.1)


if __name__ == "__main__":
    main()
