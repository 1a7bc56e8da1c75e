"""Four colours, two runouts, A->B->A, a swap by hand, kill -9 and a gap: every gram on its roll, once.

The expected split is summed here, from the script and an independent reading of the sliced file.
"""

import json
import unittest

from e2e.bench import Bench
from files.vsftpd import Vsftpd
from lib.daemon import run
from lib.main import count, main
from lib.wait import wait_until
from simulator.gcode_count import Sliced

NAME, SERIAL, FAMILY = "p1s", "01PE2E000000021", "p1s"
UUIDS = {"white again": "5A0000000000000000000000000000A1", "blue again": "5A0000000000000000000000000000B2"}
WHITE, RED, BLUE, GREEN = "#F4F4F4", "#C12E1F", "#0A2CA5", "#0ACC38"
GRAMS = {1: 24.137, 2: 9.5, 3: 12.25, 4: 8.01}
FIRST_OUT, SECOND_OUT, SWAPPED, LAYERS = 6, 24, 39, 52
CHANGES = "1:1,13:2,19:1,31:3,45:4"
# By filament: (roll, slot, from layer, to layer), where "to" is not in it.
STORY = {
    1: [("white", (1, 1), 1, FIRST_OUT), ("white backup", (2, 1), FIRST_OUT, SECOND_OUT),
        ("white again", (1, 1), SECOND_OUT, LAYERS + 1)],
    2: [("red", (1, 2), 1, LAYERS + 1)],
    3: [("blue", (1, 3), 1, SWAPPED), ("blue again", (1, 3), SWAPPED, LAYERS + 1)],
    4: [("green", (1, 4), 1, LAYERS + 1)],
}


def sum_of(sliced, filament, layer):
    """mm of a filament until the end of a layer."""
    by_layer = sliced.by_layer[filament]
    return max((mm for at, mm in by_layer.items() if at <= layer), default=0)


def grams_between(sliced, filament, begin, end):
    """Of the slicer's grams, what goes between the ends of two layers."""
    length = sum_of(sliced, filament, end) - sum_of(sliced, filament, begin)
    return float(sliced.filaments()[filament]["used_g"]) * length / sliced.mm[filament]


def load(slot, color, more="known=yes"):
    return f"load {NAME} {slot} profile=GFA00 material=PLA color={color} {more}"


