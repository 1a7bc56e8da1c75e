"""Adding a printer whose certificate nobody vouches for: shown first, pinned on the second call."""

import pathlib
import tempfile

from case import HttpCase
from lib.broker import Broker
from lib.certs import Authority
from lib.main import count, main

SERIAL = "01P00A000000042"
CODE = "31415926"


class CertificatesTest(HttpCase):
    """The authority of `known` is in the daemon's folder of anchors, that of `unknown` is not, and that of
    `forged` has the name of the first."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="anchors-")
        anchors = pathlib.Path(cls.folder.name)
        authority = Authority(anchors)
        (anchors / "certs").mkdir()
        (anchors / "certs" / "ca.pem").write_bytes(authority.pem.read_bytes())
        cls.known = Broker(SERIAL, CODE, authority=authority)
        (anchors / 'other').mkdir()
        cls.unknown = Broker(SERIAL, CODE, authority=Authority(anchors / 'other', cn='Nobody'))
        cls.forged = Broker(SERIAL, CODE)
        cls.arguments = ("--set", f"printers.certs_dir={anchors / 'certs'}")
        super().setUpClass()
        count("peers", 3)

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.known.close()
        cls.unknown.close()
        cls.forged.close()
        cls.folder.cleanup()

    def add(self, broker, **more):
        body = {"printer_id": "bench", "serial": SERIAL, "host": "127.0.0.1", "port": broker.port, "access_code": CODE}
        return self.daemon.post("/api/printers", {**body, **more})

    def setUp(self):
        self.daemon.delete("/api/printers/bench")

    def test_a_known_chain_needs_no_pin(self):
        made = self.assertStatus(self.add(self.known), 201)
        self.assertIsNone(made["pin_sha256"])
        said = self.assertStatus(self.daemon.post("/api/printers/bench/test"))
        self.assertEqual((said["ok"], said["chain_ok"], said["reason"]), (True, True, "connected"))

    def test_an_unknown_one_is_shown_and_then_pinned(self):
        sha = self.unknown.certificate.spki_sha256()
        problem = self.assertProblem(self.add(self.unknown), 409, "certificate_unknown", "pin_sha256")
        self.assertEqual(problem["certificate"]["spki_sha256"], sha)
        self.assertIn(sha, problem["detail"])
        self.assertNotIn(CODE, self.unknown.log())
        self.assertProblem(self.daemon.get("/api/printers/bench"), 404)
        self.assertProblem(self.add(self.unknown, pin_sha256="00" * 32), 409, "certificate_changed")
        colons = ":".join(sha[i:i + 2] for i in range(0, 64, 2)).upper()
        made = self.assertStatus(self.add(self.unknown, pin_sha256=colons), 201)
        self.assertEqual(made["pin_sha256"], sha)

    def test_another_serial_is_never_pinned(self):
        answer = self.add(self.unknown, serial="01P00A000000043", pin_sha256=self.unknown.certificate.spki_sha256())
        self.assertProblem(answer, 409, "wrong_serial")

    def test_a_false_claim_of_a_known_authority_is_never_pinned(self):
        answer = self.add(self.forged, pin_sha256=self.forged.certificate.spki_sha256())
        problem = self.assertProblem(answer, 409, "tls_untrusted")
        self.assertFalse(problem["certificate"]["pinnable"])

    def test_repin(self):
        self.assertStatus(self.add(self.unknown, pin_sha256=self.unknown.certificate.spki_sha256()), 201)
        self.assertStatus(self.daemon.put("/api/printers/bench", {"port": self.known.port}))
        sha = self.known.certificate.spki_sha256()
        said = self.assertStatus(self.daemon.post("/api/printers/bench/test"))
        self.assertEqual((said["ok"], said["pinned"], said["pin_matches"]), (False, True, False))
        problem = self.assertProblem(self.daemon.post("/api/printers/bench/repin"), 409)
        self.assertEqual(problem["certificate"]["spki_sha256"], sha)
        self.assertProblem(self.daemon.post("/api/printers/bench/repin", {"pin_sha256": "11" * 32}), 409)
        done = self.assertStatus(self.daemon.post("/api/printers/bench/repin", {"pin_sha256": sha}))
        self.assertEqual(done["pin_sha256"], sha)
        self.assertTrue(self.daemon.post("/api/printers/bench/test").json["ok"])


if __name__ == "__main__":
    main()
