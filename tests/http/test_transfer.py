"""/api/export and /api/import: our own documents, Spoolman's, and CSV."""

import contextlib
import csv
import http.client
import io
import json
import threading
import time
import uuid

from case import SPOOL, HttpCase
from lib.daemon import Daemon, run
from lib.main import main

EMPTY = {"format": "filamentd-export", "version": 1}
VENDOR = {"id": 3, "registered": "2024-01-01T00:00:00Z", "name": "Elegoo", "empty_spool_weight": 140.0, "extra": {}}
FILAMENT = {"id": 8, "registered": "2024-01-02T00:00:00Z", "name": "Rapid PETG", "vendor": VENDOR, "material": "PETG",
            "price": 20.0, "density": 1.27, "diameter": 1.75, "weight": 1000.0, "spool_weight": 155.5,
            "article_number": "EL-9", "comment": "sticky", "settings_extruder_temp": 240, "settings_bed_temp": 70,
            "color_hex": "1a2b3c", "external_id": "elegoo_petg_1a2b3c", "extra": {}}
ROLL = {"id": 17, "registered": "2024-02-03T04:05:06Z", "first_used": "2024-03-01T10:00:00", "filament": FILAMENT,
        "last_used": "2024-04-01T10:00:00Z", "price": 19.99, "remaining_weight": 612.3450000000001,
        "used_weight": 387.65499999999997, "location": "Shelf 2", "lot_nr": "L-77", "comment": "by the window",
        "archived": False, "extra": {"dried": "\"yes\""}}
MULTI = {**ROLL, "id": 18, "archived": True, "initial_weight": 750.0, "used_weight": 0.0, "remaining_weight": 750.0,
         "filament": {**FILAMENT, "id": 9, "name": "Silk", "material": "PLA", "color_hex": None,
                      "multi_color_hexes": "FF0000,00FF00", "multi_color_direction": "coaxial"}}


def counts(report, entity="spools"):
    return next((c for c in report["counts"] if c["entity"] == entity), None)


class TransferCase(HttpCase):
    def take(self, body, query="", status=200, daemon=None):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = (daemon or self.daemon).post("/api/import" + query, body, headers={"Content-Type": "text/plain"})
        return self.assertProblem(answer, status) if status >= 400 else self.assertStatus(answer, status)

    def sheet(self, what):
        answer = self.daemon.get(f"/api/export?format=csv&what={what}")
        self.assertSheet(answer)
        return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))

    def assertSheet(self, answer):
        self.assertEqual(answer.status, 200, answer)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/csv"))
        self.assertIn("attachment", answer.headers["Content-Disposition"])


