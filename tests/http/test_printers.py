"""/api/printers: CRUD, secrets that never come back, certificates that are looked at first."""

from case import HttpCase
from lib.main import main

MQTT = {"serial": "01S00A000000001", "host": "127.0.0.1", "port": 1, "access_code": "12345678", "model": "P1S"}


class PrintersTest(HttpCase):
    def test_add_one_that_does_not_answer(self):
        answer = self.daemon.post("/api/printers", {**MQTT, "serial": "01S00A000000009", "name": "Bench"})
        made = self.assertStatus(answer, 201)
        self.assertEqual(answer.headers["Location"], "/api/printers/01S00A000000009")
        self.assertEqual((made["printer_id"], made["source"], made["enabled"]), ("01S00A000000009", "mqtt", True))
        self.assertTrue(made["has_access_code"])
        for path in ("/api/printers", "/api/printers/01S00A000000009", "/api/printers/01S00A000000009/status"):
            self.assertNotIn(b"12345678", self.daemon.get(path).body)
            self.assertNotIn(b'"access_code"', self.daemon.get(path).body)
        self.assertNotIn("12345678", self.daemon.stderr())

    def test_names(self):
        made = self.make_printer(printer_id="Shop.1-x_y", aliases=["BambuP1S_001"])
        for name in ("Shop.1-x_y", "shop.1-X_Y", "bambup1s_001"):
            self.assertEqual(self.assertStatus(self.daemon.get("/api/printers/" + name)), made)
        for bad in ("a b", "a/b", "ä", "x" * 65, ""):
            self.assertProblem(self.daemon.post("/api/printers", {"printer_id": bad, "source": "homeassistant"}), 422)
            self.assertProblem(self.daemon.post("/api/printers", {"printer_id": "ok", "source": "homeassistant",
                                                                  "aliases": [bad]}), 422)

    def test_one_serial_is_one_printer(self):
        body = {**MQTT, "serial": "01S00A000000005", "enabled": False}
        self.assertStatus(self.daemon.post("/api/printers", body), 201)
        self.assertProblem(self.daemon.post("/api/printers", body), 409, "printer_exists")
        self.assertProblem(self.daemon.post("/api/printers", {**body, "printer_id": "again"}), 409, "printer_exists")

    def test_faults(self):
        for missing in ("serial", "host", "access_code"):
            body = {k: v for k, v in MQTT.items() if k != missing}
            self.assertProblem(self.daemon.post("/api/printers", body), 422, "required", missing)
        for field, value, code in (("port", 0, "out_of_range"), ("port", 65536, "out_of_range"), ("enabled", 1, "wrong_type"),
                                   ("source", "smoke", "not_allowed"), ("serial", "a b", "invalid_serial"),
                                   ("pin_sha256", "x" * 64, "invalid_pin"), ("aliases", "x", "wrong_type"),
                                   ("has_access_code", True, "unknown_field")):
            self.assertProblem(self.daemon.post("/api/printers", {**MQTT, field: value}), 422, code, field)
        self.assertProblem(self.daemon.post("/api/printers", {"source": "homeassistant"}), 422, "required", "printer_id")

    def test_change(self):
        self.make_printer(printer_id="change")
        path = "/api/printers/change"
        read = self.daemon.get(path).json
        self.assertEqual(self.assertStatus(self.daemon.put(path, read))["printer_id"], "change")
        self.assertEqual(self.assertStatus(self.daemon.put(path, {"name": "Other"}))["name"], "Other")
        tag = self.daemon.get(path).headers["ETag"]
        self.assertStatus(self.daemon.put(path, {"enabled": False}, headers={"If-Match": tag}))
        self.assertProblem(self.daemon.put(path, {"enabled": True}, headers={"If-Match": tag}), 412)
        self.assertProblem(self.daemon.put(path, {"pin_sha256": "00" * 32}), 422, "read_only")
        self.assertProblem(self.daemon.put("/api/printers/nobody", {"name": "x"}), 404, "printer_not_found")

    def test_another_serial_needs_the_code_again(self):
        self.assertStatus(self.daemon.post("/api/printers", {**MQTT, "printer_id": "swap", "enabled": False}), 201)
        path = "/api/printers/swap"
        self.assertProblem(self.daemon.put(path, {"serial": "01S00A000000002"}), 422, "required", "access_code")
        self.assertStatus(self.daemon.put(path, {"serial": "01S00A000000002", "access_code": "87654321"}))

    def test_delete(self):
        self.make_printer(printer_id="gone")
        self.assertStatus(self.daemon.delete("/api/printers/gone"))
        self.assertProblem(self.daemon.get("/api/printers/gone"), 404, "printer_not_found")
        self.assertProblem(self.daemon.get("/api/ams_slots/gone"), 404, "printer_not_found")

    def test_status(self):
        self.make_printer(printer_id="status")
        status = self.assertStatus(self.daemon.get("/api/printers/status/status"))
        self.assertLessEqual({"state", "reason", "since", "detail", "counters"}, set(status["connection"]))
        self.assertLessEqual({"percent", "layer", "total_layers", "gcode_state", "feeding"}, set(status["progress"]))
        self.assertLessEqual({"messages", "rejected", "rejected_fields"}, set(status["telemetry"]))
        self.assertProblem(self.daemon.get("/api/printers/nobody/status"), 404)

    def test_test_says_what_is_wrong(self):
        self.assertStatus(self.daemon.post("/api/printers", {**MQTT, "printer_id": "dark", "serial": "01S00A000000003"}), 201)
        said = self.assertStatus(self.daemon.post("/api/printers/dark/test"))
        self.assertEqual((said["ok"], said["reachable"], said["reason"]), (False, False, "unreachable"))
        self.assertTrue(said["advice"])
        self.assertProblem(self.daemon.post("/api/printers/dark/repin"), 409, "unreachable")
        self.assertProblem(self.daemon.post("/api/printers/nobody/test"), 404)
        self.assertProblem(self.daemon.post("/api/printers/nobody/repin"), 404)

    def test_discover(self):
        self.assertIsInstance(self.assertStatus(self.daemon.get("/api/discover")), list)


if __name__ == "__main__":
    main()
