"""An hour of a simulated print wears the disk as little as it must: python3 wear.py FILAMENTD SIMULATOR.

The steps that left something durable must be just the messages in which layer, slot, state or identity changed, and one more
when slots that changed have settled. That number is taken from the recording here, by a fold of our own.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import property as tellings

SCRIPT = """
printer A1 family={family}
load A1 1/1 profile=GFA00 material=PLA color=#FFFFFF known=yes
load A1 1/2 profile=GFA00 material=PLA color=#FF0000 known=yes
wait 20
print A1 slots=1/1,1/2 grams=20,10 layers=100 layer_s=32 file=vase.gcode.3mf source=lan
until A1 idle
wait 30
"""
STATE = ("gcode_state", "layer_num", "total_layer_num", "print_error", "hms", "mapping", "s_obj")
IDENTITY = ("task_id", "subtask_id", "project_id", "profile_id", "job_id", "gcode_file", "subtask_name", "print_type", "plate_idx")
FEEDING = ("tray_now", "tray_tar", "tray_pre", "ams_exist_bits", "tray_exist_bits", "tray_reading_bits")


def slots(state):
    ams = state.get("ams", {})
    external = [state.get("vt_tray"), state.get("vir_slot")]
    return [[unit["id"], unit.get("tray")] for unit in ams.get("ams", [])], external


def durable(state):
    """What must outlive a restart, of all that a printer tells."""
    ams, device = state.get("ams", {}), state.get("device", {}).get("extruder", {})
    return json.dumps([[state.get(key) for key in STATE + IDENTITY], [ams.get(key) for key in FEEDING], slots(state),
                       [device.get("state"), [extruder.get("snow") for extruder in device.get("info", [])]]])


def rolls(state):
    """What tells one roll from another, for every slot."""
    return json.dumps([[unit, [[t["id"], t.get("tray_type"), t.get("tray_color"), t.get("tray_uuid")] for t in trays or []]]
                       for unit, trays in slots(state)[0]])


def count(lines):
    state, changed, settled = {}, 0, set()
    for line in lines:
        body = tellings.report_of(line)
        if body is None:
            changed += "project_file" in line or "get_version" in line
            continue
        before, rolls_before = durable(state), rolls(state)
        state = tellings.fold(state, body)
        changed += durable(state) != before
        if rolls(state) != rolls_before:
            settled.add(json.loads(line)["t"])
    return changed, len(settled)


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, timeout=300).stdout


def check(program, simulator, family, folder):
    (folder / "hour.sim").write_text(SCRIPT.format(family=family))
    run(simulator, "--offline", "--seed", "3", "--script", str(folder / "hour.sim"), "--record", str(folder / "hour.jsonl"))
    lines = (folder / "hour.jsonl").read_text().splitlines()
    final = json.loads(run(program, "replay", str(folder / "hour.jsonl")).splitlines()[-1])
    changed, settled = count(lines)
    print(f"{family}: {len(lines)} messages, {changed} with news, {settled} settlings; {final['writes']} writes")
    jobs = [(job["status"], job["layer"]) for job in final["jobs"]]
    return jobs == [("completed", 100)] and final["writes"] == changed + settled


def main(program, simulator):
    with tempfile.TemporaryDirectory() as folder:
        good = [check(program, simulator, family, pathlib.Path(folder)) for family in ("a1", "x1c", "h2d")]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