class ExportTest(TransferCase):
    def test_instance_to_instance(self):
        self.make_printer(printer_id="P", aliases=["work"])
        rolls = [self.make_spool(spool_weight_grams=200.5, notes="ä\n\"x\"")["spool_id"] for _ in range(3)]
        self.assertStatus(self.daemon.post("/api/ams_slots/P/1/1/assign", {"spool_id": rolls[0]}))
        made = self.assertStatus(self.daemon.post("/api/print_jobs/start", {
            "printer_id": "P", "gcode_file_name": "a.3mf",
            "filaments": [{"ams_unit_number": 1, "slot_number": 1, "estimated_grams": 12.345}]}), 201)
        self.assertStatus(self.daemon.put(f"/api/print_jobs/{made['job_id']}/end", {"status": "completed"}))
        self.assertStatus(self.daemon.delete(f"/api/spools/{rolls[2]}"))
        document = self.daemon.get("/api/export")
        self.assertEqual(json.loads(document.body)["format"], "filamentd-export")
        self.assertEqual(self.daemon.request("HEAD", "/api/export").headers["Content-Length"], str(len(document.body)))
        self.assertIsNone(document.headers["ETag"])  # made anew each time
        again = self.daemon.get("/api/export", headers={"If-None-Match": "*"})
        self.assertEqual((again.status, len(again.body)), (200, len(document.body)))
        with Daemon() as other:
            trial = self.take(document.body, "?dry_run=true", daemon=other)
            self.assertEqual(other.get("/api/spools").json, [])
            report = self.take(document.body, daemon=other)
            self.assertEqual({**trial, "dry_run": False}, report)
            self.assertEqual(counts(report)["created"], len(json.loads(document.body)["spools"]))
            self.assertEqual(other.get("/api/export").body, document.body)
            for path in ("/api/spools", "/api/ams_slots", "/api/print_jobs", "/api/usage_events", "/api/printers"):
                self.assertEqual(other.get(path).json, self.daemon.get(path).json)
            # The hub knows the printer at once: a print can begin on it.
            self.assertStatus(other.post("/api/print_jobs/start", {"printer_id": "P", "gcode_file_name": "b.3mf"}), 201)
            run("verify", state=other.state)

    def test_secrets_stay(self):
        with Daemon() as daemon:
            daemon.post("/api/printers", {"serial": "01P00A000000001", "host": "127.0.0.1", "access_code": "87654321",
                                          "enabled": False})
            text = daemon.get("/api/export").body.decode()
            self.assertIn("01P00A000000001", text)
            self.assertNotIn("87654321", text)
            self.assertNotIn("access_code", text)

    def test_sheets(self):
        evil = self.make_spool(brand="=HYPERLINK(\"x\")", product_name="a, \"b\"",
                               notes="-1+2\nline", lot="@x", location="+1")
        row = next(r for r in self.sheet("spools") if r["spool_id"] == evil["spool_id"])
        self.assertEqual((row["brand"], row["product_name"], row["notes"], row["lot"], row["location"]),
                         ("'=HYPERLINK(\"x\")", "a, \"b\"", "'-1+2\nline", "'@x", "'+1"))
        self.assertEqual((row["initial_weight_grams"], row["spool_number"]), ("1000", str(evil["spool_number"])))
        self.assertStatus(self.daemon.post(f"/api/spools/{evil['spool_id']}/adjust_weight", {"adjustment_grams": -1.5}))
        used = next(r for r in self.sheet("usage") if r["spool_id"] == evil["spool_id"])
        self.assertEqual((used["grams_used"], used["event_type"], used["estimate"]), ("1.5", "manual_adjustment", "false"))
        self.make_printer(printer_id="Q")
        self.assertStatus(self.daemon.post("/api/print_jobs/start", {"printer_id": "Q", "gcode_file_name": "=b.3mf"}), 201)
        self.assertIn("'=b.3mf", [r["gcode_file_name"] for r in self.sheet("jobs")])

    def test_sheet_comes_back(self):
        roll = self.make_spool(brand="=A", notes="@b", cost_usd=19.5, lot="l")
        self.assertStatus(self.daemon.post(f"/api/spools/{roll['spool_id']}/adjust_weight", {"adjustment_grams": -1.5}))
        text = self.daemon.get("/api/export?format=csv&what=spools").body
        report = self.take(text)
        self.assertEqual((counts(report)["created"], counts(report)["skipped"]), (0, 0), report)
        with Daemon() as other:
            self.take(text, daemon=other)
            same = other.get(f"/api/spools/{roll['spool_id']}").json
            for key in ("brand", "notes", "cost_usd", "lot", "current_weight_grams", "color_hex", "material_type"):
                self.assertEqual(same[key], self.daemon.get(f"/api/spools/{roll['spool_id']}").json[key])

    def test_parameters(self):
        for query in ("?format=csv", "?what=spools", "?format=csv&what=keys", "?format=xml"):
            self.assertProblem(self.daemon.get("/api/export" + query), 422)


