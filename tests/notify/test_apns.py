"""APNs: what Apple's server would get over HTTP/2, verified by node, and each of its answers."""

import time

from apple import BUNDLE, KEY_ID, OTHER, TEAM, TOKEN, make_keys, settings
from lib.daemon import Daemon
from lib.main import count, main
from lib.wait import wait_until
from push_case import SPOOL, PushCase
from push_peer import PushPeer

LIMIT = 4096
LIFE_SECONDS, TOKEN_SECONDS = 2 * 24 * 3600, 40 * 60


class ApnsTest(PushCase):
    kind = "apns"
    shared = True

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.sandbox.close()

    @classmethod
    def peer_arguments(cls):
        cls.key, cls.public = make_keys(cls.path)
        return (cls.public,)

    @classmethod
    def environment(cls):
        cls.sandbox = PushPeer("apns", cls.certificate, cls.public)
        count("peers")
        return settings(cls.key, cls.peer.url, cls.sandbox.url)

    def setUp(self):
        super().setUp()
        self.sandbox.forget()

    def phone(self, name="phone", token=TOKEN, **more):
        return self.register(name, {"channel": "apns", "token": token, **more})

    def test_request(self):
        self.phone()
        self.phone("mac", OTHER, bundle_id="org.example.Desk")
        spool = self.low()
        self.ended(2)
        post, other = self.posts(2)
        self.assertEqual((post["path"], other["path"]), (f"/3/device/{TOKEN}", f"/3/device/{OTHER}"))
        self.assertEqual(post["header"], {"alg": "ES256", "kid": KEY_ID})
        self.assertEqual(post["claims"]["iss"], TEAM)
        self.assertTrue(-1 < time.time() - post["claims"]["iat"] < TOKEN_SECONDS, post["claims"])
        headers = post["headers"]
        sent = self.deliveries(f"?device_id={self.device('phone')['device_id']}")[0]
        self.assertEqual((headers["apns-id"], headers["apns-topic"], headers["apns-push-type"], headers["apns-priority"]),
                         (sent["delivery_id"], BUNDLE, "alert", "10"))
        self.assertEqual((headers["apns-collapse-id"], headers["content-type"]), (f"low_spool-{spool}", "application/json"))
        self.assertLess(abs(int(headers["apns-expiration"]) - time.time() - LIFE_SECONDS), 30)
        self.assertEqual(other["headers"]["apns-topic"], "org.example.Desk")
        payload = post["payload"]
        aps = payload["aps"]
        self.assertEqual(aps["alert"]["title"], "Roll is low")
        self.assertIn("has 50.0 g left", aps["alert"]["body"])
        self.assertEqual({k: v for k, v in aps.items() if k != "alert"},
                         {"sound": "default", "thread-id": "filamentd", "interruption-level": "active", "badge": 0})
        self.assertEqual((payload["type"], payload["spool_id"], payload["data"]["remaining_grams"]), ("low_spool", spool, 50))
        self.assertNotIn("candidates", payload)
        self.low()
        self.ended(4)
        posts = self.posts(4)
        self.assertEqual((len({p["connection"] for p in posts}), len({p["token"] for p in posts})), (1, 1), "both are kept")
        self.assertEqual(self.sandbox.posts, [])
        self.assertNotIn(TOKEN, self.daemon.stderr())

    def test_long_texts(self):
        self.phone()
        roll = self.daemon.post("/api/spools", {**SPOOL, "brand": "ﷺ" * 200, "product_name": "ß\U0001f9f5" * 100}).json["spool"]
        self.daemon.post(f"/api/spools/{roll['spool_id']}/adjust_weight", {"new_weight_grams": 50})
        for post in self.posts(2):  # the roll, and its product
            self.assertLessEqual(post["size"], LIMIT)
            self.assertTrue(post["payload"]["aps"]["alert"]["body"].endswith("…"))

    def test_the_other_environment(self):
        self.phone()
        self.peer.answer(400, reason="BadDeviceToken")
        self.low()
        (sent,) = self.ended()
        self.assertEqual((sent["attempts"], sent["error"]), (1, None), "at once")
        self.assertEqual((len(self.peer.posts), len(self.sandbox.posts)), (1, 1))
        self.assertEqual((self.device("phone")["environment"], self.device("phone")["gone_at"]), ("sandbox", None))
        self.low()
        self.ended(2)
        self.assertEqual((len(self.peer.posts), len(self.sandbox.posts)), (1, 2), "it is known from then on")

    def test_no_such_token_anywhere(self):
        self.phone()
        self.phone("well", OTHER)
        for peer in (self.peer, self.sandbox):
            peer.answer(400, reason="BadDeviceToken")
        self.low()
        (failed,) = self.ended(1, "failed")
        self.ended(1)
        self.assertIn("BadDeviceToken", failed["error"])
        device = self.device("phone")
        self.assertEqual((device["last_error"], device["environment"]), (failed["error"], "production"))
        self.assertIsNotNone(device["gone_at"])
        self.low()
        self.assertEqual(len(self.ended(2)), 2)
        self.assertEqual({p["path"] for p in self.peer.posts[1:]}, {f"/3/device/{OTHER}"})
        self.assertIsNone(self.channel()["error"])

    def test_tokens_that_expired(self):
        self.phone()
        self.peer.answer(403, reason="ExpiredProviderToken")
        self.low()
        (sent,) = self.ended()
        self.assertEqual(sent["attempts"], 1, "again at once")
        first, again = self.posts(2)
        self.assertNotEqual(first["token"], again["token"])
        self.assertEqual(first["headers"]["apns-id"], again["headers"]["apns-id"])
        self.peer.answer(403, reason="ExpiredProviderToken")
        self.low()
        wait_until(lambda: self.channel()["error"], 10, "its trouble")
        self.assertIn("clock", self.channel()["error"])
        self.mend()
        self.ended(3)
        self.assertEqual(len({p["token"] for p in self.posts(5)}), 2, "Apple refuses whoever makes them too often")

    def test_unregistered(self):
        self.phone()
        now = int(time.time() * 1000)
        self.peer.answer(410, reason="Unregistered", timestamp=now - 3600 * 1000)
        self.low()
        (sent,) = self.ended()
        self.assertEqual(sent["attempts"], 2, "the app has registered since then")
        number = 0
        for answer in ({"timestamp": now + 60000}, {}):
            for reason in ("Unregistered", "ExpiredToken"):
                self.phone()
                self.peer.answer(410, reason=reason, **answer)
                self.low()
                number += 1
                self.assertIn(reason, self.ended(number, "failed")[0]["error"])
                self.assertIsNotNone(self.device("phone")["gone_at"])
        self.assertIsNone(self.phone()["gone_at"])

    def test_a_token_that_changes_meanwhile(self):
        """What is said of the old one does not concern the new one."""
        self.phone()
        self.peer.answer(410, act=700, reason="Unregistered")
        self.low()
        self.posts(1)
        self.phone(token=OTHER)
        self.ended()
        self.assertEqual([p["path"] for p in self.posts(2)], [f"/3/device/{TOKEN}", f"/3/device/{OTHER}"])
        self.assertEqual((self.device("phone")["gone_at"], self.device("phone")["last_error"]), (None, None))

    def test_it_arrives_in_the_end(self):
        """Whatever the server does: each once as far as it knows, by apns-id."""
        self.phone()
        orders = ({"act": "reset"}, {"act": "cut"}, {"act": "goaway"}, {"status": 500, "reason": "InternalServerError"},
                  {"status": 503, "reason": "ServiceUnavailable"}, {"status": 503, "reason": "Shutdown"},
                  {"status": 400, "reason": "IdleTimeout"}, {"status": 429, "reason": "TooManyProviderTokenUpdates"}, {"act": 700})
        for number, order in enumerate(orders):
            self.peer.answer(**order)
            self.low()
            if number and "status" in order:  # the first ones wait as long as they have to
                wait_until(lambda: self.device("phone")["last_error"], 10, "its trouble")
                self.mend()
            wait_until(lambda: not self.deliveries("?state=waiting"), 20, "its end")
            self.assertIsNone(self.device("phone")["last_error"])
        wanted = {d["delivery_id"] for d in self.deliveries()}
        self.assertEqual({p["headers"]["apns-id"] for p in self.peer.posts}, wanted)
        self.assertGreater(len({p["connection"] for p in self.peer.posts}), 1)

    def test_too_many_for_one(self):
        self.phone("busy")
        self.phone("well", OTHER)
        self.peer.answer(429, headers={"retry-after": "2"}, reason="TooManyRequests")
        self.low()
        self.ended()
        self.assertIn("TooManyRequests", self.device("busy")["last_error"])
        self.assertIsNone(self.channel()["error"])
        self.ended(2)
        times = [p["at"] for p in self.peer.posts if p["path"].endswith(TOKEN)]
        self.assertGreaterEqual(times[1] - times[0], 2000)

    def test_a_server_that_is_ill_is_tried_by_one_at_a_time(self):
        """Not by each device in turn; and Apple's other server is another one."""
        tokens = [f"{n:02x}" * 32 for n in range(1, 5)]
        for number, token in enumerate(tokens):
            self.phone(f"phone {number}", token)
        for _ in range(2):
            self.peer.answer(503, reason="ServiceUnavailable")
        self.low()
        self.posts(1)
        self.phone("tested", OTHER, environment="sandbox")
        self.low()
        self.ended(2 * len(tokens) + 1)
        tried = [post["at"] for post in self.peer.posts]
        self.assertEqual((len(tried), len(self.sandbox.posts)), (2 * len(tokens) + 2, 1))
        self.assertGreaterEqual(tried[1] - tried[0], 1000)
        self.assertGreaterEqual(tried[2] - tried[1], 2000)
        self.assertLess(self.sandbox.posts[0]["at"], tried[2])

    def test_a_pause_is_not_inherited(self):
        """A device that was deleted takes its pause along, although the next one may get its number."""
        self.phone("busy")
        self.peer.answer(429, headers={"retry-after": "60"}, reason="TooManyRequests")
        self.low()
        wait_until(lambda: self.device("busy")["last_error"], 10, "its refusal")
        self.daemon.delete("/api/devices/" + self.device("busy")["device_id"])
        self.phone("new", OTHER)
        self.low()
        (sent,) = self.ended(1)
        self.assertEqual((sent["attempts"], self.posts(2)[1]["path"]), (1, f"/3/device/{OTHER}"))

    def test_a_trial_ends_a_pause(self):
        """Also one whose number a deleted device's had."""
        for name in ("old", "new"):
            self.phone(name)
            self.peer.answer(429, headers={"retry-after": "60"}, reason="TooManyRequests")
            self.low()
            wait_until(lambda: self.device(name)["last_error"], 10, "its refusal")
            self.mend()
            self.ended(2)
            self.daemon.delete("/api/devices/" + self.device(name)["device_id"])

    def test_a_pause_that_nobody_ends(self):
        """A device that is muted while it pauses leaves nothing behind that keeps the daemon busy."""
        self.phone()
        self.peer.answer(429, headers={"retry-after": "1"}, reason="TooManyRequests")
        self.low()
        wait_until(lambda: self.device("phone")["last_error"], 10, "its refusal")
        self.daemon.patch(f"/api/devices/{self.device('phone')['device_id']}", {"enabled": False})
        self.ended(1, "dropped")
        time.sleep(1.5)  # its pause is over
        used = self.daemon.cpu_seconds()
        time.sleep(1)
        self.assertLess(self.daemon.cpu_seconds() - used, 0.3)

    def test_wrong_configuration(self):
        """It is told to the user, and nothing is lost. All that Apple lists under these statuses and nothing else explains."""
        self.phone()
        wrong = [(400, reason) for reason in ("BadCollapseId", "BadExpirationDate", "BadMessageId", "BadPriority", "BadTopic",
                                              "DuplicateHeaders", "InvalidPushType", "MissingDeviceToken", "MissingTopic",
                                              "PayloadEmpty", "TopicDisallowed")]
        wrong += [(403, reason) for reason in ("BadCertificate", "BadCertificateEnvironment", "Forbidden", "InvalidProviderToken",
                                               "MissingProviderToken")] + [(404, "BadPath"), (405, "MethodNotAllowed")]
        for number, (status, reason) in enumerate(wrong, 1):
            self.peer.answer(status, reason=reason)
            self.low()
            wait_until(lambda: self.channel()["error"], 10, "its trouble")
            self.assertIn(reason, self.channel()["error"])
            self.mend()
            self.ended(2 * number)
            self.assertIsNone(self.channel()["error"])
        self.assertIsNone(self.device("phone")["gone_at"])

    def test_what_is_given_up(self):
        self.phone()
        self.peer.answer(413, reason="PayloadTooLarge")
        self.low()
        self.assertIn("PayloadTooLarge", self.ended(1, "failed")[0]["error"])
        self.peer.answer(400, reason="DeviceTokenNotForTopic")
        self.low()
        self.ended(2, "failed")
        self.assertIn("DeviceTokenNotForTopic", self.device("phone")["last_error"])
        self.assertIsNotNone(self.device("phone")["gone_at"])

    def test_a_key_that_is_none(self):
        daemon = Daemon(start=False, more_environment={**self.daemon.more_environment, "FILAMENTD_PUSH_APNS_KEY": f"file:{self.public}"})
        with self.assertRaisesRegex(AssertionError, "push.apns: this is no private key"):
            daemon.start()
        daemon.process.end()
        daemon.process = None
        daemon.close()


if __name__ == "__main__":
    main()
