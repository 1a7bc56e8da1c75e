"""Names of prints are erased by age, by the daemon itself; their grams stay."""

import datetime
import json
import os
import sqlite3
import time
import unittest

from case import HttpCase
from lib.daemon import Daemon
from lib.main import main
from lib.wait import wait_until
from test_questions import PrinterCase, report


def ago(days):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


class PrivacyTest(HttpCase):
    arguments = ("--set", "privacy.keep_names_days=0")

    def printed(self, name, days):
        made = self.assertStatus(self.daemon.post("/api/print_jobs/start", {
            "printer_id": "shelf", "gcode_file_name": name, "start_time": ago(days + 0.1)}), 201)
        path = "/api/print_jobs/" + made["job_id"]
        self.assertStatus(self.daemon.put(path + "/end", {
            "status": "completed", "end_time": ago(days), "usage": [{"spool_id": self.spool, "grams": 3}]}))
        return path

    def test_by_age(self):
        self.make_printer()
        self.spool = self.make_spool()["spool_id"]
        old = [self.printed(f"secret-{n}.3mf", 40) for n in range(3)]
        new = self.printed("fresh.3mf", 2)
        self.daemon.restart()
        self.assertEqual(self.daemon.get(old[0]).json["gcode_file_name"], "secret-0.3mf")
        self.assertStatus(self.daemon.put("/api/settings", {"privacy.keep_names_days": 30}))
        self.daemon.restart()
        wait_until(lambda: all(self.daemon.get(p).json["gcode_file_name"] is None for p in old), 10, "the names are gone")
        self.assertEqual([self.daemon.get(p).json["total_actual_grams"] for p in old], [3, 3, 3])
        self.assertEqual(self.daemon.get(new).json["gcode_file_name"], "fresh.3mf")
        database = sqlite3.connect(f"file:{self.daemon.state}/filamentd.db?mode=ro", uri=True)
        self.addCleanup(database.close)
        rows = database.execute("SELECT * FROM job").fetchall()
        self.assertNotIn("secret-", json.dumps(rows, default=str))


class CopiesTest(unittest.TestCase):
    def test_copies_are_kept_for_a_month(self):
        with Daemon(start=False) as daemon:
            names = {f"filamentd.db.{name}": days for name, days in (("before-0002", 31), ("before-0003", 29), ("mine", 99))}
            for name, days in names.items():
                (daemon.state / name).write_text("x")
                then = time.time() - days * 86400
                os.utime(daemon.state / name, (then, then))
            daemon.start()
            wait_until(lambda: not (daemon.state / "filamentd.db.before-0002").exists(), 10, "the old copy to go")
            left = {path.name for path in daemon.state.glob("filamentd.db.*")} - {"filamentd.db-wal", "filamentd.db-shm"}
            self.assertEqual(left, {"filamentd.db.before-0003", "filamentd.db.mine"})


class PrinterTest(PrinterCase):
    """A printer goes on telling the name of its last print until the next one begins."""

    colors = ("112233",)
    NAME = "secret boat"

    def tell(self, **more):
        said = json.loads(report(self.colors))
        said["print"].update({"subtask_name": self.NAME, "gcode_file": f"{self.NAME}.3mf", "task_id": "7", "subtask_id": "8",
                              "layer_num": 1, "total_layer_num": 9, **more})
        self.broker.report(json.dumps(said))

    def rows_with_it(self):
        """Of all tables but the one that indexes words: that is searched by asking."""
        database = sqlite3.connect(f"file:{self.daemon.state}/filamentd.db?mode=ro", uri=True)
        try:
            tables = [r[0] for r in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
            return [(t, str(row)[:200]) for t in tables for row in database.execute(f"SELECT * FROM {t}")
                    if self.NAME in str(row) or "secret" in str(row)]
        finally:
            database.close()

    def test_nothing_keeps_the_name(self):
        jobs = "/api/print_jobs?printer_id=p1"
        self.tell(gcode_state="RUNNING", mc_percent=10)
        path = "/api/print_jobs/" + wait_until(lambda: self.daemon.get(jobs).json, 20, "the print")[0]["job_id"]
        self.assertIn("printer", {t for t, _ in self.rows_with_it()})
        self.tell(gcode_state="FINISH", mc_percent=100)
        wait_until(lambda: self.daemon.get(path).json["end_time"], 60, "its end")
        self.assertStatus(self.daemon.post(path + "/erase_names"))
        self.assertEqual(self.rows_with_it(), [])
        self.tell(gcode_state="FINISH", mc_percent=100, nozzle_temper=33.0)
        self.tell(gcode_state="IDLE", mc_percent=100)
        wait_until(lambda: self.daemon.get("/api/printers/p1/status").json["progress"]["gcode_state"].lower() == "idle", 20, "idle")
        self.assertEqual(self.rows_with_it(), [])
        self.daemon.restart()
        self.tell(gcode_state="IDLE", mc_percent=100)
        wait_until(lambda: self.connection()["reason"] == "connected", 30, "the link")
        self.assertEqual(self.rows_with_it(), [])
        self.assertEqual(self.daemon.get("/api/print_jobs?q=boat").json, [])


def load_tests(loader, tests, pattern):
    """Not those of the case that it is made from."""
    return unittest.TestSuite(loader.loadTestsFromTestCase(case) for case in (PrivacyTest, CopiesTest, PrinterTest))


if __name__ == "__main__":
    main()
