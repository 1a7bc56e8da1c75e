"""What scripts put into the slots is what the daemon's core makes of the messages."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from lib.main import main
from simulator.player import offline
from simulator.test_simulator import FAMILIES, UNIT

LOADS = """
printer {p} family={family}
load {p} {u}/1 profile=GFL99 material=PLA color=#0ACC38 known=yes
full {p}
version {p}
wait 2
load {p} {u}/2 profile=GFA01 material=PLA color=#9B9EA0 brand="PLA Matte" uuid=auto
load {p} {u}/3 profile=GFG99 material=PETG color=#FFAA00
wait 30
"""
STORIES = {
    "loaded": "",
    "unloaded": "unload {p} {u}/1\nwait 10\nunload {p} {u}/3\nwait 40\n",
    "another_roll": "unload {p} {u}/3\nwait 3\nload {p} {u}/3 profile=GFB00 material=ABS color=#000000\nwait 20\n",
    "described_anew": "set {p} {u}/1 profile=GFL05 material=PLA color=#112233\nwait 10\n",
    "reset_on_the_screen": "blank {p} {u}/1\nwait 10\n",
    "power_off": "poweroff {p} frames=3\nwait 5\n",
    "power_off_and_on": "poweroff {p} frames=3\nwait 60\npoweron {p}\nwait 10\n",
    "lost_and_doubled": "faults {p} drop=20 twice=20\nunload {p} {u}/2\nwait 20\nload {p} {u}/4 profile=GFU99 "
                        "material=TPU color=#FF00FF\nwait 30\nfaults {p}\nfull {p}\nwait 9\n",
    "printing": "print {p} slots={u}/3,{u}/1 grams=5,5 layers=8 layer_s=5 changes=1:1,4:2\nuntil {p} layer=6\n"
                "wait 4\n",
    "printed": "print {p} slots={u}/3,{u}/1 grams=5,5 layers=8 layer_s=5\nuntil {p} idle\nwait 8\n",
    "run_out": "backup {p} on\nload {p} {u}/4 profile=GFL99 material=PLA color=#0ACC38\nwait 9\n"
               "print {p} slots={u}/1 grams=5 layers=8 layer_s=5\nuntil {p} layer=3\nrunout {p} {u}/1\nwait 60\n",
    "swapped_by_hand": "print {p} slots={u}/1 grams=5 layers=8 layer_s=5\nuntil {p} layer=3\n"
                       "swap {p} {u}/1 profile=GFA05 material=PLA color=#FEDCBA\nwait 80\n",
    "cancelled": "print {p} slots={u}/1 grams=5 layers=8 layer_s=5\nuntil {p} layer=3\ncancel {p}\nwait 15\n",
    "printing_from_outside": "load {p} ext profile=GFU99 material=TPU color=#46A8F9\n"
                             "print {p} slots=ext grams=5 layers=8 layer_s=5\nuntil {p} layer=3\nwait 4\n",
    "external": "load {p} ext profile=GFU99 material=TPU color=#46A8F9\nwait 10\n",
}


def fold(recording):
    binary = os.environ["FILAMENTD_BUILD"] + "/tests/simulator/fold"
    return json.loads(subprocess.run([binary, recording], check=True, capture_output=True).stdout)


def expected(slot):
    if not slot["present"]:
        return ("empty", "", "", "", "")
    if slot["blank"]:
        return ("unknown", "", "", "", "")
    return ("present", slot["profile"], slot["material"], slot["color"], slot["uuid"])


class Folded(unittest.TestCase):
    def check(self, got, truth):
        slots = {(s["unit"], s["slot"]): (s["state"], s["profile"], s["material"], s["color"], s["uuid"])
                 for s in got["slots"]}
        for slot in truth["slots"]:
            if slot["unit"] == 255 and not slot["present"]:
                continue  # no sensor there: what was once typed in stays
            self.assertEqual(slots[(slot["unit"], slot["slot"])], expected(slot), (slot["unit"], slot["slot"]))
        feeding = truth["feeding"] or {"unit": 0, "slot": 0}
        self.assertEqual((got["feeding_unit"], got["feeding_slot"]), (feeding["unit"], feeding["slot"]))
        self.assertEqual(got["rejected"], 0)

    def test_every_story_in_every_dialect(self):
        for family in FAMILIES:
            unit = UNIT.get(family, "1")
            # Nothing more is said after the look at the truth, while the others go on.
            scripts = [(LOADS + story + "show {p}\npoweroff {p} frames=0\n").format(p=name, family=family, u=unit)
                       for name, story in STORIES.items()]
            with tempfile.TemporaryDirectory() as folder:
                recording = offline(scripts, folder)
                for name in STORIES:
                    with self.subTest(family=family, story=name):
                        self.check(fold(recording.folder / f"{name}.jsonl"), recording.shown()[name])

    def test_without_an_ams(self):
        for family in FAMILIES:
            script = (f"printer P family={family} ams=none\nload P ext profile=GFG99 material=PETG color=#FFFFFF\n"
                      "full P\nprint P slots=ext grams=5 layers=8 layer_s=5\nuntil P layer=3\nwait 8\nshow P\n")
            with self.subTest(family), tempfile.TemporaryDirectory() as folder:
                recording = offline(script, folder)
                got = fold(recording.folder / "P.jsonl")
                self.check(got, recording.shown()["P"])
                self.assertEqual({s["unit"] for s in got["slots"]}, {255})


if __name__ == "__main__":
    main()
