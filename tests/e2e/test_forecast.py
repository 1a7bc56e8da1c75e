"""Will it last? A running print says over REST where a roll runs out, about when, and what goes on then.

The expected grams are those of an independent reading of the sliced file, to one layer.
"""

import datetime
import re
import unittest

from e2e.bench import Bench
from lib.main import main
from lib.wait import wait_until
from simulator.gcode_count import Sliced

NAME, SERIAL = "p1s", "01PE2E000000031"
WHITE, RED = "#F4F4F4", "#C12E1F"
LAYERS, LAYER_S, PAUSED = 40, 60, 10
GRAMS = {1: 20.0, 2: 8.0}
LEFT = {"white": 9.0, "backup": 3.0, "red": 500.0}
KEYS = {"slot", "label", "spool_id", "needed_grams", "remaining_grams", "runs_out_layer", "runs_out_at", "continues",
        "short_grams", "text"}
MINUTES = datetime.timedelta(minutes=3)  # the printer tells of whole minutes, and a layer is one


class Forecast(unittest.TestCase):
    def setUp(self):
        self.bench = Bench()
        self.bench.__enter__()
        self.addCleanup(self.bench.__exit__, None)
        self.bench.add_silent(NAME, "p1s", SERIAL)
        slots = {"white": (1, WHITE), "red": (2, RED), "backup": (3, WHITE)}
        for slot, color in slots.values():
            self.bench.do(f"load {NAME} 1/{slot} profile=GFA00 material=PLA color={color} known=yes")
        self.bench.register(NAME)
        self.bench.wait_as_scripted(NAME)
        self.rolls = {}
        for roll, (slot, color) in slots.items():
            self.rolls[roll] = self.bench.spool(color=color, brand=roll, profile="GFA00", current_weight_grams=LEFT[roll])
            self.bench.assign(NAME, 1, slot, self.rolls[roll])

    def job(self):
        """The print with its forecast, which only a look at one print shows."""
        jobs = self.bench.get(f"/api/print_jobs?printer_id={NAME}")
        return self.bench.get(f"/api/print_jobs/{jobs[0]['job_id']}") if jobs else None

    def begin(self):
        """It stands still in a layer that is known, with its sliced file."""
        self.bench.do("speed 400")
        self.bench.do(f"at {NAME} layer={PAUSED} pause {NAME}")
        path = self.bench.do(f"print {NAME} slots=1/1,1/2 grams={GRAMS[1]},{GRAMS[2]} layers={LAYERS} layer_s={LAYER_S} "
                             "every_layer=yes file=tall.gcode.3mf")
        self.sliced = Sliced(path)
        wait_until(lambda: (self.job() or {}).get("status") == "paused", 40, "the pause", interval=0.2)
        self.assertEqual(self.job()["forecast"], [], "nothing is foreseen without figures")
        with open(path, "rb") as file:
            answer = self.bench.daemon.post(f"/api/print_jobs/{self.job()['job_id']}/sliced_file", file.read())
        self.assertEqual(answer.status, 200, answer)

    def grams(self, filament, layer):
        """Used until the end of a layer."""
        return GRAMS[filament] * self.sliced.by_layer[filament].get(layer, 0) / self.sliced.mm[filament]

    def check_short(self, told):
        """What is left of the white roll, and where that is used up."""
        layer = self.grams(1, PAUSED) - self.grams(1, PAUSED - 1)
        self.assertEqual((told["label"], told["spool_id"]), ("A1", self.rolls["white"]))
        self.assertAlmostEqual(told["needed_grams"], GRAMS[1] - self.grams(1, PAUSED), delta=layer)
        self.assertAlmostEqual(told["remaining_grams"], LEFT["white"] - self.grams(1, PAUSED), delta=layer)
        ends = next(at for at in range(1, LAYERS) if self.grams(1, at) > LEFT["white"])
        self.assertIn(told["runs_out_layer"], (ends - 1, ends, ends + 1))
        (backup,) = told["continues"]
        self.assertEqual((backup["slot"], backup["spool_id"]), ({"ams_unit_number": 1, "slot_number": 3}, self.rolls["backup"]))
        self.assertEqual((backup["label"], backup["remaining_grams"]), ("A3", LEFT["backup"]))
        self.assertAlmostEqual(told["short_grams"], GRAMS[1] - LEFT["white"] - LEFT["backup"], delta=2 * layer)
        self.assertAlmostEqual(told["short_grams"], told["needed_grams"] - told["remaining_grams"] - LEFT["backup"], delta=0.001)

    def check_time(self, told, asked):
        at = datetime.datetime.fromisoformat(told["runs_out_at"].replace("Z", "+00:00"))
        self.assertLess(abs(at - asked - datetime.timedelta(seconds=LAYER_S * (told["runs_out_layer"] - PAUSED))), MINUTES)
        text = (rf"A1 runs out at layer {told['runs_out_layer']}, about {at:%H:%M} UTC; A3 continues with 3\.0 g; "
                rf"{re.escape(format(told['short_grams'], '.1f'))} g short")
        self.assertRegex(told["text"], f"^{text}$")

    def check_lasting(self, told):
        layer = self.grams(2, PAUSED) - self.grams(2, PAUSED - 1)
        self.assertAlmostEqual(told["needed_grams"], GRAMS[2] - self.grams(2, PAUSED), delta=layer)
        self.assertEqual((told["runs_out_layer"], told["runs_out_at"], told["continues"], told["short_grams"]), (None, None, [], 0))
        self.assertEqual((told["label"], told["spool_id"], told["text"]), ("A2", self.rolls["red"], "A2 lasts to the end"))

    def test_of_a_running_print(self):
        self.begin()
        asked = datetime.datetime.now(datetime.timezone.utc)
        white, red = self.job()["forecast"]
        self.assertEqual((set(white), set(red)), (KEYS, KEYS))
        self.check_short(white)
        self.check_time(white, asked)
        self.check_lasting(red)
        alerts = [alert for alert in self.bench.get("/api/alerts") if alert["kind"] == "runout_forecast"]
        self.assertEqual(len(alerts), 1, self.bench.get("/api/alerts"))
        self.bench.do("speed 60")
        self.bench.do(f"resume {NAME}")
        wait_until(lambda: self.job()["layer"] > PAUSED, 20, "it goes on", interval=0.1)
        self.assertLess(self.job()["forecast"][1]["needed_grams"], red["needed_grams"])


if __name__ == "__main__":
    main()
