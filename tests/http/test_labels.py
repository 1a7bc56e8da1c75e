"""Labels: read by a real reader, well-formed whatever a brand is called, and pages without data."""

import pathlib
import re
import subprocess
import tempfile
import xml.etree.ElementTree

from case import SPOOL, HttpCase
from lib.daemon import Daemon
from lib.main import main

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<&\">'] ]]> \u0416\u4e2d\U0001f600 &amp; <!--"


class LabelCase(HttpCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def svg(self, answer):
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.headers["Content-Type"], "image/svg+xml")
        return xml.etree.ElementTree.fromstring(answer.body)

    def read_codes(self, text, dpi=300):
        """What a scanner sees on the drawing as it is printed."""
        drawing, picture = self.folder / "x.svg", self.folder / "x.png"
        drawing.write_bytes(text)
        subprocess.run(["rsvg-convert", "-d", str(dpi), "-p", str(dpi), "-o", picture, drawing], check=True, timeout=60)
        done = subprocess.run(["zbarimg", "-q", "--raw", "--nodbus", picture], check=True, capture_output=True, text=True,
                              timeout=60)
        return done.stdout.split()

    def texts(self, root):
        return ["".join(t.itertext()) for t in root.iter(SVG + "text")]


class LabelTest(LabelCase):
    def test_every_size_is_read(self):
        roll = self.make_spool()
        wanted = [f"FILTRK:S-{roll['spool_number']}"]
        bare = self.daemon.get(f"/api/spools/{roll['spool_id']}/qr.svg")
        self.svg(bare)
        self.assertEqual(self.read_codes(bare.body.replace(b"<svg ", b"<svg width=\"20mm\" height=\"20mm\" ")), wanted)
        for size in ("40x30", "50x30", "62x29", "74x33", "75x55"):
            answer = self.daemon.get(f"/api/spools/{roll['spool_number']}/label.svg?size={size}")
            root = self.svg(answer)
            width, height = size.split("x")
            self.assertEqual((root.get("width"), root.get("height")), (width + "mm", height + "mm"))
            self.assertEqual(self.read_codes(answer.body), wanted)
            scale = float(re.search(r"scale\(([\d.]+)\)", answer.body.decode())[1])
            self.assertGreaterEqual(scale * 21, 12)

    def test_hostile_names(self):
        roll = self.make_spool(brand=HOSTILE, product_name="\u4e2d" * 120, material_type="P&A<F")
        answer = self.daemon.get(f"/api/spools/{roll['spool_id']}/label.svg?size=75x55")
        number, brand, product, facts = self.texts(self.svg(answer))
        self.assertEqual(number, f"#{roll['spool_number']}")
        self.assertTrue(brand.endswith("\u2026") and HOSTILE.startswith(brand[:-1]), brand)
        self.assertRegex(product, "^\u4e2d+\u2026$")
        self.assertTrue(facts.startswith("P&A<F"), facts)

    def test_colours(self):
        roll = self.make_spool(color_hexes=["#FF0000", "#00FF00", "#0000FF"], color_hex="#FF0000")
        root = self.svg(self.daemon.get(f"/api/spools/{roll['spool_id']}/label.svg"))
        fills = [r.get("fill") for r in root.iter(SVG + "rect")]
        self.assertEqual(fills, ["#FF0000", "#00FF00", "#0000FF", "none"])

    def test_sheets(self):
        rolls = [self.make_spool() for _ in range(33)]
        wanted = [f"FILTRK:S-{r['spool_number']}" for r in rolls]
        for sheet, places, page in (("avery5160", 30, "215.9mm"), ("l7160", 21, "210mm"), ("l7159", 24, "210mm"),
                                    ("l7163", 14, "210mm")):
            body = {"spool_ids": [r["spool_id"] for r in rolls], "sheet": sheet, "start_at": places}
            first = self.daemon.post("/api/labels", body)
            self.assertEqual(self.svg(first).get("width"), page)
            self.assertEqual(first.headers["X-Total-Pages"], str(1 + -(-32 // places)))
            self.assertEqual(self.texts(self.svg(first))[0], f"#{rolls[0]['spool_number']}")
            second = self.daemon.post("/api/labels?page=2", body)
            if sheet == "avery5160":
                self.assertEqual(sorted(self.read_codes(second.body)), sorted(wanted[1:places + 1]))
            places_used = [g.get("transform") for g in self.svg(second) if g.tag == SVG + "g"]
            self.assertEqual(len(set(places_used)), min(32, places))

    def test_one_a_page(self):
        rolls = [self.make_spool()["spool_number"] for _ in range(2)]
        answer = self.daemon.post("/api/labels?page=2", {"spool_ids": [str(r) for r in rolls], "size": "40x30"})
        self.assertEqual(answer.headers["X-Total-Pages"], "2")
        self.assertEqual(self.texts(self.svg(answer))[0], f"#{rolls[1]}")

    def test_refusals(self):
        roll = self.make_spool()["spool_id"]
        for body, query, field in (({}, "", "sheet"), ({"sheet": "l7160", "size": "40x30"}, "", "sheet"),
                                   ({"sheet": "l7160", "start_at": 22}, "", "start_at"), ({"sheet": "x"}, "", "sheet"),
                                   ({"size": "1x1"}, "", "size"), ({"size": "40x30"}, "?page=2", "page")):
            self.assertProblem(self.daemon.post("/api/labels" + query, {"spool_ids": [roll], **body}), 422, field=field)
        self.assertProblem(self.daemon.post("/api/labels", {"spool_ids": [roll, "no"], "sheet": "l7160"}), 422,
                           field="spool_ids[1]")
        self.assertProblem(self.daemon.get("/api/spools/999999/label.svg"), 404)
        self.assertProblem(self.daemon.get(f"/api/spools/{roll}/label.svg?size=2x2"), 422)


class LinkTest(LabelCase):
    arguments = ("--set", "server.external_url=https://Fila.example.org/", "--set", "server.ios_app_id=ABCDE12345.org.app")

    def test_code_leads_here(self):
        roll = self.make_spool()
        answer = self.daemon.get(f"/api/spools/{roll['spool_id']}/label.svg?size=40x30")
        self.assertEqual(self.read_codes(answer.body), [f"HTTPS://FILA.EXAMPLE.ORG/S/{roll['spool_number']}"])

    def test_page_tells_nothing(self):
        known, unknown = self.make_spool()["spool_number"], 987654
        pages = [self.daemon.get(path, key=None) for path in (f"/s/{known}", f"/s/{unknown}", f"/S/{known}")]
        for page, number in zip(pages, (known, unknown, known)):
            self.assertEqual((page.status, page.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
            self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
            self.assertIn(f"filtrk://s/{number}\"", page.body.decode())
            self.assertNotIn(SPOOL["brand"], page.body.decode())
            self.assertNotIn("script", page.body.decode())
        self.assertEqual(*[p.body.decode().replace(str(n), "N") for p, n in zip(pages, (known, unknown))])
        for path in ("/s/x", "/s/1%3Cb%3E", "/s/1234567890", "/s/"):
            self.assertEqual(self.daemon.get(path, key=None).status, 404)

    def test_association(self):
        answer = self.daemon.get("/.well-known/apple-app-site-association", key=None)
        [detail] = self.assertStatus(answer)["applinks"]["details"]
        self.assertEqual(detail, {"appIDs": ["ABCDE12345.org.app"], "components": [{"/": "/s/*"}, {"/": "/S/*"}]})
        with Daemon() as plain:
            self.assertProblem(plain.get("/.well-known/apple-app-site-association", key=None), 404, "no_app")


if __name__ == "__main__":
    main()
