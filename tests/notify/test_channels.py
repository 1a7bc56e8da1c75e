"""Each channel writes what its server expects, and its answers decide what becomes of a delivery."""

import hashlib
import hmac
import time
import unittest

from lib.daemon import Daemon
from lib.main import count, main
from lib.peer import Peer
from lib.wait import wait_until

SPOOL = {"brand": "Acme", "product_name": "PLA Basic", "material_type": "PLA", "color_hex": "#FF8800",
         "initial_weight_grams": 1000}
SECRET = "a secret of the user's"
TOKEN = "a-long-lived-access-token"


class ChannelCase(unittest.TestCase):
    status = 200

    def environment(self):
        return {}

    def setUp(self):
        self.peer = Peer(self.status)
        count("peers")
        self.daemon = Daemon(more_environment={f"FILAMENTD_{k}": v for k, v in self.environment().items()})
        self.daemon.post("/api/spools", SPOOL)  # in reserve: the product as a whole is never low

    def tearDown(self):
        self.daemon.close()
        self.peer.close()

    def low(self):
        """A roll becomes low: one alert."""
        roll = self.daemon.post("/api/spools", SPOOL).json["spool"]
        self.assertEqual(self.daemon.post(f"/api/spools/{roll['spool_id']}/adjust_weight",
                                          {"new_weight_grams": 50}).status, 200)
        return roll

    def posts(self, number, timeout=15):
        wait_until(lambda: len(self.peer.posts) >= number, timeout, f"{number} messages")
        return self.peer.posts

    def deliveries(self, query=""):
        return self.daemon.get("/api/notifications" + query).json

    def ended(self, number=1, state="sent"):
        wait_until(lambda: len(self.deliveries(f"?state={state}")) == number, 15, f"{number} {state}")
        return self.deliveries(f"?state={state}")


