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
printer P family={family}
load P {unit}/1 profile=GFL99 material=PLA color=#0ACC38 known=yes
full P
version P
wait 2
load P {unit}/2 profile=GFA01 material=PLA color=#9B9EA0 brand="PLA Matte" uuid=auto
load P {unit}/3 profile=GFG99 material=PETG color=#FFAA00
wait 30
"""
STORIES = {
    "loaded": "",
    "unloaded": "unload P {unit}/1\nwait 10\nunload P {unit}/3\nwait 40\n",
    "another roll": "unload P {unit}/3\nwait 3\nload P {unit}/3 profile=GFB00 material=ABS color=#000000\nwait 20\n",
    "described anew": "set P {unit}/1 profile=GFL05 material=PLA color=#112233\nwait 10\n",
    "reset on the screen": "blank P {unit}/1\nwait 10\n",
    "power off": "poweroff P frames=3\nwait 5\n",
    "power off and on": "poweroff P frames=3\nwait 60\npoweron P\nwait 10\n",
    "lost and doubled": "faults P drop=20 twice=20\nunload P {unit}/2\nwait 20\nload P {unit}/4 profile=GFU99 "
                        "material=TPU color=#FF00FF\nwait 30\nfaults P\nfull P\nwait 9\n",
    "printing": "print P slots={unit}/3,{unit}/1 grams=5,5 layers=8 layer_s=5 changes=1:1,4:2\nuntil P layer=6\n"
                "wait 4\n",
    "printed": "print P slots={unit}/3,{unit}/1 grams=5,5 layers=8 layer_s=5\nuntil P idle\nwait 8\n",
    "run out": "backup P on\nload P {unit}/4 profile=GFL99 material=PLA color=#0ACC38\nwait 9\n"
               "print P slots={unit}/1 grams=5 layers=8 layer_s=5\nuntil P layer=3\nrunout P {unit}/1\nwait 60\n",
    "swapped by hand": "print P slots={unit}/1 grams=5 layers=8 layer_s=5\nuntil P layer=3\n"
                       "swap P {unit}/1 profile=GFA05 material=PLA color=#FEDCBA\nwait 80\n",
    "cancelled": "print P slots={unit}/1 grams=5 layers=8 layer_s=5\nuntil P layer=3\ncancel P\nwait 15\n",
    "external": "load P ext profile=GFU99 material=TPU color=#46A8F9\nwait 10\n",
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
    def check(self, family, story):
        script = (LOADS + story + "show P\n").format(family=family, unit=UNIT.get(family, "1"))
        with tempfile.TemporaryDirectory() as folder:
            recording = offline(script, folder)
            got = fold(recording.folder / "P.jsonl")
        truth = json.loads(recording.stdout.splitlines()[-1])
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
            for name, story in STORIES.items():
                with self.subTest(family=family, story=name):
                    self.check(family, story)


if __name__ == "__main__":
    main()
