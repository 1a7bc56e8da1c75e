"""Generated sliced files: the daemon's reader against an independent count of the same gcode."""

import json
import pathlib
import random
import tempfile
import unittest

from lib.daemon import run
from lib.main import count, main
from simulator.gcode_count import Sliced
from simulator.player import offline

SEED = 20260105
FILES = 24
MATERIALS = ["PLA", "PETG", "ABS", "PLA"]


def random_plan(dice):
    """slots=, grams= and how they take turns, as a script writes them."""
    used = [dice.random() < 0.8 for _ in range(4)]
    used[dice.randrange(4)] = True
    slots = ",".join(f"1/{i}" if u else "-" for i, u in enumerate(used, 1))
    grams = ",".join(f"{dice.uniform(0.1, 60):.2f}" if u else "0" for u in used)
    layers = dice.randint(4, 120)
    plan = f"slots={slots} grams={grams} layers={layers} plate={dice.randint(1, 9)}"
    if dice.random() < 0.4:
        plan += " every_layer=yes"
    if dice.random() < 0.5:
        plan += f" flush_mm={dice.uniform(1, 120):.2f}"
    if dice.random() < 0.5:
        plan += f" start_mm={dice.uniform(1, 40):.2f}"
    return plan


class SlicedFiles(unittest.TestCase):
    def check(self, path):
        counted = Sliced(path)
        read = json.loads(run("analyze", "--layers", path).stdout)
        self.assertEqual(read["total_layers"], counted.layers)
        self.assertEqual(sorted(f["index"] for f in read["filaments"]), sorted(counted.filaments()))
        for filament in read["filaments"]:
            index = filament["index"]
            info = counted.filaments()[index]
            self.assertAlmostEqual(filament["gcode_mm"], counted.mm[index], delta=0.01)
            self.assertAlmostEqual(filament["used_g"], float(info["used_g"]), delta=0.001)
            self.assertAlmostEqual(filament["gcode_g"], float(info["used_g"]), delta=0.006)
            self.assertEqual((filament["profile"], filament["material"]), (info["tray_info_idx"], info["type"]))
            for layer, mm in filament["cumulative_mm_by_layer"].items():
                at = max((l for l in counted.by_layer[index] if l <= int(layer)), default=None)
                wanted = counted.by_layer[index][at] if at is not None else 0
                self.assertAlmostEqual(mm, wanted, delta=0.01, msg=f"filament {index} layer {layer}")

    def test_random_plans(self):
        dice = random.Random(SEED)
        loads = "printer P family=p1s\n" + "".join(
            f"load P 1/{i} profile=GFL9{i} material={m} color=#11223{i} known=yes\n"
            for i, m in enumerate(MATERIALS, 1))
        with tempfile.TemporaryDirectory() as folder:
            plans = [random_plan(dice) for _ in range(FILES)]
            paths = [pathlib.Path(folder) / f"{n}.gcode.3mf" for n in range(FILES)]
            slices = "".join(f"slice P out={path} {plan}\n" for path, plan in zip(paths, plans))
            offline(loads + slices, folder)
            for path, plan in zip(paths, plans):
                with self.subTest(plan):
                    self.check(path)
                    count("archives")


if __name__ == "__main__":
    main()
