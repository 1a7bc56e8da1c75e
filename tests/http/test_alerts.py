"""Alerts over REST: how inventory opens and ends them, how they are listed and acknowledged."""

from case import HttpCase
from lib.main import main

MISSING = "0198c0de-0000-7000-8000-000000000000"


class AlertsCase(HttpCase):
    def alerts(self, query=""):
        return self.assertStatus(self.daemon.get("/api/alerts" + query))

    def open(self, kind, spool=None):
        rows = self.alerts(f"?open=true&kind={kind}")
        return [row for row in rows if spool is None or row["spool_id"] == spool["spool_id"]]

    def weigh(self, spool, grams):
        return self.assertStatus(self.daemon.post(f"/api/spools/{spool['spool_id']}/adjust_weight",
                                                  {"new_weight_grams": grams}))

    def change(self, spool, **fields):
        return self.assertStatus(self.daemon.put(f"/api/spools/{spool['spool_id']}", fields))


class LowSpools(AlertsCase):
    def test_it_lasts_until_well_above(self):
        spool = self.make_spool(product_name="Lasting")
        self.assertEqual(self.open("low_spool", spool), [])
        self.weigh(spool, 100)
        alert, = self.open("low_spool", spool)
        self.assertEqual(alert["text"], f"Roll {spool['spool_number']} (Acme Lasting) has 100.0 g left")
        self.assertEqual(alert["severity"], "warning")
        self.assertEqual((alert["data"]["remaining_grams"], alert["data"]["threshold_grams"]), (100, 100))
        self.weigh(spool, 40)
        self.assertEqual([a["alert_id"] for a in self.open("low_spool", spool)], [alert["alert_id"]])
        self.weigh(spool, 109)
        self.assertEqual(len(self.open("low_spool", spool)), 1, "a scale that trembles")
        self.weigh(spool, 110.001)
        self.assertEqual(self.open("low_spool", spool), [])
        ended = self.assertStatus(self.daemon.get(f"/api/alerts/{alert['alert_id']}"))
        self.assertIsNotNone(ended["ended_at"])
        self.weigh(spool, 105)
        self.assertEqual(self.open("low_spool", spool), [], "above its threshold")
        self.weigh(spool, 99)
        self.assertEqual(len(self.open("low_spool", spool)), 1, "low anew")
        self.assertEqual(len(self.alerts(f"?kind=low_spool&spool_id={spool['spool_id']}")), 2)

    def test_the_threshold_moves(self):
        spool = self.make_spool(product_name="Moving", initial_weight_grams=500)
        self.change(spool, threshold_grams=600)
        self.assertEqual(len(self.open("low_spool", spool)), 1)
        self.change(spool, threshold_grams=200)
        self.assertEqual(self.open("low_spool", spool), [])

    def test_put_away(self):
        for way, call in (("archived", lambda path: self.daemon.post(path + "/archive", {})),
                          ("deleted", lambda path: self.daemon.delete(path))):
            spool = self.make_spool(product_name=way, current_weight_grams=5)
            self.assertEqual(len(self.open("low_spool", spool)), 1, way)
            self.assertStatus(call(f"/api/spools/{spool['spool_id']}"))
            self.assertEqual(self.open("low_spool", spool), [], way)

    def test_a_draft_is_a_guess(self):
        spool = self.make_spool(product_name="Guess", current_weight_grams=50, draft=True)
        self.assertEqual(self.open("low_spool", spool), [])
        self.assertFalse([a for a in self.open("low_product") if a["data"]["product_name"] == "Guess"])
        self.change(spool, draft=False)
        self.assertEqual(len(self.open("low_spool", spool)), 1)

    def test_waste_counts(self):
        spool = self.make_spool(product_name="Waste", initial_weight_grams=200)
        self.assertStatus(self.daemon.post("/api/usage_events", {
            "spool_id": spool["spool_id"], "grams_used": 150, "event_type": "waste"}), 201)
        self.assertEqual(len(self.open("low_spool", spool)), 1)


