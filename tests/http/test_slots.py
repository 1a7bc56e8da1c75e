"""/api/ams_slots, slot history and questions."""

import uuid

from case import HttpCase
from lib.main import main

DOCUMENTED = ["ams_slot_id", "printer_id", "ams_unit_number", "slot_number", "spool_id", "current_ha_color",
              "current_ha_material", "last_updated"]
REPORTED = {"color", "alpha", "colors", "material", "profile", "name", "tag_uid", "tray_uuid", "remain_percent", "state",
            "source", "at"}


class SlotsTest(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("A1", "B2"):
            cls.daemon.post("/api/printers", {"printer_id": name, "source": "homeassistant", "aliases": [name + "_alias"]})

    def assign(self, place, spool, **more):
        return self.daemon.post(f"/api/ams_slots/{place}/assign", {"spool_id": spool["spool_id"], **more})

    def test_assign_and_read(self):
        spool = self.make_spool()
        done = self.assertStatus(self.assign("A1/1/1", spool, event_type="manual"))
        self.assertEqual(set(done), {"ams_slot_id", "spool_id", "previous_spool_id", "moved_from", "slot"})
        self.assertEqual((done["spool_id"], done["moved_from"]), (spool["spool_id"], None))
        slot = done["slot"]
        self.assertEqual(list(slot)[:len(DOCUMENTED)], DOCUMENTED)
        self.assertEqual(set(slot["reported"]), REPORTED)
        self.assertEqual(slot["spool"]["spool_id"], spool["spool_id"])
        self.assertIsInstance(slot["active"], bool)
        listed = self.assertStatus(self.daemon.get("/api/ams_slots/A1"))
        self.assertIn(slot, listed)
        self.assertEqual(self.daemon.get("/api/ams_slots/a1_ALIAS").json, listed)
        self.assertIn(slot, self.daemon.get("/api/ams_slots").json)
        loaded = self.daemon.get(f"/api/spools/{spool['spool_id']}").json["loaded_in"]
        self.assertEqual(loaded, {"printer_id": "A1", "ams_unit_number": 1, "slot_number": 1})

    def test_again_is_nothing_new(self):
        spool = self.make_spool()
        self.assertStatus(self.assign("A1/1/2", spool))
        before = self.daemon.get("/api/ams_slots/A1/1/2/history").json
        self.assertStatus(self.assign("A1/1/2", spool))
        self.assertEqual(self.daemon.get("/api/ams_slots/A1/1/2/history").json, before)

    def test_move(self):
        spool = self.make_spool()
        self.assertStatus(self.assign("A1/1/3", spool))
        answer = self.assign("B2/1/3", spool, if_loaded="reject")
        self.assertProblem(answer, 409)
        done = self.assertStatus(self.assign("B2/1/3", spool))
        self.assertEqual(done["moved_from"]["printer_id"], "A1")
        other = self.make_spool()
        done = self.assertStatus(self.assign("B2/1/3", other))
        self.assertEqual(done["previous_spool_id"], spool["spool_id"])

    def test_unassign(self):
        spool = self.make_spool()
        done = self.assertStatus(self.assign("A1/1/4", spool))
        gone = self.assertStatus(self.daemon.post("/api/ams_slots/A1/1/4/unassign"))
        self.assertEqual((gone["ams_slot_id"], gone["spool_id"]), (done["ams_slot_id"], None))
        again = self.assertStatus(self.daemon.post("/api/ams_slots/A1/1/4/unassign/", {"event_type": "manual"}))
        self.assertEqual(again["ams_slot_id"], done["ams_slot_id"])

    def test_unknown_places(self):
        spool = self.make_spool()
        for place in ("nobody/1/1", "A1/0/1", "A1/1/5", "A1/1/0", "A1/9/1", "A1/128/2", "A1/255/3", "A1/x/1", "A1/1/x",
                      "A1/-1/1", "A1/1.5/1", "A1/99999999999/1", "A1/65537/1"):
            with self.subTest(place=place):
                self.assertProblem(self.assign(place, spool), 404)
                self.assertProblem(self.daemon.post(f"/api/ams_slots/{place}/unassign"), 404)
                self.assertProblem(self.daemon.get(f"/api/ams_slots/{place}/candidates"), 404)
                self.assertProblem(self.daemon.get(f"/api/ams_slots/{place}/history"), 404)
        self.assertProblem(self.daemon.get("/api/ams_slots/nobody"), 404, "printer_not_found")

    def test_every_kind_of_unit(self):
        for place in ("B2/1/1", "B2/8/4", "B2/16/4", "B2/128/1", "B2/135/1", "B2/255/1", "B2/255/2"):
            self.assertStatus(self.assign(place, self.make_spool()))

    def test_unusable_rolls(self):
        spool = self.make_spool()
        self.assertProblem(self.daemon.post("/api/ams_slots/A1/2/1/assign", {"spool_id": str(uuid.uuid4())}), 404,
                           "spool_not_found")
        self.assertStatus(self.daemon.post(f"/api/spools/{spool['spool_id']}/archive"))
        self.assertProblem(self.assign("A1/2/1", spool), 409, "spool_archived")
        self.assertStatus(self.daemon.delete(f"/api/spools/{spool['spool_id']}"))
        self.assertProblem(self.assign("A1/2/1", spool), 409, "spool_deleted")

    def test_faults(self):
        spool = self.make_spool()
        for more, code in (({"event_type": "magic"}, "not_allowed"), ({"if_loaded": "x"}, "not_allowed"),
                           ({"assigned_at": "now"}, "invalid_time"), ({"assigned_at": "2199-01-01T00:00:00Z"}, None),
                           ({"spool_id": None}, "not_nullable"), ({"spool_id": 7}, "wrong_type"),
                           ({"slot_number": 1}, "unknown_field")):
            self.assertProblem(self.assign("A1/2/2", spool, **more), 422, code)
        self.assertProblem(self.daemon.post("/api/ams_slots/A1/2/2/assign", {}), 422, "required", "spool_id")

    def test_history(self):
        first, second = self.make_spool(), self.make_spool()
        self.assertStatus(self.assign("A1/3/1", first))
        self.assertStatus(self.assign("A1/3/1", second))
        rows = self.assertStatus(self.daemon.get("/api/ams_slots/A1/3/1/history"))
        self.assertEqual([r["spool_id"] for r in rows], [second["spool_id"], first["spool_id"]])
        self.assertEqual(list(rows[0])[:6], ["history_id", "ams_slot_id", "spool_id", "assigned_at", "unassigned_at",
                                             "event_type"])
        self.assertIsNone(rows[0]["unassigned_at"])
        self.assertIsNotNone(rows[1]["unassigned_at"])
        same = self.daemon.get("/api/slot_history?printer_id=a1&ams_unit_number=3&slot_number=1").json
        self.assertEqual(same, rows)
        self.assertEqual(self.daemon.get("/api/slot_history?to=2001-01-01T00:00:00Z").json, [])
        self.assertEqual(len(self.daemon.get(f"/api/spools/{first['spool_id']}/history").json), 1)

    def test_correct_history(self):
        wrong, right = self.make_spool(), self.make_spool()
        self.assertStatus(self.assign("A1/3/2", wrong))
        row = self.daemon.get("/api/ams_slots/A1/3/2/history").json[0]
        path = f"/api/slot_history/{row['history_id']}"
        done = self.assertStatus(self.daemon.request("PATCH", path, {"spool_id": right["spool_id"]}))
        self.assertEqual(done["spool_id"], right["spool_id"])
        self.assertProblem(self.daemon.request("PATCH", path, {"spool_id": str(uuid.uuid4())}), 404)
        self.assertProblem(self.daemon.request("PATCH", f"/api/slot_history/{uuid.uuid4()}", {"reason": "x"}), 404)
        for reason in ("by hand", None):
            row = self.assertStatus(self.daemon.patch(path, {"reason": reason}))
            self.assertEqual(row["reason"], reason)

    def test_candidates(self):
        self.assertStatus(self.assign("A1/3/3", self.make_spool()))
        self.assertIsInstance(self.assertStatus(self.daemon.get("/api/ams_slots/A1/3/3/candidates")), list)

    def test_questions(self):
        self.assertEqual(self.assertStatus(self.daemon.get("/api/questions")), [])
        self.assertProblem(self.daemon.get("/api/questions?state=odd"), 422, "not_allowed")
        missing = f"/api/questions/{uuid.uuid4()}"
        self.assertProblem(self.daemon.get(missing), 404)
        self.assertProblem(self.daemon.post(missing + "/answer", {"dismiss": True}), 404)


if __name__ == "__main__":
    main()