class LargeTest(TransferCase):
    """Others write while a large file comes in; and it comes in whole, or not at all."""

    PRINTS = 400

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon.post("/api/printers", {"printer_id": "P", "source": "homeassistant"})
        roll = cls.daemon.post("/api/spools", {**SPOOL, "initial_weight_grams": 100000}).json["spool_id"]
        cls.daemon.post("/api/ams_slots/P/1/1/assign", {"spool_id": roll})
        job = cls.daemon.post("/api/print_jobs/start", {"printer_id": "P", "gcode_file_name": "a.3mf", "filaments": [
            {"ams_unit_number": 1, "slot_number": 1, "estimated_grams": 0.5}]}).json["job_id"]
        cls.daemon.put(f"/api/print_jobs/{job}/end", {"status": "completed"})
        cls.body = cls.multiplied(json.loads(cls.daemon.get("/api/export").body))

    @classmethod
    def multiplied(cls, document):
        parts = ("print_jobs", "print_job_filaments", "print_job_segments", "usage_events")
        one = {name: document[name][0] for name in parts}
        times = "1@1764331200000" + " 35120" * 499
        for name in parts:
            document[name] = []
        for n in range(cls.PRINTS):
            job = str(uuid.UUID(int=n + 1))
            for name in parts:
                document[name].append({**one[name], "job_id": job})
            document["print_jobs"][-1]["layer_times"] = times
            document["usage_events"][-1]["event_id"] = str(uuid.UUID(int=n + 1 << 64))
        return json.dumps(document).encode()

    def beside(self, daemon, query):
        """The report of an import, how long it took, and how long each write beside it waited."""
        spool = daemon.post("/api/spools", SPOOL).json["spool_id"]
        waits, done = [], threading.Event()

        def write():
            while not done.is_set():
                begun = time.monotonic()
                answer = daemon.post(f"/api/spools/{spool}/adjust_weight", {"adjustment_grams": -0.5})
                waits.append((time.monotonic() - begun, answer.status))

        thread = threading.Thread(target=write)
        thread.start()
        begun = time.monotonic()
        try:
            report = self.take(self.body, query, daemon=daemon)
        finally:
            taken = time.monotonic() - begun
            done.set()
            thread.join()
        self.assertEqual({status for _, status in waits}, {200})
        self.assertEqual(daemon.get(f"/api/spools/{spool}").json["current_weight_grams"], 1000 - 0.5 * len(waits))
        longest = max(wait for wait, _ in waits)
        print(f"import{query}: {len(self.body) / 2 ** 20:.1f} MiB in {taken:.2f} s, longest write beside it {longest:.2f} s")
        return report, taken, longest

    def test_writers_go_on(self):
        with Daemon() as daemon:
            trial, taken, longest = self.beside(daemon, "?dry_run=true")
            self.assertLess(longest, taken / 2, "a dry run holds nobody")
            report, taken, longest = self.beside(daemon, "")
            self.assertLess(longest, taken, "what is looked up before holds nobody")
            self.assertEqual({**report, "renumbered": []}, {**trial, "dry_run": False, "renumbered": []})
            self.assertEqual(len(daemon.get("/api/print_jobs").json), self.PRINTS)
            wrong = self.body.replace(b'"status": "completed"', b'"status": "never"')
            self.assertEqual(self.take(wrong, "?on_conflict=update", 422, daemon)["code"], "bad_row")
            self.assertEqual([p.name for p in daemon.state.iterdir() if "upload" in p.name], [])
            daemon.stop()
            run("verify", state=daemon.state)

    def test_killed_at_any_moment(self):
        with Daemon() as daemon:
            begun = time.monotonic()
            self.take(self.body, daemon=daemon)
            taken = time.monotonic() - begun
        whole = set()
        for part in (0.4, 0.8, 1.5):
            with Daemon() as daemon:
                thread = threading.Thread(target=self.try_to_take, args=(daemon,))
                thread.start()
                thread.join(part * taken)
                daemon.kill()
                thread.join()
                daemon.start()
                prints = len(daemon.get("/api/print_jobs").json)
                self.assertIn(prints, (0, self.PRINTS))
                whole.add(prints)
                daemon.stop()
                run("verify", state=daemon.state)
        print(f"prints after a kill: {sorted(whole)}")

    def try_to_take(self, daemon):
        with contextlib.suppress(OSError, http.client.HTTPException):
            daemon.post("/api/import", self.body, headers={"Content-Type": "text/plain"})


