"""The simulator speaks each family's dialect as its script says, and the same way every time."""

import pathlib
import tempfile
import unittest

from lib.main import main
from simulator.gcode_count import Sliced
from simulator.player import offline

DELTA = ["a1", "a1mini", "a2l", "p1p", "p1s"]
NO_MSG = ["x1", "x1c", "x1e", "h2dpro"]
ZERO = ["p2s", "h2s", "h2d", "h2c", "x2d"]
FAMILIES = DELTA + NO_MSG + ZERO
LOCAL = ["p2s", "h2s", "h2d", "h2dpro", "h2c", "x2d", "a2l"]
UNIT = {"a2l": "16"}
EMPTY = {"x1": {}, "x1c": {"state": 0}, "h2s": {"state": 0}, "p2s": {"state": 26}, "h2d": {"state": 0}, "a1": {}}

BASICS = """
printer P family={family}
load P {unit}/2 profile=GFL99 material=PLA color=#0ACC38 known=yes
load P {unit}/4 profile=GFA00 material=PLA color=#FF0000 brand="PLA Basic" uuid=auto known=yes
full P
wait 6
"""
PRINT = """
print P slots={unit}/2,{unit}/4 grams=10,5 layers=10 layer_s=4 title="a: b"
until P idle
wait 12
"""


def basics(family, more=""):
    return (BASICS + more).format(family=family, unit=UNIT.get(family, "1"))


