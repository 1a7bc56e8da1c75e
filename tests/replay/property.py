"""What must not change the ledger: python3 property.py FILAMENTD CASE.json...

Every case is told again with its messages doubled, its times stretched, its deltas lost and made up for by a full report, its keys
in messages of their own in another order, and with restarts in between. Rolls, grams and jobs must come out the same.
"""

import concurrent.futures
import copy
import json
import pathlib
import sys
import tempfile
import time

import replay

SECONDS = 55  # for the losses of single messages, of which there are many
# Where a telling of its own kind is another story, and why.
OTHER_STORY = {
    "stretched": {"slot-two-pushes-at-once": "the case is about the 5 s themselves"},
    "only-full": {"job-percent-moved-on-unseen": "a full report tells the percentage at the end"},
    "scattered": {
        "job-percent-marks-refine-a-layer": "a percentage counts only in the message of the layer or of the end",
        "job-replaced-while-away": "the layer of the next print comes before its name",
        "job-lost-with-thin-evidence": "the layer of the next print comes before its name",
        "job-other-print-finished-while-away": "the name of the next print comes before its end",
        "job-runout-during-a-gap": "the slot comes before the layer, which says more than both at once",
    },
}


def doubled(lines):
    return [line for line in lines for _ in range(2)]


def stretched(lines):
    first = json.loads(lines[0])["t"]
    entries = [json.loads(line) for line in lines]
    for entry in entries:
        entry["t"] = first + 1.5 * (entry["t"] - first)
        since = entry.get("assign", {}).get("assigned_at")
        if since:
            entry["assign"]["assigned_at"] = int(1000 * first + 1.5 * (since - 1000 * first))
    return [json.dumps(entry) for entry in entries]


def report_of(line):
    """The push_status in a line, or None."""
    payload = json.loads(line).get("payload")
    body = payload.get("print") if isinstance(payload, dict) else None
    return body if isinstance(body, dict) and body.get("command") == "push_status" else None


def fold(state, delta):
    """Merge as the protocol does: objects by key, lists of things with an id by that id, all else replaced."""
    if isinstance(state, dict) and isinstance(delta, dict):
        for key, value in delta.items():
            if value is not None:
                state[key] = fold(state.get(key), value)
        return state
    by_id = isinstance(delta, list) and isinstance(state, list) and all(isinstance(d, dict) and "id" in d for d in delta)
    if not by_id:
        return copy.deepcopy(delta)
    rows = {str(row["id"]): row for row in state}
    for row in delta:
        whole = "tray" not in row and "snow" not in row and ("tray_type" in row or set(row) <= {"id", "state"})
        rows[str(row["id"])] = copy.deepcopy(row) if whole else fold(rows.get(str(row["id"]), {}), row)
    return list(rows.values())


def fulls(lines):
    """For each line the full report that a printer would give then; None where it is no report."""
    state, ret = {}, []
    for line in lines:
        body = report_of(line)
        state = fold(state, body) if body else state
        ret.append(json.dumps({"t": json.loads(line)["t"], "payload": {"print": {**state, "msg": 0}}}) if body else None)
    return ret


def only_full(lines):
    return [full or line for line, full in zip(lines, fulls(lines))]


def lost(lines, at):
    """Message ${at} never arrives; a full report soon after it tells what it would have told."""
    full = json.loads(fulls(lines)[at])
    if at + 1 < len(lines):
        full["t"] += min(1, (json.loads(lines[at + 1])["t"] - full["t"]) / 2)
    return [*lines[:at], json.dumps(full), *lines[at + 1:]]


def scattered(lines):
    """Each key of a report comes in a message of its own, the last one first; those of the ams stay together."""
    ret = []
    for line in lines:
        body, at = report_of(line), json.loads(line)["t"]
        keys = [key for key in reversed(body or {}) if key not in ("command", "msg")]
        ret += [json.dumps({"t": at, "payload": {"print": {"command": "push_status", key: body[key]}}}) for key in keys] or [line]
    return ret


TELLINGS = {"doubled": doubled, "stretched": stretched, "only-full": only_full, "scattered": scattered}


class Case:
    def __init__(self, program, path):
        self.program, self.name = program, path.stem
        self.case = json.loads(path.read_text())
        self.lines = replay.recording(self.case)
        self.rolls = {spool["spool_id"] for spool in (replay.inventory(self.case) or {"spools": []})["spools"]}
        self.truth = self.outcome(self.lines)

    def outcome(self, lines, *options):
        with tempfile.TemporaryDirectory() as folder:
            words = replay.write(self.case, pathlib.Path(folder), lines)
            final = json.loads(replay.play(self.program, [*options, *words]).splitlines()[-1])
        if final["violations"]:
            raise AssertionError(f"violations: {final['violations']}")
        ledger = sorted([e["spool_id"] if e["spool_id"] in self.rolls else "-", e["event_type"], e["grams_used"]]
                        for e in final["usage_events"])
        jobs = [[job["name"], job["status"], job["total_actual_grams"], job["open_grams"]] for job in final["jobs"]]
        return {"ledger": ledger, "jobs": jobs}

    def check(self, how, lines, *options):
        got = self.outcome(lines, *options)
        if got != self.truth:
            raise AssertionError(f"{how}: {json.dumps(got)} instead of {json.dumps(self.truth)}")


def tell_again(case):
    """Two of the ways drop all memory now and then as well."""
    restarts = {"doubled": ["--restart-every", "3"], "stretched": ["--restart-every", "2"]}
    for how, telling in TELLINGS.items():
        if case.name not in OTHER_STORY.get(how, {}):
            yield case, how, telling(case.lines), restarts.get(how, [])
    reports = [at for at, line in enumerate(case.lines) if report_of(line)]
    if reports:
        at = reports[len(reports) // 2]
        yield case, f"lost-{at}", lost(case.lines, at), []


def lose_one(cases):
    """Single losses, one of each case in turn, so that a short time covers all of them a little."""
    todo = [(case, at) for case in cases for at, line in enumerate(case.lines) if report_of(line)]
    return sorted(todo, key=lambda pair: pair[1])


def attempt(telling):
    case, how, lines, options = telling
    try:
        case.check(how, lines, *options)
        return 0
    except AssertionError as error:
        print(f"FAIL {case.name} {error}")
        return 1


def main(program, *paths):
    until, losses = time.monotonic() + SECONDS, 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        cases = list(pool.map(lambda path: Case(program, pathlib.Path(path)), paths))
        failures = list(pool.map(attempt, (telling for case in cases for telling in tell_again(case))))
    for case, at in lose_one(cases):
        if time.monotonic() > until:
            break
        failures.append(attempt((case, f"lost-{at}", lost(case.lines, at), [])))
        losses += 1
    print(f"counted replay tellings={len(failures) - losses} losses={losses}")
    return 1 if sum(failures) or not cases else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