class SpoolmanTest(TransferCase):
    def test_rolls(self):
        with Daemon() as daemon:
            self.assertEqual(counts(self.take([ROLL, MULTI], daemon=daemon))["created"], 2)
            [roll] = daemon.get("/api/spools").json
            wanted = {"brand": "Elegoo", "product_name": "Rapid PETG", "material_type": "PETG", "color_hex": "#1A2B3C",
                      "initial_weight_grams": 1000, "current_weight_grams": 612.345, "cost_usd": 19.99, "lot": "L-77",
                      "location": "Shelf 2", "notes": "by the window", "spool_weight_grams": 155.5,
                      "nozzle_temp_min_c": 240, "bed_temp_max_c": 70, "density_g_cm3": 1.27, "article_number": "EL-9",
                      "external_id": "spoolman:17", "first_used_at": "2024-03-01T10:00:00Z",
                      "last_used_at": "2024-04-01T10:00:00Z", "extra": {"dried": "\"yes\""}}
            self.assertEqual({k: roll[k] for k in wanted}, wanted)
            [event] = daemon.get("/api/usage_events").json
            self.assertEqual((event["grams_used"], event["event_type"], event["source"], event["timestamp"]),
                             (387.655, "manual_adjustment", "import", "2024-04-01T10:00:00Z"))
            self.assertIn("Spoolman", event["note"])
            [multi] = [r for r in daemon.get("/api/spools?archived=true").json if r["external_id"] == "spoolman:18"]
            self.assertIsNotNone(multi["archived_at"])
            self.assertEqual((multi["color_hexes"], multi["multi_color_direction"], multi["initial_weight_grams"]),
                             (["#FF0000", "#00FF00"], "coaxial", 750))
            again = self.take([ROLL, MULTI], daemon=daemon)
            self.assertEqual(counts(again), {"entity": "spools", "created": 0, "updated": 0, "skipped": 0, "unchanged": 2})
            changed = {**ROLL, "location": "Box", "used_weight": 400.0, "remaining_weight": 600.0}
            self.assertEqual(self.take([changed], daemon=daemon)["problems"][0]["code"], "kept")
            self.take([changed], "?on_conflict=fail", 422, daemon)
            self.assertEqual(counts(self.take([changed], "?on_conflict=update", daemon=daemon))["updated"], 1)
            roll = daemon.get(f"/api/spools/{roll['spool_id']}").json
            self.assertEqual((roll["location"], roll["current_weight_grams"]), ("Box", 600))
            self.assertStatus(daemon.delete(f"/api/spools/{roll['spool_id']}"))
            self.assertEqual(self.take([changed], daemon=daemon)["problems"][0]["code"], "deleted_here")
            run("verify", state=daemon.state)

    def test_what_is_left_decides(self):
        cases = [({"initial_weight": 1000.0, "used_weight": 0.0, "remaining_weight": 600.0}, 600, [400]),
                 ({"initial_weight": 1000.0, "used_weight": None, "remaining_weight": 600.0}, 600, [400]),
                 ({"initial_weight": 1000.0, "used_weight": 1250.0, "remaining_weight": 0.0}, 0, [1250]),
                 ({"initial_weight": 1000.0, "used_weight": 50.0, "remaining_weight": 1010.0}, 950, [50]),
                 ({"initial_weight": 1000.0, "used_weight": 250.0, "remaining_weight": None}, 750, [250])]
        with Daemon() as daemon:
            self.take([{**ROLL, **weights, "id": i} for i, (weights, _, _) in enumerate(cases)], daemon=daemon)
            rolls = {r["external_id"]: r for r in daemon.get("/api/spools").json}
            for i, (weights, left, used) in enumerate(cases):
                with self.subTest(**weights):
                    roll = rolls[f"spoolman:{i}"]
                    booked = [e["grams_used"] for e in daemon.get("/api/usage_events").json if e["spool_id"] == roll["spool_id"]]
                    self.assertEqual((roll["current_weight_grams"], booked), (left, used))

    def test_a_time_that_nobody_can_read_is_reported(self):
        for i, value in enumerate(("last spring", 1711965600)):
            report = self.take([{**ROLL, "id": 200 + i, "last_used": value}, {**MULTI, "id": 300 + i, "last_used": None}])
            self.assertEqual([(p["where"], p["code"]) for p in report["problems"]], [("spools[0].last_used", "invalid_time")])
            self.assertEqual(counts(report)["created"], 2)

    def test_figures_that_cannot_be_are_refused(self):
        far = 1e300
        for figures in ({"initial_weight": far, "remaining_weight": 1.0}, {"initial_weight": far, "remaining_weight": -far},
                        {"initial_weight": None, "remaining_weight": far, "used_weight": far}, {"price": far},
                        {"initial_weight": 1000.0, "remaining_weight": -far}, {"remaining_weight": None, "used_weight": far},
                        {"initial_weight": 1000.0, "remaining_weight": None, "used_weight": -5.0}):
            with self.subTest(**figures):
                self.take([{**ROLL, "id": 900, **figures}], status=422)
        with self.subTest(initial_weight=far, sheet=True):
            self.take(b"brand,name,material,initial_weight,remaining_weight\nA,B,PLA,1e300,-1e300\n", status=422)

    def test_thin_rolls(self):
        thin = {"id": 1, "filament": {"id": 1, "material": "PLA", "density": 1.24, "diameter": 1.75}, "used_weight": 10,
                "remaining_weight": 990}
        self.assertEqual(counts(self.take([thin]))["created"], 1)
        problem = self.take([thin, {"id": 2, "filament": {"id": 1, "density": 1.24}, "used_weight": 0}, {"id": "x"}],
                            status=422)
        self.assertEqual([e["field"] for e in problem["errors"]], ["spools[1].initial_weight_grams", "spools[2].id"])


