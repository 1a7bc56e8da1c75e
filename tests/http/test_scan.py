"""Suggestions for a print, and what scanned codes mean."""

import base64
import json

from case import HttpCase
from lib.main import main

TRAY = "0123456789ABCDEF0123456789ABCDEF"
CODE = "4006381333931"


def cbor(value):
    """The forms that a tag holds."""
    if isinstance(value, dict):
        return b"\xbf" + b"".join(cbor(k) + cbor(v) for k, v in value.items()) + b"\xff"
    kind, data = (0, b"") if isinstance(value, int) else (3, value.encode()) if isinstance(value, str) else (2, value)
    number = value if isinstance(value, int) else len(data)
    for size, info in ((0, None), (1, 24), (2, 25), (4, 26), (8, 27)):
        if number < (24 if size == 0 else 256 ** size):
            head = bytes([kind << 5 | (number if info is None else info)])
            return head + (number.to_bytes(size, "big") if size else b"") + data
    raise ValueError(value)


TAG = cbor({}) + cbor({0: bytes(range(16)), 4: int(CODE), 9: 1, 10: "PETG Night", 11: "Acme", 16: 1000, 17: 1012,
                       18: 128, 19: b"\x10\x20\x30", 34: 230, 35: 250, 37: 70, 38: 85, 99: "later"})


class ScanTest(HttpCase):
    def scan(self, payload, kind, code):
        found = self.assertStatus(self.daemon.post("/api/scan", {"payload": payload}))
        self.assertEqual((found["kind"], found["code"]), (kind, code), found)
        self.assertTrue(found["reason"])
        return found

    def test_our_labels(self):
        spool = self.make_spool()
        number = spool["spool_number"]
        for payload in (f"HTTPS://HOST/S/{number}", f"https://other:8443/s/{number}/", f"FILTRK:S-{number}",
                        f"filtrk:s-{number}", str(number), f"#{number}", spool["spool_id"], spool["spool_id"].upper()):
            found = self.scan(payload, "spool", "filamentd")
            self.assertEqual(found["spool"], spool)
            self.assertEqual((found["draft"], found["filament"], found["missing"]), (None, None, []))
        self.scan("FILTRK:S-99999", "unknown", "filamentd")

    def test_other_systems(self):
        first = self.make_spool(external_id="spoolman:41")
        plain = self.make_spool(external_id="42")
        for payload, spool in (("web+spoolman:s-41", first), ("WEB+SPOOLMAN:S-42", plain),
                               ("http://192.168.1.5:7912/spool/show/42", plain)):
            self.assertEqual(self.scan(payload, "spool", "spoolman")["spool"]["spool_id"], spool["spool_id"])
        self.scan("web+spoolman:s-43", "unknown", "spoolman")
        link = "https://prusament.com/spool/17705/5b1a183b26/"
        found = self.scan(link, "draft", "prusament")
        self.assertEqual(found["draft"], {"brand": "Prusament", "external_id": "prusament:17705/5b1a183b26"})
        self.assertEqual(found["missing"], ["product_name", "material_type", "color_hex", "initial_weight_grams"])
        made = self.make_spool(**found["draft"])
        self.assertEqual(self.scan(link, "spool", "prusament")["spool"]["spool_id"], made["spool_id"])

    def test_rfid(self):
        found = self.scan(TRAY.lower(), "draft", "tray_uuid")
        self.assertEqual(found["draft"], {"tray_uuid": TRAY})
        spool = self.make_spool(tray_uuid=TRAY, tag_uids=["04A1B2C3D4E5F601"])
        self.assertEqual(self.scan(TRAY, "spool", "tray_uuid")["spool"]["spool_id"], spool["spool_id"])
        self.assertEqual(self.scan("04a1b2c3d4e5f601", "spool", "tag_uid")["spool"]["spool_id"], spool["spool_id"])
        self.assertEqual(self.scan("04A1B2C3D4E5F6FF", "draft", "tag_uid")["draft"], {"tag_uids": ["04A1B2C3D4E5F6FF"]})
        self.scan("0" * 32, "unknown", "unknown")

    def test_barcode_is_learnt(self):
        code = "96385074"
        found = self.scan(code, "draft", "barcode")
        self.assertEqual(found["draft"], {"barcode": code})
        self.make_spool(product_name="Boxed", cost_usd=19.99, profile="GFA00", **found["draft"])
        found = self.scan(code, "product", "barcode")
        self.assertEqual(found["filament"]["product_name"], "Boxed")
        self.assertEqual(found["missing"], [])
        again = self.assertStatus(self.daemon.post("/api/spools", found["draft"]), 201)["spool"]
        self.assertEqual(again["filament_id"], found["filament"]["filament_id"])

    def test_openspool(self):
        tag = {"protocol": "openspool", "version": "1.0", "type": "PLA", "color_hex": "FFAABB", "brand": "Generic",
               "min_temp": "220", "max_temp": "240"}
        for payload in (tag, json.dumps(tag)):
            found = self.scan(payload, "draft", "openspool")
            self.assertEqual(found["draft"], {"brand": "Generic", "material_type": "PLA", "color_hex": "#FFAABB",
                                              "nozzle_temp_min_c": 220, "nozzle_temp_max_c": 240})
        self.make_spool(**found["draft"])

    def test_openprinttag(self):
        for payload in (TAG.hex(), base64.b64encode(TAG).decode(), base64.urlsafe_b64encode(TAG).decode().rstrip("=")):
            found = self.scan(payload, "draft", "openprinttag")
            self.assertEqual(found["draft"], {
                "brand": "Acme", "product_name": "PETG Night", "material_type": "PETG", "barcode": CODE,
                "color_hex": "#102030", "initial_weight_grams": 1012, "spool_weight_grams": 128,
                "nozzle_temp_min_c": 230, "nozzle_temp_max_c": 250, "bed_temp_min_c": 70, "bed_temp_max_c": 85,
                "external_id": "openprinttag:00010203-0405-0607-0809-0a0b0c0d0e0f"})
        made = self.assertStatus(self.daemon.post("/api/spools", found["draft"]), 201)["spool"]
        self.assertEqual(self.scan(TAG.hex(), "spool", "openprinttag")["spool"]["spool_id"], made["spool_id"])
        named = {"meta": {}, "main": {"material_name": "X", "actual_netto_full_weight": 500}, "aux": {"consumed_weight": 20}}
        self.assertEqual(self.scan(named, "draft", "openprinttag")["draft"],
                         {"product_name": "X", "initial_weight_grams": 500, "current_weight_grams": 480})

    def test_what_is_no_code(self):
        for payload in ("hello", "https://example.org/", "{", '{"a": 1}', {"protocol": "other"}, "a0a1", "é" * 100, {}):
            self.scan(payload, "unknown", "unknown")
        for payload in ("", 5, None, [], True):
            self.assertProblem(self.daemon.post("/api/scan", {"payload": payload}), 422, None, "payload")
        self.assertProblem(self.daemon.post("/api/scan", {}), 422, "required", "payload")


