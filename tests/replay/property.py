"""What must not change the ledger: python3 property.py FILAMENTD CASE.json...

Every case is told again with its messages doubled, its times stretched, its deltas lost and made up for by a full report, its keys
in messages of their own in another order, its messages late or in each other's place where that is the same story, and with
restarts in between. Rolls, grams and jobs must come out the same.

Two reports may change places where no fact is told by both with other values (the last one counts), and where their news are of
kinds of which neither places the other. A print is told by the order of its messages: the slot that feeds begins at the layer told
last, an end counts the layers before it, an emptied slot ran out if it fed and nobody paused. So news of the state, the print's
names and errors, or the feeding slot keep their place among all other news; what is FREE below, and messages without news, do not.
What a person or Home Assistant says has a time of its own, a request is no report: these keep their place.
"""

import concurrent.futures
import copy
import json
import pathlib
import sys
import tempfile

import replay

LATE = 4  # the most messages by which one is late
# Every report of every case is lost once, and moved wherever the rule allows: fewer than this would be a rule that hides.
LEAST = {"lost": 550, "swapped": 20, "delayed": 4}
CHATTER = ({"wifi_signal": "-44dBm"}, {"nozzle_temper": 219.5})  # what printers tell between their news
FREE = [{"layer", "slots"}, {"layer", "pause"}, {"slots"}]  # kinds of news that do not place each other
# Where a telling of its own kind is another story, and why.
OTHER_STORY = {
    "stretched": {"slot-two-pushes-at-once": "the case is about the 5 s themselves"},
    "only-full": {"job-percent-moved-on-unseen": "a full report tells the percentage at the end"},
    "lost-4": {"job-percent-moved-on-unseen": "the full report that makes up for it tells the percentage at the end"},
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


def facts(body, path=()):
    """Every single fact of a report, by its path."""
    rows = isinstance(body, list) and body and all(isinstance(row, dict) and "id" in row for row in body)
    if not rows and not (isinstance(body, dict) and body):
        return {path: body}
    pairs = [(str(row["id"]), row) for row in body] if rows else body.items()
    return {at: value for key, part in pairs for at, value in facts(part, (*path, key)).items()}


def kind(path, old, new):
    """What sort of news it is that the fact at ${path} became ${new}; None: it is not about prints or slots."""
    if path[0] == "gcode_state":
        return "pause" if all(state in ("RUNNING", "PAUSE") for state in (old, new)) else "state"
    if path[:2] in (("ams", "tray_now"), ("ams", "tray_tar"), ("ams", "tray_pre")):
        return "feeding"
    if path[0] in ("ams", "vt_tray", "vir_slot"):
        return "slots"
    if path[0] in ("layer_num", "total_layer_num", "mc_percent"):
        return "layer"
    return None if path[0] in ("command", "msg", "wifi_signal", "nozzle_temper") else "print"


def kinds(state, body):
    have = facts(state)
    return {kind(at, have.get(at), new) for at, new in facts(body).items() if have.get(at, "?") != new} - {None}


def independent(state, first, second):
    """Are two reports, in this order after ${state}, the same story in the other?"""
    one, other = facts(first), facts(second)
    if any(one[at] != other[at] for at in one.keys() & other.keys() if at != ("msg",)):
        return False
    before, after = kinds(state, first), kinds(fold(copy.deepcopy(state), first), second)
    return not before or not after or before | after in FREE


def states(lines):
    """What the printer has told before each line."""
    state = {}
    for line in lines:
        yield copy.deepcopy(state)
        state = fold(state, report_of(line) or {})


def hops(lines):
    """For each line how many of the next ones may come before it."""
    ret = []
    for at, state in enumerate(states(lines)):
        body, to = report_of(lines[at]), at + 1
        while body and to < len(lines) and to - at <= LATE and report_of(lines[to]) \
                and independent(state, body, report_of(lines[to])):
            state, to = fold(state, report_of(lines[to])), to + 1
        ret.append(to - at - 1)
    return ret


def delayed(lines, at, by):
    """Message ${at} comes after the ${by} next ones; the times are those at which something arrives."""
    times = [json.loads(line)["t"] for line in lines]
    moved = [*lines[:at], *lines[at + 1:at + by + 1], lines[at], *lines[at + by + 1:]]
    return [json.dumps({**json.loads(line), "t": time}) for line, time in zip(moved, times)]


def swapped(lines, at):
    return delayed(lines, at, 1)


def late(lines):
    """Every report comes late, after two that tell nothing of prints and slots."""
    ret = []
    for line in lines:
        at = json.loads(line)["t"]
        chatter = [json.dumps({"t": at, "payload": {"print": {"command": "push_status", **told}}}) for told in CHATTER]
        ret += delayed([line, *chatter], 0, len(chatter)) if report_of(line) else [line]
    return ret


def scattered(lines):
    """Each key of a report comes in a message of its own, the last one first; those of the ams stay together."""
    ret = []
    for line in lines:
        body, at = report_of(line), json.loads(line)["t"]
        keys = [key for key in reversed(body or {}) if key not in ("command", "msg")]
        ret += [json.dumps({"t": at, "payload": {"print": {"command": "push_status", key: body[key]}}}) for key in keys] or [line]
    return ret


TELLINGS = {"doubled": doubled, "stretched": stretched, "only-full": only_full, "scattered": scattered, "late": late}


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
    told = []
    for how, telling in TELLINGS.items():
        lines, options = telling(case.lines), restarts.get(how, [])
        if (lines, options) not in told:  # nothing could change places: it is the one before
            yield case, how, lines, options
        told.append((lines, options))


def move_one(case):
    """Single messages: each lost, and each in another place wherever that is the same story."""
    for at, by in enumerate(hops(case.lines)):
        if report_of(case.lines[at]):
            yield case, f"lost-{at}", lost(case.lines, at), []
        if by > 0:
            yield case, f"swapped-{at}", swapped(case.lines, at), []
        if by > 1:
            yield case, f"delayed-{at}", delayed(case.lines, at, by), []


def same_story(case, how, *_):
    return case.name not in OTHER_STORY.get(how, {})


def attempt(telling):
    case, how, lines, options = telling
    try:
        case.check(how, lines, *options)
        return 0
    except AssertionError as error:
        print(f"FAIL {case.name} {error}")
        return 1


def enough(tellings):
    """How often each kind was told, of which there must be so many."""
    counts = {name: sum(how.startswith(name + "-") for _, how, *_ in tellings) for name in LEAST}
    print(f"counted replay tellings={len(tellings)} " + " ".join(f"{name}={count}" for name, count in counts.items()))
    return all(counts[name] >= least for name, least in LEAST.items())


def main(program, *paths):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        cases = list(pool.map(lambda path: Case(program, pathlib.Path(path)), paths))
        tellings = [telling for case in cases for telling in [*tell_again(case), *move_one(case)] if same_story(*telling)]
        failures = sum(pool.map(attempt, tellings))
    return 0 if enough(tellings) and not failures else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
