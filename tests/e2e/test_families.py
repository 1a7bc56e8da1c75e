"""Every family of printers connects, and its slots stand over REST as they really are."""

import unittest

from e2e.bench import Bench
from lib.main import main

# Serial numbers of the families' kind; 15 characters.
FAMILIES = {
    "x1": "00WE2E000000001", "x1c": "00ME2E000000002", "x1e": "03WE2E000000003", "p1p": "01SE2E000000004",
    "p1s": "01PE2E000000005", "a1": "039E2E000000006", "a1mini": "030E2E000000007", "a2l": "26A19E2E0000008",
    "p2s": "22EE2E000000009", "h2s": "093E2E000000010", "h2d": "094E2E000000011", "h2dpro": "239E2E000000012",
    "h2c": "31BE2E000000013", "x2d": "20P9E2E00000014",
}
MODELS = {"a1": "A1", "p1s": "P1S", "h2d": "H2D", "x2d": "X2D", "p2s": "P2S"}
HT = ["x1c", "h2d", "h2dpro"]


def load(bench, name):
    unit = 16 if name == "a2l" else 1
    bench.do(f"load {name} {unit}/1 profile=GFL99 material=PLA color=#0ACC38 known=yes")
    bench.do(f'load {name} {unit}/2 profile=GFA01 material=PLA color=#9B9EA0 brand="PLA Matte" uuid=auto known=yes')
    bench.do(f"blank {name} {unit}/3")
    bench.do(f"load {name} ext profile=GFU99 material=TPU color=#46A8F9")
    if name in HT:
        bench.do(f"unit {name} ht")
        bench.do(f"load {name} 128/1 profile=GFN04 material=PA-CF color=#000000 uuid=auto known=yes")


class Families(unittest.TestCase):
    def test_slots_of_every_family(self):
        with Bench() as bench:
            for name, serial in FAMILIES.items():
                bench.add_silent(name, name, serial)
                load(bench, name)
                bench.register(name)
            for name in FAMILIES:
                with self.subTest(name):
                    bench.wait_as_scripted(name)
            for name in FAMILIES:
                with self.subTest(name + " changes"):
                    unit = 16 if name == "a2l" else 1
                    bench.do(f"unload {name} {unit}/1")
                    bench.do(f"load {name} {unit}/4 profile=GFG99 material=PETG color=#FFAA00 known=yes")
            for name in FAMILIES:
                with self.subTest(name + " changed"):
                    bench.wait_as_scripted(name)
            for name, model in MODELS.items():
                self.assertEqual(bench.get(f"/api/printers/{name}/status")["model"], model)

    def test_what_feeds(self):
        with Bench() as bench:
            for name in ["a1", "p2s", "h2d", "x1c"]:
                bench.add_silent(name, name, FAMILIES[name])
                load(bench, name)
                bench.register(name)
                bench.wait_as_scripted(name)
            bench.do("speed 60")
            for name in ["a1", "p2s", "h2d", "x1c"]:
                bench.do(f"print {name} slots=1/2 grams=5 layers=100 layer_s=60")
            for name in ["a1", "p2s", "h2d", "x1c"]:
                with self.subTest(name):
                    bench.wait_slot(name, 1, 2, lambda row: row["active"], 20, f"{name} feeds 1/2")
                    self.assertFalse(bench.slot(name, 1, 1)["active"])


if __name__ == "__main__":
    main()
