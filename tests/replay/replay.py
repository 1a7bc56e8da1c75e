"""Plays the cases of this folder: python3 replay.py FILAMENTD CASE.json..."""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

START = 1767225600  # 2026-01-01T00:00:00Z


def message(entry):
    """One line of the recording for one entry of the case."""
    if "raw" in entry:
        payload = entry["raw"]
    elif "print" in entry:
        payload = {"print": {"command": "push_status", **entry["print"]}}
    else:
        payload = entry["payload"]
    return json.dumps({"t": START + entry["at"], "payload": payload})


def version(model):
    module = {"name": "ota", "sw_ver": "01.00.00.00", "product_name": model, "sn": ""}
    return json.dumps({"t": START, "payload": {"info": {"command": "get_version", "module": [module]}}})


def pack(sliced, path):
    filaments = "".join(
        f'<filament id="{f["id"]}" tray_info_idx="{f.get("profile", "")}" type="{f["type"]}" color="{f["color"]}" '
        f'used_m="0" used_g="{f["used_g"]}"/>' for f in sliced["filaments"])
    info = f'<config><plate><metadata key="index" value="1"/>{filaments}</plate></config>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Metadata/slice_info.config", info)
        archive.writestr("Metadata/plate_1.gcode", "\n".join(sliced["plate.gcode"]) + "\n")


def write(case, folder):
    """The case as files; returns the words of the command line."""
    lines = [version(case["model"])] if "model" in case else []
    lines += [message(entry) for entry in case["messages"]]
    (folder / "messages.jsonl").write_text("\n".join(lines) + "\n")
    words = []
    if "inventory" in case:
        (folder / "inventory.json").write_text(json.dumps(case["inventory"]))
        words += ["--inventory", str(folder / "inventory.json")]
    if "sliced" in case:
        pack(case["sliced"], folder / "plate.gcode.3mf")
        words += ["--sliced", str(folder / "plate.gcode.3mf")]
    return words + [str(folder / "messages.jsonl")]


def play(program, words):
    run = subprocess.run([program, "replay", *words], capture_output=True, timeout=300)
    if run.returncode:
        raise AssertionError(f"exit code {run.returncode}: {run.stderr.decode()}")
    return run.stdout


def matches(want, got):
    if isinstance(want, dict):
        return isinstance(got, dict) and all(k in got and matches(v, got[k]) for k, v in want.items() if k != "sum")
    if isinstance(want, list):
        return isinstance(got, list) and len(want) == len(got) and all(map(matches, want, got))
    if isinstance(want, (int, float)) and not isinstance(want, bool):
        return isinstance(got, (int, float)) and not isinstance(got, bool) and abs(want - got) < 0.0005
    return want == got


def compare_list(name, want, got):
    rest = copy.copy(got)
    for entry in want:
        hit = next((g for g in rest if matches(entry, g)), None)
        if hit is None:
            raise AssertionError(f"{name}: nothing matches {json.dumps(entry)} in {json.dumps(got)}")
        rest.remove(hit)
    if rest:
        raise AssertionError(f"{name}: nobody expects {json.dumps(rest)}")


def compare_slots(want, got):
    by_place = {f'{s["ams_unit_number"]}/{s["slot_number"]}': s for s in got}
    for place, slot in want.items():
        if not matches(slot, by_place.get(place)):
            raise AssertionError(f"slot {place}: {json.dumps(by_place.get(place))} instead of {json.dumps(slot)}")


def compare_final(expect, final):
    for key, want in expect.items():
        if key == "slots":
            compare_slots(want, final["slots"])
        elif key in ("questions", "jobs", "usage_events"):
            compare_list(key, want, final[key])
        elif not matches(want, final[key]):
            raise AssertionError(f"{key}: {json.dumps(final[key])} instead of {json.dumps(want)}")


def compare_changes(want, lines):
    at = 0
    for entry in want:
        while at < len(lines) and not matches(entry, lines[at]):
            at += 1
        if at == len(lines):
            raise AssertionError(f"changes: {json.dumps(entry)} does not appear in its place")
        at += 1


def run_case(program, path):
    case = json.loads(path.read_text())
    with tempfile.TemporaryDirectory() as name:
        words = write(case, pathlib.Path(name))
        once = play(program, words)
        again = play(program, ["--restart-every", "1", *words])
    if once != again:
        raise AssertionError("a restart after every message changes the output")
    lines = [json.loads(line) for line in once.splitlines()]
    compare_final(case["expect"], lines[-1])
    compare_changes(case.get("changes", []), lines[:-1])


def main(program, *paths):
    failed = 0
    for path in map(pathlib.Path, paths):
        try:
            run_case(program, path)
            print(f"ok   {path.stem}")
        except AssertionError as error:
            failed += 1
            print(f"FAIL {path.stem}: {error}")
    print(f"counted replay cases={len(paths)}")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
