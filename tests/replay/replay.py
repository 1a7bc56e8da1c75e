"""Plays the cases of this folder: python3 replay.py FILAMENTD CASE.json..."""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

# Restarts after every line are told to the release build; under the sanitizers, which are slow, after each so many.
EVERY = os.environ.get("RESTART_EVERY", "1")
START = 1767225600  # 2026-01-01T00:00:00Z


def tray(number, text):
    """One slot of a unit as printers write it, from "PLA GFL99 FFFFFFFF", {...}, None (empty) or "?"."""
    if text is None or text == "?":
        return {"id": str(number)}
    if isinstance(text, dict):
        return {"id": str(number), **text}
    material, profile, color = text.split()
    return {"id": str(number), "tray_type": material, "tray_info_idx": profile, "tray_color": color}


def unit_bits(unit):
    """Bit of the unit, first bit of its slots, and how many it has."""
    if unit >= 128:
        return 4 + unit - 128, 16 + unit - 128, 1
    return (12, 24, 4) if unit == 16 else (unit, 4 * unit, 4)


def whole_ams(trays):
    """The `ams` object for {"unit/slot": tray} in the printer's numbering; slots of a unit that are left out are empty."""
    units, exist, filled = {}, 0, 0
    for place, text in trays.items():
        unit, slot = map(int, place.split("/"))
        bit, first, count = unit_bits(unit)
        exist |= 1 << bit
        filled |= (text is not None) << (first + slot)
        units.setdefault(unit, [tray(n, None) for n in range(count)])[slot] = tray(slot, text)
    return {"ams_exist_bits": f"{exist:x}", "tray_exist_bits": f"{filled:x}",
            "ams": [{"id": str(unit), "tray": rows} for unit, rows in units.items()]}


def report(entry):
    ams = whole_ams(entry["trays"]) if "trays" in entry else {}
    if "now" in entry:
        ams["tray_now"] = str(entry["now"])
    own = entry.get("print", {})
    ams.update(own.get("ams") or {})
    return {"command": "push_status", **own, **({"ams": ams} if ams else {})}


def assignment(text):
    """The body of what a person says: "unit/slot roll [since]", as the REST interface numbers slots."""
    place, roll, *since = text.split()
    unit, slot = map(int, place.split("/"))
    dated = {"assigned_at": 1000 * (START + int(since[0]))} if since else {}
    return {"ams_unit_number": unit, "slot_number": slot, "spool_id": roll, **dated}


def message(entry):
    """One line of the recording for one entry of the case."""
    if "assign" in entry:
        return json.dumps({"t": START + entry["at"], "assign": assignment(entry["assign"])})
    for kind in ("print_event", "ams_update"):
        if kind in entry:
            return json.dumps({"t": START + entry["at"], kind: {"printer_id": "P", **entry[kind]}})
    payload = entry.get("raw", entry.get("payload", None)) or {"print": report(entry)}
    return json.dumps({"t": START + entry["at"], "payload": payload})


def version(model):
    module = {"name": "ota", "sw_ver": "01.00.00.00", "product_name": model, "sn": ""}
    return json.dumps({"t": START, "payload": {"info": {"command": "get_version", "module": [module]}}})


def gcode(path):
    """Plate gcode for [[layer or "first-last", tool (0-based), mm each], ...]: the tool changes inside its layer."""
    steps = []
    for layers, tool, length in path:
        first, _, last = str(layers).partition("-")
        steps += [(at, tool, length) for at in range(int(first), int(last or first) + 1)]
    lines, layer, tool = ["M83", f"T{path[0][1]}"], 0, path[0][1]
    for at, filament, length in steps:
        lines += [f"M73 L{at}"] if at != layer else []
        lines += [f"T{filament}"] if filament != tool else []
        lines += [f"G1 X1 E{length}"]
        layer, tool = at, filament
    return lines


def plate_info(number, filaments):
    filaments = [dict(zip(("type", "color", "used_g"), text.split()), id=id) for id, text in filaments.items()]
    rows = "".join(
        f'<filament id="{f["id"]}" tray_info_idx="{f.get("profile", "")}" type="{f["type"]}" color="{f["color"]}" '
        f'used_m="0" used_g="{f["used_g"]}"/>' for f in filaments)
    return f'<plate><metadata key="index" value="{number}"/>{rows}</plate>'


def pack(sliced, path):
    lines = sliced.get("plate.gcode") or gcode(sliced["path"])
    number = sliced.get("plate", 1)
    plates = {number: sliced["filaments"], **{int(n): f for n, f in sliced.get("other_plates", {}).items()}}
    info = "".join(plate_info(n, filaments) for n, filaments in sorted(plates.items()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Metadata/slice_info.config", f"<config>{info}</config>")
        if lines:
            archive.writestr(f"Metadata/plate_{number}.gcode", "\n".join(lines) + "\n")


def inventory(case):
    """`inventory` as it stands, or from the short form of `rolls`."""
    if "rolls" not in case:
        return case.get("inventory")
    ret = {"spools": [], "slots": []}
    for name, (material, color, grams, place, *more) in case["rolls"].items():
        ret["spools"].append({"spool_id": name, "brand": "Maker", "product_name": name, "material_type": material,
                              "color_hex": color, "initial_weight_grams": grams, **(more[0] if more else {})})
        if place:
            unit, slot = map(int, place.split("/"))
            ret["slots"].append({"printer_id": "P", "ams_unit_number": unit, "slot_number": slot, "spool_id": name})
    return ret


def recording(case):
    lines = [version(case["model"])] if "model" in case else []
    return lines + [message(entry) for entry in case["messages"]]


def write(case, folder, lines=None):
    """The case as files; returns the words of the command line."""
    (folder / "messages.jsonl").write_text("\n".join(lines or recording(case)) + "\n")
    words, rolls = ["--printer", "P"], inventory(case)
    if rolls:
        (folder / "inventory.json").write_text(json.dumps(rolls))
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


def compare_final(expect, final, lines):
    if final["violations"]:
        raise AssertionError(f"violations: {json.dumps(final['violations'])}")
    got = {"history": history(lines), "asked": asked(lines), "alerts": alerts(lines), **final}
    for key, want in expect.items():
        if key == "slots":
            compare_slots(want, final["slots"])
        elif key in ("questions", "jobs", "usage_events", "alerts"):
            compare_list(key, want, got[key])
        elif not matches(want, got[key]):
            raise AssertionError(f"{key}: {json.dumps(got[key])} instead of {json.dumps(want)}")


def history(lines):
    """What became of the slots, in order: "unit/slot roll event", roll "-" where the slot was left without one."""
    rows = [line["data"] for line in lines if line["change"] == "slot_history" and line["op"] == "insert"]
    return [f'{r["ams_unit_number"]}/{r["slot_number"]} {r["spool_id"] or "-"} {r["event_type"]}' for r in rows]


def asked(lines):
    return sum(line["change"] == "question" and line["op"] == "insert" for line in lines)


def alerts(lines):
    """Each alert as it was last seen, and whether its cause has gone ("over")."""
    last = {line["data"]["alert_id"]: line["data"] for line in lines if line["change"] == "alert"}
    return [{**alert, "over": alert["ended_at"] is not None} for alert in last.values()]


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
        again = play(program, ["--restart-every", EVERY, *words])
    if once != again:
        raise AssertionError(f"a restart after every {EVERY} lines changes the output")
    lines = [json.loads(line) for line in once.splitlines()]
    compare_final(case["expect"], lines[-1], lines[:-1])
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
