"""Home Assistant's webhooks: who may call, what is read, and what is answered."""

import hashlib
import hmac
import json
import pathlib
import re
import tempfile
import time

from case import HttpCase
from lib.daemon import Daemon, run
from lib.main import main
from lib.process import free_port
from lib.wait import wait_until

SECRET, SECOND = "a-secret-of-the-house", "the-one-that-comes-next"
PRINT, SLOT = "/webhook/homeassistant/print_event", "/webhook/homeassistant/ams_update"
ENTITIES = """[homeassistant.entities]
sensor.p1s_slot = attic/1/2
sensor.color_of_it = attic/1/3/color
sensor.material_of_it = attic/1/3/material
"""


class WebhooksTest(HttpCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        config = pathlib.Path(cls.folder.name) / "filamentd.conf"
        config.write_text(ENTITIES)
        cls.daemon = Daemon("--config", config, more_environment={"FILAMENTD_WEBHOOK_SECRET": SECRET,
                                                                  "FILAMENTD_WEBHOOK_SECRET2": SECOND})

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def tell(self, path, body, secret=SECRET, **headers):
        body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        headers = {"X-Webhook-Secret": secret, **headers} if secret else headers
        return self.daemon.post(path, body, key=None, headers=headers)

    def told(self, path, expected=200, /, **body):
        return self.assertStatus(self.tell(path, body), expected)

    def sign(self, body, at=None, secret=SECRET):
        stamp = str(int(time.time() if at is None else at))
        digest = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Timestamp": stamp, "X-Signature-256": f"sha256={digest}"}

    def test_who_may_call(self):
        body = {"printer_id": "gate", "status": "offline"}
        for secret in (SECRET, SECOND):
            self.assertStatus(self.tell(PRINT, body, secret), 202)
        self.assertProblem(self.tell(PRINT, body, None), 401, "unauthorized")
        self.assertProblem(self.tell(PRINT, body, SECRET[:-1]), 401, "invalid_secret")
        self.assertProblem(self.tell(PRINT, body, SECRET + "x"), 401, "invalid_secret")
        key = self.daemon.create_key("house", "webhook")
        self.assertStatus(self.daemon.post(PRINT, body, key=key), 202)
        self.assertStatus(self.tell(PRINT, body, None, Authorization=f"bearer {key}"), 202)
        def used():
            return next(k for k in self.daemon.get("/api/api_keys").json if k["name"] == "house")["last_used_at"]
        wait_until(used, 10, "the use of the key is known")
        self.assertProblem(self.daemon.get("/api/spools", key=key), 403, "missing_scope")
        self.assertProblem(self.daemon.post(PRINT, body, key=self.daemon.create_key("r", "read")), 403, "missing_scope")

    def test_signature(self):
        body = json.dumps({"printer_id": "gate", "status": "offline"})
        self.assertStatus(self.tell(PRINT, body, None, **self.sign(body)), 202)
        self.assertStatus(self.tell(PRINT, body, None, **self.sign(body, time.time() - 200)), 202)
        self.assertProblem(self.tell(PRINT, body, None, **self.sign(body, time.time() - 400)), 401, "invalid_timestamp")
        self.assertProblem(self.tell(PRINT, body, None, **self.sign(body, time.time() + 400)), 401, "invalid_timestamp")
        self.assertProblem(self.tell(PRINT, body + " ", None, **self.sign(body)), 401, "invalid_secret")
        self.assertProblem(self.tell(PRINT, body, None, **self.sign(body, secret="x" * 20)), 401, "invalid_secret")
        self.assertProblem(self.tell(PRINT, body, None, **{**self.sign(body), "X-Timestamp": "soon"}), 401)
        self.assertProblem(self.tell(PRINT, body, None, **{**self.sign(body), "X-Signature-256": "sha256=12"}), 401)

    def test_documented_bodies_make_a_printer_and_a_print(self):
        loaded = self.told(SLOT, printer_id="BambuP1S_001", ams_unit_number=1, slot_number=1, color="#FF0000", material="PLA")
        self.assertEqual((loaded["status"], loaded["action"], loaded["printer_id"]), ("ok", "slot_updated", "BambuP1S_001"))
        printer = self.assertStatus(self.daemon.get("/api/printers/bambup1s_001"))
        self.assertEqual(printer["source"], "homeassistant")
        begun = self.told(PRINT, printer_id="bambup1s_001", status="PRINTING", gcode_file_name="benchy.gcode")
        self.assertEqual(begun["action"], "job_started")
        job = self.assertStatus(self.daemon.get(f"/api/print_jobs/{begun['job_id']}"))
        self.assertEqual((job["status"], job["gcode_file_name"], job["source"]), ("printing", "benchy.gcode", "homeassistant"))
        ended = self.told(PRINT, printer_id="BambuP1S_001", status="completed", gcode_file_name="benchy.gcode")
        self.assertEqual((ended["action"], ended["job_id"]), ("job_ended", begun["job_id"]))
        again = self.told(PRINT, 202, printer_id="BambuP1S_001", status="completed", gcode_file_name="benchy.gcode")
        self.assertEqual((again["action"], bool(again["reason"])), ("ignored", True))

    def test_progress_is_of_its_own_print(self):
        progress = lambda: self.daemon.get("/api/printers/loom/status").json["progress"]["percent"]
        self.told(PRINT, printer_id="loom", status="running", gcode_file_name="one.3mf", progress=96)
        self.assertEqual(progress(), 96)
        self.told(PRINT, printer_id="loom", status="finish", progress=100)
        self.told(PRINT, printer_id="loom", status="running", gcode_file_name="two.3mf")
        self.assertIsNone(progress())

    def test_any_content_type(self):
        body = json.dumps({"printer_id": "types", "status": "offline"})
        for kind in ("application/octet-stream", "text/plain", "application/json; charset=utf-8"):
            self.assertStatus(self.tell(PRINT, body, **{"Content-Type": kind}), 202)

    def test_entities(self):
        body = {"printer_id": "attic", "entity_id": "sensor.p1s_slot", "state": "Generic PLA", "color": "#112233FF", "material": "PLA"}
        self.assertEqual(self.told(SLOT, **body)["slot_number"], 2)
        self.told(SLOT, printer_id="attic", entity_id="sensor.material_of_it", state="PETG")
        self.told(SLOT, printer_id="attic", entity_id="sensor.color_of_it", state="#445566")
        slot = lambda: next(s for s in self.daemon.get("/api/ams_slots/attic").json if s["slot_number"] == 3)
        self.assertEqual((slot()["current_ha_material"], slot()["current_ha_color"]), ("PETG", "#445566"))
        self.assertProblem(self.tell(SLOT, {"printer_id": "attic", "entity_id": "sensor.nobody"}), 422, "unknown_entity", "entity_id")

    def test_a_settled_slot_asks(self):
        body = {"printer_id": "asks", "ams_unit_number": "1", "slot_number": 1.0, "color": [1, 2, 3], "material": "ABS"}
        self.told(SLOT, **body)
        self.assertEqual(self.told(SLOT, 202, **body)["action"], "ignored", "it is known already")
        wait_until(lambda: self.tell(SLOT, body).json["question_id"], 20, "a question once the slot has settled")

    def test_bad_bodies_say_what_is_wrong(self):
        for body, status, code, field in (
                (b"", 400, "invalid_json", None), (b"{", 400, "invalid_json", None), (b"[1]", 422, "not_an_object", None),
                (b"{}", 422, "required", "printer_id"), (b'{"printer_id": "a"}', 422, "required", "status"),
                (b'{"printer_id": "a", "status": "dancing"}', 422, "unknown_status", "status"),
                (b'{"printer_id": "a/b", "status": "idle"}', 422, "invalid_printer_id", "printer_id"),
                (b'{"printer_id": {"a": 1}, "status": "idle"}', 422, "invalid", "printer_id"),
                (b'{"printer_id": "a", "status": [[1]]}', 422, "unknown_status", "status"),
                (b"[" * 40 + b"]" * 40, 400, "too_deep", None), (b'{"a": "' + b"x" * 70000 + b'"}', 413, "body_too_large", None)):
            with self.subTest(body=body[:40]):
                self.assertProblem(self.tell(PRINT, body), status, code, field)
        for body, code, field in (({"printer_id": "a"}, "required", "ams_unit_number"),
                                  ({"printer_id": "a", "ams_unit_number": 1, "slot_number": 9}, "no_such_slot", "slot_number"),
                                  ({"printer_id": "a", "ams_unit_number": "x", "slot_number": 1}, "required", "ams_unit_number")):
            self.assertProblem(self.tell(SLOT, body), 422, code, field)

    def test_every_call_is_kept(self):
        self.told(PRINT, 202, printer_id="kept", status="unavailable", more={"anything": [1, None]})
        self.tell(PRINT, {"printer_id": "kept", "status": "dancing"})
        events = self.assertStatus(self.daemon.get("/api/source_events?limit=5"))
        refused, kept = events[0], events[1]
        self.assertEqual((refused["action"], refused["body"]["status"]), ("refused", "dancing"))
        self.assertEqual((kept["action"], kept["printer_id"], kept["body"]["more"]), ("ignored", "kept", {"anything": [1, None]}))
        self.assertNotIn(SECRET, json.dumps(events))
        self.assertEqual(self.daemon.get("/api/source_events?action=refused&limit=1").json[0]["action"], "refused")

    def test_a_listener_of_their_own(self):
        environment = {"FILAMENTD_WEBHOOK_SECRET": SECRET, "FILAMENTD_WEBHOOK_LISTEN": "0.0.0.0:0"}
        with Daemon(more_environment=environment) as daemon:
            self.assertEqual(len(daemon.urls), 1, "it is none of those that serve the API")
            there = re.search(r"event=webhooks url=(\S+)", daemon.stderr())[1].replace("0.0.0.0", "127.0.0.1")
            ask = lambda method, path, key=daemon.key, **more: daemon.request(method, path, key=key, url=there, **more)
            for method, path in (("GET", "/api/spools"), ("GET", "/"), ("GET", "/healthz"), ("GET", "/api/version"), ("GET", "/api/openapi.json"),
                                 ("POST", "/api/spools"), ("DELETE", "/api/printers/x"), ("GET", "/s/1"), ("GET", PRINT), ("GET", "/api/source_events")):
                with self.subTest(method=method, path=path):
                    self.assertProblem(ask(method, path), 404, "route_not_found")
            self.assertProblem(ask("POST", PRINT, key=None, body={"printer_id": "p", "status": "running"}), 401, "unauthorized")
            told = ask("POST", PRINT, key=None, body={"printer_id": "p", "status": "running"}, headers={"X-Webhook-Secret": SECRET})
            self.assertEqual((told.status, told.json["action"]), (200, "job_started"))
            self.assertEqual(len(daemon.get("/api/print_jobs").json), 1)
            self.assertEqual(daemon.post(PRINT, {"printer_id": "p", "status": "finish"}, key=None, headers={"X-Webhook-Secret": SECRET}).status, 200)

    def test_a_port_of_their_own(self):
        port = free_port()
        daemon = Daemon(listen=(f"127.0.0.1:{port}",), start=False, scopes=None,
                        more_environment={"FILAMENTD_WEBHOOK_SECRET": SECRET, "FILAMENTD_WEBHOOK_LISTEN": f"127.0.0.2:{port}"})
        self.addCleanup(daemon.close, False)
        with self.assertRaisesRegex(AssertionError, "needs a port of its own"):
            daemon.start()

    def test_no_listener_without_a_secret(self):
        done = run("--check-config", check=False, more_environment={"FILAMENTD_WEBHOOK_LISTEN": "*:8481"})
        self.assertEqual(done.returncode, 78)
        self.assertIn("set secret in [webhook]", done.stderr + done.stdout)


if __name__ == "__main__":
    main()
