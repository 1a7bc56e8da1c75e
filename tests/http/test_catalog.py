"""Vendors, products, materials, thresholds and settings."""

import re
import urllib.parse
import uuid

from case import SPOOL, HttpCase
from lib.main import main

FILAMENT = {"brand": "Acme", "product_name": "PLA Basic", "material_type": "PLA"}
FULL = {**FILAMENT, "color_hex": "#FF8800", "color_alpha": 200, "color_hexes": ["#FF8800", "#0000FF"],
        "multi_color_direction": "coaxial", "profile": "GFA00", "density_g_cm3": 1.3, "diameter_mm": 1.75,
        "net_weight_grams": 1000, "spool_weight_grams": 212.5, "cost_usd": 19.99, "nozzle_temp_min_c": 190,
        "nozzle_temp_max_c": 230, "bed_temp_min_c": 40, "bed_temp_max_c": 60, "drying_requirements": "55 C, 8 h",
        "article_number": "AC-1", "barcode": "4006381333931", "reorder_url": "https://example.org/ac-1",
        "notes": "äöü", "external_id": "17", "extra": {"shelf": [1, 2]}}


class VendorTest(HttpCase):
    def make(self, **more):
        return self.assertStatus(self.daemon.post("/api/vendors", {"name": "V " + uuid.uuid4().hex[:8], **more}), 201)

    def test_life_of_a_vendor(self):
        answer = self.daemon.post("/api/vendors", {"name": "Acme", "spool_weight_grams": 250, "extra": {"a": 1}})
        vendor = self.assertStatus(answer, 201)
        path = f"/api/vendors/{vendor['vendor_id']}"
        self.assertEqual(answer.headers["Location"], path)
        self.assertEqual((vendor["name"], vendor["spool_weight_grams"], vendor["notes"], vendor["extra"],
                          vendor["filaments"]), ("Acme", 250, None, {"a": 1}, 0))
        self.assertEqual(self.assertStatus(self.daemon.get(path)), vendor)
        self.assertProblem(self.daemon.post("/api/vendors", {"name": "ACME"}), 409, "vendor_exists", "name")
        changed = self.assertStatus(self.daemon.put(path, {"notes": "x", "clear_fields": ["spool_weight_grams"]}))
        self.assertEqual((changed["name"], changed["notes"], changed["spool_weight_grams"]), ("Acme", "x", None))
        self.assertStatus(self.daemon.put(path, changed))
        self.assertProblem(self.daemon.put(path, {"name": None}), 422, "not_nullable", "name")
        self.assertProblem(self.daemon.put(path, {"filaments": 7}), 422, "read_only", "filaments")
        product = self.assertStatus(self.daemon.post("/api/filaments", FILAMENT), 201)
        self.assertEqual(product["vendor_id"], vendor["vendor_id"])
        self.assertProblem(self.daemon.delete(path), 409, "vendor_in_use")
        self.assertStatus(self.daemon.delete(f"/api/filaments/{product['filament_id']}"))
        self.assertEqual(self.assertStatus(self.daemon.delete(path)),
                         {"vendor_id": vendor["vendor_id"], "status": "deleted"})
        self.assertProblem(self.daemon.get(path), 404, "vendor_not_found")
        self.assertProblem(self.daemon.delete(path), 404, "vendor_not_found")

    def test_conditions(self):
        path = f"/api/vendors/{self.make()['vendor_id']}"
        first = self.daemon.get(path).headers["ETag"]
        self.assertEqual(self.daemon.get(path, headers={"If-None-Match": first}).status, 304)
        self.assertStatus(self.daemon.put(path, {"notes": "1"}, headers={"If-Match": first}))
        self.assertProblem(self.daemon.put(path, {"notes": "2"}, headers={"If-Match": first}), 412)
        self.assertProblem(self.daemon.delete(path, headers={"If-Match": first}), 412)

    def test_list(self):
        for name in ("List C", "List A", "List B"):
            self.make(name=name, external_id=name[-1])
        rows = self.assertStatus(self.daemon.get("/api/vendors?q=list&sort=-name"))
        self.assertEqual([v["name"] for v in rows], ["List C", "List B", "List A"])
        self.assertEqual(self.daemon.get("/api/vendors?external_id=B").json[0]["name"], "List B")
        answer = self.daemon.get("/api/vendors?q=list&limit=2")
        self.assertEqual((answer.headers["X-Total-Count"], len(answer.json)), ("3", 2))
        link = re.fullmatch(r'<(.*)>; rel="next"', answer.headers["Link"])[1]
        self.assertEqual([v["name"] for v in self.daemon.get(link).json], ["List C"])


