"""filamentd export and import: the same documents as over HTTP, from a shell."""

import contextlib
import csv
import io
import json
import pathlib
import sqlite3
import tempfile
import unittest

from lib.daemon import Daemon, run
from lib.main import main

SPOOL = {"brand": "Acme", "product_name": "PLA", "material_type": "PLA", "color_hex": "#FF8800",
         "initial_weight_grams": 1000, "current_weight_grams": 750.125}


class TransferTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "export.json"

    def test_from_one_to_another(self):
        with Daemon() as daemon:
            daemon.post("/api/spools", SPOOL)
            text = run("export", state=daemon.state).stdout
            self.assertEqual(text, daemon.get("/api/export").body.decode())
            [row] = csv.DictReader(io.StringIO(run("export", "--csv", "spools", state=daemon.state).stdout))
            self.assertEqual(row["current_weight_grams"], "750.125")
            self.file.write_text(text)
            refused = run("import", self.file, state=daemon.state, check=False)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("a daemon runs", refused.stderr)
        other = self.folder / "state"
        trial = json.loads(run("import", self.file, "--dry-run", "--json", state=other).stdout)
        self.assertTrue(trial["dry_run"])
        self.assertEqual(json.loads(run("export", state=other).stdout)["spools"], [])
        self.assertIn("spools: 1 created", run("import", self.file, state=other).stdout)
        self.assertIn("spools: 0 created", run("import", self.file, state=other).stdout)
        self.assertEqual(run("export", state=other).stdout, text)
        run("verify", state=other)

    def test_a_low_roll_is_told(self):
        self.file.write_text("brand,product_name,material_type,initial_weight_grams,current_weight_grams\nA,B,PLA,1000,5\n")
        state = self.folder / "state"
        run("import", self.file, "--dry-run", state=state)
        run("import", self.file, state=state)
        with contextlib.closing(sqlite3.connect(state / "filamentd.db")) as db:
            kinds = sorted(row[0] for row in db.execute("SELECT kind FROM alert"))
        self.assertEqual(kinds, ["low_product", "low_spool"])

    def test_refusals(self):
        state = self.folder / "state"
        for words, code in ((["import"], 64), (["import", "a", "b"], 64), (["import", "/nowhere"], 1),
                            (["export", "x"], 64), (["export", "--csv", "keys"], 1)):
            self.assertEqual(run(*words, state=state, check=False).returncode, code, words)
        self.file.write_text("brand,product_name,material_type,initial_weight_grams\nA,B,PLA,none\n")
        refused = run("import", self.file, state=state, check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("line 2", refused.stderr)
        self.assertEqual(run("import", self.file, "--on-conflict", "maybe", state=state, check=False).returncode, 1)


if __name__ == "__main__":
    main()
