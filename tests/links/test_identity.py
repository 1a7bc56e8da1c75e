"""Who is let in: every kind of certificate, against a peer that remembers what it was sent."""

import pathlib
import tempfile
import unittest

from driver import Driver
from lib.certs import Authority, self_signed
from lib.main import count, main
from lib.wait import wait_until
from peer import Peer, mute

SERIAL = "01P00A6C0D00072"
OTHER = "01P00A6C0D00073"
CODE = "12345678"


class Identity(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="identity-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.trusted = cls.make("trusted")
        cls.root = Authority(cls.make("root"), "Root CA")
        cls.install(cls.root, cls.trusted)
        cls.leaf = cls.root.leaf(SERIAL)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def make(cls, name):
        path = cls.folder / name
        path.mkdir()
        return path

    @staticmethod
    def install(authority, folder):
        (folder / (authority.pem.name)).write_bytes(authority.pem.read_bytes())

    def refused(self, certificate, reason, pin="-", certs=None, send_chain=True):
        """The link ends with the reason, and the peer got nothing after the handshake."""
        with Peer(certificate, send_chain=send_chain) as peer, Driver(certs or self.trusted) as links:
            links.set(peer.port, SERIAL, code=CODE, pin=pin)
            status = links.wait_reason(reason)
            wait_until(lambda: peer.errors, 5, "the peer notices")
            self.assertEqual(peer.received, b"")
            self.assertEqual(peer.connects, [])
            self.assertFalse(status["connected"])
            count("peers")
            return status, links.probe(peer.port, SERIAL)

    def accepted(self, certificate, pin="-", certs=None, send_chain=True):
        with Peer(certificate, send_chain=send_chain) as peer, Driver(certs or self.trusted) as links:
            links.set(peer.port, SERIAL, code=CODE, pin=pin)
            links.wait_reason("connected")
            self.assertIn(CODE.encode(), peer.received)
            self.assertEqual(set(peer.names), {SERIAL})
            count("peers")
            return links.probe(peer.port, SERIAL)

    def test_chain(self):
        probe = self.accepted(self.leaf)
        self.assertEqual(probe["reason"], "connected")
        self.assertTrue(probe["chain_ok"] and probe["reachable"] and probe["pinnable"])
        self.assertEqual((probe["cn"], probe["sha256"]), (SERIAL, self.leaf.spki_sha256()))

    def test_leaf_alone_of_a_model(self):
        model = self.root.intermediate()
        anchors = self.make("model")
        self.install(model, anchors)
        self.accepted(model.leaf(SERIAL), certs=anchors, send_chain=False)

    def test_leaf_with_its_chain_to_the_root(self):
        self.accepted(self.root.intermediate("Device CA 2").leaf(SERIAL))

    def test_version_1(self):
        self.accepted(self.root.leaf(SERIAL, v1=True))

    def test_rsa(self):
        self.accepted(self.root.leaf(SERIAL, rsa=True))

    def test_expired(self):
        status, probe = self.refused(self.root.leaf(SERIAL, expired=True), "tls_untrusted")
        self.assertIn("expired", status["detail"])
        self.assertFalse(probe["chain_ok"])

    def test_wrong_name(self):
        status, probe = self.refused(self.root.leaf(OTHER), "wrong_serial")
        self.assertIn(OTHER, status["detail"])
        self.assertTrue(probe["chain_ok"])
        self.assertFalse(probe["pinnable"])

    def test_name_in_lower_case(self):
        self.refused(self.root.leaf(SERIAL.lower()), "wrong_serial")

    def test_name_that_goes_on(self):
        self.refused(self.root.leaf(SERIAL + "0"), "wrong_serial")

    def test_two_names(self):
        self.refused(self.root.leaf(f"{OTHER}/CN={SERIAL}"), "wrong_serial")

    def test_unknown_authority(self):
        other = Authority(self.make("other"), "Another CA")
        _, probe = self.refused(other.leaf(SERIAL), "tls_untrusted")
        self.assertTrue(probe["pinnable"])

    def test_self_signed(self):
        _, probe = self.refused(self_signed(self.folder, SERIAL, name="lone"), "tls_untrusted")
        self.assertTrue(probe["pinnable"])

    def test_pinned(self):
        lone = self_signed(self.folder, SERIAL, name="pinned")
        probe = self.accepted(lone, pin=lone.spki_sha256())
        self.assertEqual(probe["sha256"], lone.spki_sha256())
        self.assertEqual(probe["reason"], "tls_untrusted")

    def test_pin_without_any_anchor(self):
        lone = self_signed(self.folder, SERIAL, name="anchorless")
        self.accepted(lone, pin=lone.spki_sha256(), certs=self.make("empty"))

    def test_pin_of_an_expired_leaf_that_a_known_authority_signed(self):
        old = self.root.leaf(SERIAL, expired=True)
        self.accepted(old, pin=old.spki_sha256())

    def test_pinned_with_another_name(self):
        lone = self_signed(self.folder, OTHER, name="renamed")
        self.refused(lone, "wrong_serial", pin=lone.spki_sha256())

    def test_another_key_than_the_pinned(self):
        lone = self_signed(self.folder, SERIAL, name="changed")
        status, _ = self.refused(lone, "certificate_changed", pin="ab" * 32)
        self.assertIn(lone.spki_sha256(), status["detail"])
        self.assertEqual(status["seen_sha256"], lone.spki_sha256())

    def test_a_pin_rules_out_a_good_chain_with_another_key(self):
        self.refused(self.leaf, "certificate_changed", pin="ab" * 32)

    def test_forged_issuer_is_never_pinned(self):
        forger = Authority(self.make("forger"), "Root CA")
        forged = forger.leaf(SERIAL)
        status, probe = self.refused(forged, "tls_untrusted", pin=forged.spki_sha256())
        self.assertIn("did not sign", status["detail"])
        self.assertFalse(probe["pinnable"])

    def test_forged_issuer_behind_an_intermediate_is_never_pinned(self):
        forger = Authority(self.make("forger2"), "Root CA")
        forged = forger.intermediate("Unknown Device CA").leaf(SERIAL)
        self.refused(forged, "tls_untrusted", pin=forged.spki_sha256())

    def test_changed_pin_stops_until_set_anew(self):
        first = self_signed(self.folder, SERIAL, name="first")
        second = self_signed(self.folder, SERIAL, name="second")
        with Peer(first) as peer, Driver(self.trusted) as links:
            links.set(peer.port, SERIAL, pin=first.spki_sha256())
            links.wait_reason("connected")
            wait_until(lambda: len(peer.published) == 2, 5, "the requests are through")
            peer.use(second)
            peer.received = b""
            peer.drop()
            links.wait_reason("certificate_changed")
            tries = peer.connections
            self.assertEqual(links.status()["retry_in"], 0)
            self.assertEqual(peer.received, b"")
            links.say("status 1")
            self.assertEqual(peer.connections, tries)
            links.set(peer.port, SERIAL, pin=second.spki_sha256())
            links.wait_reason("connected")

    def test_swapped_for_another_good_one_while_running(self):
        with Peer(self.leaf) as peer, Driver(self.trusted) as links:
            links.set(peer.port, SERIAL)
            links.wait_reason("connected")
            peer.use(self.root.leaf(SERIAL))
            peer.drop()
            wait_until(lambda: links.status()["connects"] == 2, 10, "connected again")

    def test_swapped_for_a_bad_one_while_running(self):
        with Peer(self.leaf) as peer, Driver(self.trusted) as links:
            links.set(peer.port, SERIAL)
            links.wait_reason("connected")
            wait_until(lambda: len(peer.published) == 2, 5, "the requests are through")
            peer.use(self_signed(self.folder, SERIAL, name="swapped"))
            peer.received = b""
            peer.drop()
            links.wait_reason("tls_untrusted")
            self.assertEqual(peer.received, b"")

    def test_broken_file_is_named(self):
        broken = self.make("broken")
        (broken / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        with Driver(broken) as links:
            self.assertEqual(links.opened["result"], "invalid")
            self.assertIn("bad.pem", links.opened["text"])

    def test_directory_of_several_files(self):
        several = self.make("several")
        self.install(self.root, several)
        self.install(self.root.intermediate("Device CA 3"), several)
        (several / "README.md").write_text("no certificate\n")
        with Driver(several) as links:
            self.assertEqual(links.opened["anchors"], 2)

    def test_probe_tells_why_not(self):
        with Driver(self.trusted) as links, Peer(None, mute) as silent, Peer(None, lambda c: None) as closing:
            self.assertEqual(links.probe(1, SERIAL)["reason"], "unreachable")
            self.assertEqual(links.probe(closing.port, SERIAL)["reason"], "unreachable")
            waited = links.probe(silent.port, SERIAL)
            self.assertEqual((waited["reason"], waited["reachable"]), ("timeout", False))
            self.assertEqual(links.probe(silent.port, SERIAL, "no-such-name.invalid")["reason"], "name_not_found")


if __name__ == "__main__":
    main()
