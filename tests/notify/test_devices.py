"""Devices register themselves, once or often; what they want to be told decides what is queued for them."""

import base64
import datetime
import pathlib
import sqlite3
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))

from case import HttpCase  # noqa: E402
from lib.certs import make_key, openssl  # noqa: E402
from lib.main import main  # noqa: E402
from lib.wait import wait_until  # noqa: E402
from push_case import PushCase  # noqa: E402
from test_routes import MISSING  # noqa: E402

APNS = {"channel": "apns", "token": "AB" * 32, "environment": "sandbox", "bundle_id": "org.example.App"}
POINT_BYTES = 65


def subscription(folder, endpoint="https://push.example.org/send/1"):
    """As a browser gives it."""
    key = make_key(pathlib.Path(folder) / "browser.key")
    point = openssl("pkey", "-in", key, "-pubout", "-outform", "DER")[-POINT_BYTES:]
    text = lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")
    return {"channel": "webpush", "endpoint": endpoint, "p256dh": text(point), "auth": text(b"a" * 16)}


def phone(name="phone", push=APNS, **more):
    return {"installation_id": name, "name": "Anna's phone", "platform": "ios", "push": push, **more}


def quiet(minutes_from, minutes_to, **more):
    """Quiet hours from and to so many minutes from now, by a device far from Greenwich."""
    offset = 330
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=offset)
    at = lambda minutes: (now + datetime.timedelta(minutes=minutes)).strftime("%H:%M")
    return {"quiet": {"from": at(minutes_from), "to": at(minutes_to), "utc_offset_minutes": offset, **more}}


class DevicesTest(HttpCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="devices-")
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def tearDown(self):
        for device in self.daemon.get("/api/devices").json:
            self.daemon.delete("/api/devices/" + device["device_id"])

    def register(self, body, status=201, **options):
        return self.assertStatus(self.daemon.post("/api/devices", body, **options), status)

    def test_registering_again_changes_nothing(self):
        first = self.register(phone(app_version="1.0", locale="de-AT"))
        tag = self.daemon.get(f"/api/devices/{first['device_id']}").headers["ETag"]
        again = self.register(phone(app_version="1.0", locale="de-AT"), 200)
        self.assertEqual({**again, "last_seen_at": None}, {**first, "last_seen_at": None})
        self.assertEqual(self.daemon.get(f"/api/devices/{first['device_id']}").headers["ETag"], tag)
        newer = self.register(phone(app_version="1.1", push={**APNS, "token": "cd" * 40}), 200)
        self.assertEqual((newer["device_id"], newer["app_version"], newer["locale"]), (first["device_id"], "1.1", None))
        self.assertEqual([d["device_id"] for d in self.daemon.get("/api/devices").json], [first["device_id"]])

    def test_addresses_are_never_shown(self):
        push = subscription(self.folder.name)
        self.register(phone())
        self.register(phone("browser", push))
        shown = self.daemon.get("/api/devices")
        self.assertEqual([(d["channel"], d["environment"]) for d in shown.json], [("apns", "sandbox"), ("webpush", None)])
        everything = shown.body + self.daemon.get("/api/export").body + self.daemon.get("/api/sync").body
        everything += self.daemon.stderr().encode()
        for secret in (APNS["token"], APNS["token"].lower(), push["endpoint"], push["p256dh"], push["auth"]):
            self.assertNotIn(secret.encode(), everything)

    def test_a_token_is_in_one_place(self):
        old = self.register(phone("old"))
        self.register(phone("new", {**APNS, "token": APNS["token"].lower()}))
        self.assertProblem(self.daemon.get(f"/api/devices/{old['device_id']}"), 404, "device_not_found")
        self.assertEqual([d["installation_id"] for d in self.daemon.get("/api/devices").json], ["new"])

    def test_what_is_wrong_is_named(self):
        good = subscription(self.folder.name)
        compressed = base64.urlsafe_b64encode(b"\2" + b"x" * 64).decode()
        for field, push in (("push.token", {"channel": "apns"}), ("push.token", {**APNS, "token": "xyz"}),
                            ("push.token", {**APNS, "token": "abc"}), ("push.token", {**APNS, "token": "ab"}),
                            ("push.bundle_id", {**APNS, "bundle_id": "a\r\nb: c"}), ("push.environment", {**APNS, "environment": "test"}),
                            ("push.channel", {"token": "ab" * 32}), ("push.channel", {**APNS, "channel": "fax"}),
                            ("push.more", {**APNS, "more": 1}), ("push", "text"),
                            ("push.endpoint", {**good, "endpoint": "http://push.example.org/1"}),
                            ("push.endpoint", {**good, "endpoint": "https://"}),
                            ("push.endpoint", {**good, "endpoint": "https://a b/"}),
                            ("push.endpoint", {**good, "endpoint": "https://x:y@push.example.org/"}),
                            ("push.endpoint", {**good, "endpoint": "https://" + "long." * 60 + "example.org/1"}),
                            ("push.p256dh", {**good, "p256dh": good["p256dh"][:-4]}), ("push.p256dh", {**good, "p256dh": compressed}),
                            ("push.auth", {**good, "auth": "AAAA"}), ("push.auth", {k: v for k, v in good.items() if k != "auth"})):
            with self.subTest(field=field, push=push):
                answer = self.assertProblem(self.daemon.post("/api/devices", phone(push=push)), 422)
                self.assertIn(field, [fault["field"] for fault in answer["errors"]])
                self.assertNotIn("ab" * 16, str(answer))
        for field, preferences in (("preferences.kinds", {"kinds": {"nonsense": False}}), ("preferences", {"a": 1}),
                                   ("preferences.quiet", {"quiet": {"from": "25:00", "to": "07:00"}}),
                                   ("preferences.min_severity", {"min_severity": "fatal"})):
            answer = self.assertProblem(self.daemon.post("/api/devices", phone(preferences=preferences)), 422)
            self.assertEqual([fault["field"] for fault in answer["errors"]], [field])
        self.assertEqual(self.daemon.get("/api/devices").json, [])

    def test_changes(self):
        path = "/api/devices/" + self.register(phone(preferences={"min_severity": "warning"}))["device_id"]
        self.assertEqual(self.register(phone(), 200)["preferences"], {"min_severity": "warning"}, "absent: as before")
        muted = self.assertStatus(self.daemon.patch(path, {"enabled": False, "name": "Old phone"}))
        self.assertEqual((muted["enabled"], muted["name"], muted["preferences"]), (False, "Old phone", {"min_severity": "warning"}))
        self.assertFalse(self.register(phone(), 200)["enabled"], "a start of the app does not undo it")
        self.assertEqual(self.assertStatus(self.daemon.patch(path, {"preferences": {}}))["preferences"], {})
        self.assertProblem(self.daemon.patch(path, {"preferences": {"a": 1}}), 422)
        self.assertProblem(self.daemon.patch(path, {"channel": "webpush"}), 422)
        self.assertEqual(self.assertStatus(self.daemon.delete(path))["status"], "deleted")
        self.assertProblem(self.daemon.delete(path), 404, "device_not_found")

    def test_a_revoked_key_ends_its_devices(self):
        made = self.daemon.post("/api/api_keys", {"name": "phone", "scopes": ["devices"]}).json
        device = self.register(phone(), key=made["key"])
        self.assertEqual((device["key_id"], device["gone_at"]), (made["key_id"], None))
        self.register(phone("other", {**APNS, "token": "ef" * 32}))
        self.assertStatus(self.daemon.delete("/api/api_keys/" + made["key_id"]))
        ended, other = self.daemon.get("/api/devices").json
        self.assertIsNotNone(ended["gone_at"])
        self.assertIn("key", ended["last_error"])
        self.assertIsNone(other["gone_at"])
        back = self.register(phone(), 200)
        self.assertEqual((back["gone_at"], back["last_error"]), (None, None))

    def test_scope(self):
        reader = self.daemon.create_key("reader", "read")
        for method, path in (("GET", "/api/devices"), ("GET", f"/api/devices/{MISSING}"), ("DELETE", f"/api/devices/{MISSING}")):
            self.assertProblem(self.daemon.request(method, path, key=reader), 403, "missing_scope")