class WebhookTest(ChannelCase):
    def environment(self):
        return {"PUSH_WEBHOOK_URL": self.peer.url + "/hook?x=1", "PUSH_WEBHOOK_SECRET": SECRET}

    def test_a_low_roll_is_told_once_and_signed(self):
        roll = self.low()
        post = self.posts(1)[0]
        (sent,) = self.ended()
        self.assertEqual(post.path, "/hook?x=1")
        body = post.json
        self.assertEqual((body["type"], body["level"], body["severity"]), ("low_spool", "active", "warning"))
        self.assertEqual((body["title"], body["tag"]), ("Roll is low", "low_spool-" + roll["spool_id"]))
        self.assertIn("has 50.0 g left", body["message"])
        self.assertEqual((body["spool_id"], body["actions"], body["printer_id"]), (roll["spool_id"], [], None))
        self.assertEqual(body["data"]["remaining_grams"], 50)
        signed = hmac.new(SECRET.encode(), post.headers["X-Timestamp"].encode() + b"." + post.body, hashlib.sha256)
        self.assertEqual(post.headers["X-Signature-256"], "sha256=" + signed.hexdigest())
        self.assertLess(abs(time.time() - int(post.headers["X-Timestamp"])), 60)
        self.assertEqual(post.headers["X-Delivery-Id"], sent["delivery_id"])
        self.assertEqual((sent["channel"], sent["kind"], sent["attempts"], sent["error"]), ("webhook", "low_spool", 1, None))
        self.assertEqual(sent["alert_id"], body["alert_id"])
        (channel,) = self.daemon.get("/api/notifications/channels").json
        self.assertEqual((channel["channel"], channel["ready"], channel["waiting"], channel["error"]), ("webhook", True, 0, None))
        self.assertIsNotNone(channel["last_ok_at"])

    def test_figures_are_as_they_are_shown(self):
        roll = self.daemon.post("/api/spools", SPOOL).json["spool"]["spool_id"]
        self.daemon.post(f"/api/spools/{roll}/adjust_weight", {"new_weight_grams": 49.99})
        self.assertIn(b'"remaining_grams":49.99,', self.posts(1)[0].body)

    def test_it_is_tried_again_in_order(self):
        self.peer.answers = [503, (429, {"Retry-After": "1"})]
        self.low()
        self.posts(1)
        wait_until(lambda: self.daemon.get("/api/notifications/channels").json[0]["error"], 10, "its trouble")
        channel = self.daemon.get("/api/notifications/channels").json[0]
        self.assertIn("503", channel["error"])
        self.assertEqual(channel["waiting"], 1)
        self.low()
        first, again, third, second = self.posts(4)[:4]
        ids = [p.headers["X-Delivery-Id"] for p in (first, again, third, second)]
        self.assertEqual((len(set(ids[:3])), len(set(ids))), (1, 2), "the first one comes through before the next")
        self.assertEqual(first.json["alert_id"], third.json["alert_id"])
        self.assertEqual({d["attempts"] for d in self.ended(2)}, {1, 3})
        self.assertIsNone(self.daemon.get("/api/notifications/channels").json[0]["error"])
        self.assertEqual(len(self.peer.connections), 1, "the connection is kept")

    def test_what_is_never_taken_does_not_hold_up_the_others(self):
        self.peer.answers = [422]
        self.low()
        (failed,) = self.ended(1, "failed")
        self.assertIn("422", failed["error"])
        self.low()
        self.ended(1)

    def test_what_is_over_is_not_told_any_more(self):
        self.peer.answers = [500]
        roll = self.low()
        self.posts(1)
        self.daemon.post(f"/api/spools/{roll['spool_id']}/adjust_weight", {"new_weight_grams": 900})
        (dropped,) = self.ended(1, "dropped")
        self.assertEqual((dropped["error"], dropped["attempts"]), ("its cause has gone", 1))
        self.assertEqual(len(self.peer.posts), 1)
        used = self.daemon.cpu_seconds()
        time.sleep(2)
        self.assertLess(self.daemon.cpu_seconds() - used, 0.2, "with nothing left to send it sleeps")

    def test_a_kill_loses_nothing_and_doubles_nothing_else(self):
        self.low()
        self.ended(1)
        self.peer.gate.clear()
        self.low()
        wait_until(lambda: self.deliveries("?state=waiting"), 10, "one under way")
        self.daemon.kill()
        self.peer.gate.set()
        self.daemon.start()
        self.ended(2)
        ids = [p.headers["X-Delivery-Id"] for p in self.peer.posts]
        self.assertEqual(len(set(ids)), 2)
        self.assertLessEqual(len(ids), 3, "at most the one whose answer was lost came twice")

    def test_a_stop_waits_for_the_answer(self):
        self.low()
        self.ended(1)
        self.daemon.restart()
        self.low()
        self.ended(2)
        self.assertEqual(len(self.peer.posts), 2)

    def test_what_the_client_has_is_no_longer_true(self):
        """The log is in no feed of changes: its ETag follows what it says."""
        paths = ("/api/notifications", "/api/notifications/channels")
        tags = {path: self.daemon.get(path).headers["ETag"] for path in paths}
        self.assertEqual({self.daemon.get(path, headers={"If-None-Match": tag}).status for path, tag in tags.items()}, {304})
        self.low()
        self.ended(1)
        self.assertEqual({self.daemon.get(path, headers={"If-None-Match": tag}).status for path, tag in tags.items()}, {200})

    def test_trial(self):
        answer = self.daemon.post("/api/notifications/test", {})
        self.assertEqual(answer.status, 202)
        (trial,) = answer.json["deliveries"]
        post = self.posts(1)[0]
        self.assertEqual((post.json["type"], post.headers["X-Delivery-Id"]), ("test", trial["delivery_id"]))
        wait_until(lambda: self.daemon.get(f"/api/notifications/{trial['delivery_id']}").json["state"] == "sent", 10)
        other = self.daemon.post("/api/notifications/test", {"channel": "ntfy"})
        self.assertEqual((other.status, other.json["code"]), (409, "channel_not_ready"))
        none = self.daemon.post("/api/notifications/test", {"device_id": "0198c0de-0000-7000-8000-000000000000"})
        self.assertEqual((none.status, none.json["code"]), (409, "nothing_to_test"))

    def test_many_wait_while_the_net_is_down(self):
        """In order, quickly, and not from memory."""
        number, port = 100, self.peer.port
        self.low()
        self.ended(1)
        self.peer.close()
        rolls = [self.low()["spool_id"] for _ in range(number)]
        self.peer = Peer(port=port)
        self.daemon.post("/api/notifications/test", {})  # ends the pause
        wait_until(lambda: len(self.peer.posts) == number + 1, 30, "all of them")
        self.assertEqual([p.json["spool_id"] for p in self.peer.posts], [*rolls, None])
        self.ended(number + 2)

    def test_a_channel_that_is_not_configured_any_more(self):
        self.peer.status = 503
        self.low()
        self.posts(1)
        self.daemon.stop()
        self.daemon.more_environment = {}
        self.daemon.start()
        (dropped,) = self.ended(1, "dropped")
        self.assertIn("not configured", dropped["error"])
        self.low()
        self.assertEqual(len(self.deliveries()), 1, "nothing is queued for nobody")


