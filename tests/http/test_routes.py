"""Every route: success, both slash forms, methods, keys, scopes, and bodies that are refused."""

import json
import unittest

from case import SPOOL, HttpCase, routes
from lib.main import main
from lib.peer import Peer

SHOWN_ONCE = {"createPairingCode", "createApiKey", "createEventsToken"}  # an answer with a secret is not kept
STREAMS = {"streamEvents"}
FILES = {"exportAll"}  # told anew each time: no ETag
MISSING = "0198c0de-0000-7000-8000-000000000000"
GCODE = b"; HEADER_BLOCK_START\n; total layer number: 1\n; HEADER_BLOCK_END\nM83\nT0\nM73 L1\nG1 X9 E5.5\n"


def examples(spool, other, printer, key, history, event, job, alert):
    """operation -> (method, path, body, status): one call of every route that is right."""
    slot = f"/api/ams_slots/{printer}/1/1"
    return {
        "getHealth": ("GET", "/healthz", None, 200),
        "getReadiness": ("GET", "/readyz", None, 200),
        "getVersion": ("GET", "/api/version", None, 200),
        "getOpenApi": ("GET", "/api/openapi.json", None, 200),
        "listSpools": ("GET", "/api/spools", None, 200),
        "createSpool": ("POST", "/api/spools", SPOOL, 201),
        "getSpool": ("GET", f"/api/spools/{spool}", None, 200),
        "updateSpool": ("PUT", f"/api/spools/{spool}", {"notes": "x"}, 200),
        "adjustSpoolWeight": ("POST", f"/api/spools/{spool}/adjust_weight", {"adjustment_grams": -1}, 200),
        "archiveSpool": ("POST", f"/api/spools/{other}/archive", {}, 200),
        "restoreSpool": ("POST", f"/api/spools/{other}/restore", {}, 200),
        "listSpoolHistory": ("GET", f"/api/spools/{spool}/history", None, 200),
        "listSlots": ("GET", "/api/ams_slots", None, 200),
        "listPrinterSlots": ("GET", f"/api/ams_slots/{printer}", None, 200),
        "getSlot": ("GET", slot, None, 200),
        "assignSlot": ("POST", f"{slot}/assign", {"spool_id": spool}, 200),
        "unassignSlot": ("POST", f"{slot}/unassign", {}, 200),
        "listSlotHistory": ("GET", f"{slot}/history", None, 200),
        "listSlotCandidates": ("GET", f"{slot}/candidates", None, 200),
        "listAllSlotHistory": ("GET", "/api/slot_history", None, 200),
        "getSlotHistory": ("GET", f"/api/slot_history/{history}", None, 200),
        "correctSlotHistory": ("PATCH", f"/api/slot_history/{history}", {"reason": "x"}, 200),
        "listQuestions": ("GET", "/api/questions", None, 200),
        "getQuestion": ("GET", f"/api/questions/{MISSING}", None, 404),
        "answerQuestion": ("POST", f"/api/questions/{MISSING}/answer", {"dismiss": True}, 404),
        "listPrinters": ("GET", "/api/printers", None, 200),
        "createPrinter": ("POST", "/api/printers", {"printer_id": "other", "source": "homeassistant"}, 201),
        "getPrinter": ("GET", f"/api/printers/{printer}", None, 200),
        "updatePrinter": ("PUT", f"/api/printers/{printer}", {"name": "Shelf 2"}, 200),
        "getPrinterStatus": ("GET", f"/api/printers/{printer}/status", None, 200),
        "testPrinter": ("POST", f"/api/printers/{printer}/test", {}, 409),
        "repinPrinter": ("POST", f"/api/printers/{printer}/repin", {}, 409),
        "discoverPrinters": ("GET", "/api/discover", None, 200),
        "listApiKeys": ("GET", "/api/api_keys", None, 200),
        "createApiKey": ("POST", "/api/api_keys", {"name": "x", "scopes": ["read"]}, 201),
        "getApiKey": ("GET", f"/api/api_keys/{key}", None, 200),
        "updateApiKey": ("PATCH", f"/api/api_keys/{key}", {"name": "y"}, 200),
        "createPairingCode": ("POST", "/api/pair/codes", {}, 201),
        "pairDevice": ("POST", "/api/pair", {"code": "ABCDEFGHJK", "device_name": "x"}, 403),
        "getPairingPage": ("GET", "/pair", None, 200),
        "revokeApiKey": ("DELETE", f"/api/api_keys/{key}", None, 200),
        "listPrintJobs": ("GET", "/api/print_jobs", None, 200),
        "getPrintJob": ("GET", f"/api/print_jobs/{job}", None, 200),
        "startPrintJob": ("POST", "/api/print_jobs/start", {"printer_id": printer, "gcode_file_name": "new.3mf"}, 201),
        "endPrintJob": ("PUT", f"/api/print_jobs/{job}/end", {"status": "completed"}, 200),
        "correctPrintJob": ("PATCH", f"/api/print_jobs/{job}", {"note": "x"}, 200),
        "erasePrintJobNames": ("POST", f"/api/print_jobs/{job}/erase_names", {}, 200),
        "rebookPrintJob": ("POST", f"/api/print_jobs/{job}/rebook", {}, 200),
        "explainPrintJob": ("GET", f"/api/print_jobs/{job}/explain", None, 200),
        "explainUsageEvent": ("GET", f"/api/usage_events/{event}/explain", None, 200),
        "attachSlicedFile": ("POST", f"/api/print_jobs/{MISSING}/sliced_file", b"G1 X1\n", 404),
        "analyzeSlicedFile": ("POST", "/api/sliced_files/analyze", GCODE, 200),
        "listUsageEvents": ("GET", "/api/usage_events", None, 200),
        "recordUsage": ("POST", "/api/usage_events", {"spool_id": other, "grams_used": 1, "event_type": "waste"}, 201),
        "getUsageEvent": ("GET", f"/api/usage_events/{event}", None, 200),
        "undoUsage": ("POST", f"/api/usage_events/{event}/undo", {}, 200),
        "listLowInventory": ("GET", "/api/stats/spools/low_inventory", None, 200),
        "getBootstrap": ("GET", "/api/bootstrap", None, 200),
        "syncChanges": ("GET", "/api/sync", None, 200),
        "streamEvents": ("GET", "/api/events", None, 200),
        "createEventsToken": ("POST", "/api/events/token", {}, 201),
        "listSpoolUsage": ("GET", f"/api/stats/spools/usage_history/{other}", None, 200),
        "listUsageOfSpool": ("GET", f"/api/spools/{other}/usage", None, 200),
        "getCost": ("GET", "/api/stats/cost", None, 200),
        "listUsage": ("GET", "/api/stats/usage", None, 200),
        "listExpiringSpools": ("GET", "/api/stats/expiring", None, 200),
        "listProductForecasts": ("GET", "/api/stats/forecast", None, 200),
        "listLowFilaments": ("GET", "/api/stats/low_filaments", None, 200),
        "listAlerts": ("GET", "/api/alerts", None, 200),
        "getAlert": ("GET", f"/api/alerts/{alert}", None, 200),
        "ackAlert": ("POST", f"/api/alerts/{alert}/ack", {}, 200),
        "ackAlerts": ("POST", "/api/alerts/ack", {"opened_until": "2100-01-01T00:00:00Z"}, 200),
        "drawSpoolCode": ("GET", f"/api/spools/{spool}/qr.svg", None, 200),
        "drawSpoolLabel": ("GET", f"/api/spools/{spool}/label.svg", None, 200),
        "drawLabels": ("POST", "/api/labels", {"spool_ids": [spool], "size": "62x29"}, 200),
        "openRoll": ("GET", "/s/1", None, 200),
        "openRollUpper": ("GET", "/S/1", None, 200),
        "getAppSiteAssociation": ("GET", "/.well-known/apple-app-site-association", None, 200),
        "exportAll": ("GET", "/api/export", None, 200),
        "importFile": ("POST", "/api/import", b'{"format": "filamentd-export", "version": 1}', 200),
        "tellPrintEvent": ("POST", "/webhook/homeassistant/print_event", b'{"printer_id": "shelf", "status": "idle"}', 202),
        "tellAmsUpdate": ("POST", "/webhook/homeassistant/ams_update",
                          b'{"printer_id": "shelf", "ams_unit_number": 1, "slot_number": 2, "material": "PLA"}', 200),
        "confirmAction": ("POST", "/webhook/homeassistant/confirm", b'{"token": "x"}', 202),
        "listNotifications": ("GET", "/api/notifications", None, 200),
        "listNotificationChannels": ("GET", "/api/notifications/channels", None, 200),
        "testNotifications": ("POST", "/api/notifications/test", {"channel": "webhook"}, 202),
        "getAction": ("GET", "/api/actions/x", None, 403),
        "answerAction": ("POST", "/api/actions/x", None, 403),
        "listSourceEvents": ("GET", "/api/source_events", None, 200),
        "deletePrinter": ("DELETE", f"/api/printers/{printer}", None, 200),
        "deleteSpool": ("DELETE", f"/api/spools/{spool}", None, 200),
    }