class SuggestTest(HttpCase):
    def suggest(self, **wish):
        return self.assertStatus(self.daemon.post("/api/spools/suggest", {"grams": 150, **wish}))

    def test_ranked_with_reasons(self):
        self.make_printer(printer_id="sug")
        full = self.make_spool(material_type="ASA", product_name="Full", cost_usd=30)
        rest = self.make_spool(material_type="ASA", product_name="Rest", current_weight_grams=180)
        damp = self.make_spool(material_type="ASA", product_name="Damp", current_weight_grams=170,
                               opened_at="2020-01-01T00:00:00Z")
        short = self.make_spool(material_type="ASA", product_name="Short", current_weight_grams=100)
        other = self.make_spool(material_type="ASA", product_name="Blue", color_hex="#0000FF")
        empty = self.make_spool(material_type="ASA", current_weight_grams=0)
        away = self.make_spool(material_type="ASA")
        self.assertStatus(self.daemon.post(f"/api/spools/{away['spool_id']}/archive"))
        self.assertStatus(self.daemon.post("/api/ams_slots/sug/1/1/assign", {"spool_id": full["spool_id"]}))
        rows = self.suggest(material="asa", color_hex="#FF8800", printer_id="sug")
        self.assertEqual([(r["spool"]["product_name"], r["fit"], r["damp"]) for r in rows],
                         [("Rest", "rest", False), ("Full", "whole", False), ("Damp", "rest", True),
                          ("Short", "short", False)])
        self.assertEqual(rows[0]["reasons"][0], "180 g left, enough for 150 g: use up the rest first")
        self.assertIn("is in this printer already", rows[1]["reasons"])
        self.assertIn("costs 30.00 a kg", rows[1]["reasons"])
        self.assertEqual((rows[3]["short_grams"], rows[3]["left_grams"], rows[3]["second_spool"]), (50, 100, None))
        self.assertEqual(rows[0]["delta_e"], 0)
        self.assertTrue(all(a["score"] >= b["score"] for a, b in zip(rows, rows[1:])))
        every = {r["spool_id"] for r in self.suggest(material="ASA")}
        self.assertIn(other["spool_id"], every)
        self.assertFalse({empty["spool_id"], away["spool_id"]} & every)
        self.assertEqual(len(self.suggest(material="ASA", limit=2)), 2)
        self.assertEqual({r["spool_id"] for r in self.suggest(filament_id=short["filament_id"])}, {short["spool_id"]})
        self.assertEqual(rest["spool_id"], rows[0]["spool_id"])
        self.assertEqual(damp["spool_id"], rows[2]["spool_id"])

    def test_pairs(self):
        rolls = [self.make_spool(material_type="TPU", profile="GFU01", current_weight_grams=g) for g in (100, 80)]
        row = self.suggest(profile="GFU01")[0]
        self.assertEqual((row["fit"], row["spool_id"], row["second_spool"]["spool_id"], row["left_grams"]),
                         ("pair", rolls[1]["spool_id"], rolls[0]["spool_id"], 180))

    def test_faults(self):
        for wish, field in (({}, "material"), ({"material": "PLA", "grams": 0}, "grams"),
                            ({"material": "PLA", "color_hex": "red"}, "color_hex"),
                            ({"material": "PLA", "limit": 51}, "limit")):
            self.assertProblem(self.daemon.post("/api/spools/suggest", {"grams": 1, **wish}), 422, None, field)
        self.assertProblem(self.daemon.post("/api/spools/suggest", {"material": "PLA"}), 422, "required", "grams")
        answer = self.daemon.post("/api/spools/suggest", {"grams": 1, "material": "PLA", "printer_id": "nobody"})
        self.assertProblem(answer, 404, "printer_not_found")


if __name__ == "__main__":
    main()
