"""Plays the shared recordings and compares the slots and jobs at their ends: python3 shared.py FILAMENTD SHARED."""

import json
import pathlib
import subprocess
import sys

KEYS = {"state": "state", "color": "color_hex", "alpha": "color_alpha", "material": "material", "profile": "profile",
        "name": "name", "tray_uuid": "tray_uuid", "tag_uid": "tag_uid", "remain_percent": "remain_percent"}


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


def compare_job(want, got):
    for key in ("status", "start_seen"):
        if got[key] != want[key]:
            raise AssertionError(f"{key} {got[key]} instead of {want[key]}")
    slots = {entry["index"]: entry["slot"] for entry in got["filaments"]}
    for index, slot in want["mapping"].items():
        if slot and slots.get(int(index)) != slot:
            raise AssertionError(f"filament {index} from {slots.get(int(index))} instead of {slot}")


def compare_jobs(path, final):
    if not path.exists():
        return
    want, got = json.loads(path.read_text())["jobs"], final["jobs"][::-1]
    if len(want) != len(got):
        raise AssertionError(f"{len(got)} jobs instead of {len(want)}")
    for pair in zip(want, got):
        compare_job(*pair)


def compare(program, shared, path):
    expected = json.loads(path.read_text())
    files = recordings(shared, path, expected)
    once, again = play(program, files), play(program, files, "--restart-every", "1")
    if once != again:
        raise AssertionError("a restart after every line changes the output")
    final = json.loads(once.splitlines()[-1])
    if final["rejected"]:
        raise AssertionError(f"{final['rejected']} messages rejected")
    compare_slots(expected, final)
    compare_jobs(shared / "expected" / "jobs" / path.name, final)


def main(program, shared):
    shared = pathlib.Path(shared)
    paths = sorted((shared / "expected" / "slots").glob("*.json"))
    failed = 0
    for path in paths:
        try:
            compare(program, shared, path)
        except AssertionError as error:
            failed += 1
            print(f"FAIL {path.stem}: {error}")
    print(f"counted captures={len(paths)}" if paths else "no shared captures here")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
