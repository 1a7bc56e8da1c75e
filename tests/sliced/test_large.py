"""500 MB of gcode go through the daemon's analyzer in memory that does not depend on their size.

The archive is written piece by piece: deflate allows a piece that ends in a full flush to be repeated, so that nothing of
500 MB is ever made.
"""

import pathlib
import struct
import tempfile
import time
import unittest
import zlib

from lib.daemon import PROMPT_ASAN, Daemon
from lib.main import main

PIECE_LAYERS, PIECES, MOVES = 4, 180, 28000
POINTS = 400  # that come again: the archive stays small
MOST_KIB = 8 * 1024
HEAD = b"; HEADER_BLOCK_START\n; total layer number: %d\n; HEADER_BLOCK_END\nM83\nT0\n"
NAME = b"Metadata/plate_1.gcode"


def piece():
    """Some layers that can follow themselves; every move lays down 0.01 mm."""
    lines = []
    for layer in range(PIECE_LAYERS):
        lines.append("; CHANGE_LAYER\nM73 L1\n")
        lines += [f"G1 X{100 + (i % POINTS * 7919 + layer) % 9973 / 100:.3f} Y{80 + i % POINTS * 104729 % 9967 / 100:.3f} E.01\n"
                  for i in range(MOVES)]
    return "".join(lines).encode()


def compressed(text, flush):
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    return packer.compress(text) + packer.flush(flush)


def make_archive(path, pieces):
    """A zip of one entry; returns its unpacked size."""
    head, body = HEAD % (PIECE_LAYERS * pieces), piece()
    packed_head, packed_body = compressed(head, zlib.Z_FULL_FLUSH), compressed(body, zlib.Z_FULL_FLUSH)
    packed_end = compressed(b"", zlib.Z_FINISH)
    crc = zlib.crc32(head)
    with open(path, "wb") as file:
        file.write(b"\0" * (30 + len(NAME)))
        file.write(packed_head)
        for _ in range(pieces):
            file.write(packed_body)
            crc = zlib.crc32(body, crc)
        file.write(packed_end)
        sizes = (len(packed_head) + pieces * len(packed_body) + len(packed_end), len(head) + pieces * len(body))
        entry = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, *sizes, len(NAME), 0)
        at = file.tell()
        central = b"PK\1\2\x14\0" + entry + struct.pack("<HHHII", 0, 0, 0, 0, 0) + NAME
        file.write(central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), at, 0))
        file.seek(0)
        file.write(b"PK\3\4" + entry + NAME)
    return sizes[1]


class LargeTest(unittest.TestCase):
    def analyze(self, daemon, path):
        with open(path, "rb") as body:
            answer = daemon.post("/api/sliced_files/analyze", body.read(), timeout=100,
                                 headers={"Content-Type": "application/octet-stream"})
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def test_memory_does_not_grow_with_the_file(self):
        with tempfile.TemporaryDirectory(prefix="large-") as folder, Daemon(more_environment=PROMPT_ASAN) as daemon:
            small, large = pathlib.Path(folder) / "small.3mf", pathlib.Path(folder) / "large.3mf"
            make_archive(small, 1)
            size = make_archive(large, PIECES)
            self.assertGreater(size, 500_000_000)
            said = self.analyze(daemon, small)
            self.assertAlmostEqual(said["filaments"][0]["gcode_mm"], PIECE_LAYERS * MOVES * 0.01, 1)
            base = daemon.peak_kib()
            started = time.monotonic()
            said = self.analyze(daemon, large)
            taken = time.monotonic() - started
            self.assertEqual(said["total_layers"], PIECE_LAYERS * PIECES)
            self.assertAlmostEqual(said["filaments"][0]["gcode_mm"], PIECES * PIECE_LAYERS * MOVES * 0.01, 0)
            most = daemon.peak_kib()
            print(f"large: {size >> 20} MiB, {large.stat().st_size >> 20} MiB packed, {taken:.1f} s, "
                  f"{base} KiB for a small one, {most} KiB")
            self.assertLess(most - base, MOST_KIB)


if __name__ == "__main__":
    main()
