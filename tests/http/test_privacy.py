"""Names of prints are erased by age, by the daemon itself; their grams stay."""

import datetime
import json
import sqlite3

from case import HttpCase
from lib.main import main
from lib.wait import wait_until


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


if __name__ == "__main__":
    main()
