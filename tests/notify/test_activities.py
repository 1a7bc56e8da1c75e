"""Live Activities: what Apple's server would get of a print, once and in time, whatever happens in between."""

import json
import sqlite3
import time

from apple import BUNDLE, NOW, SAVING, SHOWN, SHOWN_TOO, START, TOKEN, make_keys, settings
from lib.main import main
from lib.wait import wait_until
from push_case import PushCase

SECRET = "a-secret-of-the-house"
HOLD_MS = 5000
QUIET_SECONDS = 1.6  # longer than the courier takes to look again


class ActivitiesTest(PushCase):
    kind = "apns"

    @classmethod
    def peer_arguments(cls):
        cls.key, cls.public = make_keys(cls.path)
        return (cls.public,)

    @classmethod
    def environment(cls):
        return {**settings(cls.key, cls.peer.url), "WEBHOOK_SECRET": SECRET}

    def setUp(self):
        super().setUp()
        self.daemon.post("/api/printers", {"printer_id": "p1", "name": "Shelf", "source": "homeassistant"})

    def phone(self, start=START, **more):
        push = {"channel": "apns", "token": TOKEN, **({"live_activity_start_token": start} if start else {}), **more}
        self.device_id = self.register("phone", push)["device_id"]

    def tell(self, status, **more):
        """As Home Assistant does of the printer."""
        answer = self.daemon.post("/webhook/homeassistant/print_event", {"printer_id": "p1", "status": status, **more},
                                  key=None, headers={"X-Webhook-Secret": SECRET})
        self.assertIn(answer.status, (200, 202), answer)
        return answer.json

    def print(self):
        self.job = self.tell("printing", gcode_file_name="boat.3mf", progress=1)["job_id"]
        self.assertTrue(self.job)

    def shows(self, token=SHOWN, status=201):
        answer = self.daemon.post(f"/api/devices/{self.device_id}/activities", {"job_id": self.job, "token": token})
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def told(self):
        """What was sent to activities: alerts of the same device do not count."""
        return [p for p in self.peer.posts if p["headers"]["apns-push-type"] == "liveactivity"]

    def wait_told(self, number):
        told = wait_until(lambda: len(t := self.told()) >= number and t, 20, f"{number} of activities")
        self.assertEqual(len(told), number)
        return told[-1]

    def noted(self, number):
        """Its answer is written down: from then on a kill repeats nothing."""
        def rows():
            with sqlite3.connect(f"file:{self.daemon.state}/filamentd.db?mode=ro", uri=True) as db:
                return db.execute("SELECT sent FROM activity WHERE sent IS NOT NULL").fetchall()
        state = self.wait_told(number)["payload"]["aps"]["content-state"]
        wait_until(lambda: any(json.loads(sent) == state for sent, in rows()), 10, "the note of what was sent")

    def silent(self, number):
        time.sleep(QUIET_SECONDS)
        self.assertEqual(len(self.told()), number, self.told())

    def test_one_that_was_started_and_could_not_be_noted_is_not_started_again(self):
        self.peer.answer(act=1500)
        self.phone()
        self.print()
        self.wait_told(1)
        store = sqlite3.connect(self.daemon.state / "filamentd.db", isolation_level=None)
        store.execute("BEGIN IMMEDIATE")
        wait_until(lambda: "channel=apns problem=" in self.daemon.stderr(), 30, "an answer that cannot be noted")
        store.close()
        self.noted(1)
        self.silent(1)

    def test_a_print_from_start_to_end(self):
        self.phone()
        self.print()
        start = self.wait_told(1)
        aps = start["payload"]["aps"]
        self.assertEqual((start["path"], start["headers"]["apns-topic"], start["headers"]["apns-priority"]),
                         (f"/3/device/{START}", BUNDLE + ".push-type.liveactivity", NOW))
        self.assertEqual((aps["event"], aps["attributes-type"]), ("start", "PrintActivityAttributes"))
        self.assertEqual(aps["attributes"], {"job_id": self.job, "printer_id": "p1", "name": "boat.3mf"})
        self.assertEqual(aps["alert"], {"title": "Shelf", "body": "boat.3mf"})
        self.assertEqual(aps["content-state"], {"status": "printing", "progress_percent": 1, "layer": None, "total_layers": None,
                                                "ends_at": None, "runout_slot": None, "runout_text": None})
        self.assertLess(abs(aps["timestamp"] - time.time()), 30)
        self.assertGreater(aps["stale-date"], aps["timestamp"])
        self.shows()
        self.tell("printing", progress=4)
        self.silent(1)  # it shows what the start said, and this is less than a step
        for percent in (12, 20, 31):
            self.tell("printing", progress=percent)
        update = self.wait_told(2)
        state = update["payload"]["aps"]["content-state"]
        self.assertEqual((update["path"], update["payload"]["aps"]["event"], update["headers"]["apns-priority"]),
                         (f"/3/device/{SHOWN}", "update", SAVING))
        self.assertEqual((state["status"], state["progress_percent"]), ("printing", 31), "only the newest")
        self.assertGreaterEqual(update["at"] - start["at"], HOLD_MS - 100)
        self.tell("paused")
        paused = self.wait_told(3)
        self.assertEqual((paused["payload"]["aps"]["content-state"]["status"], paused["headers"]["apns-priority"]), ("paused", NOW))
        self.assertLess(paused["at"] - update["at"], HOLD_MS, "another status does not wait")
        self.daemon.put(f"/api/print_jobs/{self.job}/end", {"status": "cancelled"})
        end = self.wait_told(4)["payload"]["aps"]
        self.assertEqual((end["event"], end["content-state"]["status"]), ("end", "cancelled"))
        self.assertGreater(end["dismissal-date"], end["timestamp"])
        self.noted(4)
        self.assertIsNotNone(self.shows(status=200)["ended_at"])
        self.silent(4)
        self.assertNotIn(START, self.daemon.stderr())
        self.assertNotIn(SHOWN, self.daemon.stderr())

    def test_kills_repeat_nothing(self):
        self.phone()
        self.print()
        self.noted(1)
        self.daemon.kill()
        self.daemon.start()
        self.silent(1)
        self.shows()
        self.tell("paused")
        self.noted(2)
        self.daemon.kill()
        self.daemon.start()
        self.silent(2)
        self.daemon.put(f"/api/print_jobs/{self.job}/end", {"status": "completed"})
        self.noted(3)
        self.daemon.kill()
        self.daemon.start()
        self.silent(3)

    def test_tokens_that_are_gone(self):
        """The activity is, the device is not."""
        self.phone(start=None)
        self.print()
        for number, (status, reason, times) in enumerate(((410, "Unregistered", 1), (400, "BadDeviceToken", 2))):
            for _ in range(times):  # the other environment is asked, too
                self.peer.answer(status, reason=reason)
            before = len(self.told())
            token = f"{number:02x}" * 80
            self.shows(token, 201 if number == 0 else 200)
            wait_until(lambda: self.shows(token, 200)["gone_at"], 10, "its end")
            self.assertEqual(len(self.told()), before + times)
            self.assertEqual((self.device("phone")["gone_at"], self.device("phone")["last_error"]), (None, None))
        count = len(self.told())
        self.tell("paused")
        self.silent(count)
        self.low()
        self.ended()
        self.shows(SHOWN_TOO, 200)
        self.assertEqual(self.wait_told(count + 1)["path"], f"/3/device/{SHOWN_TOO}")

    def test_an_answer_that_is_late(self):
        """A server that is ill gets the newest state, not all that it missed."""
        self.phone(start=None)
        self.print()
        self.peer.answer(503, reason="ServiceUnavailable", headers={"retry-after": "2"})
        self.shows()
        first = self.wait_told(1)
        self.tell("printing", progress=40)
        self.tell("paused")
        again = self.wait_told(2)
        self.assertGreaterEqual(again["at"] - first["at"], 2000)
        self.assertEqual(again["payload"]["aps"]["content-state"]["status"], "paused")
        self.silent(2)
        self.assertIsNone(self.device("phone")["last_error"])

    def test_one_is_throttled_and_not_the_other(self):
        """Apple counts alerts and updates of activities apart: neither waits for the other one's pause."""
        self.phone(start=None)
        self.print()
        self.shows()
        self.wait_told(1)
        self.peer.answer(429, reason="TooManyRequests", headers={"retry-after": "60"})
        self.tell("paused")
        self.wait_told(2)
        self.low()
        (sent,) = self.ended()
        self.assertEqual(sent["attempts"], 1)
        self.silent(2)
        self.daemon.post("/api/notifications/test", {})  # ends all pauses
        self.ended(2)
        self.wait_told(3)
        self.peer.answer(429, reason="TooManyRequests", headers={"retry-after": "60"})
        self.low()
        wait_until(lambda: self.deliveries("?state=waiting")[0]["attempts"], 10, "its refusal")
        self.tell("printing", progress=60)
        self.assertEqual(self.wait_told(4)["payload"]["aps"]["content-state"]["status"], "printing")
        self.assertEqual(len(self.deliveries("?state=waiting")), 1)

    def test_registration(self):
        self.phone(start=None)
        self.print()
        made = self.shows()
        self.assertEqual((made["device_id"], made["job_id"], made["gone_at"]), (self.device_id, self.job, None))
        self.noted(1)
        again = self.shows(SHOWN.upper(), 200)
        self.assertEqual(again["activity_id"], made["activity_id"])
        path = f"/api/devices/{self.device_id}/activities"
        wait_until(lambda: self.daemon.get(path).json[0]["last_sent_at"], 10, "Apple's answer is noted")
        (listed,) = self.daemon.get(path).json
        self.assertEqual({**listed, "last_sent_at": None}, {**made, "last_sent_at": None}, "what the server holds, without the token")
        self.assertEqual(self.daemon.get(f"/api/devices/{self.job}/activities").json["code"], "device_not_found")
        self.assertEqual(self.daemon.post(path, {"job_id": self.job, "token": "xyz"}).status, 422)
        self.assertEqual(self.daemon.post(path, {"job_id": self.device_id, "token": SHOWN}).json["code"], "job_not_found")
        self.assertEqual(self.daemon.post(f"/api/devices/{self.job}/activities", {"job_id": self.job, "token": SHOWN}).status, 404)
        self.assertNotIn(SHOWN.encode(), self.daemon.get("/api/export").body + self.daemon.get("/api/sync").body)
        self.daemon.patch(f"/api/devices/{self.device_id}", {"enabled": False})
        self.tell("paused")
        self.silent(1)
        self.daemon.patch(f"/api/devices/{self.device_id}", {"enabled": True})
        self.wait_told(2)
        self.assertEqual(self.daemon.delete(f"{path}/{made['activity_id']}").json["status"], "deleted")
        self.assertEqual(self.daemon.delete(f"{path}/{made['activity_id']}").status, 404)
        self.assertEqual(self.daemon.get(path).json, [])
        self.tell("printing", progress=60)
        self.silent(2)

    def test_starts_are_for_new_prints(self):
        self.phone(start=None)
        self.print()
        self.phone()
        self.silent(0)  # the app was there when the print was, and may start one itself
        self.daemon.put(f"/api/print_jobs/{self.job}/end", {"status": "completed"})
        wrong = self.daemon.post("/api/devices", {"installation_id": "phone", "name": "phone", "platform": "test", "push": {
            "channel": "apns", "token": TOKEN, "live_activity_start_token": "abc"}})
        self.assertEqual(wrong.json["errors"][0]["field"], "push.live_activity_start_token")
        self.daemon.post("/api/print_jobs/start", {"printer_id": "p1", "gcode_file_name": "next.3mf"})
        state = self.wait_told(1)["payload"]["aps"]["content-state"]
        self.assertEqual((state["progress_percent"], state["layer"], state["ends_at"]), (None, None, None))


if __name__ == "__main__":
    main()