class PreferencesTest(PushCase):
    kind = "webpush"

    @classmethod
    def environment(cls):
        return {"PUSH_WEBPUSH_SUBJECT": "mailto:who@example.org"}

    def browser(self, name, preferences):
        key = self.daemon.get("/api/devices/webpush_key").json["public_key"]
        return self.register(name, self.peer.subscribe(name, key), preferences=preferences)["device_id"]

    def told(self):
        return sorted(p["path"].removeprefix("/send/") for p in self.peer.posts)

    def test_who_is_told_what(self):
        wanted = {"all": {}, "warned": {"min_severity": "warning"}, "by_day": quiet(60, 120)}
        unwanted = {"other_kinds": {"kinds": {"low_spool": False}}, "critical": {"min_severity": "critical"}}
        ids = {name: self.browser(name, preferences) for name, preferences in {**wanted, **unwanted}.items()}
        self.daemon.patch("/api/devices/" + self.browser("muted", {}), {"enabled": False})
        self.low()
        self.ended(len(wanted))
        self.assertEqual(self.told(), sorted(wanted))
        self.assertEqual({d["device_id"] for d in self.deliveries()}, {ids[name] for name in wanted})

    def test_quiet_hours_hold(self):
        """What is still true when they are over is sent, and nothing else."""
        self.browser("asleep", quiet(-60, 60))
        over, lasting = self.low(), self.low()
        self.daemon.post("/api/notifications/test", {})  # a trial is wanted now
        self.ended(1)
        waiting = self.deliveries("?state=waiting")
        self.assertEqual(len(waiting), 2)
        now = datetime.datetime.now(datetime.timezone.utc)
        for row in waiting:
            due = datetime.datetime.fromisoformat(row["due_at"]) - now
            self.assertTrue(55 * 60 < due.total_seconds() <= 60 * 60, due)
        self.assertEqual([p["payload"]["type"] for p in self.peer.posts], ["test"])
        self.daemon.post(f"/api/spools/{over}/adjust_weight", {"new_weight_grams": 900})
        self.daemon.stop()
        with sqlite3.connect(self.daemon.state / "filamentd.db") as db:
            db.execute("UPDATE delivery SET due_at = created_at WHERE state = 'waiting'")
        db.close()
        self.daemon.start()
        self.ended(2)
        self.ended(1, "dropped")
        self.assertEqual([p["payload"]["spool_id"] for p in self.posts(2)[1:]], [lasting])

    def test_muting_drops_what_waits(self):
        device = self.browser("asleep", quiet(-60, 60))
        self.low()
        wait_until(lambda: self.deliveries("?state=waiting"), 10, "one that waits")
        self.daemon.patch("/api/devices/" + device, {"enabled": False})
        (dropped,) = self.ended(1, "dropped")
        self.assertIn("not sent to", dropped["error"])
        self.daemon.delete("/api/devices/" + device)
        self.assertEqual(self.deliveries(), [], "a device takes its log along")


if __name__ == "__main__":
    main()
