"""A daemon and a push service with a CA of its own, devices, and rolls that become low."""

import pathlib
import tempfile
import unittest

from lib.certs import Authority
from lib.daemon import Daemon
from lib.main import count
from lib.wait import wait_until
from push_peer import PushPeer

SPOOL = {"brand": "Acme", "product_name": "PLA Basic", "material_type": "PLA", "color_hex": "#FF8800",
         "initial_weight_grams": 1000}


class PushCase(unittest.TestCase):
    kind = None
    shared = False  # one daemon for all tests of the class, whose devices end with their test

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="push-")
        cls.path = pathlib.Path(cls.folder.name)
        cls.ca = Authority(cls.path, "Push CA")
        cls.certificate = cls.ca.server()

        cls.peer = PushPeer(cls.kind, cls.certificate, *cls.peer_arguments())
        count("peers")
        if cls.shared:
            cls.daemon = cls.start()

    @classmethod
    def tearDownClass(cls):
        if cls.shared:
            cls.daemon.close()
        cls.peer.close()
        cls.folder.cleanup()

    @classmethod
    def peer_arguments(cls):
        return ()

    @classmethod
    def environment(cls):
        raise NotImplementedError

    @classmethod
    def start(cls):
        settings = {"PUSH_CA_FILE": str(cls.ca.pem), **cls.environment()}
        daemon = Daemon(more_environment={f"FILAMENTD_{key}": value for key, value in settings.items()})
        daemon.post("/api/spools", SPOOL)  # in reserve: the product as a whole is never low
        return daemon

    def setUp(self):
        self.peer.forget()
        if not self.shared:
            self.daemon = self.start()

    def tearDown(self):
        if not self.shared:
            return self.daemon.close()
        for device in self.daemon.get("/api/devices").json:
            self.daemon.delete("/api/devices/" + device["device_id"])

    def register(self, name, push, **more):
        answer = self.daemon.post("/api/devices", {"installation_id": name, "name": name, "platform": "test", "push": push, **more})
        self.assertIn(answer.status, (200, 201), answer)
        return answer.json

    def device(self, name):
        return self.daemon.get("/api/devices?installation_id=" + name).json[0]

    def low(self):
        roll = self.daemon.post("/api/spools", SPOOL).json["spool"]
        self.assertEqual(self.daemon.post(f"/api/spools/{roll['spool_id']}/adjust_weight", {"new_weight_grams": 50}).status, 200)
        return roll["spool_id"]

    def posts(self, number):
        return wait_until(lambda: len(self.peer.posts) >= number and self.peer.posts, 20, f"{number} messages")

    def deliveries(self, query=""):
        return self.daemon.get("/api/notifications" + query).json

    def ended(self, number=1, state="sent"):
        return wait_until(lambda: len(rows := self.deliveries(f"?state={state}")) == number and rows, 20, f"{number} {state}")

    def mend(self):
        """Somebody did, and tries it: that ends the pauses. Returns when the trial has arrived, which comes last."""
        (trial,) = self.daemon.post("/api/notifications/test", {}).json["deliveries"]
        wait_until(lambda: self.daemon.get(f"/api/notifications/{trial['delivery_id']}").json["state"] == "sent", 20, "a trial")

    def channel(self):
        return self.daemon.get("/api/notifications/channels").json[0]