class LowProducts(AlertsCase):
    def of(self, name):
        return [a for a in self.open("low_product") if a["data"]["product_name"] == name]

    def test_rolls_add_up(self):
        facts = {"product_name": "Sum", "article_number": "A-1"}
        one = self.make_spool(**facts, current_weight_grams=60)
        alert, = self.of("Sum")
        self.assertEqual(alert["data"]["rolls"], 1)
        two = self.make_spool(**facts, current_weight_grams=80)
        self.assertEqual(one["filament_id"], two["filament_id"])
        self.assertEqual(self.of("Sum"), [], "140 g on two rolls")
        self.weigh(two, 40)
        alert, = self.of("Sum")
        self.assertEqual(alert["text"], "Acme Sum: 100.0 g left on 2 rolls")
        self.assertEqual((alert["data"]["article_number"], alert["data"]["remaining_grams"]), ("A-1", 100))
        self.weigh(two, 50)
        self.assertEqual(len(self.of("Sum")), 1, "110 g are inside the margin")
        self.make_spool(**facts)
        self.assertEqual(self.of("Sum"), [])

    def test_the_last_roll_goes(self):
        spool = self.make_spool(product_name="Last", initial_weight_grams=1)
        self.assertEqual(len(self.of("Last")), 1)
        self.assertStatus(self.daemon.delete(f"/api/spools/{spool['spool_id']}?purge=true"))
        self.assertEqual(self.of("Last"), [])


class Drying(AlertsCase):
    def test_past_its_day(self):
        spool = self.make_spool(product_name="Damp", purchase_date="2020-01-31")
        alert, = self.open("dry_by_passed", spool)
        self.assertEqual(alert["data"]["dry_by"], self.assertStatus(
            self.daemon.get(f"/api/spools/{spool['spool_id']}"))["dry_by"])
        self.change(spool, dried_at="2100-01-01T00:00:00Z")
        self.assertEqual(self.open("dry_by_passed", spool), [])

    def test_no_date_is_no_warning(self):
        spool = self.make_spool(product_name="Undated")
        self.assertEqual(self.open("dry_by_passed", spool), [])


