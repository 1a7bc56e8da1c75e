"""/api/spools: the documented calls, their rules, lists and conditional requests."""

import re
import uuid

from case import SPOOL, HttpCase
from lib.main import main

DOCUMENTED = ["spool_id", "brand", "product_name", "material_type", "color_hex", "initial_weight_grams",
              "current_weight_grams", "purchase_date", "cost_usd", "nozzle_temp_min_c", "nozzle_temp_max_c",
              "bed_temp_min_c", "bed_temp_max_c", "drying_requirements", "notes", "created_at", "updated_at"]
OURS = ["spool_number", "color_alpha", "color_hexes", "remaining_percent", "spool_weight_grams", "density_g_cm3",
        "diameter_mm", "lot", "location", "low", "threshold_grams", "opened_at", "dry_by", "expired", "draft",
        "archived_at", "tray_uuid", "tag_uids", "profile", "loaded_in", "last_used_at"]
FULL = {**SPOOL, "current_weight_grams": 400.125, "purchase_date": "2026-02-28", "cost_usd": 29.99,
        "nozzle_temp_min_c": 190, "nozzle_temp_max_c": 230, "bed_temp_min_c": 45, "bed_temp_max_c": 60,
        "drying_requirements": "55 C, 8 h", "notes": "Zeile 1\nZeile 2 äöü 🧵", "spool_weight_grams": 250,
        "density_g_cm3": 1.24, "diameter_mm": 1.75, "lot": "L1", "location": "Shelf A", "threshold_grams": 120,
        "opened_at": "2026-03-01T10:00:00+02:00", "profile": "GFA00"}


