"""Plays the shared recordings and compares slots and jobs with what is expected of them: python3 shared.py FILAMENTD SHARED.

The slots are those of the last line. Of a sequence the jobs are compared as well, with its sliced file too where there is one, and
so is what fed from which layer, as a client sees it in the changes of slots and jobs.
"""

import itertools
import json
import pathlib
import subprocess
import sys

KEYS = {"state": "state", "color": "color_hex", "alpha": "color_alpha", "material": "material", "profile": "profile",
        "name": "name", "tray_uuid": "tray_uuid", "tag_uid": "tag_uid", "remain_percent": "remain_percent"}
SLICED_LEAST = 3


def recordings(shared, path, expected):
    if "after" in expected:
        return [shared / "captures" / name for name in expected["after"]]
    sequence = shared / "captures" / f"{path.stem}.jsonl"
    return [sequence if sequence.exists() else sequence.with_suffix(".json")]


def play(program, files, *options):
    run = subprocess.run([program, "replay", *options, *map(str, files)], capture_output=True, timeout=300)
    if run.returncode:
        raise AssertionError(run.stderr.decode())
    return run.stdout


def place(slot):
    return slot["ams_unit_number"], slot["slot_number"]


def compare_slots(expected, final):
    got = {place(slot): slot for slot in final["slots"]}
    want = {place(slot): slot for slot in expected["slots"]}
    if got.keys() != want.keys():
        raise AssertionError(f"slots {sorted(got)} instead of {sorted(want)}")
    for at, slot in want.items():
        reported = got[at]["reported"]
        mine = {key: reported[key] for key in KEYS}
        theirs = {key: slot[name] for key, name in KEYS.items()}
        mine["feeding"], theirs["feeding"] = got[at]["active"], slot["feeding"]
        mine["colors"], theirs["colors"] = reported["colors"] or None, slot["color_hexes"]
        if mine != theirs:
            raise AssertionError(f"slot {at}: {mine} instead of {theirs}")


def compare_mapping(want, entries):
    slots = {entry["index"]: entry["slot"] for entry in reversed(entries)}
    for index, slot in want.items():
        if slot and slots.get(int(index)) != slot:
            raise AssertionError(f"filament {index} from {slots.get(int(index))} instead of {slot}")


def tray_logs(lines):
    """For each job what fed, as [slot, from layer, to layer], out of the changes as they were told, message by message."""
    active, logs, layer = {}, {}, 0
    for _, told in itertools.groupby(lines, lambda line: line["message"]):
        told = list(told)
        jobs = [line["data"] for line in told if line["change"] == "print_job"]
        new = [job["job_id"] for job in jobs if job["job_id"] not in logs]
        layer = jobs[-1]["layer"] or 0 if jobs else layer
        logs.update({job: [] for job in new})
        begins = [place(slot) for slot in active.values() if slot["active"]] if new else []
        for line in told:
            if line["change"] == "slot":
                before, slot = active.get(place(line["data"])), line["data"]
                begins += [place(slot)] if slot["active"] and not (before and before["active"]) else []
                active[place(slot)] = slot
        log = list(logs.values())[-1] if logs else []
        if log and jobs:
            log[-1][2] = layer
        log += [[slot, layer, layer] for slot in begins]
    return list(logs.values())


def merged(log):
    """A slot that stops and feeds again without another between is one entry."""
    ret = []
    for slot, first, last in log:
        if ret and ret[-1][0] == slot:
            ret[-1][2] = last
        else:
            ret.append([slot, first, last])
    return ret


def compare_log(want, got):
    want = [[place(entry), entry["from_layer"], entry["to_layer"]] for entry in want]
    if merged(got) != want:
        raise AssertionError(f"tray log {merged(got)} instead of {want}")


def compare_job(want, got, log):
    expected = {"status": want["status"], "start_seen": want["start_seen"], "layer": want["last_layer"],
                "total_layers": want["layers"]}
    told = {key: got[key] for key in expected}
    if told != expected:
        raise AssertionError(f"{told} instead of {expected}")
    compare_mapping(want["mapping"], got["filaments"])
    compare_log(want["tray_log"], log)


def compare_jobs(wanted, lines):
    got, logs = lines[-1]["jobs"][::-1], tray_logs(lines[:-1])
    if not len(wanted) == len(got) == len(logs):
        raise AssertionError(f"{len(got)} jobs and {len(logs)} logs instead of {len(wanted)}")
    for triple in zip(wanted, got, logs):
        compare_job(*triple)


def compare_with_sliced(program, shared, files, wanted):
    """The only job of a sequence, with the file that was printed: its mapping, and every gram of it."""
    (want,) = wanted
    path = shared / "samples3mf" / want["sliced_file"]
    lines = told(program, files, "--sliced", str(path))
    compare_jobs(wanted, lines)
    (got,) = lines[-1]["jobs"]
    for entries in (got["filaments"], got["segments"]):
        compare_mapping(want["mapping_with_sliced_file"], entries)
    grams = json.loads(path.with_name("expected-usage.json").read_text())["files"][path.name]["computed_g"]
    used = {str(entry["index"]): entry["used_grams"] for entry in got["filaments"]}
    if used.keys() != grams.keys() or any(abs(used[index] - grams[index]) > 0.01 for index in grams):
        raise AssertionError(f"grams {used} instead of {grams}")


def told(program, files, *options):
    """The lines of a replay, which must be the same with a restart after every line."""
    once, again = play(program, files, *options), play(program, files, *options, "--restart-every", "1")
    if once != again:
        raise AssertionError("a restart after every line changes the output")
    lines = [json.loads(line) for line in once.splitlines()]
    if lines[-1]["rejected"]:
        raise AssertionError(f"{lines[-1]['rejected']} messages rejected")
    return lines


def compare(program, shared, path):
    """Returns how many sliced files were used."""
    expected = json.loads(path.read_text())
    files = recordings(shared, path, expected)
    lines = told(program, files)
    compare_slots(expected, lines[-1])
    jobs = shared / "expected" / "jobs" / path.name
    wanted = json.loads(jobs.read_text())["jobs"] if jobs.exists() else None
    if wanted is not None:
        compare_jobs(wanted, lines)
    if not wanted or "sliced_file" not in wanted[0]:
        return 0
    compare_with_sliced(program, shared, files, wanted)
    return 1


def missing(shared, paths):
    """Captures that nothing would be compared with."""
    captures = {path.stem for path in (shared / "captures").glob("*") if "get_version" not in path.stem and path.suffix != ".md"}
    sequences = {path.stem for path in (shared / "captures").glob("*.jsonl")}
    jobs = {path.stem for path in (shared / "expected" / "jobs").glob("*.json")}
    return sorted(captures - {path.stem for path in paths}) + sorted(sequences ^ jobs)


def main(program, shared):
    shared = pathlib.Path(shared)
    if not shared.is_dir():
        print("no shared captures here")
        return 0
    paths = sorted((shared / "expected" / "slots").glob("*.json"))
    failed, sliced = 0, 0
    for name in missing(shared, paths):
        failed += 1
        print(f"FAIL {name}: a capture without expectations, or the reverse")
    for path in paths:
        try:
            sliced += compare(program, shared, path)
        except AssertionError as error:
            failed += 1
            print(f"FAIL {path.stem}: {error}")
    print(f"counted captures={len(paths)} with_sliced_file={sliced}")
    return 0 if paths and sliced >= SLICED_LEAST and not failed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
