"""Prints of the simulator replayed with their sliced files: every gram on the roll that gave it.

The truth comes from the simulator, which knows what each roll gave; the total from an independent
count of the sliced file. Where a roll changes inside a layer the two may differ by that layer.
"""

import json
import pathlib
import tempfile
import unittest

from lib.daemon import run
from lib.main import main
from simulator.gcode_count import Sliced
from simulator.player import offline

FAMILIES = ["x1", "x1c", "p1s", "p2s", "h2s", "h2d", "x2d"]
FULLY = ["p1s", "h2d"]  # the others tell the hardest story alone
LITE = ["a1", "a1mini"]
COLORS = {"red": "#C12E1F", "red2": "#C12E1F", "red3": "#C12E1F", "green": "#00AE42", "blue": "#0A2CA5",
          "black": "#161616", "purple": "#5E43B7"}
ROLLS = "".join(f"roll {name} profile=GFL99 material=PLA color={color} {{{name}}}\n" for name, color in COLORS.items())
# What is in which slot before the print; purple lies on the table.
LOADED = {"red": "1/1", "green": "1/2", "blue": "1/3", "black": "1/4", "red2": "2/1", "red3": "2/2"}
LITE_LOADED = {"red": "1/1", "green": "1/2", "red2": "1/3", "blue": "1/4"}
MANY = """
print P file=vase.gcode.3mf slots=1/1,1/2,1/3,1/4 grams=16,10,6,4 layers=60 layer_s=8 changes={changes}
"""
CHANGES = "1:1,10:2,15:1,25:3,30:1,40:4,45:2,50:1"
# What one layer takes of each: grams by the number of its layers. Purple stands in for green or blue.
LAYER_GRAMS = {"red": 16 / 40, "green": 10 / 10, "blue": 6 / 10, "black": 4 / 5, "purple": 10 / 10}

STORIES = {
    "four colours with two runouts, A->B->A and a human swap": (
        {"red": "grams=5 full=1000", "red2": "grams=4 full=1000"},
        MANY.format(changes=CHANGES) + "at P layer=47 swap P 1/2 roll=purple\nuntil P idle\nwait 20\n"),
    "runout that waits for a hand": (
        {"blue": "grams=3 full=1000"},
        MANY.format(changes=CHANGES) + "until P paused\nwait 10\nload P 1/3 roll=purple\nwait 20\nresume P\n"
        "until P idle\nwait 20\n"),
    "silence, losses and doubles on the way": (
        {}, MANY.format(changes=CHANGES) + "at P layer=20 gap P 30\nfaults P twice=20\nuntil P idle\nwait 20\n"),
    "cancelled in the middle": ({}, MANY.format(changes=CHANGES) + "at P layer=33 cancel P\nuntil P idle\nwait 30\n"),
}


def script(family, limits, story):
    loaded = LITE_LOADED if family in LITE else LOADED
    text = f"printer P family={family}\nbackup P on\n" + ROLLS.format(**{n: limits.get(n, "") for n in COLORS})
    if loaded is LOADED:
        text += f"unit P {'ams' if family in ('x1', 'x1c', 'p1s') else 'ams2pro'} id=1\n"
    text += "".join(f"load P {slot} roll={name} known=yes\n" for name, slot in loaded.items())
    return text + "full P\nversion P\nwait 12\n" + story


def spool_id(name):
    return f"11111111-1111-7111-8111-{list(COLORS).index(name):012d}"


def inventory(loaded):
    spools = [{"spool_id": spool_id(name), "brand": "Acme", "product_name": "PLA", "material_type": "PLA",
               "color_hex": color, "initial_weight_grams": 1000, "profile": "GFL99"} for name, color in COLORS.items()]
    slots = [{"printer_id": "P", "ams_unit_number": int(s[0]), "slot_number": int(s[2]), "spool_id": spool_id(n)}
             for n, s in loaded.items()]
    return {"spools": spools, "slots": slots}


class Ledger(unittest.TestCase):
    def replay(self, folder, *options):
        done = run("replay", "--printer", "P", "--inventory", folder / "inventory.json", "--sliced",
                   next((folder / "ftp").rglob("*.3mf")), *options, folder / "record/P.jsonl", timeout=120)
        return done.stdout

    def tell(self, family, limits, story, folder):
        recording = offline(script(family, limits, story), folder, "--files", folder / "ftp")
        (folder / "inventory.json").write_text(json.dumps(inventory(LITE_LOADED if family in LITE else LOADED)))
        out = self.replay(folder)
        self.assertEqual(out, self.replay(folder, "--restart-every", "1"), "a restart changes the ledger")
        return recording.truth[0], json.loads(out.splitlines()[-1])

    def check(self, truth, final, sliced):
        self.assertEqual(final["violations"], [])
        self.assertEqual([j["status"] for j in final["jobs"]], ["completed" if truth["finished"] else "cancelled"])
        booked = {}
        for event in final["usage_events"]:
            if event["event_type"] == "print":
                booked[event["spool_id"]] = booked.get(event["spool_id"], 0) + event["grams_used"]
        total = sum(float(f["used_g"]) for f in sliced.filaments().values())
        if truth["finished"]:
            self.assertAlmostEqual(sum(booked.values()), total, delta=0.0005)
        for row in truth["slots"]:
            layer = LAYER_GRAMS[row["roll"].rstrip("23")] + 0.0005
            self.assertAlmostEqual(booked.get(spool_id(row["roll"]), 0), row["grams"], delta=layer, msg=row["roll"])
        self.assertEqual(set(booked), {spool_id(r["roll"]) for r in truth["slots"] if r["grams"] > 0.01})
        self.assertEqual(final["jobs"][0]["open_grams"], 0)

    def test_every_story_in_every_dialect(self):
        hardest = list(STORIES.items())[0]
        for family in FAMILIES:
            for name, (limits, story) in STORIES.items() if family in FULLY else [hardest]:
                with self.subTest(family=family, story=name), tempfile.TemporaryDirectory() as temporary:
                    folder = pathlib.Path(temporary)
                    truth, final = self.tell(family, limits, story, folder)
                    self.check(truth, final, Sliced(next((folder / "ftp").rglob("*.3mf"))))


if __name__ == "__main__":
    main()
