"""Web Push: what a browser could read, by keys that are its own, and what the answers of push services mean."""

import base64
import hashlib
import json
import re
import time

from lib.certs import make_key
from lib.main import main
from lib.wait import wait_until
from push_case import PushCase

SUBJECT = "mailto:who@example.org"
LIMIT = 4096  # of a body, RFC 8030 7.2
TOKEN_SECONDS = 12 * 3600
LIFE_SECONDS = 2 * 24 * 3600


class WebPushTest(PushCase):
    kind = "webpush"

    @classmethod
    def environment(cls):
        return {"PUSH_WEBPUSH_SUBJECT": SUBJECT}

    def browser(self, name, **more):
        key = self.daemon.get("/api/devices/webpush_key").json["public_key"]
        return self.register(name, self.peer.subscribe(name, key), **more)

    def test_a_browser_reads_it(self):
        device = self.browser("one")
        spool = self.low()
        (sent,) = self.ended()
        (post,) = self.posts(1)
        self.assertEqual(post["path"], "/send/one")
        self.assertEqual(post["header"], {"typ": "JWT", "alg": "ES256"})
        self.assertEqual((post["claims"]["aud"], post["claims"]["sub"]), (self.peer.url, SUBJECT))
        self.assertLessEqual(abs(post["claims"]["exp"] - time.time() - TOKEN_SECONDS), 30)
        headers = post["headers"]
        self.assertEqual((headers["ttl"], headers["urgency"]), (str(LIFE_SECONDS), "normal"))
        tag = f"low_spool-{spool}"
        hashed = base64.urlsafe_b64encode(hashlib.sha256(tag.encode()).digest()[:24]).decode()
        self.assertEqual(headers["topic"], hashed)
        self.assertLess(post["size"], LIMIT)
        payload = post["payload"]
        self.assertEqual((payload["title"], payload["level"], payload["tag"]), ("Roll is low", "active", tag))
        self.assertEqual((payload["spool_id"], payload["data"]["remaining_grams"], payload["actions"]), (spool, 50, []))
        self.assertEqual(payload["open_questions"], 0)
        self.assertEqual((payload["delivery_id"], sent["device_id"]), (sent["delivery_id"], device["device_id"]))
        self.assertNotIn("printer_id", payload, "what does not apply takes no room")
        self.assertIsNotNone(self.device("one")["last_ok_at"])

    def test_tokens_and_connections_are_kept(self):
        self.browser("one")
        for number in range(1, 4):
            self.low()
            self.ended(number)
        posts = self.posts(3)
        self.assertEqual((len({p["token"] for p in posts}), len({p["connection"] for p in posts})), (1, 1))

    def test_the_key_stays(self):
        read = lambda: self.daemon.get("/api/devices/webpush_key").json["public_key"]
        key, kept = read(), self.daemon.state / "vapid.key"
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        self.browser("one")
        self.daemon.restart()
        self.assertEqual(read(), key)
        self.low()
        self.ended()
        for line in kept.read_text().splitlines():
            self.assertNotIn(line, self.daemon.stderr())
        configured = make_key(self.path / "vapid.pem")
        self.daemon.stop()
        self.daemon.more_environment["FILAMENTD_PUSH_WEBPUSH_KEY"] = f"file:{configured}"
        self.daemon.start()
        self.assertNotEqual(read(), key)
        self.daemon.stop()
        self.daemon.more_environment["FILAMENTD_PUSH_WEBPUSH_SUBJECT"] = "who@example.org"
        with self.assertRaisesRegex(AssertionError, "push.webpush: .*mailto:"):
            self.daemon.start()
        self.daemon.process.end()
        self.daemon.process = None

    def test_a_browser_that_is_gone(self):
        for number, status in enumerate((404, 410), 1):
            self.browser("gone")
            self.peer.answer(status)
            self.low()
            failed = self.ended(number, "failed")[0]
            self.assertIn("knows it no longer", failed["error"])
            device = self.device("gone")
            self.assertEqual((device["enabled"], device["last_error"]), (True, failed["error"]))
            self.assertIsNotNone(device["gone_at"])
            self.assertIsNone(self.channel()["error"], "the channel works")
            self.low()
            self.assertEqual(self.deliveries("?state=waiting"), [])
        self.assertEqual(len(self.peer.posts), 2)
        self.browser("gone")
        self.low()
        self.ended()

    def test_one_that_fails_holds_up_no_other(self):
        self.browser("ill")
        self.browser("well")
        self.peer.answer(429, headers={"Retry-After": "3"})  # to the first one in order
        self.low()
        self.ended()
        self.low()
        self.ended(2)
        (ill, late) = self.deliveries("?state=waiting")
        self.assertEqual(ill["device_id"], self.device("ill")["device_id"])
        self.assertIn("429", self.device("ill")["last_error"])
        self.assertIsNone(self.device("ill")["gone_at"])
        self.assertIsNone(self.channel()["error"])
        self.assertEqual([p["path"] for p in self.peer.posts], ["/send/ill", "/send/well", "/send/well"])
        self.ended(4)
        again = [p for p in self.peer.posts if p["path"] == "/send/ill"]
        self.assertGreaterEqual(again[1]["at"] - again[0]["at"], 3000, "as long as it asked for")
        self.assertEqual(len({p["payload"]["delivery_id"] for p in again}), 2)
        self.assertIsNone(self.device("ill")["last_error"])

    def test_too_large_is_given_up(self):
        self.browser("one")
        self.peer.answer(413, reason="WhatAnotherServerOfTheHouseSays")
        self.low()
        (failed,) = self.ended(1, "failed")
        self.assertIn("413", failed["error"])
        self.assertNotIn("House", failed["error"], "a client names the endpoint, and reads no server through us")
        self.assertIsNone(self.device("one")["gone_at"])

    def test_a_wrong_key_is_told_to_the_user(self):
        self.browser("one")
        self.peer.answer(403)
        self.low()
        wait_until(lambda: self.channel()["error"], 10, "its trouble")
        self.assertIn("403", self.channel()["error"])
        self.ended()
        self.assertIsNone(self.channel()["error"])

    def test_no_address_in_what_is_told(self):
        push = self.peer.subscribe("one", self.daemon.get("/api/devices/webpush_key").json["public_key"])
        self.register("one", push)
        self.peer.answer(500)
        self.peer.answer(act="cut")
        self.low()
        self.ended()
        self.assertEqual(len(self.peer.posts), 3)
        told = self.daemon.stderr() + json.dumps(self.deliveries()) + json.dumps(self.device("one"))
        self.assertIsNone(re.search("/send/|" + "|".join((push["p256dh"], push["auth"])), told))


if __name__ == "__main__":
    main()
