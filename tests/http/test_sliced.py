"""Sliced files as bodies of requests."""

import io
import unittest
import zipfile

from case import HttpCase
from lib.main import main

PATH = "/api/sliced_files/analyze"
HEAD = b"; HEADER_BLOCK_START\n; total layer number: 2\n; HEADER_BLOCK_END\nM83\nT0\n"
GCODE = HEAD + b"; CHANGE_LAYER\nM73 L1\nG1 X9 E5.5\n; CHANGE_LAYER\nM73 L2\nG1 X0 E2\n"


def archive(*plates):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for plate in plates:
            packed.writestr(f"Metadata/plate_{plate}.gcode", GCODE)
    return out.getvalue()


class SlicedTest(HttpCase):
    def analyze(self, body, query="", **more):
        return self.daemon.post(PATH + query, body, headers={"Content-Type": "application/octet-stream"}, **more)

    def tearDown(self):
        self.assertEqual([p.name for p in self.daemon.state.iterdir() if "upload" in p.name], [])

    def test_gcode(self):
        told = self.assertStatus(self.analyze(GCODE))
        self.assertEqual((told["total_layers"], told["filaments"][0]["gcode_mm"]), (2, 7.5))
        self.assertNotIn("cumulative_mm_by_layer", told["filaments"][0])
        told = self.assertStatus(self.analyze(GCODE, "?layers=true"))
        self.assertEqual(list(told["filaments"][0]["cumulative_mm_by_layer"].values())[-1], 7.5)

    def test_archive(self):
        self.assertEqual(self.assertStatus(self.analyze(archive(1)))["plate"], 1)
        self.assertEqual(self.assertStatus(self.analyze(archive(1, 3), "?plate=3"))["plate"], 3)
        self.assertProblem(self.analyze(archive(1, 3)), 422, "plate_ambiguous")
        self.assertProblem(self.analyze(archive(1), "?plate=2"), 422, "plate_missing")

    def test_what_is_none(self):
        self.assertProblem(self.analyze(b"hello\n"), 422, "not_sliced")
        self.assertProblem(self.analyze(archive()), 422)
        self.assertProblem(self.analyze(archive(1)[:100]), 422)
        self.assertProblem(self.analyze(b""), 422, "body_required")
        self.assertProblem(self.analyze(GCODE, "?plate=0"), 422, "out_of_range", "plate")

    def test_a_large_one_comes_whole(self):
        """Beyond the limit of other bodies, in chunks of unknown length, too."""
        large = GCODE + b"; filler\n" * 1_000_000
        self.assertEqual(self.assertStatus(self.analyze(large))["filaments"][0]["gcode_mm"], 7.5)
        connection = self.daemon.connection()
        parts = (large[at:at + 100_000] for at in range(0, len(large), 100_000))
        connection.request("POST", PATH, parts, {"X-API-Key": self.daemon.key}, encode_chunked=True)
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()

    def test_too_big_is_refused_at_once(self):
        connection = self.daemon.connection()
        connection.putrequest("POST", PATH)
        connection.putheader("X-API-Key", self.daemon.key)
        connection.putheader("Content-Length", str(300 * 1024 * 1024))
        connection.endheaders()
        self.assertEqual(connection.getresponse().status, 413)
        connection.close()


if __name__ == "__main__":
    main()