class Prints(AlertsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon.post("/api/printers", {"printer_id": "shelf", "source": "homeassistant"})

    def end(self, name, status, **more):
        job = self.daemon.post("/api/print_jobs/start", {"printer_id": "shelf", "gcode_file_name": name}).json["job_id"]
        self.assertStatus(self.daemon.put(f"/api/print_jobs/{job}/end", {"status": status, **more}))
        return job

    def test_an_end_is_an_event(self):
        for status, kind in (("completed", "print_finished"), ("failed", "print_failed"),
                             ("cancelled", "print_cancelled")):
            job = self.end(f"secret-{kind}.3mf", status)
            alert, = [a for a in self.alerts(f"?job_id={job}") if a["kind"].startswith("print_")]
            self.assertEqual(alert["kind"], kind)
            self.assertEqual(alert["ended_at"], alert["opened_at"], "over when it is told")
            self.assertNotIn("secret", str(alert), "names can be erased")
            self.daemon.patch(f"/api/print_jobs/{job}", {"note": "again"})
            self.assertEqual(len([a for a in self.alerts(f"?job_id={job}") if a["kind"] == kind]), 1)

    def test_open_grams_await_their_roll(self):
        job = self.end("open.3mf", "completed", actual_grams_used=12.5)
        awaits = lambda: [a for a in self.open("open_charge") if a["job_id"] == job]
        alert, = awaits()
        self.assertEqual(alert["data"]["open_grams"], 12.5)
        spool = self.make_spool(product_name="Payer")
        self.assertStatus(self.daemon.patch(f"/api/print_jobs/{job}", {
            "usage": [{"spool_id": spool["spool_id"], "grams": 12.5}]}))
        self.assertEqual(awaits(), [])

    def test_a_failed_print_without_figures_is_open(self):
        job = self.end("failed.3mf", "failed")
        alert, = [a for a in self.open("open_charge") if a["job_id"] == job]
        self.assertEqual(alert["data"]["unknown_parts"], 1)


class Acknowledging(AlertsCase):
    def setUp(self):
        self.spools = [self.make_spool(product_name=f"Ack {n}", current_weight_grams=1) for n in range(3)]
        self.mine = [self.open("low_spool", spool)[0]["alert_id"] for spool in self.spools]

    def test_one(self):
        path = f"/api/alerts/{self.mine[0]}"
        read = self.daemon.get(path)
        self.assertIsNone(self.assertStatus(read)["acked_at"])
        done = self.assertStatus(self.daemon.post(path + "/ack", headers={"If-Match": read.headers["ETag"]}))
        self.assertIsNotNone(done["acked_at"])
        again = self.daemon.post(path + "/ack")
        self.assertEqual(self.assertStatus(again), done)
        self.assertIn(self.mine[0], [a["alert_id"] for a in self.alerts("?acked=true")])
        self.assertNotIn(self.mine[0], [a["alert_id"] for a in self.alerts("?acked=false")])
        self.assertEqual(len(self.open("low_spool", self.spools[0])), 1, "seen is not over")
        self.assertProblem(self.daemon.get(f"/api/alerts/{MISSING}"), 404, "alert_not_found")
        self.assertProblem(self.daemon.post(f"/api/alerts/{MISSING}/ack"), 404, "alert_not_found")

    def test_many(self):
        many = "/api/alerts/ack"
        self.assertProblem(self.daemon.post(many, {"alert_ids": [self.mine[0], MISSING]}), 404, "alert_not_found")
        self.assertIsNone(self.daemon.get(f"/api/alerts/{self.mine[0]}").json["acked_at"], "all or none")
        self.assertEqual(self.assertStatus(self.daemon.post(many, {"alert_ids": self.mine[:2]})), {"acked": 2})
        self.assertEqual(self.assertStatus(self.daemon.post(many, {"alert_ids": self.mine})), {"acked": 1})
        until = "2100-01-01T00:00:00Z"
        kept = len(self.alerts("?acked=false&kind=low_product"))
        left = len(self.alerts("?acked=false&kind=low_spool"))
        self.assertEqual(self.assertStatus(self.daemon.post(many, {"opened_until": until, "kind": "low_spool"})),
                         {"acked": left})
        self.assertEqual(len(self.alerts("?acked=false&kind=low_product")), kept)
        self.assertStatus(self.daemon.post(many, {"opened_until": until}))
        self.assertEqual(self.alerts("?acked=false"), [])

    def test_many_refused(self):
        many = "/api/alerts/ack"
        for body, code in (({}, "one_choice"), ({"alert_ids": [], "opened_until": "2100-01-01T00:00:00Z"}, "one_choice"),
                           ({"alert_ids": [1]}, "wrong_type"), ({"alert_ids": [], "kind": "runout"}, "not_together"),
                           ({"alert_ids": ["x"] * 1001}, "too_many")):
            self.assertProblem(self.daemon.post(many, body), 422, code)

    def test_newest_first_in_pages(self):
        rows = self.alerts()
        self.assertEqual([r["opened_at"] for r in rows], sorted((r["opened_at"] for r in rows), reverse=True))
        page = self.daemon.get("/api/alerts?limit=2")
        self.assertEqual((page.json, int(page.headers["X-Total-Count"])), (rows[:2], len(rows)))
        self.assertEqual(self.alerts("?from=2100-01-01T00:00:00Z"), [])
        self.assertProblem(self.daemon.get("/api/alerts?kind=nonsense"), 422)


if __name__ == "__main__":
    main()