class HomeAssistantTest(ChannelCase):
    def environment(self):
        return {"HOMEASSISTANT_URL": self.peer.url, "HOMEASSISTANT_TOKEN": TOKEN, "HOMEASSISTANT_POLL_SECONDS": "0",
                "HOMEASSISTANT_WEBHOOK_ID": "filament-alerts-4711", "HOMEASSISTANT_NOTIFY_SERVICE": "mobile_app_phone"}

    def test_both_ways(self):
        roll = self.low()
        by_path = {p.path: p for p in self.posts(2)}
        hook, service = by_path["/api/webhook/filament-alerts-4711"], by_path["/api/services/notify/mobile_app_phone"]
        self.assertNotIn("Authorization", hook.headers)
        self.assertEqual(service.headers["Authorization"], "Bearer " + TOKEN)
        self.assertEqual(hook.json["title"], service.json["title"])
        data = service.json["data"]
        self.assertEqual((data["tag"], data["push"], data["actions"]),
                         ("low_spool-" + roll["spool_id"], {"interruption-level": "active"}, []))
        self.assertEqual({d["channel"] for d in self.ended(2)}, {"homeassistant", "homeassistant_notify"})

    def test_a_wrong_token_is_visible(self):
        self.peer.status = 401
        self.low()
        self.posts(2)
        wait_until(lambda: all(c["error"] for c in self.daemon.get("/api/notifications/channels").json), 10, "errors")
        self.assertNotIn(TOKEN, self.daemon.stderr())


class NtfyTest(ChannelCase):
    def environment(self):
        return {"PUSH_NTFY_URL": self.peer.url, "PUSH_NTFY_TOPIC": "rolls", "PUSH_NTFY_TOKEN": "tk_secret"}

    def test_message(self):
        self.low()
        post = self.posts(1)[0]
        self.assertEqual((post.path, post.headers["Authorization"]), ("/", "Bearer tk_secret"))
        self.assertEqual({k: post.json[k] for k in ("topic", "title", "priority", "tags", "actions")},
                         {"topic": "rolls", "title": "Roll is low", "priority": 3, "tags": ["low_spool"], "actions": []})
        self.ended(1)


class GotifyAndPushoverTest(ChannelCase):
    def environment(self):
        return {"PUSH_GOTIFY_URL": self.peer.url, "PUSH_GOTIFY_TOKEN": "app-token", "PUSH_PUSHOVER_URL": self.peer.url,
                "PUSH_PUSHOVER_TOKEN": "po-token", "PUSH_PUSHOVER_USER": "po-user"}

    def test_messages(self):
        self.low()
        by_path = {p.path: p for p in self.posts(2)}
        gotify, pushover = by_path["/message"], by_path["/1/messages.json"]
        self.assertEqual((gotify.headers["X-Gotify-Key"], gotify.json["priority"]), ("app-token", 5))
        self.assertEqual((pushover.json["token"], pushover.json["user"], pushover.json["priority"]), ("po-token", "po-user", 0))
        self.assertEqual(gotify.json["message"], pushover.json["message"])
        self.ended(2)


if __name__ == "__main__":
    main()
