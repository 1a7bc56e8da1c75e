"""APNs over the HTTP/2 of nghttpx, with a plain server behind it: what that sees, and what becomes of it while it is away."""

import pathlib
import tempfile

from apple import BUNDLE, TOKEN, make_keys, settings
from lib.certs import Authority
from lib.main import count, main
from lib.nghttpx import Nghttpx
from lib.peer import Peer
from lib.wait import wait_until
from test_channels import ChannelCase

PATH = f"/3/device/{TOKEN}"


class ProxiedTest(ChannelCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="proxied-")
        cls.ca = Authority(pathlib.Path(cls.folder.name), "Push CA")
        cls.certificate, (cls.key, _) = cls.ca.server(), make_keys(pathlib.Path(cls.folder.name))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def environment(self):
        self.proxy = Nghttpx(self.certificate, self.peer.port)
        self.addCleanup(self.proxy.close)
        count("peers")
        return {**settings(self.key, self.proxy.url), "PUSH_APNS_CA_FILE": str(self.ca.pem)}

    def setUp(self):
        super().setUp()
        answer = self.daemon.post("/api/devices", {"installation_id": "phone", "name": "Phone", "platform": "ios",
                                                   "push": {"channel": "apns", "token": TOKEN}})
        self.assertEqual(answer.status, 201, answer)

    def answered(self, number):
        return wait_until(lambda: len(rows := self.proxy.requests()) >= number and rows, 10, f"{number} answers of nghttpx")

    def channel(self):
        return self.daemon.get("/api/notifications/channels").json[0]

    def test_it_comes_through_on_one_connection(self):
        rolls = [self.low()["spool_id"] for _ in range(3)]
        sent = self.ended(3)[::-1]
        rows = self.answered(3)
        self.assertEqual({(r["alpn"], r["method"], r["path"], r["status"]) for r in rows}, {("h2", "POST", PATH, 200)})
        self.assertEqual(len({r["client"] for r in rows}), 1, "the connection is kept")
        posts = self.peer.posts
        self.assertEqual([p.json["spool_id"] for p in posts], rolls)
        self.assertEqual([p.headers["apns-id"] for p in posts], [d["delivery_id"] for d in sent])
        self.assertEqual({(p.path, p.headers["apns-topic"], p.headers["apns-push-type"]) for p in posts}, {(PATH, BUNDLE, "alert")})
        self.assertEqual({p.headers["authorization"].split()[0] for p in posts}, {"bearer"})

    def test_a_server_that_is_away(self):
        """nghttpx answers 502 for it; what waits comes once, in order, when it is back."""
        self.low()
        self.ended(1)
        port = self.peer.port
        self.peer.close()
        rolls = [self.low()["spool_id"] for _ in range(2)]
        wait_until(lambda: "502" in (self.channel()["error"] or ""), 15, "its trouble")
        self.assertIn("502", self.daemon.get("/api/devices").json[0]["last_error"])
        self.assertEqual(len(self.deliveries("?state=waiting")), 2)
        self.peer = Peer(port=port)
        sent = self.ended(3)[::-1]
        self.assertEqual([p.json["spool_id"] for p in self.peer.posts], rolls)
        self.assertEqual([p.headers["apns-id"] for p in self.peer.posts], [d["delivery_id"] for d in sent[1:]])
        self.assertGreater(sent[1]["attempts"], 1)
        self.assertEqual((sent[2]["attempts"], self.channel()["error"]), (1, None))
        self.assertIsNone(self.daemon.get("/api/devices").json[0]["last_error"])

    def test_a_server_that_is_ill(self):
        self.peer.answers = [503]
        self.low()
        (sent,) = self.ended(1)
        self.assertEqual((sent["attempts"], [r["status"] for r in self.answered(2)]), (2, [503, 200]))
        self.assertEqual(len({p.headers["apns-id"] for p in self.peer.posts}), 1)


if __name__ == "__main__":
    main()