class SheetTest(TransferCase):
    HEAD = "Brand;Name;Material;Color;Weight (g);Remaining;Shelf\n"

    def test_names_of_others(self):
        text = self.HEAD + "Acme;\"Red; \"\"dark\"\"\";PLA;#f00;1000;250.5;A\nAcme;Blue;PLA;00f;750;;B\n"
        report = self.take(text.encode())
        self.assertEqual((report["source"], counts(report)["created"]), ("csv", 2))
        self.assertEqual(report["problems"][0]["code"], "unknown_column")
        rolls = {r["product_name"]: r for r in self.daemon.get("/api/spools?brand=Acme").json}
        self.assertEqual((rolls["Red; \"dark\""]["current_weight_grams"], rolls["Blue"]["current_weight_grams"]), (250.5, 750))
        again = self.take(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        self.assertEqual((counts(again)["created"], counts(again)["unchanged"]), (0, 2))

    def test_twins_are_two(self):
        text = "brand,product_name,material_type,color_hex,initial_weight_grams\n" + "Twin,A,PLA,#fff,1000\n" * 2
        self.take(text.encode())
        self.take(text.encode())
        self.assertEqual(len(self.daemon.get("/api/spools?brand=Twin").json), 2)

    def test_faults_name_line_and_column(self):
        before = len(self.daemon.get("/api/spools").json)
        good = "Acme;Fine;PLA;#fff;1000;;\n"
        for line, field, code in (("Acme;X;PLA;#fff;1,5;;\n", "initial_weight_grams", "wrong_type"),
                                  ("Acme;X;PLA;red;1000;;\n", "color_hex", "invalid_color"),
                                  (";X;PLA;#fff;1000;;\n", "brand", "required"),
                                  ("Acme;X;PLA;#fff;1000;1001;\n", "current_weight_grams", "current_above_initial"),
                                  ("Acme;X;PLA;#fff;0;;\n", "initial_weight_grams", "out_of_range")):
            problem = self.take((self.HEAD + good + line).encode(), status=422)
            self.assertEqual((problem["errors"][0]["field"], problem["errors"][0]["code"], problem["errors"][0]["line"]),
                             (f"spools[1].{field}", code, 3), problem)
            self.assertIn("line 3", problem["detail"])
        self.take((self.HEAD + "a;b\n").encode(), status=422)
        self.take((self.HEAD + "\"a;b\n").encode(), status=422)
        self.assertEqual(len(self.daemon.get("/api/spools").json), before)

    def test_what_is_none(self):
        for body, code in ((b"", "body_required"), (b" \n", "empty_file"), (b"hello\n", "column_missing"),
                           (b"{", "invalid_json"), (b"[1]", "invalid_json"), (b"[{}]", "required"),
                           (b"Brand,Vendor,Name,Material,Weight\n", "double_column")):
            self.assertEqual(self.take(body, status=422)["code"], code, body)
        self.take(EMPTY, "?on_conflict=maybe", 422)

    def test_too_big(self):
        connection = self.daemon.connection()
        connection.putrequest("POST", "/api/import")
        connection.putheader("X-API-Key", self.daemon.key)
        connection.putheader("Content-Length", str(65 * 1024 * 1024))
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 413)
        connection.close()
        self.assertEqual([p.name for p in self.daemon.state.iterdir() if "upload" in p.name or "export" in p.name], [])


if __name__ == "__main__":
    main()