TOKEN = "0f" * 32
DEVICE = {"installation_id": "one", "name": "Phone", "platform": "ios", "push": {"channel": "apns", "token": TOKEN}}


def device_examples(device, job, activity):
    return {
        "listDevices": ("GET", "/api/devices", None, 200),
        "registerDevice": ("POST", "/api/devices", {**DEVICE, "installation_id": "two"}, 201),
        "getWebPushKey": ("GET", "/api/devices/webpush_key", None, 200),
        "getDevice": ("GET", f"/api/devices/{device}", None, 200),
        "updateDevice": ("PATCH", f"/api/devices/{device}", {"preferences": {"min_severity": "warning"}}, 200),
        "listActivities": ("GET", f"/api/devices/{device}/activities", None, 200),
        "registerActivity": ("POST", f"/api/devices/{device}/activities", {"job_id": job, "token": "cd" * 80}, 200),
        "deleteActivity": ("DELETE", f"/api/devices/{device}/activities/{activity}", None, 200),
        "deleteDevice": ("DELETE", f"/api/devices/{device}", None, 200),
    }


def catalog_examples(vendor, filament):
    """Those of vendors, products, materials, thresholds and settings."""
    return {
        "listVendors": ("GET", "/api/vendors", None, 200),
        "createVendor": ("POST", "/api/vendors", {"name": "New"}, 201),
        "getVendor": ("GET", f"/api/vendors/{vendor}", None, 200),
        "updateVendor": ("PUT", f"/api/vendors/{vendor}", {"notes": "x"}, 200),
        "listFilaments": ("GET", "/api/filaments", None, 200),
        "createFilament": ("POST", "/api/filaments",
                           {"brand": "New", "product_name": "PLA", "material_type": "PLA"}, 201),
        "getFilament": ("GET", f"/api/filaments/{filament}", None, 200),
        "updateFilament": ("PUT", f"/api/filaments/{filament}", {"reorder_url": "https://example.org/1"}, 200),
        "deleteFilament": ("DELETE", f"/api/filaments/{filament}", None, 200),
        "deleteVendor": ("DELETE", f"/api/vendors/{vendor}", None, 200),
        "listMaterials": ("GET", "/api/materials", None, 200),
        "getMaterial": ("GET", "/api/materials/PLA", None, 200),
        "updateMaterial": ("PUT", "/api/materials/PLA", {"dry_days": 90}, 200),
        "listThresholds": ("GET", "/api/thresholds", None, 200),
        "getThreshold": ("GET", "/api/thresholds/global", None, 200),
        "updateThreshold": ("PUT", "/api/thresholds/PLA", {"threshold_grams": 200}, 200),
        "resetThreshold": ("DELETE", "/api/thresholds/PLA", None, 200),
        "getSettings": ("GET", "/api/settings", None, 200),
        "scanCode": ("POST", "/api/scan", {"payload": "FILTRK:S-1"}, 200),
        "suggestSpools": ("POST", "/api/spools/suggest", {"grams": 10, "material": "PLA"}, 200),
        "updateSettings": ("PUT", "/api/settings", {"currency.code": "EUR"}, 200),
    }


