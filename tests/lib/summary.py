"""Reads ctest's log of the last run: adds up what was counted, and fails on a skip without leave."""

import collections
import re
import sys

BLOCK = re.compile(r'^"(?P<name>\S+)" start time.*?^Output:\n-+\n(?P<output>.*?)^<end of output>', re.M | re.S)
COUNTED = re.compile(r"counted ([\w ]+)=(\d+)")
SKIP = re.compile(r"\[  SKIPPED \] [1-9]|^# SKIP|\.\.\. skipped|^skipped", re.M)
ALWAYS_SHOWN = ["captures", "archives", "real_peers"]
SAME = {"brokers": "real_peers", "peers": "real_peers"}


def summary(log):
    """({counted: sum}, [tests that skipped without leave])."""
    counts, wrong = collections.Counter(), []
    for block in BLOCK.finditer(log):
        for name, number in COUNTED.findall(block["output"]):
            name = name.replace(" ", "_")
            counts[SAME.get(name, name)] += int(number)
        if SKIP.search(block["output"]) and "no ../shared" not in block["output"]:
            wrong.append(block["name"])
    return counts, wrong


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        log = file.read()
    counts, wrong = summary(log)
    wrong += re.findall(r'^(?:Test Skipped|Test Not Run).*', log, re.M)
    names = ALWAYS_SHOWN + sorted(set(counts) - set(ALWAYS_SHOWN))
    print("ran " + ", ".join(f"{counts[name]} {name.replace('_', ' ')}" for name in names))
    for name in wrong:
        print("skipped without leave:", name)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
