"""An app walks from pairing to the low alert, by types generated from /api/openapi.json, and through a bad network."""

import pathlib
import shutil
import tempfile
import unittest

from lib.daemon import Daemon
from lib.main import count, main
from lib.node import node, packages

HERE = pathlib.Path(__file__).resolve().parent
TSC = ("--outDir", "out", "--module", "commonjs", "--target", "es2022", "--lib", "es2022,dom,dom.asynciterable", "--strict",
       "--esModuleInterop", "--skipLibCheck", "walk.ts")


class WalkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.home = pathlib.Path(cls.folder.name)
        (cls.home / "node_modules").symlink_to(packages())
        for name in ("walk.ts", "proxy.ts"):
            shutil.copy(HERE / name, cls.home)
        with Daemon() as daemon:
            (cls.home / "openapi.json").write_bytes(daemon.get("/api/openapi.json", key=None).body)
        node(packages() / "openapi-typescript/bin/cli.js", "openapi.json", "-o", "api.d.ts", cwd=cls.home)
        node(packages() / "typescript/bin/tsc", *TSC, cwd=cls.home)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def walk(self, *how):
        with Daemon("--https-listen", "127.0.0.1:0") as daemon:
            made = daemon.post("/api/printers", {"printer_id": "shelf", "source": "homeassistant"})
            self.assertEqual(made.status, 201, made)
            code = daemon.post("/api/pair/codes", {}).json["code"]
            print(node(self.home / "out/walk.js", daemon.port, code, *how), end="")
            self.assertEqual(len(daemon.get("/api/print_jobs").json), 1)
            booked = [e for e in daemon.get("/api/usage_events").json if e["job_id"]]
            self.assertEqual([e["grams_used"] for e in booked], [60])
        count("walks")

    def test_a_day(self):
        self.walk()

    def test_a_day_in_a_bad_network(self):
        self.walk("cut")


if __name__ == "__main__":
    main()