class RoutesTest(HttpCase):
    arguments = ("--https-listen", "127.0.0.1:0", "--set", "server.ios_app_id=ABCDE12345.org.app")

    @classmethod
    def setUpClass(cls):
        cls.peer = Peer()
        cls.more_environment = {"FILAMENTD_PUSH_WEBHOOK_URL": cls.peer.url}
        super().setUpClass()
        daemon = cls.daemon
        cls.hook_key = daemon.create_key("hook", "webhook")
        spool = daemon.post("/api/spools", SPOOL).json["spool_id"]
        other = daemon.post("/api/spools", SPOOL).json["spool_id"]
        event = daemon.post("/api/usage_events", {"spool_id": other, "grams_used": 5, "event_type": "waste"}).json["event_id"]
        daemon.post("/api/printers", {"printer_id": "shelf", "source": "homeassistant"})
        daemon.post("/api/ams_slots/shelf/1/1/assign", {"spool_id": spool})
        history = daemon.get("/api/slot_history").json[0]["history_id"]
        key = daemon.post("/api/api_keys", {"name": "k", "scopes": ["read"]}).json["key_id"]
        job = daemon.post("/api/print_jobs/start", {"printer_id": "shelf", "gcode_file_name": "old.3mf"}).json["job_id"]
        daemon.put(f"/api/print_jobs/{job}/end", {"status": "completed"})
        alert = daemon.get("/api/alerts?kind=print_finished").json[0]["alert_id"]
        cls.examples = examples(spool, other, "shelf", key, history, event, job, alert)
        filament = daemon.post("/api/filaments", {"brand": "Gone", "product_name": "F", "material_type": "PLA"}).json
        cls.examples.update(catalog_examples(filament["vendor_id"], filament["filament_id"]))
        device = {**DEVICE, "push": {"channel": "apns", "token": "ab" * 32}}
        device = daemon.post("/api/devices", device).json["device_id"]
        activity = daemon.post(f"/api/devices/{device}/activities", {"job_id": job, "token": "ef" * 80}).json["activity_id"]
        cls.examples.update(device_examples(device, job, activity))
        delivery = daemon.get(f"/api/notifications?alert_id={alert}").json[0]["delivery_id"]
        cls.examples["getNotification"] = ("GET", f"/api/notifications/{delivery}", None, 200)
        cls.rows = list(routes())

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.peer.close()

    def each(self, wanted=lambda row: True):
        for row in self.rows:
            if wanted(row):
                with self.subTest(operation=row[3]):
                    yield row, self.examples[row[3]]

    def status_of(self, method, path, body):
        """Without the body, which a stream has no end of."""
        connection = self.daemon.connection()
        try:
            headers = {"X-API-Key": self.daemon.key}
            if body is not None:
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
                headers["Content-Type"] = "application/json"
            connection.request(method, path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def test_every_route_has_an_example(self):
        self.assertEqual({row[3] for row in self.rows}, set(self.examples))

    def test_success_comes_last(self):
        """Named so that the calls that delete things run after the refusals of the same rows."""
        public = {row[3] for row in self.rows if row[2] in ("public", "secret")}
        for operation, (method, path, body, status) in self.examples.items():
            with self.subTest(operation=operation):
                if operation in STREAMS:
                    self.assertEqual(self.status_of(method, path, body), status)
                    continue
                key = {"Idempotency-Key": operation}
                first = self.daemon.request(method, path, body, headers=key)
                self.assertEqual(first.status, status)
                if method == "GET" and status == 200 and operation not in FILES:
                    self.reads_again(path, first)
                elif method != "GET" and operation not in public and status < 300:
                    self.repeats(operation, self.daemon.request(method, path, body, headers=key), first)

    def reads_again(self, path, first):
        again = self.daemon.get(path, headers={"If-None-Match": first.headers["ETag"]})
        self.assertEqual((again.status, again.body, again.headers["ETag"]), (304, b"", first.headers["ETag"]))

    def repeats(self, operation, again, first):
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        if operation in SHOWN_ONCE:
            self.assertProblem(again, 409, "shown_once")
        else:
            self.assertEqual((again.status, again.body), (first.status, first.body))

    def test_key_is_needed(self):
        for (_, _, access, _), (method, path, body, status) in self.each():
            answer = self.daemon.request(method, path, body, key=None)
            if access == "public":
                self.assertEqual(answer.status, status)
                continue
            self.assertProblem(answer, 401, "unauthorized")
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Bearer"))

    def test_key_must_be_right(self):
        """From many addresses: one alone would soon be refused for so many wrong keys."""
        for number, (_, (method, path, body, _)) in enumerate(self.each(lambda row: row[2] != "public")):
            answer = self.daemon.request(method, path, body, key="fd_wrong_key", source=f"127.0.0.{2 + number // 20}")
            self.assertProblem(answer, 401)
            self.assertIn("invalid_token", answer.headers["WWW-Authenticate"])

    def test_scope_is_needed(self):
        for _, (method, path, body, _) in self.each(lambda row: row[2] not in ("public", "secret")):
            self.assertProblem(self.daemon.request(method, path, body, key=self.hook_key), 403, "missing_scope")

    def test_trailing_slash_is_the_same(self):
        for (_, _, access, _), (method, path, body, status) in self.each():
            if method == "GET" or access == "public":
                self.assertEqual(self.status_of(method, path + "/", body), status)
            else:
                self.assertProblem(self.daemon.request(method, path + "/", body, key=None), 401)

    def test_head(self):
        for row, (_, path, _, status) in self.each(lambda row: "GET" in row[0]):
            answer = self.daemon.request("HEAD", path)
            self.assertEqual((answer.status, answer.body), (status, b""))
            if row[3] not in STREAMS:
                self.assertGreater(int(answer.headers["Content-Length"]), 0)

    def test_options_and_other_methods(self):
        for (methods, path, _, _), (_, example, _, _) in self.each():
            known = {m for row in self.rows if row[1] == path for m in row[0]} | {"OPTIONS"}
            known |= {"HEAD"} if "GET" in known else set()
            answer = self.daemon.request("OPTIONS", example, key=None)
            self.assertEqual(answer.status, 204)
            self.assertEqual(set(answer.headers["Allow"].split(", ")), known)
            wrong = next(m for m in ("DELETE", "PATCH", "POST", "GET") if m not in known)
            answer = self.daemon.request(wrong, example, key=None)
            self.assertProblem(answer, 405, "method_not_allowed")
            self.assertEqual(set(answer.headers["Allow"].split(", ")), known)

    def test_unknown_parameter(self):
        for _, (method, path, body, _) in self.each(lambda row: row[2] != "public"):
            self.assertProblem(self.daemon.request(method, path + "?nonsense=1", body), 422, "unknown_field",
                               "nonsense")

    def test_broken_query(self):
        for _, (method, path, body, _) in self.each(lambda row: row[2] != "public"):
            for query in ("a=1&a=2", "a=%00", "a=%zz", "%ff=1"):
                self.assertProblem(self.daemon.request(method, f"{path}?{query}", body), 400, "bad_query")

    def bodies(self):
        """Those of JSON; a sliced file is bytes."""
        return self.each(lambda row: isinstance(self.examples[row[3]][2], dict) and self.examples[row[3]][3] != 404)

    def refused(self, example, body, status, code=None, field=None, **headers):
        answer = self.daemon.request(example[0], example[1], body, headers=headers)
        self.assertProblem(answer, status, code, field)

    def test_bodies_that_are_no_json(self):
        for _, example in self.bodies():
            for text, code in ((b"{", "invalid_json"), (b"nonsense", "invalid_json"), (b'{"a":1,"a":2}', "duplicate_key"),
                               (b'{"a":"x\x00"}', "nul_character"), (b'{"a":"\\u0000"}', "nul_character"),
                               (b'{"a":"\x01"}', "invalid_json"), (b'{"a":"\xff"}', "invalid_utf8"),
                               (b"[" * 33 + b"]" * 33, "too_deep")):
                self.refused(example, text, 400, code)

    def test_bodies_that_are_no_object(self):
        for _, example in self.bodies():
            for text in (b"[]", b"null", b'"x"', b"5"):
                self.refused(example, text, 422, "wrong_type")

    def test_unknown_field(self):
        for _, example in self.bodies():
            self.refused(example, {**example[2], "nonsense": 1}, 422, "unknown_field", "nonsense")

    def test_other_media_types(self):
        for _, example in self.bodies():
            for kind in ("text/plain", "application/x-www-form-urlencoded", "text/json", ""):
                self.refused(example, json.dumps(example[2]), 415, "unsupported_media_type", **{"Content-Type": kind})

    def test_too_large(self):
        for _, example in self.bodies():
            self.refused(example, b'{"notes":"' + b"a" * 70000 + b'"}', 413, "body_too_large")

    def test_missing_body(self):
        optional = {"archiveSpool", "restoreSpool", "unassignSlot", "testPrinter", "repinPrinter", "undoUsage",
                    "erasePrintJobNames", "rebookPrintJob", "createPairingCode", "createEventsToken", "ackAlert"}
        for row, example in self.bodies():
            if row[3] not in optional:
                self.refused(example, None, 400, "body_required")

    def test_unexpected_body(self):
        for _, (method, path, _, _) in self.each(lambda row: self.examples[row[3]][2] is None and row[2] != "public"):
            self.assertProblem(self.daemon.request(method, path, {"a": 1}), 400, "unexpected_body")

    def test_unknown_paths(self):
        for path in ("/", "/api", "/apix/spools", "/api/spoolsx", "/api//spools", "/API/spools", "/api/spools/1/2/3",
                     "/api%2Fspools", "/favicon.ico", "/../etc/passwd", "/api/spools/../version"):
            self.assertProblem(self.daemon.get(path, key=None), 404, "route_not_found")

    def test_percent_encoding(self):
        path = self.examples["getSpool"][1]
        encoded = "/api/%73pools/" + "".join(f"%{ord(c):02x}" for c in path.rsplit("/", 1)[1])
        self.assertStatus(self.daemon.get(encoded))
        for part in ("%00", "%0a", "%zz", "%", "%ff"):
            self.assertProblem(self.daemon.get("/api/spools/" + part), 400, "bad_path")
        self.assertProblem(self.daemon.get("/api/spools/a%2Fb"), 404)


def load_tests(loader, tests, pattern):
    """Success deletes what the refusals need: it runs last."""
    loader.sortTestMethodsUsing = lambda a, b: (("success" in a) - ("success" in b)) or ((a > b) - (a < b))
    return unittest.TestSuite(loader.loadTestsFromTestCase(RoutesTest))


if __name__ == "__main__":
    main()
