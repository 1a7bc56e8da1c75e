"""Polls that do not come through: nobody answers, a stranger's certificate, an answer that takes its time, restored entities."""

import ssl
import tempfile

from lib.certs import self_signed
from lib.home_assistant import Fake
from lib.main import main
from lib.wait import wait_until
from test_poll import SERIAL, PollCase


class TroubleTest(PollCase):
    def setUp(self):
        super().setUp()
        self.fake.tray(SERIAL, 1, 1, "Generic PLA", "#FF0000FF")
        self.fake.print(SERIAL, "idle")
        self.daemon.start()
        wait_until(lambda: 1 in self.slots(), 15, "the slot")

    def turn_to(self, url, reason):
        self.assertEqual(self.daemon.put("/api/settings", {"homeassistant.url": url}).status, 200)
        wait_until(lambda: self.reason() == reason, 20, reason)

    def test_nobody_answers(self):
        other = Fake()
        other.close()
        self.turn_to(other.url, "unreachable")
        self.turn_to(self.fake.url, "ok")
        self.assertEqual(self.slots()[1]["current_ha_material"], "PLA", "nothing was cleared")

    def test_a_stranger_is_not_told_the_token(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate = self_signed(folder, "127.0.0.1")
            stranger = Fake()
            self.addCleanup(stranger.close)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.pem, certificate.key)
            stranger.server.socket = context.wrap_socket(stranger.server.socket, server_side=True)
            self.turn_to(stranger.url.replace("http:", "https:"), "certificate_not_trusted")
        self.assertEqual((stranger.asked, stranger.tokens), ([], set()))

    def test_a_slow_answer_is_waited_for(self):
        self.fake.mode = "slow"
        self.fake.tray(SERIAL, 1, 1, "Generic PETG", "#FF0000FF", "PETG", "GFG99")
        wait_until(lambda: self.slots()[1]["current_ha_material"] == "PETG", 30, "what came late")
        self.assertEqual(self.reason(), "ok")

    def test_restored_entities_clear_nothing(self):
        """After a start of Home Assistant, until the integration is there: no attributes but that it was restored."""
        for entity in self.fake.entities.values():
            entity.state, entity.attributes = "unavailable", {"restored": True}
        before = len(self.fake.asked)
        wait_until(lambda: len(self.fake.asked) > before + 2, 15, "two polls")
        self.assertEqual(self.slots()[1]["current_ha_material"], "PLA")
        self.assertEqual(self.reason(), "ok")


if __name__ == "__main__":
    main()
