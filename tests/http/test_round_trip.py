"""What was read may be sent back whole: every merge takes it, and nothing has changed."""

from case import HttpCase, routes
from lib.main import main

DEVICE = {"installation_id": "one", "name": "Phone", "platform": "ios", "push": {"channel": "apns", "token": "ab" * 32}}
FULL = {"brand": "Full", "product_name": "Silk", "color_hex": "#FF8800CC", "color_hexes": ["#FF8800", "#112233"],
        "purchase_date": "2026-01-02", "cost_usd": 19.99, "nozzle_temp_min_c": 190, "nozzle_temp_max_c": 230,
        "bed_temp_min_c": 35, "bed_temp_max_c": 65, "drying_requirements": "55 C, 8 h", "notes": "two\nlines",
        "spool_weight_grams": 250.5, "lot": "L1", "location": "Box", "threshold_grams": 55,
        "opened_at": "2026-01-03T10:00:00Z", "tag_uids": ["04A1B2C3D4E5F6"]}


class RoundTripTest(HttpCase):
    """Each operation with PATCH, on items in each state that looks different."""

    def spools(self):
        daemon = self.daemon
        plain, full, empty, archived, loaded = (self.make_spool(**more)["spool_id"] for more in ({}, FULL, {}, {}, {}))
        self.overdraw(empty)
        self.assertStatus(daemon.post(f"/api/spools/{archived}/archive"))
        draft = self.make_spool(draft=True)["spool_id"]
        return [f"/api/spools/{i}" for i in (plain, full, empty, archived, loaded, draft)]

    def overdraw(self, spool):
        """A print took more than was thought to be left: 0 is shown."""
        job = self.daemon.post("/api/print_jobs/start", {"printer_id": "shelf", "gcode_file_name": "big.3mf"}).json["job_id"]
        end = {"status": "completed", "usage": [{"spool_id": spool, "grams": 1200}]}
        self.assertStatus(self.daemon.put(f"/api/print_jobs/{job}/end", end))
        self.assertEqual(self.daemon.get(f"/api/spools/{spool}").json["current_weight_grams"], 0)

    def prints(self):
        """Running ones and ended ones, with and without figures."""
        daemon, paths = self.daemon, []
        for number, end in enumerate((None, {"status": "completed"}, {"status": "failed", "actual_grams_used": 12.5},
                                      {"status": "cancelled", "usage": [{"spool_id": self.loaded, "grams": 3}]})):
            printer = f"printer{number}"
            self.make_printer(printer_id=printer)
            body = {"printer_id": printer, "gcode_file_name": f"dir/{number}.3mf", "name": "Part",
                    "filaments": [{"ams_unit_number": 1, "slot_number": 1, "estimated_grams": 20}]}
            job = self.assertStatus(daemon.post("/api/print_jobs/start", body), 201)["job_id"]
            paths.append(f"/api/print_jobs/{job}")
            if end:
                self.assertStatus(daemon.put(paths[-1] + "/end", end))
        body = {"printer_id": "shelf", "status": "pause", "gcode_file_name": "paused.3mf"}
        self.assertStatus(daemon.post("/webhook/homeassistant/print_event", {**body, "status": "running"}))
        self.assertStatus(daemon.post("/webhook/homeassistant/print_event", body))
        paused = self.assertStatus(daemon.get("/api/print_jobs?printer_id=shelf"))[0]
        self.assertEqual(paused["status"], "paused")
        return paths + [f"/api/print_jobs/{paused['job_id']}"]

    def printers(self):
        own = {"serial": "01P00A000000001", "host": "127.0.0.1", "access_code": "12345678", "enabled": False,
               "source": "mqtt", "model": "P1S", "aliases": ["p1s"], "printer_id": "own", "name": "Own"}
        self.assertStatus(self.daemon.post("/api/printers", own), 201)
        return ["/api/printers/shelf", "/api/printers/own"]

    def stays(self):
        daemon, slot = self.daemon, "/api/ams_slots/shelf/1/1"
        self.assertStatus(daemon.post(slot + "/assign", {"spool_id": self.make_spool()["spool_id"]}))
        self.assertStatus(daemon.post(slot + "/unassign"))
        self.assertStatus(daemon.post(slot + "/assign", {"spool_id": self.loaded}))
        return [f"/api/slot_history/{row['history_id']}" for row in daemon.get("/api/slot_history").json]

    def catalog(self):
        daemon = self.daemon
        product = {"brand": "Maker", "product_name": "P", "material_type": "PETG", "article_number": "A-1",
                   "reorder_url": "https://example.org/1"}
        made = self.assertStatus(daemon.post("/api/filaments", product), 201)
        self.assertStatus(daemon.put("/api/materials/PETG", {"dry_days": 90}))
        self.assertStatus(daemon.put("/api/thresholds/PETG", {"threshold_grams": 200}))
        return {
            "updateVendor": [f"/api/vendors/{made['vendor_id']}"],
            "updateFilament": [f"/api/filaments/{row['filament_id']}" for row in daemon.get("/api/filaments").json],
            "updateMaterial": ["/api/materials/PLA", "/api/materials/PETG"],
            "updateThreshold": ["/api/thresholds/global", "/api/thresholds/PLA", "/api/thresholds/PETG"],
            "updateSettings": ["/api/settings"],
        }

    def items(self):
        """{operation: paths}"""
        daemon = self.daemon
        self.make_printer()
        spools = self.spools()
        self.loaded = spools[4].rsplit("/", 1)[1]
        stays = self.stays()
        key = daemon.post("/api/api_keys", {"name": "k", "scopes": ["read"], "expires_at": "2099-01-01T00:00:00Z"}).json
        device = self.assertStatus(daemon.post("/api/devices", DEVICE), 201)["device_id"]
        return {"updateSpool": spools, "correctPrintJob": self.prints(), "updatePrinter": self.printers(),
                "correctSlotHistory": stays, "updateApiKey": [f"/api/api_keys/{key['key_id']}"],
                "updateDevice": [f"/api/devices/{device}"], **self.catalog()}

    def test_every_merge(self):
        rows = {operation: methods for methods, _, _, operation in routes() if "PATCH" in methods}
        items = self.items()
        self.assertEqual(set(rows), set(items))
        for operation, methods in rows.items():
            for path in items[operation]:
                for method in methods:
                    with self.subTest(operation=operation, method=method, path=path):
                        self.sent_back(method, path)

    def sent_back(self, method, path):
        before = self.daemon.get(path)
        cursor = self.daemon.get("/api/bootstrap").json["cursor"]
        self.assertStatus(self.daemon.request(method, path, before.json))
        after = self.daemon.get(path)
        self.assertEqual(after.json, before.json)
        self.assertEqual(self.daemon.get(f"/api/sync?since={cursor}").json["changes"], [])
        self.assertEqual(after.headers["ETag"], before.headers["ETag"])

    def test_one_key_changed(self):
        """The rest of the whole item is no obstacle."""
        self.make_printer(printer_id="one")
        job = self.daemon.post("/api/print_jobs/start", {"printer_id": "one", "gcode_file_name": "a.3mf"}).json["job_id"]
        path = f"/api/print_jobs/{job}"
        item = self.daemon.get(path).json
        self.assertStatus(self.daemon.patch(path, {**item, "note": "x"}))
        now = self.daemon.get(path).json
        self.assertEqual({**now, "updated_at": None}, {**item, "note": "x", "updated_at": None})
        self.assertProblem(self.daemon.patch(path, {**now, "status": "paused"}), 422, "not_allowed", "status")
        self.assertProblem(self.daemon.put(path + "/end", now), 422)

    def test_another_initial_weight(self):
        """What was said to be on the roll is on it, however much there was at first."""
        spool = self.make_spool(current_weight_grams=600)
        path = f"/api/spools/{spool['spool_id']}"
        now = self.assertStatus(self.daemon.put(path, {**spool, "initial_weight_grams": 750}))["spool"]
        self.assertEqual((now["initial_weight_grams"], now["current_weight_grams"]), (750, 600))

    def test_a_default_can_be_chosen(self):
        """Said alone, it is a choice that outlives the default."""
        for path, name in (("/api/materials/PLA", "dry_days"), ("/api/thresholds/global", "threshold_grams")):
            shown = self.daemon.get(path).json
            self.assertEqual(shown["origin"], "default")
            self.assertStatus(self.daemon.put(path, shown))
            self.assertEqual(self.daemon.get(path).json["origin"], "default")
            self.assertStatus(self.daemon.put(path, {name: shown[name]}))
            self.assertEqual(self.daemon.get(path).json, {**shown, "origin": "api"})
            self.assertStatus(self.daemon.put(path, {name: None}))


if __name__ == "__main__":
    main()
