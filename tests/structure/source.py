"""A C source file as the rules see it: lines with and without comments and texts, functions."""

import pathlib
import re

TOKEN = re.compile(
    r"""(?P<comment>/\*.*?\*/|//[^\n]*)
      | (?P<text>"(?:\\.|[^"\\\n])*")
      | (?P<char>'(?:\\.|[^'\\\n])*')""",
    re.S | re.X,
)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


class Source:
    """One file below root, by its path from there."""

    def __init__(self, root, path):
        self.path = str(path)
        self.text = (pathlib.Path(root) / path).read_text()
        self.lines = self.text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()
        self.code = TOKEN.sub(lambda m: blank(m[0]), self.text)
        self.texts = [(self._line(m.start()), m["text"]) for m in TOKEN.finditer(self.text) if m["text"]]

    def _line(self, offset):
        return self.text.count("\n", 0, offset) + 1

    @property
    def folder(self):
        return self.path.split("/")[0]

    @property
    def is_header(self):
        return self.path.endswith(".h")

    def includes(self):
        """(line, name, own) of every #include; own: written with quotes."""
        for number, line in enumerate(self.lines, 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^">]+)[">]', line)
            if found:
                yield number, found[2], found[1] == '"'

    def matches(self, pattern):
        """(line, match) of a pattern in the code, outside comments and texts."""
        for found in re.finditer(pattern, self.code, re.M):
            yield self._line(found.start()), found

    def functions(self):
        """(line, lines between the braces) of every function body, as clang-format lays them out."""
        start = None
        for number, line in enumerate(self.code.split("\n"), 1):
            if line.rstrip() == "{" and start is None:
                start = number
            elif line.rstrip() == "}" and start is not None:
                yield start, number - start - 1
                start = None


def sources(root, folders, endings=(".c", ".h")):
    """All sources in the folders, in one order."""
    root = pathlib.Path(root)
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in endings:
                yield Source(root, path.relative_to(root))
