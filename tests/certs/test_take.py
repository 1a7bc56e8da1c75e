"""certs/take-from-slicer: takes CA certificates, refuses everything else, prints what it took."""

import pathlib
import subprocess
import tempfile
import unittest

from lib.certs import Authority, openssl, self_signed
from lib.main import SOURCE, main

SCRIPT = SOURCE / "certs" / "take-from-slicer"


class TakeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.target = self.folder / "target"
        self.slicer = self.folder / "home/.local/share/BambuStudio/resources/cert/printer.cer"
        self.slicer.parent.mkdir(parents=True)
        self.root = Authority(self.folder, "BBL CA")

    def take(self, *source):
        return subprocess.run([SCRIPT, self.target, *source], capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(self.folder / "home")})

    def refused(self, content, reason):
        self.slicer.write_bytes(content)
        done = self.take()
        self.assertNotEqual(0, done.returncode)
        self.assertIn(reason, done.stderr)
        self.assertFalse(self.target.exists())

    def test_takes_a_bundle_from_the_usual_place(self):
        second = self.root.intermediate("BBL CA2 RSA")
        self.slicer.write_bytes(b"some text\n" + self.root.pem.read_bytes() + second.pem.read_bytes())
        done = self.take()
        self.assertEqual(0, done.returncode, done.stderr)
        for certificate in (self.root, second):
            self.assertIn(certificate.fingerprint(), done.stdout.replace(":", "").lower())
        self.assertEqual(2, (self.target / "printer-ca.pem").read_text().count("BEGIN CERTIFICATE"))

    def test_takes_der_and_a_named_folder(self):
        named = self.folder / "squashfs-root/resources/cert/printer.cer"
        named.parent.mkdir(parents=True)
        named.write_bytes(openssl("x509", "-in", self.root.pem, "-outform", "DER"))
        done = self.take(self.folder / "squashfs-root")
        self.assertEqual(0, done.returncode, done.stderr)

    def test_refuses_what_is_no_ca(self):
        self.refused(self.root.leaf("01S00A000000001").pem.read_bytes(), "no CA certificate")

    def test_refuses_a_leaf_behind_a_ca(self):
        leaf = self_signed(self.folder, "x").pem.read_bytes()
        self.refused(self.root.pem.read_bytes() + leaf, "no CA certificate")

    def test_refuses_garbage(self):
        self.refused(b"garbage", "no certificate")
        self.refused(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "cannot be read")

    def test_refuses_what_is_out_of_date(self):
        old = self_signed(self.folder, "old", days=-1, extensions="basicConstraints=CA:TRUE\n")
        self.refused(old.pem.read_bytes(), "out of date")

    def test_says_when_there_is_no_slicer(self):
        done = self.take()
        self.assertNotEqual(0, done.returncode)
        self.assertIn("no slicer found", done.stderr)


if __name__ == "__main__":
    main()
