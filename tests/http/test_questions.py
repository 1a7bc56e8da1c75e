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


class PrinterCase(HttpCase):
    """A printer that shows rolls of these colours, each with a question."""

    colors = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare()
        cls.broker = Broker(SERIAL)
        count("peers")
        body = {"printer_id": "p1", "serial": SERIAL, "host": "127.0.0.1", "port": cls.broker.port,
                "access_code": cls.broker.access_code, "pin_sha256": cls.broker.certificate.spki_sha256()}
        answer = cls.daemon.post("/api/printers", body)
        assert answer.status == 201, answer
        wait_until(lambda: cls.connection()["reason"] == "connected", 30, "the link")
        cls.broker.report(report(cls.colors))
        wait_until(lambda: len(cls.daemon.get("/api/questions").json) == len(cls.colors), SETTLED, "a question each")

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.broker.close()

    @classmethod
    def prepare(cls):
        """What there is before the printer is."""

    @classmethod
    def connection(cls):
        return cls.daemon.get("/api/printers/p1/status").json["connection"]

    def question(self, slot):
        return next(q for q in self.daemon.get("/api/questions?printer_id=p1").json if q["slot_number"] == slot)

    def slot(self, number):
        return next(s for s in self.daemon.get("/api/ams_slots/p1").json if s["slot_number"] == number
                    and s["ams_unit_number"] == 1)


class QuestionsTest(PrinterCase):
    colors = ("112233", "445566", "AA0000", "00AA00")

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


class OpenChargeTest(PrinterCase):
    """12.5 g of a print from a slot whose roll nobody knew: 1000 - 12.5 = 987.5 g are left on the roll of the answer."""

    colors = ("112233",)

    def begin(self):
        filaments = [{"ams_unit_number": 1, "slot_number": 1, "estimated_grams": 10}]
        body = {"printer_id": "p1", "gcode_file_name": "boat.3mf", "filaments": filaments}
        return self.assertStatus(self.daemon.post("/api/print_jobs/start", body), 201)["job_id"]

    def alerts(self, job):
        return self.assertStatus(self.daemon.get(f"/api/alerts?kind=open_charge&job_id={job}"))

    def test_the_answer_books_it(self):
        job = self.begin()
        path = f"/api/print_jobs/{job}"
        body = {"status": "completed", "actual_grams_used": 12.5}
        done = self.assertStatus(self.daemon.put(path + "/end", body))
        self.assertEqual((done["job"]["open_grams"], done["usage"]), (12.5, []))
        alert, = self.alerts(job)
        self.assertIsNone(alert["ended_at"])
        spool = self.make_spool(color_hex="#112233")
        answer = f"/api/questions/{self.question(1)['question_id']}/answer"
        self.assertStatus(self.daemon.post(answer, {"spool_id": spool["spool_id"]}))
        event, = self.assertStatus(self.daemon.get(f"/api/usage_events?job_id={job}"))
        self.assertEqual((event["spool_id"], event["grams_used"], event["reverses"]), (spool["spool_id"], 12.5, None))
        self.assertEqual(self.daemon.get(f"/api/spools/{spool['spool_id']}").json["current_weight_grams"], 987.5)
        ended = self.daemon.get(path).json
        self.assertEqual((ended["open_grams"], ended["total_actual_grams"]), (0, 12.5))
        self.assertEqual([f["spool_id"] for f in ended["filaments"]], [spool["spool_id"]])
        over, = self.alerts(job)
        self.assertEqual(over["alert_id"], alert["alert_id"])
        self.assertIsNotNone(over["ended_at"])


if __name__ == "__main__":
    main()
