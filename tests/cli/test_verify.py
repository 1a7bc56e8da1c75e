"""filamentd verify: a healthy database, and damage of every kind planted into one."""

import json
import pathlib
import re
import unittest

from lib.daemon import Daemon, run
from lib.main import main
from lib.store import open_store

VIEW = pathlib.Path(__file__).parents[2] / "store" / "migrations" / "0004_violations.sql"

# One edit for each rule, on a database with rolls 1 and 2, slots 1 and 2, and a job.
DAMAGE = {
    "cached_sum": "UPDATE spool SET used_mg = used_mg + 7 WHERE id = 1",
    "two_rolls_in_slot": "DROP INDEX slot_assignment_open_slot; INSERT INTO slot_assignment SELECT 91, 'x1', slot, 2, "
                         "assigned_at, NULL, event_type, reason, source, by_user, confidence, '', 0, NULL, 1, 1 "
                         "FROM slot_assignment WHERE id = 1",
    "roll_in_two_slots": "DROP INDEX slot_assignment_open_spool; DROP INDEX slot_assignment_open_slot; "
                         "INSERT INTO slot_assignment SELECT 91, 'x1', 2, spool, "
                         "assigned_at, NULL, event_type, reason, source, by_user, confidence, '', 0, NULL, 1, 1 "
                         "FROM slot_assignment WHERE id = 1",
    "unusable_roll_loaded": "UPDATE spool SET archived_at = 5 WHERE id = 1",
    "slot_overlap": "INSERT INTO slot_assignment SELECT 91, 'x1', slot, 2, assigned_at + 1, assigned_at + 2, event_type, "
                    "reason, source, by_user, confidence, '', 0, NULL, 1, 1 FROM slot_assignment WHERE id = 1",
    "roll_overlap": "INSERT INTO slot_assignment SELECT 91, 'x1', 2, spool, assigned_at + 1, assigned_at + 2, event_type, "
                    "reason, source, by_user, confidence, '', 0, NULL, 1, 1 FROM slot_assignment WHERE id = 1",
    "assignment_order": "PRAGMA ignore_check_constraints = ON; UPDATE slot_assignment SET unassigned_at = 1 WHERE id = 1",
    "match_of_empty_slot": "UPDATE slot SET match = 'ok' WHERE id = 2",
    "match_of_loaded_slot": "UPDATE slot SET match = 'unassigned' WHERE id = 1",
    "two_active_jobs": "DROP INDEX job_active; INSERT INTO job (public_id, printer, status, started_at, source, "
                       "created_at, updated_at) VALUES ('j1', 1, 'printing', 1, 'api', 1, 1), "
                       "('j2', 1, 'printing', 1, 'api', 1, 1)",
    "job_end": "PRAGMA ignore_check_constraints = ON; UPDATE job SET ended_at = NULL WHERE id = 1",
    "feeds_overlap": "INSERT INTO job_feed (job, slot, from_layer, from_at, to_layer, to_at) "
                     "VALUES (1, 1, 0, 1, 2, 9), (1, 2, 1, 8, 2, 12)",
    "parts_of_filament": "UPDATE job_filament SET used_mg = used_mg + 1 WHERE job = 1",
    "segment_without_filament": "INSERT INTO job_segment (job, filament, segment) VALUES (1, 60, 0)",
    "segment_booking": "UPDATE job_segment SET mg = mg + 1 WHERE job = 1",
    "usage_without_segment": "DELETE FROM job_segment WHERE job = 1",
    "reversal": "INSERT INTO usage (public_id, spool, mg, kind, at, source, reverses, created_at) "
                "SELECT 'u1', spool, -1, 'correction', at, 'api', id, 1 FROM usage WHERE job IS NULL LIMIT 1",
    "two_standing_charges": "INSERT INTO usage (public_id, spool, job, filament, segment, revision, mg, kind, at, source, "
                            "created_at) SELECT 'u1', spool, job, filament, segment, 9, mg, kind, at, source, 1 "
                            "FROM usage WHERE job = 1 LIMIT 1",
    "negative_charge": "INSERT INTO usage (public_id, spool, job, filament, segment, revision, mg, kind, at, source, "
                       "created_at) SELECT 'u1', spool, job, filament, segment, 9, -5, 'print', at, source, 1 "
                       "FROM usage WHERE job = 1 LIMIT 1",
    "negative_weight": "PRAGMA ignore_check_constraints = ON; UPDATE spool SET initial_mg = -1 WHERE id = 2",
    "question_state": "PRAGMA ignore_check_constraints = ON; INSERT INTO question (public_id, kind, state, opened_at, "
                      "closed_at, updated_at) VALUES ('q1', 'which_spool', 'open', 1, 2, 1)",
    "two_open_questions": "DROP INDEX question_open_slot; INSERT INTO question (public_id, kind, slot, opened_at, "
                          "updated_at) VALUES ('q1', 'which_spool', 1, 1, 1), ('q2', 'mismatch', 1, 1, 1)",
    "orphan": "DELETE FROM vendor",
    "not_in_feed": "DELETE FROM change WHERE entity = 'spool'",
    "deleted_in_feed": "UPDATE spool SET deleted_at = 5 WHERE id = 2; UPDATE change SET op = 'update' WHERE entity = 'spool'",
    "place_in_feed": "UPDATE change_newest SET seq = 0 WHERE entity = 'slot'",
    "waits_for_nobody": "INSERT INTO channel (name, ready) VALUES ('apns', 1); INSERT INTO device (id, public_id, installation, "
                        "name, platform, channel, address, enabled, last_seen_at, created_at, updated_at) "
                        "VALUES (1, 'd1', 'i', 'n', 'ios', 'apns', '{}', 0, 1, 1, 1); INSERT INTO delivery (public_id, channel, "
                        "device, due_at, created_at) VALUES ('t1', 'apns', 1, 1, 1)",
    "search": "DELETE FROM spool_search",
    "alert_of_closed_question": "INSERT INTO question (id, public_id, kind, state, closed_at, opened_at, updated_at) VALUES "
                                "(91, 'q1', 'which_spool', 'closed', 2, 1, 2); INSERT INTO alert (public_id, kind, cause, text, "
                                "question, opened_at, updated_at) VALUES ('t1', 'slot_changed', 'c', 'x', 91, 1, 1)",
    "alert_end": "INSERT INTO alert (public_id, kind, cause, text, opened_at, ended_at, updated_at) "
                 "VALUES ('t1', 'runout', 'c', 'x', 5, 4, 5)",
}


class VerifyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with Daemon() as daemon:
            for name in ("Red", "Blue"):
                daemon.post("/api/spools", {"brand": "A", "product_name": name, "material_type": "PLA",
                                            "color_hex": "#FF0000", "initial_weight_grams": 1000})
            daemon.post("/api/printers", {"printer_id": "P", "source": "homeassistant"})
            spools = daemon.get("/api/spools").json
            for slot, spool in ((1, spools[0]), (2, spools[1])):
                daemon.post(f"/api/ams_slots/P/1/{slot}/assign", {"spool_id": spool["spool_id"]})
            daemon.post("/api/ams_slots/P/1/2/unassign", {})
            daemon.post(f"/api/spools/{spools[1]['spool_id']}/adjust_weight", {"adjustment_grams": -50})
            cls.healthy = run("verify", state=daemon.state)
            daemon.stop()
            source = open_store(daemon.state / "filamentd.db")
            cls.plant_job(source)
            copy = daemon.state / "copy.db"
            source.execute(f"VACUUM INTO '{copy}'")
            source.close()
            cls.image = copy.read_bytes()

    @staticmethod
    def plant_job(db):
        """A print of 5 g from the first slot, as the daemon books it."""
        db.executescript("""
            INSERT INTO job (public_id, printer, status, started_at, ended_at, source, created_at, updated_at, actual_mg)
                VALUES ('j0', 1, 'completed', 1, 2, 'api', 1, 1, 5000);
            INSERT INTO job_filament (job, idx, used_mg) VALUES (1, 1, 5000);
            INSERT INTO job_segment (job, filament, segment, slot, spool, mg) VALUES (1, 1, 0, 1, 1, 5000);
            INSERT INTO usage (public_id, spool, job, slot, filament, segment, mg, kind, at, source, created_at)
                VALUES ('u0', 1, 1, 1, 1, 0, 5000, 'print', 2, 'user', 2);""")

    def verify(self, damage):
        with Daemon(scopes=None, start=False) as daemon:
            daemon.state.mkdir(parents=True, exist_ok=True)
            path = daemon.state / "filamentd.db"
            path.write_bytes(self.image)
            db = open_store(path)
            db.executescript(damage)
            db.close()
            return run("verify", "--json", state=daemon.state, check=False)

    def test_a_healthy_database_says_so(self):
        self.assertEqual(self.healthy.returncode, 0)
        self.assertIn("healthy", self.healthy.stdout)
        done = self.verify("SELECT 1")
        self.assertEqual((done.returncode, json.loads(done.stdout)), (0, []))

    def test_every_rule_is_broken_once(self):
        rules = set(re.findall(r"SELECT '([a-z_]+)'", VIEW.read_text()))
        self.assertEqual(rules, set(DAMAGE))
        for rule, damage in DAMAGE.items():
            with self.subTest(rule):
                done = self.verify(damage)
                problems = json.loads(done.stdout)
                self.assertEqual(done.returncode, 1)
                self.assertIn(rule, [problem["rule"] for problem in problems])
                self.assertTrue(all(problem["meaning"] for problem in problems), problems)

    def test_a_damaged_file_and_a_missing_one(self):
        with Daemon(scopes=None, start=False) as daemon:
            done = run("verify", state=daemon.state, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("--state-dir", done.stderr)
        done = self.verify("PRAGMA foreign_keys = OFF; DELETE FROM filament")
        self.assertIn("reference", [problem["rule"] for problem in json.loads(done.stdout)])


if __name__ == "__main__":
    main()
