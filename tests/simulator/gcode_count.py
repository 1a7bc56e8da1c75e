"""An independent reading of a sliced file: the slicers' counting rule in a few plain lines.

Written for tests only, apart from the C code, so that the two can disagree.
"""

import hashlib
import pathlib
import re
import xml.etree.ElementTree
import zipfile


class Sliced:
    def __init__(self, path):
        self.md5 = hashlib.md5(pathlib.Path(path).read_bytes()).hexdigest().upper()
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            self.names = archive.namelist()
            self.info = xml.etree.ElementTree.fromstring(archive.read("Metadata/slice_info.config"))
            name = next(n for n in self.names if n.endswith(".gcode"))
            gcode = archive.read(name)
            self.md5_matches = archive.read(name + ".md5").decode() == hashlib.md5(gcode).hexdigest().upper()
        self.gcode = gcode.decode()
        self.count()

    def header(self, name):
        return next(l.split(":", 1)[1].strip() for l in self.gcode.splitlines() if l.startswith(f"; {name}"))

    def totals(self, name):
        """The header's figures by filament id (1-based)."""
        ids = [int(i) for i in self.header("filament:").split(",")] if self.header("filament:") else []
        return dict(zip(ids, (float(v) for v in self.header(name).split(","))))

    def filaments(self):
        return {int(f.get("id")): f.attrib for f in self.info.find("plate").findall("filament")}

    def count(self):
        """mm by filament id, and its running sum at the end of each layer."""
        nozzle_mm = float(re.search(r"^; nozzle_volume = ([\d.]+)", self.gcode, re.M)[1]) / 2.405282
        self.mm, self.by_layer, self.layers = {}, {}, 0
        tool = old = None
        layer, flush = 0, None
        for line in self.gcode.splitlines():
            line = line.strip()
            if line == "; FLUSH_START":
                flush = 0.0
            elif line == "; FLUSH_END":
                rest = min(flush, nozzle_mm) if old is not None else 0.0
                if rest:
                    self._add(old, rest, layer)
                self._add(tool, flush - rest, layer)
                flush = None
            elif re.match(r"M73 L\d+", line):
                layer = self.layers = int(line[5:])
            elif re.match(r"T\d+$", line) and int(line[1:]) < 255:
                old, tool = tool, int(line[1:]) + 1
            elif re.match(r"G[0-3] ", line):
                e = re.search(r" E(-?[\d.]+)", line)
                if e and flush is not None:
                    flush += float(e[1])
                elif e and float(e[1]) > 0 and re.search(r" [XYZIJ]", line):
                    self._add(tool, float(e[1]), layer)

    def _add(self, filament, mm, layer):
        self.mm[filament] = self.mm.get(filament, 0) + mm
        self.by_layer.setdefault(filament, {})[layer] = self.mm[filament]