class Offline(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def run_script(self, script, *options, **more):
        return offline(script, self.folder, *options, **more)


class Dialects(Offline):
    def test_msg_key(self):
        for family in FAMILIES:
            with self.subTest(family):
                prints = self.run_script(basics(family)).prints("P")
                kinds = {p.get("msg") for p in prints}
                self.assertEqual(kinds, {0, 1} if family in DELTA else {None} if family in NO_MSG else {0})

    def test_deltas_carry_only_what_changed(self):
        for family in DELTA:
            with self.subTest(family):
                deltas = [p for p in self.run_script(basics(family)).prints("P") if p["msg"] == 1]
                idle = [p for p in deltas if "ams" not in p]
                self.assertTrue(idle)
                self.assertTrue(all(len(p) <= 6 for p in idle), idle)

    def test_whole_reports_come_each_second(self):
        lines = self.run_script(basics("x1c")).lines("P")
        self.assertGreaterEqual(len(lines), 6)
        self.assertTrue(all("gcode_state" in l["payload"]["print"] for l in lines))

    def test_exist_bits(self):
        wanted = {"a2l": ("1000", "a000000")}
        for family in FAMILIES:
            with self.subTest(family):
                full = [p for p in self.run_script(basics(family)).prints("P") if "vt_tray" in p or "vir_slot" in p]
                ams = full[-1]["ams"]
                self.assertEqual((ams["ams_exist_bits"], ams["tray_exist_bits"]), wanted.get(family, ("1", "a")))

    def test_high_temperature_unit(self):
        script = basics("h2d") + "unit P ht nozzle=left\nload P 128/1 profile=GFN04 material=PA-CF known=yes\n"
        ams = self.run_script(script + "full P\n").prints("P")[-1]["ams"]
        self.assertEqual((ams["ams_exist_bits"], ams["tray_exist_bits"]), ("11", "1000a"))
        self.assertEqual(ams["ams"][1]["info"], "1104")

    def test_an_empty_slot_in_each_form(self):
        for family, more in EMPTY.items():
            with self.subTest(family):
                full = [p for p in self.run_script(basics(family)).prints("P") if p.get("msg") != 1][-1]
                self.assertEqual(full["ams"]["ams"][0]["tray"][0], {"id": "0", **more})

    def test_p1s_keeps_the_data_of_a_roll_that_left(self):
        full = self.run_script(basics("p1s", "unload P 1/2\nfull P\n")).prints("P")[-1]
        self.assertEqual(full["ams"]["ams"][0]["tray"][1]["tray_color"], "0ACC38FF")
        self.assertEqual(full["ams"]["tray_exist_bits"], "8")

    def test_a_tag_is_read_before_the_roll_is_known(self):
        script = basics("h2d", "load P 1/1 profile=GFA00 material=PLA color=#00FF00 uuid=auto\nwait 15\n")
        seen = [(p["ams"]["tray_reading_bits"], p["ams"]["tray_exist_bits"], len(p["ams"]["ams"][0]["tray"][0]))
                for p in self.run_script(script).prints("P")]
        self.assertIn(("1", "b", 2), seen)
        self.assertEqual(seen[-1][:2], ("0", "b"))
        self.assertGreater(seen[-1][2], 15)

    def test_a1_tells_of_a_new_roll_in_two_deltas(self):
        script = basics("a1", "load P 1/1 profile=GFL99 material=PLA color=#46A8F9\nwait 4\n")
        deltas = [p["ams"] for p in self.run_script(script).prints("P") if p["msg"] == 1 and "ams" in p]
        self.assertEqual([sorted(d) for d in deltas[-2:]], [
            ["tray_exist_bits", "version"], ["ams", "tray_is_bbl_bits", "tray_read_done_bits", "version"]])
        self.assertEqual(len(deltas[-1]["ams"][0]["tray"]), 4)

    def test_version(self):
        info = self.run_script(basics("h2d", "unit P ht\nversion P\n")).lines("P")[-1]["payload"]["info"]
        self.assertEqual([m["name"] for m in info["module"]], ["ota", "ap", "n3f/0", "n3s/128"])
        self.assertEqual(info["module"][0]["product_name"], "Bambu Lab H2D")


class Jobs(Offline):
    def states(self, family, script=PRINT):
        recording = self.run_script(basics(family, script))
        states, last = [], None
        for p in recording.prints("P"):
            if p.get("gcode_state", last) != last:
                last = p["gcode_state"]
                states.append(last)
        return recording, states

    def test_every_family_prints_to_the_end(self):
        for family in FAMILIES:
            with self.subTest(family):
                recording, states = self.states(family)
                self.assertEqual(states[-2:], ["RUNNING", "FINISH"])
                slots = recording.truth[0]["slots"]
                self.assertEqual([(s["slot"], round(s["grams"], 6)) for s in slots], [(2, 10), (4, 5)])

    def test_feeding_slot_in_the_family_s_own_numbering(self):
        for family in FAMILIES:
            with self.subTest(family):
                recording, _ = self.states(family)
                now = [p["ams"]["tray_now"] for p in recording.prints("P") if "tray_now" in p.get("ams", {})]
                changes = [n for n, before in zip(now, [None] + now) if n != before]
                self.assertEqual(changes, ["255", "1", "255", "3", "255"])
                if family in LOCAL and family != "a2l":
                    snows = {p["device"]["extruder"]["info"][0]["snow"] for p in recording.prints("P")}
                    self.assertEqual(snows, {65535, 1, 3})

    def test_local_print_of_an_a1_passes_idle_and_changes_its_name(self):
        _, states = self.states("a1", PRINT + PRINT)
        self.assertEqual(states, ["IDLE", "PREPARE", "RUNNING", "FINISH", "IDLE", "PREPARE", "RUNNING", "FINISH"])
        recording, _ = self.states("a1")
        self.assertEqual(recording.prints("P", "project_file")[0]["subtask_name"], "a: b")
        self.assertIn("a_ b", [p.get("subtask_name") for p in recording.prints("P")])

    def test_the_former_job_s_layer_stays_through_prepare(self):
        recording, _ = self.states("h2d", PRINT + PRINT)
        second = recording.prints("P")[-1]["task_id"]
        stale = [p for p in recording.prints("P") if p["task_id"] == second and p["layer_num"] == 10]
        self.assertIn("PREPARE", [p["gcode_state"] for p in stale])
        self.assertEqual([p["gcode_state"] for p in stale].count("RUNNING") > 0, True)

    def test_p1s_forgets_the_total_at_the_end(self):
        recording, _ = self.states("p1s")
        self.assertEqual([p["total_layer_num"] for p in recording.prints("P") if "total_layer_num" in p][-1], 0)

    def test_a_late_cancel_code(self):
        cancel = PRINT.replace("until P idle", "at P layer=3 cancel P\nuntil P idle")
        recording, states = self.states("h2d", cancel)
        self.assertEqual(states[-3:], ["RUNNING", "PAUSE", "FAILED"])
        lines = [l for l in recording.lines("P") if l["payload"]["print"].get("gcode_state") == "FAILED"]
        self.assertEqual(lines[0]["payload"]["print"]["print_error"], 0)
        late = next(l for l in lines if l["payload"]["print"]["print_error"] == 50348044)
        self.assertIn(float(late["t"][17:23]) - float(lines[0]["t"][17:23]), [5.0, -55.0])
        self.assertEqual(late["payload"]["print"]["layer_num"], 0)

    def test_a_cancel_code_that_goes_again(self):
        cancel = PRINT.replace("until P idle", "at P layer=3 cancel P\nuntil P idle")
        recording, _ = self.states("a1", cancel)
        errors = [p["print_error"] for p in recording.prints("P") if "print_error" in p and p["msg"] == 1]
        self.assertEqual(errors, [50348044, 0])

    def test_backup_goes_on_from_an_equal_roll(self):
        script = """
printer P family=a1
load P 1/1 profile=GFA00 material=PLA color=#FFFFFF grams=4 full=1000 known=yes
load P 1/3 profile=GFA00 material=PLA color=#FFFFFF grams=900 full=1000 known=yes
backup P on
print P slots=1/1 grams=10 layers=10 layer_s=4
until P idle
"""
        recording = self.run_script(script)
        slots = recording.truth[0]["slots"]
        self.assertEqual([(s["slot"], round(s["grams"], 6)) for s in slots], [(1, 4), (3, 6)])
        self.assertNotIn("PAUSE", [p.get("gcode_state") for p in recording.prints("P")])

    def test_runout_without_backup_waits_for_a_hand(self):
        script = """
printer P family=x1c
load P 1/1 profile=GFA00 material=PLA color=#FFFFFF grams=4 full=1000 known=yes
print P slots=1/1 grams=10 layers=10 layer_s=4
until P paused
wait 5
load P 1/1 profile=GFA00 material=PLA color=#FFFFFF known=yes
resume P
until P idle
"""
        recording = self.run_script(script)
        paused = [p for p in recording.prints("P") if p["gcode_state"] == "PAUSE"]
        self.assertEqual(paused[0]["print_error"], 0x07008011)
        self.assertEqual(paused[0]["ams"]["tray_exist_bits"], "0")
        self.assertEqual(recording.prints("P")[-1]["gcode_state"], "FINISH")

    def test_refused_and_never_started(self):
        _, states = self.states("a1", "print P slots=1/2 grams=1 refused=yes\nuntil P idle\n")
        self.assertEqual(states, ["IDLE", "PREPARE", "FAILED"])
        recording, states = self.states("a1", "print P slots=1/2 grams=1 never=yes\nuntil P idle\nwait 3\n")
        self.assertEqual(states, ["IDLE"])
        types = [p["print_type"] for p in recording.prints("P") if "print_type" in p and p["msg"] == 1]
        self.assertEqual(types, ["local", "idle"])

    def test_reboot_forgets_the_job_or_finds_it_again(self):
        start = "print P slots=1/2 grams=5 layers=10 layer_s=4\nuntil P layer=4\n"
        _, states = self.states("p2s", start + "reboot P silent=2\nwait 20\n")
        self.assertEqual(states[-3:], ["RUNNING", "INIT", "IDLE"])
        recording, states = self.states("p2s", start + "reboot P silent=1 recovers=yes\nuntil P paused\nwait 2\n"
                                        "resume P\nuntil P idle\nwait 2\n")
        self.assertEqual(states[-4:], ["IDLE", "PAUSE", "RUNNING", "FINISH"])
        self.assertEqual(recording.prints("P")[-1]["layer_num"], 10)


class Faults(Offline):
    def test_power_off(self):
        script = basics("x1c", "poweroff P\nwait 30\npoweron P\nwait 10\n")
        prints = self.run_script(script).prints("P")
        last = [p for p in prints if p["ams"]["tray_exist_bits"] == "0"]
        self.assertEqual({p["ams"]["power_on_flag"] for p in last}, {False})
        self.assertEqual(len(last), 2)
        self.assertEqual(prints[-1]["ams"]["tray_exist_bits"], "a")

    def test_gap_drop_and_twice(self):
        plain = self.run_script(basics("x1c", "wait 30\n")).lines("P")
        gap = self.run_script(basics("x1c", "gap P 10\nwait 30\n")).lines("P")
        drop = self.run_script(basics("x1c", "drop P 4\nwait 30\n")).lines("P")
        twice = self.run_script(basics("x1c", "twice P 3\nwait 30\n")).lines("P")
        self.assertIn(len(plain) - len(gap), [9, 10, 11])
        self.assertEqual(len(plain) - len(drop), 4)
        self.assertEqual(len(twice) - len(plain), 3)

    def test_bytes_that_are_no_json(self):
        recording = self.run_script(basics("a1", 'raw P {{"print":{{"ams":[1,2\n'))
        self.assertEqual(recording.bytes["P"].splitlines()[-1], b'{"print":{"ams":[1,2')

    def test_the_same_bytes_every_time(self):
        script = basics("a1", PRINT)
        first = self.run_script(script, "--seed", 7).bytes
        self.assertEqual(first, self.run_script(script, "--seed", 7).bytes)
        self.assertNotEqual(first, self.run_script(script, "--seed", 8).bytes)

    def test_a_wrong_line_is_named(self):
        for line in ["load P 9/1", "sing P", "load Q 1/1", "print P", "speed 0", 'load P 1/1 brand="open', "end"]:
            with self.subTest(line):
                recording = self.run_script(f"printer P family=a1\n{line}\n", check=False)
                self.assertEqual(recording.status, 1)
                self.assertIn("script.sim:2:", recording.stderr)


class SlicedFiles(Offline):
    def slice(self, more):
        path = self.folder / "out.gcode.3mf"
        script = "printer P family=p1s\n" + "".join(
            f"load P 1/{i} profile=GFL99 material={m} color=#11223{i} known=yes\n"
            for i, m in enumerate(["PLA", "PETG", "PLA", "ABS"], 1))
        self.run_script(script + f"slice P out={path} {more}\n")
        return Sliced(path)

    def check(self, sliced, grams):
        """Header, slice_info and an own count of the gcode agree with what was ordered."""
        density = [float(d) for d in sliced.header("filament_density").split(",")]
        totals, lengths = sliced.totals("total filament weight"), sliced.totals("total filament length")
        self.assertEqual(set(totals), set(grams))
        for index, wanted in grams.items():
            mm = sliced.mm[index]
            self.assertAlmostEqual(mm * 2.405282 * density[index - 1] / 1000, wanted, delta=0.005)
            self.assertAlmostEqual(lengths[index], mm, delta=0.01)
            self.assertAlmostEqual(totals[index], wanted, delta=0.011)
            self.assertAlmostEqual(float(sliced.filaments()[index]["used_g"]), wanted, delta=0.011)
        self.assertTrue(sliced.md5_matches)

    def test_one_after_the_other(self):
        sliced = self.slice("slots=1/1,1/2,-,1/4 grams=10,5.5,0,2 layers=31")
        self.check(sliced, {1: 10, 2: 5.5, 4: 2})
        self.assertEqual(sliced.layers, 31)

    def test_all_in_every_layer(self):
        self.check(self.slice("slots=1/1,1/2,1/3 grams=1,2,3 layers=7 every_layer=yes"), {1: 1, 2: 2, 3: 3})

    def test_changes_at_given_layers(self):
        sliced = self.slice("slots=1/1,1/2 grams=4,2 layers=20 changes=1:1,8:2,13:1")
        self.check(sliced, {1: 4, 2: 2})
        self.assertAlmostEqual(sliced.by_layer[1][7] / sliced.mm[1], 7 / 15, places=3)

    def test_purge_and_start_line_count_by_the_rule(self):
        plain = self.slice("slots=1/1,1/3 grams=4,4 layers=10 changes=1:1,6:2")
        purged = self.slice("slots=1/1,1/3 grams=4,4 layers=10 changes=1:1,6:2 flush_mm=60 start_mm=20")
        self.assertAlmostEqual(purged.mm[1] - plain.mm[1], 20 + 38.25, places=2)
        self.assertAlmostEqual(purged.mm[2] - plain.mm[2], 60 - 38.25, places=2)
        totals = purged.totals("total filament length")
        self.assertAlmostEqual(totals[1], purged.mm[1], delta=0.01)

    def test_a_print_puts_its_file_where_the_family_keeps_it(self):
        cases = {("a1", "cloud"): "cache/a_ b.3mf", ("a1", "lan"): "cube.gcode.3mf",
                 ("x1c", "cloud"): "cache/a_ b.3mf", ("x1c", "lan"): "a_ b.gcode.3mf"}
        for (family, source), path in cases.items():
            with self.subTest(family + source):
                script = basics(family, f'print P slots=1/2 grams=3 title="a: b" source={source}\nwait 2\n')
                recording = self.run_script(script, "--files", self.folder / "ftp")
                found = next((self.folder / "ftp").glob(f"*{'/' + path}"))
                echo = recording.prints("P", "project_file")[0]
                self.assertEqual(echo["md5"], Sliced(found).md5)


if __name__ == "__main__":
    main()
