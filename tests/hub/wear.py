"""An hour of a simulated print wears the disk as little as it must: python3 wear.py WEAR SIMULATOR.

WEAR is the program of wear.c, which plays a recording over a database on disk and looks at every write. Just the messages in which
layer, slot, state or identity changed may write, each of them one commit, and one more when slots that changed have settled. Which
ones these are is found in the recording here, by a fold of our own.
"""

import datetime
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
print A1 slots=1/1,1/2 grams=20,10 layers=100 layer_s=36 file=vase.gcode.3mf source=lan
until A1 idle
wait 30
"""
HOUR = 3600
PAGES_EACH = 12  # on average, of 4 KiB: the printer's row, the print's, the log of changes and their indices
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


def news(lines):
    """The numbers of the lines that tell something durable, and how often slots have to settle."""
    state, changed, settled = {}, [], set()
    for number, line in enumerate(lines, 1):
        body = tellings.report_of(line)
        if body is None:
            changed += [number] if "project_file" in line or "get_version" in line else []
            continue
        before, rolls_before = durable(state), rolls(state)
        state = tellings.fold(state, body)
        changed += [number] if durable(state) != before else []
        if rolls(state) != rolls_before:
            settled.add(json.loads(line)["t"])
    return changed, len(settled)


def seconds(lines):
    """How long the print ran."""
    told = [(json.loads(line)["t"], (tellings.report_of(line) or {}).get("gcode_state")) for line in lines]
    running = [datetime.datetime.fromisoformat(t.replace("Z", "+00:00")) for t, state in told if state in ("RUNNING", "FINISH")]
    return (running[-1] - running[0]).total_seconds()


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, timeout=300).stdout


def check(program, simulator, family, folder):
    (folder / "hour.sim").write_text(SCRIPT.format(family=family))
    run(simulator, "--offline", "--seed", "3", "--script", str(folder / "hour.sim"), "--record", str(folder / "hour.jsonl"))
    lines = (folder / "hour.jsonl").read_text().splitlines()
    steps = [json.loads(step) for step in run(program, str(folder / f"{family}.db"), str(folder / "hour.jsonl")).splitlines()]
    changed, settled = news(lines)
    pages = sum(step["pages"] for step in steps)
    print(f"{family}: {len(lines)} messages in {seconds(lines):.0f} s of a print, {len(changed)} with news, {settled} settlings; "
          f"{sum(step['commits'] for step in steps)} commits of {pages} pages")
    return (seconds(lines) >= HOUR and [step["line"] for step in steps if not step["due"]] == changed
            and sum(step["due"] for step in steps) == settled and all(step["commits"] == 1 for step in steps)
            and pages <= PAGES_EACH * len(steps))


def main(program, simulator):
    with tempfile.TemporaryDirectory() as folder:
        good = [check(program, simulator, family, pathlib.Path(folder)) for family in ("a1", "x1c", "h2d")]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