class Print(unittest.TestCase):
    def setUp(self):
        self.bench = Bench(more_environment={"FILAMENTD_PRINTERS_FETCH_SLICED_FILE": "on"})
        self.bench.__enter__()
        self.ended = False
        self.addCleanup(self.close)
        self.bench.add_silent(NAME, FAMILY, SERIAL)
        self.bench.do(f"unit {NAME} ams id=1")
        self.server = Vsftpd(self.bench.brokers[NAME].certificate, root=self.bench.files / SERIAL)
        self.addCleanup(self.server.close)
        count("real peers")

    def close(self):
        self.bench.__exit__(None if self.ended else AssertionError)

    def prepare(self):
        """Five rolls in their slots; two that come later are only in the inventory."""
        slots = {"white": ("1/1", WHITE), "white backup": ("2/1", WHITE), "red": ("1/2", RED),
                 "blue": ("1/3", BLUE), "green": ("1/4", GREEN)}
        for slot, color in slots.values():
            self.bench.do(load(slot, color))
        self.bench.do(f"backup {NAME} on")
        self.bench.register(NAME, ftps_port=self.server.port)
        self.bench.wait_as_scripted(NAME)
        self.rolls = {roll: self.bench.spool(color=color, brand=roll, profile="GFA00")
                      for roll, (_, color) in slots.items()}
        for roll, color in (("white again", WHITE), ("blue again", BLUE)):
            self.rolls[roll] = self.bench.spool(color=color, brand=roll, profile="GFA00", tray_uuid=UUIDS[roll])
        for roll, (slot, _) in slots.items():
            self.bench.assign(NAME, *map(int, slot.split("/")), self.rolls[roll])

    def job(self):
        jobs = self.bench.get(f"/api/print_jobs?printer_id={NAME}")
        self.assertLessEqual(len(jobs), 1, jobs)
        return jobs[0] if jobs else None

    def wait_job(self, test, timeout, what):
        def look():
            job = self.job()
            return job if job and test(job) else None
        try:
            return wait_until(look, timeout, what, interval=0.1)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.job()}\n{self.bench.daemon.stderr()[-3000:]}") from None

    def wait_layer(self, layer):
        self.wait_job(lambda job: (job["layer"] or 0) >= layer, 40, f"layer {layer}")

    def kill(self):
        before = self.job()["job_id"]
        self.bench.daemon.kill()
        self.bench.daemon.start()
        self.assertEqual(self.job()["job_id"], before)
        wait_until(lambda: self.bench.reason(NAME) == "connected", 20, "connected again")

    def lose_wifi(self):
        """The change to the third filament falls into it."""
        broker = self.bench.brokers[NAME]
        broker.kill()
        wait_until(lambda: self.bench.simulator.show(NAME)["layer"] >= 33, 20, "layer 33", interval=0.1)
        self.bench.do("speed 2")
        broker.start()
        wait_until(lambda: self.bench.reason(NAME) == "connected", 20, "connected again")
        self.wait_layer(33)
        self.bench.do("speed 20")

    def play(self):
        do = self.bench.do
        do("speed 20")
        # Commands at a layer run by themselves, however busy the machine is.
        do(f"at {NAME} layer={FIRST_OUT} runout {NAME} 1/1")
        do(f"at {NAME} layer={SECOND_OUT} runout {NAME} 2/1")
        do(f"at {NAME} layer={SWAPPED} swap {NAME} 1/3 profile=GFA00 material=PLA color={BLUE} "
           f"uuid={UUIDS['blue again']} known=yes")
        path = do(f"print {NAME} slots=1/1,1/2,1/3,1/4 grams={','.join(map(str, GRAMS.values()))} layers={LAYERS} "
                  f"layer_s=10 flush_mm=60 changes={CHANGES} file=four.gcode.3mf")
        self.sliced = Sliced(path)
        self.wait_job(lambda job: (job["sliced_file"] or {}).get("state") == "ready", 30, "the file came over FTPS")
        self.wait_layer(FIRST_OUT + 2)
        do("speed 5")  # a hand is slow
        do(load("1/1", WHITE, f"uuid={UUIDS['white again']} known=yes"))
        self.bench.wait_spool(NAME, 1, 1, self.rolls["white again"])
        do("speed 20")
        self.wait_layer(14)
        self.kill()
        self.wait_layer(28)
        self.lose_wifi()
        self.wait_layer(SWAPPED)
        do("speed 4")
        self.bench.wait_spool(NAME, 1, 3, self.rolls["blue again"], 60)
        do("speed 20")
        return self.wait_job(lambda job: job["end_time"], 60, "the end")

    def check_segments(self, job):
        for filament, story in STORY.items():
            total = float(self.sliced.filaments()[filament]["used_g"])
            parts = [s for s in job["segments"] if s["index"] == filament]
            shown = json.dumps(parts, indent=1)
            self.assertEqual([p["spool_id"] for p in parts], [self.rolls[roll] for roll, *_ in story], shown)
            self.assertEqual([(p["slot"]["ams_unit_number"], p["slot"]["slot_number"]) for p in parts],
                             [slot for _, slot, *_ in story], shown)
            self.assertEqual([p["from_layer"] for p in parts[1:]], [begin for _, _, begin, _ in story[1:]], shown)
            self.assertEqual(sum(round(1000 * p["grams"]) for p in parts), round(1000 * total), shown)

    def check_explain(self, job):
        """Each charge has its rule, and the bounds that it states hold what was really used."""
        told = self.bench.get(f"/api/print_jobs/{job['job_id']}/explain")
        self.assertEqual(len(told["charges"]), len(job["segments"]))
        for charge in told["charges"]:
            roll, slot, begin, end = STORY[charge["index"]][charge["segment"]]
            wanted = grams_between(self.sliced, charge["index"], begin - 1, end - 1)
            low, high = charge["bounds"]["low_grams"], charge["bounds"]["high_grams"]
            self.assertEqual(charge["spool_id"], self.rolls[roll], charge)
            self.assertEqual(charge["rule"], "mapped" if charge["segment"] == 0 or slot == (1, 3) else "continued")
            self.assertEqual(charge["source"], "slicer_curve")
            self.assertIn("gcode", charge["text"])
            self.assertLessEqual(low - 0.001, wanted, charge)
            self.assertGreaterEqual(high + 0.001, wanted, charge)
            # A change in sight is known to its layer, one that the file foresees exactly.
            changes = [at for at in (begin, end) if 1 < at <= LAYERS]
            spread = sum(grams_between(self.sliced, charge["index"], at - 1, at) for at in changes)
            self.assertLessEqual(high - low, spread + 0.003, charge)

    def check_runouts(self, job):
        """Two rolls ran dry: what the ledger still had of them is gone, of no other."""
        told = self.bench.get(f"/api/print_jobs/{job['job_id']}/explain")
        out = [self.rolls["white"], self.rolls["white backup"]]
        self.assertEqual(sorted(row["spool_id"] for row in told["runouts"]), sorted(out), told["runouts"])
        left = {row["spool_id"]: row["current_weight_grams"] for row in self.bench.get("/api/spools")}
        self.assertEqual([left[roll] for roll in out], [0, 0])
        self.assertGreater(min(left[roll] for roll in self.rolls.values() if roll not in out), 0)

    def check_ledger(self, job):
        self.assertEqual(job["open_grams"], 0)
        standing = {}
        for row in self.bench.get(f"/api/usage_events?job_id={job['job_id']}&event_type=print"):
            standing[row["spool_id"]] = standing.get(row["spool_id"], 0) + round(1000 * row["grams_used"])
        fed = {}
        for part in job["segments"]:
            fed[part["spool_id"]] = fed.get(part["spool_id"], 0) + round(1000 * part["grams"])
        self.assertEqual(standing, fed)
        self.assertEqual(len({(u["index"], u["segment"]) for u in job["usage"]}), len(job["segments"]))

    def check_database(self):
        done = run("verify", "--json", state=self.bench.daemon.state)
        self.assertEqual(json.loads(done.stdout), [])

    def test_every_gram_is_on_its_roll_once(self):
        self.prepare()
        job = self.play()
        self.assertEqual(job["status"], "completed", job)
        self.assertEqual(self.job()["job_id"], job["job_id"])
        self.check_segments(job)
        self.check_explain(job)
        self.check_runouts(job)
        self.check_ledger(job)
        self.check_database()
        ledger = self.bench.get(f"/api/usage_events?job_id={job['job_id']}")
        self.kill()
        self.assertEqual(self.bench.get(f"/api/usage_events?job_id={job['job_id']}"), ledger)
        self.assertEqual(self.job()["total_actual_grams"], job["total_actual_grams"])
        self.check_database()
        self.ended = True


if __name__ == "__main__":
    main()
