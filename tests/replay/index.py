"""Holds the index in README.md to what it speaks of: python3 index.py README.md SOURCE SHARED."""

import pathlib
import re
import sys

CASES = pathlib.Path("tests/replay/cases")
REFERENCE = re.compile(r"-[a-z]+(-[a-z]+)?-\d+$")  # "-bambuddy-880" at the end of a case's name


def rows(readme):
    return [(number, re.findall(r"`([^`]+)`", told))
            for number, told in re.findall(r"^\| ([NTQ]\d+) \|[^|]*\|([^|]*)\|$", readme.read_text(), re.M)]


def exists(source, name):
    """A case, or FILE:TEST."""
    path, _, test = name.partition(":")
    if not test:
        return (source / CASES / f"{name}.json").is_file()
    file = source / path
    return file.is_file() and re.search(rf"\b{re.escape(test)}\((self|void)\b", file.read_text()) is not None


def listed(shared):
    """The numbers that the notes give to their pains, traps and quirks."""
    notes, protocol = (shared / "field-notes.md").read_text(), (shared / "bambu-protocol.md").read_text()
    pains = notes.split("\n## Pains")[1].split("\n## ")[0]
    traps = notes.split("\n## Traps")[1].split("\n## ")[0]
    quirks = protocol.split("\n## 18.")[1].split("\n## ")[0]
    return ({f"N{number}" for number in re.findall(r"^(\d+)\. ", pains, re.M)}
            | {f"T{number}" for number, _ in enumerate(re.findall(r"^- ", traps, re.M), 1)}
            | {f"Q{number}" for number in re.findall(r"^\| (\d+) \|", quirks, re.M)})


def faults(readme, source, shared):
    index = rows(readme)
    numbers = [number for number, _ in index]
    named = {name for _, names in index for name in names}
    yield from (f"{number} is there twice" for number in sorted(set(numbers)) if numbers.count(number) > 1)
    yield from (f"{number} names nothing" for number, names in index if not names)
    yield from (f"{name} does not exist" for name in sorted(named) if not exists(source, name))
    cases = {path.stem for path in (source / CASES).glob("*.json")}
    yield from (f"{case} is in no row" for case in sorted(cases - named) if REFERENCE.search(case))
    if shared.is_dir():
        yield from (f"{number} is not in both" for number in sorted(listed(shared) ^ set(numbers)))


def main(readme, source, shared):
    found = list(faults(pathlib.Path(readme), pathlib.Path(source), pathlib.Path(shared)))
    for fault in found:
        print("FAIL", fault)
    return 1 if found or not rows(pathlib.Path(readme)) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
