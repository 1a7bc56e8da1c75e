"""A printer reports rolls that nobody knows: questions, their answers, candidates, live status."""

import json

from case import SPOOL, HttpCase
from lib.broker import Broker
from lib.main import count, main
from lib.wait import wait_until

SERIAL = "01P00A000000077"
SETTLED = 20.0


def tray(number, color):
    return {"id": str(number), "tray_info_idx": "GFL99", "tray_type": "PLA", "tray_sub_brands": "", "tray_color": color + "FF",
            "tray_weight": "0", "tag_uid": "0" * 16, "tray_uuid": "0" * 32, "remain": -1, "nozzle_temp_min": "190",
            "nozzle_temp_max": "240", "state": 11}


def report(colors):
    trays = [tray(i, c) for i, c in enumerate(colors)]
    bits = format((1 << len(colors)) - 1, "x")
    return json.dumps({"print": {
        "command": "push_status", "msg": 0, "sequence_id": "1", "gcode_state": "IDLE", "nozzle_temper": 25.5, "mc_percent": 0,
        "ams": {"ams": [{"id": "0", "humidity": "4", "temp": "22.0", "tray": trays}], "ams_exist_bits": "1",
                "tray_exist_bits": bits, "tray_now": "255", "version": 3}}})


class QuestionsTest(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.broker = Broker(SERIAL)
        count("peers")
        body = {"printer_id": "p1", "serial": SERIAL, "host": "127.0.0.1", "port": cls.broker.port,
                "access_code": cls.broker.access_code, "pin_sha256": cls.broker.certificate.spki_sha256()}
        answer = cls.daemon.post("/api/printers", body)
        assert answer.status == 201, answer
        wait_until(lambda: cls.connection()["reason"] == "connected", 30, "the link")
        cls.broker.report(report(["112233", "445566", "AA0000", "00AA00"]))
        wait_until(lambda: len(cls.daemon.get("/api/questions").json) == 4, SETTLED, "four questions")

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.broker.close()

    @classmethod
    def connection(cls):
        return cls.daemon.get("/api/printers/p1/status").json["connection"]

    def question(self, slot):
        return next(q for q in self.daemon.get("/api/questions?printer_id=p1").json if q["slot_number"] == slot)

    def slot(self, number):
        return next(s for s in self.daemon.get("/api/ams_slots/p1").json if s["slot_number"] == number
                    and s["ams_unit_number"] == 1)

    def test_answer_with_a_roll(self):
        question = self.question(1)
        self.assertEqual(self.slot(1)["open_question_id"], question["question_id"])
        path = f"/api/questions/{question['question_id']}"
        read = self.daemon.get(path)
        self.assertEqual(self.assertStatus(read), question)
        spool = self.make_spool(color_hex="#112233")
        wrong = self.daemon.post(path + "/answer", {"spool_id": spool["spool_id"], "dismiss": True})
        self.assertProblem(wrong, 422, "one_answer")
        self.assertProblem(self.daemon.post(path + "/answer", {}), 422, "one_answer")
        answer = {"spool_id": spool["spool_id"]}
        done = self.assertStatus(self.daemon.post(path + "/answer", answer, headers={"If-Match": read.headers["ETag"]}))
        self.assertEqual((done["state"], done["spool_id"]), ("answered", spool["spool_id"]))
        self.assertEqual(self.assertStatus(self.daemon.post(path + "/answer", answer))["state"], "answered")
        self.assertEqual(self.slot(1)["spool_id"], spool["spool_id"])
        self.assertEqual(self.slot(1)["match"], "ok")

    def test_answer_with_a_new_roll(self):
        path = f"/api/questions/{self.question(2)['question_id']}/answer"
        self.assertProblem(self.daemon.post(path, {"create": {**SPOOL, "brand": 5}}), 422, "wrong_type", "brand")
        done = self.assertStatus(self.daemon.post(path, {"create": {**SPOOL, "color_hex": "#445566"}}))
        spool = self.assertStatus(self.daemon.get(f"/api/spools/{done['spool_id']}"))
        self.assertEqual((spool["color_hex"], spool["initial_weight_grams"]), ("#445566", 1000))
        self.assertEqual(self.slot(2)["spool_id"], spool["spool_id"])

    def test_dismiss(self):
        path = f"/api/questions/{self.question(3)['question_id']}/answer"
        self.assertIn(self.assertStatus(self.daemon.post(path, {"dismiss": True}))["state"], ("answered", "closed"))
        self.assertIsNone(self.slot(3)["open_question_id"])

    def test_candidates(self):
        spool = self.make_spool(color_hex="#00AA01", brand="Fitting")
        ranked = self.assertStatus(self.daemon.get("/api/ams_slots/p1/1/4/candidates"))
        self.assertEqual(ranked[0]["spool"]["spool_id"], spool["spool_id"])
        self.assertTrue(ranked[0]["reason"])

    def test_status_is_live(self):
        status = self.assertStatus(self.daemon.get("/api/printers/p1/status"))
        self.assertEqual(status["connection"]["state"], "connected")
        self.assertEqual(status["progress"]["gcode_state"], "idle")
        self.assertEqual(status["temperatures"]["nozzle"], 25.5)
        self.assertGreaterEqual(status["telemetry"]["messages"], 1)
        self.assertEqual(status["units"][0]["humidity_level"], 4)


if __name__ == "__main__":
    main()
