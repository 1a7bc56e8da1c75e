"""The shared archives, and what `filamentd analyze` says of them.

Three figures must agree for each filament: the program's, those of an independent implementation of the counting rule
(expected-usage.json), and the slicer's own header, whose grams are computed here from its length, diameter and density.
"""

import json
import math
import re
import unittest
import zipfile

from lib.daemon import run
from lib.main import SHARED, count, main, needs_shared

SAMPLES = SHARED / "samples3mf"
UNSLICED = "a1-testcube-project-unsliced.3mf"
MM, GRAMS = 0.05, 0.01
KEYS = {"plate", "printer_model", "total_layers", "prediction_s", "filaments", "warnings"}
FILAMENT_KEYS = {"index", "profile", "material", "color_hex", "used_g", "used_m", "gcode_mm", "gcode_g"}


def analyze(name, *options):
    done = run("analyze", *options, SAMPLES / name)
    return json.loads(done.stdout)


def numbers(gcode, name):
    found = re.search(rf"^; {re.escape(name)} ?[:=] ?([\d.,]+)$", gcode, re.M)
    return [float(number) for number in found[1].split(",")] if found else []


class Header:
    """What the slicer wrote at the head of the plate's gcode, by filament id."""

    def __init__(self, path, gcode):
        with zipfile.ZipFile(path) as archive:
            text = archive.read(gcode).decode()
        self.density, self.diameter = numbers(text, "filament_density"), numbers(text, "filament_diameter")
        ids = [int(number) for number in numbers(text, "filament")]
        self.mm = dict(zip(ids, numbers(text, "total filament length [mm]")))
        self.g = dict(zip(ids, numbers(text, "total filament weight [g]")))

    def grams(self, filament, mm):
        """Length x area x density, mm3 at g/cm3."""
        area = math.pi * self.diameter[filament - 1] ** 2 / 4
        return mm * area * self.density[filament - 1] / 1000


@needs_shared
class Samples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.expected = json.loads((SAMPLES / "expected-usage.json").read_text())["files"]
        cls.plain = {name: analyze(name) for name in cls.expected}
        cls.layers = {name: analyze(name, "--layers") for name in cls.expected}
        cls.headers = {name: Header(SAMPLES / name, expected["gcode"]) for name, expected in cls.expected.items()}

    def each(self, check):
        for name, expected in self.expected.items():
            with self.subTest(name):
                got = {filament["index"]: filament for filament in self.layers[name]["filaments"]}
                check(expected, got, self.headers[name])

    def test_every_archive_is_listed(self):
        found = {path.name for path in SAMPLES.iterdir()} - {"README.md", "expected-usage.json"}
        self.assertEqual(found, set(self.expected) | {UNSLICED})
        count("archives", len(found))

    def test_lengths(self):
        def check(expected, got, _):
            want = {int(index): mm for index, mm in expected["computed_length_mm"].items()}
            self.assertEqual(set(got), set(want))
            for index, mm in want.items():
                self.assertAlmostEqual(got[index]["gcode_mm"], mm, delta=MM)
        self.each(check)

    def test_lengths_by_layer(self):
        def check(expected, got, _):
            so_far, layers = dict.fromkeys(got, 0), expected["cumulative_mm_by_layer"]
            told = {index: filament["cumulative_mm_by_layer"] for index, filament in got.items()}
            self.assertGreaterEqual(len(layers), 50)
            self.assertLessEqual({layer for rows in told.values() for layer in rows}, set(layers))
            for layer, want in layers.items():
                for index in got:
                    so_far[index] = told[index].get(layer, so_far[index])
                    self.assertAlmostEqual(so_far[index], want.get(str(index), 0), delta=MM, msg=f"{index} at {layer}")
        self.each(check)

    def test_grams(self):
        def check(_, got, header):
            for index, filament in got.items():
                self.assertAlmostEqual(filament["gcode_g"], header.grams(index, filament["gcode_mm"]), delta=GRAMS)
                self.assertAlmostEqual(filament["gcode_g"], filament["used_g"], delta=GRAMS)
        self.each(check)

    def test_the_totals_of_the_header(self):
        def check(expected, got, header):
            self.assertEqual(set(header.mm), set(map(int, expected.get("header_length_mm") or {})))
            for index, mm in header.mm.items():
                self.assertAlmostEqual(got[index]["gcode_mm"], mm, delta=MM)
                self.assertAlmostEqual(got[index]["gcode_g"], header.g[index], delta=GRAMS)
                self.assertAlmostEqual(header.grams(index, mm), header.g[index], delta=GRAMS)
        self.each(check)
        self.assertGreaterEqual(sum(bool(header.mm) for header in self.headers.values()), 3)

    def test_the_keys_of_the_answer(self):
        for name, plain in self.plain.items():
            layers = self.layers[name]
            self.assertEqual((set(plain), set(layers)), (KEYS, KEYS))
            self.assertEqual({frozenset(f) for f in plain["filaments"]}, {frozenset(FILAMENT_KEYS)})
            self.assertEqual({frozenset(f) for f in layers["filaments"]}, {frozenset(FILAMENT_KEYS | {"cumulative_mm_by_layer"})})

    def test_a_project_that_was_never_sliced(self):
        done = run("analyze", SAMPLES / UNSLICED, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("not_sliced", done.stderr)


if __name__ == "__main__":
    main()