class CreateTest(HttpCase):
    def test_documented_answer(self):
        answer = self.daemon.post("/api/spools", SPOOL)
        made = self.assertStatus(answer, 201)
        self.assertEqual(made["status"], "created")
        self.assertEqual(answer.headers["Location"], f"/api/spools/{made['spool_id']}")
        self.assertEqual(list(made["spool"])[:len(DOCUMENTED)], DOCUMENTED)
        self.assertLessEqual(set(OURS), set(made["spool"]))
        self.assertEqual(made["spool"]["current_weight_grams"], 1000)
        self.assertRegex(made["spool"]["created_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_all_fields_come_back(self):
        spool = self.make_spool(**FULL)
        read = self.assertStatus(self.daemon.get(f"/api/spools/{spool['spool_id']}"))
        self.assertEqual(read, spool)
        for name, value in FULL.items():
            if name != "opened_at":
                self.assertEqual(read[name], value, name)
        self.assertEqual(read["opened_at"], "2026-03-01T08:00:00Z")
        self.assertIn(b'"cost_usd":29.99', self.daemon.get(f"/api/spools/{spool['spool_id']}").body)

    def test_colours(self):
        for given, shown, alpha in (("#f80", "#FF8800", 255), ("aabbcc", "#AABBCC", 255), ("#AaBbCc80", "#AABBCC", 128)):
            spool = self.make_spool(color_hex=given)
            self.assertEqual((spool["color_hex"], spool["color_alpha"]), (shown, alpha))
        spool = self.make_spool(color_hexes=["f00", "#00FF00"])
        self.assertEqual([c[:7] for c in spool["color_hexes"]], ["#FF0000", "#00FF00"])

    def test_number_and_own_id(self):
        own = str(uuid.uuid4())
        spool = self.make_spool(spool_id=own)
        self.assertEqual(spool["spool_id"], own)
        self.assertEqual(self.assertStatus(self.daemon.get(f"/api/spools/{spool['spool_number']}")), spool)
        self.assertEqual(self.assertStatus(self.daemon.get(f"/api/spools/{own.upper()}")), spool)
        self.assertProblem(self.daemon.post("/api/spools", {**SPOOL, "spool_id": own}), 409, "spool_exists")
        self.assertProblem(self.daemon.post("/api/spools", {**SPOOL, "spool_id": "x" * 36}), 422)

    def test_box(self):
        made = self.assertStatus(self.daemon.post("/api/spools", {**SPOOL, "quantity": 3}), 201)
        self.assertEqual(len(made["spools"]), 3)
        self.assertEqual(len({s["spool_number"] for s in made["spools"]}), 3)

    def test_faults(self):
        cases = [("brand", "", "too_short"), ("brand", None, "not_nullable"), ("brand", 5, "wrong_type"),
                 ("brand", "x" * 201, "too_long"), ("brand", "a\u0007", "control_character"),
                 ("brand", "a\nb", "control_character"), ("notes", "x" * 4001, "too_long"),
                 ("color_hex", "red", "invalid_color"), ("color_hex", 255, "wrong_type"),
                 ("initial_weight_grams", -1, "out_of_range"), ("initial_weight_grams", "1000", "wrong_type"),
                 ("initial_weight_grams", True, "wrong_type"), ("initial_weight_grams", 0.0001, None),
                 ("initial_weight_grams", 1.0005, "too_many_decimals"), ("current_weight_grams", -5, "out_of_range"),
                 ("current_weight_grams", 1001, None), ("purchase_date", "2026-02-30", "invalid_date"),
                 ("purchase_date", "28.02.2026", "invalid_date"), ("cost_usd", 1.999, "too_many_decimals"),
                 ("cost_usd", -1, "out_of_range"), ("nozzle_temp_min_c", 99, "out_of_range"),
                 ("nozzle_temp_max_c", 401, "out_of_range"), ("bed_temp_max_c", 151, "out_of_range"),
                 ("nozzle_temp_min_c", 200.5, "wrong_type"), ("opened_at", "yesterday", "invalid_time"),
                 ("quantity", 51, "out_of_range"), ("quantity", 0, "out_of_range"), ("draft", 1, "wrong_type"),
                 ("tag_uids", "x", "wrong_type"), ("spool_number", 7, "unknown_field"), ("created_at", "x", "unknown_field"),
                 ("clear_fields", ["notes"], "unknown_field"), ("density_g_cm3", 0, "out_of_range")]
        for field, value, code in cases:
            with self.subTest(field=field, value=value):
                self.assertProblem(self.daemon.post("/api/spools", {**SPOOL, field: value}), 422, code, field)

    def test_all_faults_at_once(self):
        problem = self.assertProblem(self.daemon.post("/api/spools", {"brand": 5, "what": 1}), 422)
        self.assertEqual({e["field"] for e in problem["errors"]},
                         {"brand", "what", "product_name", "material_type", "color_hex", "initial_weight_grams"})

    def test_min_above_max(self):
        for low, high in (("nozzle_temp_min_c", "nozzle_temp_max_c"), ("bed_temp_min_c", "bed_temp_max_c")):
            self.assertProblem(self.daemon.post("/api/spools", {**SPOOL, low: 120, high: 110}), 422)
            spool = self.make_spool(**{low: 110, high: 120})
            self.assertProblem(self.daemon.put(f"/api/spools/{spool['spool_id']}", {low: 121}), 422)

    def test_raise_initial(self):
        spool = self.make_spool(current_weight_grams=1050, raise_initial=True)
        self.assertEqual(spool["current_weight_grams"], 1050)


class ChangeTest(HttpCase):
    def test_merge(self):
        spool = self.make_spool(**FULL)
        path = f"/api/spools/{spool['spool_id']}"
        done = self.assertStatus(self.daemon.put(path, {"notes": None, "location": "Box"}))
        self.assertEqual((done["spool_id"], done["status"]), (spool["spool_id"], "updated"))
        self.assertIsNone(done["spool"]["notes"])
        self.assertEqual(done["spool"]["location"], "Box")
        self.assertEqual(done["spool"]["lot"], "L1")
        done = self.assertStatus(self.daemon.request("PATCH", path, {"clear_fields": ["lot", "purchase_date"]}))
        self.assertEqual((done["spool"]["lot"], done["spool"]["purchase_date"]), (None, None))
        self.assertProblem(self.daemon.put(path, {"clear_fields": ["brand"]}), 422, "not_nullable", "brand")
        self.assertProblem(self.daemon.put(path, {"brand": None}), 422, "not_nullable", "brand")

    def test_what_was_read_may_be_sent_back(self):
        spool = self.make_spool(**FULL)
        path = f"/api/spools/{spool['spool_id']}"
        done = self.assertStatus(self.daemon.put(path, spool))["spool"]
        changed = {k for k in spool if done[k] != spool[k]}
        self.assertLessEqual(changed, {"updated_at"})
        self.assertProblem(self.daemon.put(path, {"spool_number": 999999}), 422, "read_only", "spool_number")
        self.assertProblem(self.daemon.put(path, {"spool_id": str(uuid.uuid4())}), 422, "read_only", "spool_id")

    def test_a_weight_is_a_row_of_the_ledger(self):
        spool = self.make_spool()
        path = f"/api/spools/{spool['spool_id']}"
        done = self.assertStatus(self.daemon.put(path, {"current_weight_grams": 750.5}))
        self.assertEqual(done["spool"]["current_weight_grams"], 750.5)
        self.assertProblem(self.daemon.put(path, {"current_weight_grams": 1200}), 422)

    def test_adjust(self):
        spool = self.make_spool(spool_weight_grams=200)
        path = f"/api/spools/{spool['spool_id']}/adjust_weight"
        for body, weight in (({"adjustment_grams": -50}, 950), ({"adjustment_grams": 10.5}, 960.5),
                             ({"new_weight_grams": 500}, 500), ({"gross_grams": 650}, 450),
                             ({"gross_grams": 650, "tare_grams": 250}, 400)):
            done = self.assertStatus(self.daemon.post(path, body))
            self.assertEqual((done["spool_id"], done["new_weight"]), (spool["spool_id"], weight))
            self.assertEqual(done["spool"]["current_weight_grams"], weight)
            self.assertTrue(done["event_id"])
        self.assertStatus(self.daemon.post(path, {"used_length_mm": 1000}))
        self.assertProblem(self.daemon.post(path, {"adjustment_grams": -5000}), 422, "weight_below_zero")
        self.assertProblem(self.daemon.post(path, {}), 422)
        self.assertProblem(self.daemon.post(path, {"adjustment_grams": -1, "new_weight_grams": 5}), 422)
        self.assertProblem(self.daemon.post(path, {"adjustment_grams": "-1"}), 422, "wrong_type")
        missing = f"/api/spools/{uuid.uuid4()}/adjust_weight"
        for body in ({"adjustment_grams": -1}, {"adjustment_grams": "-1"}, {}):
            problem = self.assertProblem(self.daemon.post(missing, body), 404, "spool_not_found", "spool_id")
            self.assertEqual([e["field"] for e in problem["errors"]], ["spool_id"])

    def test_delete(self):
        spool = self.make_spool()
        path = f"/api/spools/{spool['spool_id']}"
        done = self.assertStatus(self.daemon.delete(path))
        self.assertEqual(done, {"spool_id": spool["spool_id"], "status": "deleted"})
        for answer in (self.daemon.get(path), self.daemon.delete(path), self.daemon.put(path, {"notes": "x"})):
            self.assertProblem(answer, 404, "spool_not_found")
        self.assertNotIn(spool["spool_id"], [s["spool_id"] for s in self.daemon.get("/api/spools").json])

    def test_delete_loaded(self):
        self.make_printer(printer_id="loader")
        spool = self.make_spool()
        path = f"/api/spools/{spool['spool_id']}"
        self.assertStatus(self.daemon.post("/api/ams_slots/loader/1/2/assign", {"spool_id": spool["spool_id"]}))
        self.assertProblem(self.daemon.delete(path), 409, "spool_loaded")
        self.assertStatus(self.daemon.delete(path + "?unassign=true"))

    def test_archive(self):
        spool = self.make_spool(location="Attic")
        path = f"/api/spools/{spool['spool_id']}"
        self.assertIsNotNone(self.assertStatus(self.daemon.post(path + "/archive"))["spool"]["archived_at"])
        self.assertEqual(self.daemon.get("/api/spools?location=Attic").json, [])
        self.assertEqual(len(self.daemon.get("/api/spools?location=Attic&archived=true").json), 1)
        self.assertIsNone(self.assertStatus(self.daemon.post(path + "/restore", {}))["spool"]["archived_at"])

    def test_missing(self):
        for path in (f"/api/spools/{uuid.uuid4()}", "/api/spools/999999", "/api/spools/nonsense", "/api/spools/%C3%BC"):
            self.assertProblem(self.daemon.get(path), 404, "spool_not_found")
            self.assertProblem(self.daemon.put(path, {"notes": "x"}), 404, "spool_not_found")


class ConditionTest(HttpCase):
    def test_item(self):
        spool = self.make_spool()
        path = f"/api/spools/{spool['spool_id']}"
        first = self.daemon.get(path).headers["ETag"]
        self.assertRegex(first, r'^"\d+"$')
        for tag in (first, "W/" + first, '"0", ' + first, "*"):
            answer = self.daemon.get(path, headers={"If-None-Match": tag})
            self.assertEqual((answer.status, answer.body, answer.headers["ETag"]), (304, b"", first))
        answer = self.daemon.put(path, {"notes": "1"}, headers={"If-Match": first})
        second = answer.headers["ETag"]
        self.assertStatus(answer)
        self.assertNotEqual(first, second)
        self.assertEqual(self.daemon.get(path).headers["ETag"], second)
        answer = self.daemon.put(path, {"notes": "2"}, headers={"If-Match": first})
        self.assertProblem(answer, 412, "precondition_failed")
        self.assertEqual(answer.headers["ETag"], second)
        self.assertEqual(self.daemon.get(path).json["notes"], "1")
        self.assertProblem(self.daemon.put(path, {"notes": "2"}, headers={"If-Match": "W/" + second}), 412)
        self.assertStatus(self.daemon.put(path, {"notes": "2"}, headers={"If-Match": "*"}))
        self.assertStatus(self.daemon.get(path, headers={"If-None-Match": second}))

    def test_list(self):
        self.make_spool()
        tag = self.daemon.get("/api/spools").headers["ETag"]
        self.assertEqual(self.daemon.get("/api/spools", headers={"If-None-Match": tag}).status, 304)
        self.make_spool()
        self.assertStatus(self.daemon.get("/api/spools", headers={"If-None-Match": tag}))


class ListTest(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for i in range(7):
            cls.daemon.post("/api/spools", {**SPOOL, "brand": "Brand %d" % (i % 2), "product_name": "P%d" % i,
                                            "material_type": "PETG" if i > 4 else "PLA",
                                            "color_hex": "#0000%02X" % (i * 30), "current_weight_grams": 50 + i * 20})

    def names(self, query):
        return [s["product_name"] for s in self.assertStatus(self.daemon.get("/api/spools" + query))]

    def test_filters(self):
        self.assertEqual(len(self.names("")), 7)
        self.assertEqual(self.names("?material=petg"), ["P5", "P6"])
        self.assertEqual(self.names("?brand=Brand%201"), ["P1", "P3", "P5"])
        self.assertEqual(self.names("?brand=Brand+1&material=PETG"), ["P5"])
        self.assertEqual(self.names("?q=p3"), ["P3"])
        self.assertEqual(self.names("?low=true"), ["P0", "P1", "P2"])
        self.assertEqual(len(self.names("?loaded=false")), 7)
        self.assertEqual(self.names("?color=%230000B4&max_delta_e=1"), ["P6"])
        for query in ("?low=maybe", "?color=red", "?limit=0", "?limit=1001", "?limit=x", "?max_delta_e=-1"):
            self.assertProblem(self.daemon.get("/api/spools" + query), 422)

    def test_sort(self):
        self.assertEqual(self.names("?sort=-product_name")[0], "P6")
        self.assertEqual(self.names("?sort=current_weight_grams")[0], "P0")
        self.assertProblem(self.daemon.get("/api/spools?sort=nonsense"), 422)

    def test_every_sort_and_its_pages(self):
        for column in ("spool_number", "created_at", "updated_at", "brand", "product_name", "material_type", "color_hex",
                       "initial_weight_grams", "current_weight_grams", "remaining_percent", "location", "purchase_date",
                       "dry_by", "cost_usd", "last_used_at"):
            for sort in (column, "-" + column):
                whole = self.assertStatus(self.daemon.get(f"/api/spools?sort={sort}"))
                known = [s[column] for s in whole if s[column] is not None]
                self.assertEqual(known, sorted(known, reverse=sort[0] == "-"), sort)
                self.assertTrue(all(s[column] is None for s in whole[len(known):]), sort)
                seen, path = [], f"/api/spools?sort={sort}&limit=2"
                while path:
                    answer = self.daemon.get(path)
                    seen += self.assertStatus(answer)
                    link = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("Link", ""))
                    path = link and link[1]
                self.assertEqual([s["spool_id"] for s in seen], [s["spool_id"] for s in whole], sort)

    def test_pages(self):
        seen, path = [], "/api/spools?limit=3&sort=-product_name"
        while path:
            answer = self.daemon.get(path)
            self.assertEqual(answer.headers["X-Total-Count"], "7")
            seen += [s["product_name"] for s in self.assertStatus(answer)]
            link = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("Link", ""))
            path = link and link[1]
        self.assertEqual(seen, ["P6", "P5", "P4", "P3", "P2", "P1", "P0"])
        self.assertProblem(self.daemon.get("/api/spools?limit=3&cursor=nonsense"), 422)


if __name__ == "__main__":
    main()