class FilamentTest(HttpCase):
    def make(self, **more):
        body = {**FILAMENT, "product_name": uuid.uuid4().hex, **more}
        return self.assertStatus(self.daemon.post("/api/filaments", body), 201)

    def test_all_fields_come_back(self):
        made = self.make(**FULL)
        read = self.assertStatus(self.daemon.get(f"/api/filaments/{made['filament_id']}"))
        self.assertEqual(read, made)
        self.assertEqual({k: read[k] for k in FULL}, FULL)
        self.assertEqual((read["rolls"], read["remaining_grams"]), (0, 0))
        path = f"/api/filaments/{made['filament_id']}"
        done = self.assertStatus(self.daemon.put(path, read))
        self.assertLessEqual({k for k in read if done[k] != read[k]}, {"updated_at"})
        nullable = [k for k in FULL if k not in ("brand", "product_name", "material_type", "color_alpha",
                                                 "color_hexes", "diameter_mm", "extra")]
        bare = self.assertStatus(self.daemon.patch(path, {"clear_fields": nullable}))
        for name in nullable:
            self.assertEqual(bare[name], 1.24 if name == "density_g_cm3" else None, name)

    def test_faults(self):
        for field, value, status, code in (
                ("barcode", "4006381333930", 422, "invalid_barcode"), ("barcode", "123", 422, "too_short"),
                ("reorder_url", "javascript:alert(1)", 422, "invalid_url"), ("vendor_id", "x", 422, "vendor_not_found"),
                ("color_hexes", ["red"], 422, None), ("color_hexes", ["#000"] * 9, 422, None),
                ("nozzle_temp_min_c", 99, 422, "out_of_range"), ("material_type", "", 422, "too_short"),
                ("net_weight_grams", 0, 422, "out_of_range"), ("rolls", 1, 422, "unknown_field")):
            with self.subTest(field=field, value=value):
                self.assertProblem(self.daemon.post("/api/filaments", {**FILAMENT, field: value}), status, code, field)
        self.assertProblem(self.daemon.post("/api/filaments", {"product_name": "a", "material_type": "PLA"}), 422,
                           "required", "brand")
        self.assertProblem(self.daemon.post("/api/filaments", {**FILAMENT, "bed_temp_min_c": 60, "bed_temp_max_c": 50}),
                           422, "min_above_max")

    def test_vendor_by_either_name(self):
        vendor = self.assertStatus(self.daemon.post("/api/vendors", {"name": "Other"}), 201)
        body = {k: v for k, v in FILAMENT.items() if k != "brand"}
        made = self.assertStatus(self.daemon.post("/api/filaments", {**body, "vendor_id": vendor["vendor_id"]}), 201)
        self.assertEqual(made["brand"], "Other")
        path = f"/api/filaments/{made['filament_id']}"
        moved = self.assertStatus(self.daemon.put(path, {**made, "brand": "Third"}))
        self.assertEqual(moved["brand"], "Third")
        back = self.assertStatus(self.daemon.put(path, {**moved, "vendor_id": vendor["vendor_id"]}))
        self.assertEqual(back["brand"], "Other")
        self.assertProblem(self.daemon.put(path, {"brand": "Fourth", "vendor_id": moved["vendor_id"]}), 422,
                           "vendor_mismatch", "vendor_id")

    def test_a_change_is_that_of_all_rolls(self):
        self.make_printer(printer_id="prod")
        rolls = self.assertStatus(self.daemon.post("/api/spools", {**SPOOL, "product_name": "Twice", "quantity": 2}),
                                  201)["spools"]
        first, second = (f"/api/spools/{roll['spool_id']}" for roll in rolls)
        self.assertStatus(self.daemon.post("/api/ams_slots/prod/1/1/assign", {"spool_id": rolls[0]["spool_id"]}))
        tags = [self.daemon.get(path).headers["ETag"] for path in (first, second)]
        path = f"/api/filaments/{rolls[0]['filament_id']}"
        self.assertEqual(self.daemon.get(path).json["rolls"], 2)
        self.assertEqual(self.daemon.get(path).json["remaining_grams"], 2000)
        self.assertStatus(self.daemon.put(path, {"color_hex": "00f", "material_type": "petg", "article_number": "A9"}))
        for roll, tag in zip((first, second), tags):
            read = self.daemon.get(roll)
            self.assertEqual((read.json["color_hex"], read.json["material_type"], read.json["article_number"]),
                             ("#0000FF", "PETG", "A9"))
            self.assertNotEqual(read.headers["ETag"], tag)
        slot = self.daemon.get("/api/ams_slots/prod").json[0]
        self.assertEqual(slot["spool"]["color_hex"], "#0000FF")
        self.assertProblem(self.daemon.delete(path), 409, "filament_in_use")

    def test_what_is_inherited_stays_so(self):
        """A product that is sent back as it was read still follows its vendor and its material."""
        vendor = self.assertStatus(self.daemon.post("/api/vendors", {"name": "Tare", "spool_weight_grams": 200}), 201)
        made = self.make(brand="Tare", material_type="ABS")
        self.assertEqual((made["spool_weight_grams"], made["density_g_cm3"]), (200, 1.04))
        path = f"/api/filaments/{made['filament_id']}"
        self.assertStatus(self.daemon.put(path, made))
        self.assertStatus(self.daemon.put(f"/api/vendors/{vendor['vendor_id']}", {"spool_weight_grams": 180}))
        self.assertStatus(self.daemon.put("/api/materials/ABS", {"density_g_cm3": 1.07}))
        read = self.daemon.get(path).json
        self.assertEqual((read["spool_weight_grams"], read["density_g_cm3"]), (180, 1.07))

    def test_what_a_roll_inherits_stays_so(self):
        """A roll that is sent back as it was read stays one of its product, and follows it."""
        made = self.make(brand="Heir", spool_weight_grams=210, cost_usd=25, color_hex="#FF8800")
        roll = self.make_spool(**{k: made[k] for k in ("brand", "product_name")})
        self.assertEqual((roll["filament_id"], roll["spool_weight_grams"], roll["cost_usd"], roll["density_g_cm3"]),
                         (made["filament_id"], 210, 25, 1.24))
        path = f"/api/spools/{roll['spool_id']}"
        self.assertEqual(self.assertStatus(self.daemon.put(path, roll))["spool"]["filament_id"], made["filament_id"])
        self.assertStatus(self.daemon.put(f"/api/filaments/{made['filament_id']}", {"spool_weight_grams": 190,
                                                                                    "cost_usd": 20}))
        read = self.daemon.get(path).json
        self.assertEqual((read["spool_weight_grams"], read["cost_usd"]), (190, 20))

    def test_barcode_is_learnt_and_follows_a_correction(self):
        code = "96385074"
        roll = self.make_spool(product_name="Wrong colour", color_hex="#000", barcode=code)
        self.assertEqual([f["filament_id"] for f in self.daemon.get(f"/api/filaments?barcode={code}").json],
                         [roll["filament_id"]])
        other = self.daemon.post("/api/spools", {**SPOOL, "product_name": "Another", "barcode": code})
        self.assertIn("Wrong colour", self.assertProblem(other, 409, "barcode_taken", "barcode")["detail"])
        self.assertProblem(self.daemon.post("/api/filaments", {**FILAMENT, "barcode": code}), 409, "barcode_taken")
        moved = self.assertStatus(self.daemon.put(f"/api/spools/{roll['spool_id']}", {"color_hex": "#FFF"}))["spool"]
        self.assertNotEqual(moved["filament_id"], roll["filament_id"])
        self.assertEqual([f["filament_id"] for f in self.daemon.get(f"/api/filaments?barcode={code}").json],
                         [moved["filament_id"]])

    def test_list(self):
        for i in range(4):
            self.make(brand="Lister %d" % (i % 2), product_name="L%d" % i, material_type=["PETG-CF", "TPU"][i // 2],
                      profile="P%d" % i, article_number="N%d" % i)
        names = lambda query: [f["product_name"] for f in self.assertStatus(self.daemon.get("/api/filaments?" + query))]
        self.assertEqual(names("material=petg-cf&sort=product_name"), ["L0", "L1"])
        self.assertEqual(names("brand=lister+1&sort=-product_name"), ["L3", "L1"])
        self.assertEqual(names("article_number=N2"), ["L2"])
        self.assertEqual(names("profile=P3"), ["L3"])
        vendor = self.daemon.get("/api/filaments?profile=P3").json[0]["vendor_id"]
        self.assertEqual(len(names("vendor_id=" + vendor)), 2)
        self.assertProblem(self.daemon.get("/api/filaments?sort=nonsense"), 422, "unknown_sort")


class TablesTest(HttpCase):
    """Materials, thresholds and settings."""

    def test_material_values_and_defaults(self):
        pla = self.assertStatus(self.daemon.get("/api/materials/pla"))
        self.assertEqual((pla["material_type"], pla["origin"], pla["density_g_cm3"]), ("PLA", "default", 1.24))
        self.assertIn(pla, self.assertStatus(self.daemon.get("/api/materials")))
        roll = self.make_spool(opened_at="2026-01-01T00:00:00Z")
        tag = self.daemon.get(f"/api/spools/{roll['spool_id']}").headers["ETag"]
        done = self.assertStatus(self.daemon.put("/api/materials/PLA", {"dry_days": 31, "density_g_cm3": 1.3}))
        self.assertEqual((done["dry_days"], done["density_g_cm3"], done["origin"], done["default_density_g_cm3"]),
                         (31, 1.3, "api", 1.24))
        read = self.daemon.get(f"/api/spools/{roll['spool_id']}")
        self.assertEqual((read.json["dry_by"], read.json["density_g_cm3"]), ("2026-02-01", 1.3))
        self.assertNotEqual(read.headers["ETag"], tag)
        done = self.assertStatus(self.daemon.put("/api/materials/PLA", {"dry_days": None}))
        self.assertEqual((done["dry_days"], done["origin"]), (pla["default_dry_days"], "api"))
        done = self.assertStatus(self.daemon.put("/api/materials/PLA", {"clear_fields": ["density_g_cm3"]}))
        self.assertEqual(done, pla)
        self.assertStatus(self.daemon.put("/api/materials/PLA", done))

    def test_material_faults(self):
        self.assertProblem(self.daemon.get("/api/materials/Unobtainium"), 404, "material_not_found")
        self.assertProblem(self.daemon.put("/api/materials/Unobtainium", {"dry_days": 1}), 404, "material_not_found")
        self.assertProblem(self.daemon.put("/api/materials/PLA", {"dry_days": 0}), 422, "out_of_range", "dry_days")
        self.assertProblem(self.daemon.put("/api/materials/PLA", {"origin": "x"}), 422, "read_only", "origin")

    def is_low(self, spool):
        return self.daemon.get(f"/api/spools/{spool['spool_id']}").json["low"]

    def test_threshold_of_material_and_global(self):
        self.assertEqual(self.assertStatus(self.daemon.get("/api/thresholds/global"))["threshold_grams"], 100)
        spool = self.make_spool(material_type="ASA", current_weight_grams=150)
        self.assertFalse(self.is_low(spool))
        none = self.assertStatus(self.daemon.get("/api/thresholds/ASA"))
        self.assertEqual(none, {"threshold_id": "ASA", "material": "ASA", "threshold_grams": None,
                                "default_grams": None, "origin": "default"})
        done = self.assertStatus(self.daemon.put("/api/thresholds/asa", {"threshold_grams": 150.5}))
        self.assertEqual((done["threshold_id"], done["threshold_grams"], done["origin"]), ("ASA", 150.5, "api"))
        self.assertTrue(self.is_low(spool))
        self.assertIn(done, self.daemon.get("/api/thresholds").json)
        self.assertEqual(self.assertStatus(self.daemon.put("/api/thresholds/ASA", done)), done)
        self.assertEqual(self.assertStatus(self.daemon.put("/api/thresholds/ASA", {})), done)
        self.assertEqual(self.assertStatus(self.daemon.put("/api/thresholds/ASA", {"threshold_grams": None})), none)
        self.assertFalse(self.is_low(spool))
        self.assertStatus(self.daemon.put("/api/thresholds/global", {"threshold_grams": 160}))
        self.assertTrue(self.is_low(spool))
        back = self.assertStatus(self.daemon.delete("/api/thresholds/global"))
        self.assertEqual((back["threshold_id"], back["material"], back["threshold_grams"], back["origin"]),
                         ("global", None, 100, "default"))
        self.assertFalse(self.is_low(spool))
        self.assertProblem(self.daemon.put("/api/thresholds/ASA", {"threshold_grams": -1}), 422, "out_of_range")

    def test_threshold_conditions(self):
        tag = self.daemon.get("/api/thresholds/global").headers["ETag"]
        self.assertStatus(self.daemon.put("/api/thresholds/global", {"threshold_grams": 90}, headers={"If-Match": tag}))
        answer = self.daemon.put("/api/thresholds/global", {"threshold_grams": 80}, headers={"If-Match": tag})
        self.assertProblem(answer, 412, "precondition_failed")
        self.assertStatus(self.daemon.delete("/api/thresholds/global"))

    def test_threshold_names_with_a_slash(self):
        path = "/api/thresholds/" + urllib.parse.quote("PLA/PHA", safe="")
        self.assertEqual(self.assertStatus(self.daemon.put(path, {"threshold_grams": 5}))["material"], "PLA/PHA")

    def test_chosen_values_win_and_null_goes_back(self):
        answer = self.daemon.get("/api/settings")
        before = self.assertStatus(answer)
        self.assertEqual(before["currency.code"], {"value": "USD", "default": "USD", "origin": "default"})
        done = self.assertStatus(self.daemon.patch("/api/settings", {"currency.code": "EUR"}))
        self.assertEqual(done["currency.code"], {"value": "EUR", "default": "USD", "origin": "api"})
        self.assertEqual(self.assertStatus(self.daemon.get("/api/settings")), done)
        self.assertProblem(self.daemon.patch("/api/settings", {"currency.code": "GBP"},
                                             headers={"If-Match": answer.headers["ETag"]}), 412)
        self.assertEqual(self.assertStatus(self.daemon.patch("/api/settings", {"currency.code": None})), before)

    def test_every_setting_can_be_set(self):
        values = {"currency.code": "EUR", "homeassistant.poll_seconds": 60, "homeassistant.url": "http://ha.local:8123",
                  "printers.fetch_sliced_file": False, "printers.fetch_plain_data": True, "privacy.keep_names_days": 30}
        self.assertEqual(set(self.daemon.get("/api/settings").json), set(values))
        done = self.assertStatus(self.daemon.patch("/api/settings", values))
        self.assertEqual({k: row["value"] for k, row in done.items()}, values)
        self.daemon.restart()
        self.assertEqual(self.daemon.get("/api/settings").json, done)
        self.assertStatus(self.daemon.patch("/api/settings", {"clear_fields": list(values)}))

    def test_setting_faults(self):
        for field, value, code in (("currency.code", "eur", "invalid_currency"), ("currency.code", "EURO", "invalid_currency"),
                                   ("homeassistant.poll_seconds", -1, "out_of_range"),
                                   ("homeassistant.url", "ftp://x", "invalid_url"),
                                   ("printers.fetch_sliced_file", 1, "wrong_type"),
                                   ("privacy.keep_names_days", 1.5, "wrong_type"), ("nonsense", 1, "unknown_field")):
            with self.subTest(field=field):
                self.assertProblem(self.daemon.patch("/api/settings", {field: value}), 422, code, field)
        key = self.daemon.create_key("rolls", "read,spools:write")
        self.assertProblem(self.daemon.patch("/api/settings", {"currency.code": "EUR"}, key=key), 403, "missing_scope")
        self.assertStatus(self.daemon.get("/api/settings", key=key))


if __name__ == "__main__":
    main()
