"""/api/print_jobs and /api/usage_events as clients use them: starts, ends, corrections, the ledger."""

from case import HttpCase
from lib.main import main

MISSING = "0198c0de-0000-7000-8000-000000000000"
FILE = "benchy.gcode.3mf"
TWO = [{"ams_unit_number": 1, "slot_number": 1, "estimated_grams": 10},
       {"ams_unit_number": 1, "slot_number": 2, "estimated_grams": 20.5}]
DOCUMENTED = ["job_id", "printer_id", "gcode_file_name", "start_time", "end_time", "status", "total_estimated_grams",
              "total_actual_grams", "cost_usd", "created_at", "updated_at"]


class JobCase(HttpCase):
    """A printer of its own for each test, with rolls in its first two slots."""

    count = 0

    def setUp(self):
        JobCase.count += 1
        self.printer = f"p{JobCase.count}"
        self.make_printer(printer_id=self.printer)
        self.rolls = [self.make_spool()["spool_id"] for _ in range(3)]
        for number, roll in enumerate(self.rolls[:2], 1):
            self.assertStatus(self.daemon.post(f"/api/ams_slots/{self.printer}/1/{number}/assign", {"spool_id": roll}))

    def begin(self, status=201, **more):
        body = {"printer_id": self.printer, "gcode_file_name": FILE, **more}
        return self.assertStatus(self.daemon.post("/api/print_jobs/start", body), status)

    def end(self, job, **body):
        return self.assertStatus(self.daemon.put(f"/api/print_jobs/{job}/end", body))

    def weights(self):
        return [self.daemon.get(f"/api/spools/{roll}").json["current_weight_grams"] for roll in self.rolls]


class StartTest(JobCase):
    def test_documented_answer(self):
        answer = self.daemon.post("/api/print_jobs/start", {"printer_id": self.printer, "gcode_file_name": FILE,
                                                            "filaments": TWO})
        made = self.assertStatus(answer, 201)
        self.assertEqual(list(made), ["job_id", "status", "job"])
        self.assertEqual(made["status"], "printing")
        self.assertEqual(answer.headers["Location"], f"/api/print_jobs/{made['job_id']}")
        read = self.daemon.get(answer.headers["Location"])
        shown = self.assertStatus(read)
        self.assertIsInstance(shown.pop("forecast"), list)
        self.assertEqual(shown, made["job"])
        self.assertEqual(read.headers["ETag"], answer.headers["ETag"])
        self.assertEqual(list(made["job"])[:len(DOCUMENTED)], DOCUMENTED)
        self.assertEqual(made["job"]["total_estimated_grams"], 30.5)
        self.assertIsNone(made["job"]["total_actual_grams"])
        self.assertEqual([f["spool_id"] for f in made["job"]["filaments"]], self.rolls[:2])
        self.assertEqual([f["estimated_grams"] for f in made["job"]["filaments"]], [10, 20.5])

    def test_same_print_again(self):
        made = self.begin(external_id="ha-1", start_time="2026-01-02T03:04:05+01:00")
        self.assertEqual(made["job"]["start_time"], "2026-01-02T02:04:05Z")
        self.assertEqual(self.begin(200, external_id="ha-1")["job_id"], made["job_id"])
        self.assertEqual(self.begin(200)["job_id"], made["job_id"])
        self.assertEqual(self.begin(200, printer_id=self.printer.upper())["job_id"], made["job_id"])
        self.assertEqual(self.begin(200, gcode_file_name="/cache/" + FILE)["job_id"], made["job_id"])

    def test_busy(self):
        made = self.begin()
        answer = self.daemon.post("/api/print_jobs/start", {"printer_id": self.printer, "gcode_file_name": "other.3mf"})
        problem = self.assertProblem(answer, 409, "printer_busy", "printer_id")
        self.assertEqual(problem["job_id"], made["job_id"])

    def test_faults(self):
        right = {"printer_id": self.printer, "gcode_file_name": FILE}
        for name, value, code, field in (
                ("printer_id", 5, "wrong_type", None), ("printer_id", "", "too_short", None),
                ("gcode_file_name", 5, "wrong_type", None), ("gcode_file_name", "x" * 201, "too_long", None),
                ("start_time", "today", "invalid_time", None), ("start_time", "2099-01-01T00:00:00Z", "in_future", None),
                ("external_id", {}, "wrong_type", None), ("filaments", {}, "wrong_type", None),
                ("filaments", [TWO[0], 5], "wrong_type", "filaments[1]"),
                ("filaments", [{**TWO[0], "x": 1}], "unknown_field", "filaments[0].x"),
                ("filaments", [{"slot_number": 1}], "required", "filaments[0].ams_unit_number"),
                ("filaments", [{**TWO[0], "slot_number": "1"}], "wrong_type", "filaments[0].slot_number"),
                ("filaments", [{**TWO[0], "slot_number": 5}], "out_of_range", "filaments[0].slot_number"),
                ("filaments", [{**TWO[0], "ams_unit_number": 9}], "no_such_slot", "filaments[0].slot_number"),
                ("filaments", [TWO[0], {**TWO[1], "estimated_grams": -1}], "out_of_range", "filaments[1].estimated_grams"),
                ("filaments", [{**TWO[0], "estimated_grams": 1.0005}], "too_many_decimals", "filaments[0].estimated_grams"),
                ("filaments", [{**TWO[0], "estimated_grams": None}], "not_nullable", "filaments[0].estimated_grams"),
                ("nonsense", 1, "unknown_field", None)):
            with self.subTest(name=name, value=value):
                answer = self.daemon.post("/api/print_jobs/start", {**right, name: value})
                self.assertProblem(answer, 422, code, field or name)
        self.assertProblem(self.daemon.post("/api/print_jobs/start", {"gcode_file_name": FILE}), 422, "required",
                           "printer_id")
        self.assertProblem(self.daemon.post("/api/print_jobs/start", {**right, "printer_id": "nobody"}), 404,
                           "printer_not_found")
        self.assertEqual(self.daemon.get(f"/api/print_jobs?printer_id={self.printer}").json, [])

    def test_all_faults_at_once(self):
        answer = self.daemon.post("/api/print_jobs/start", {"printer_id": self.printer, "filaments": [
            {"ams_unit_number": 0, "slot_number": 1}, {"ams_unit_number": 1, "slot_number": True, "x": 1}]})
        self.assertEqual({e["field"] for e in self.assertProblem(answer, 422)["errors"]},
                         {"filaments[0].ams_unit_number", "filaments[1].slot_number", "filaments[1].x"})


class EndTest(JobCase):
    def test_split_by_estimates(self):
        """61 g over 10 g and 20.5 g: 20 g and 41 g."""
        job = self.begin(filaments=TWO)["job_id"]
        done = self.end(job, status="completed", actual_grams_used=61)
        self.assertEqual((done["job_id"], done["status"], len(done["usage"])), (job, "completed", 2))
        self.assertEqual(done["job"]["total_actual_grams"], 61)
        self.assertEqual(self.weights(), [980, 959, 1000])
        self.assertEqual(self.end(job, status="completed", actual_grams_used=61)["usage"], done["usage"])
        self.assertEqual(self.end(job, status="completed")["usage"], done["usage"])
        self.assertEqual(self.weights(), [980, 959, 1000])
        answer = self.daemon.put(f"/api/print_jobs/{job}/end", {"status": "failed"})
        self.assertProblem(answer, 409, "job_already_ended", "status")

    def test_explicit_usage(self):
        job = self.begin(filaments=TWO)["job_id"]
        slot = {"ams_unit_number": 1, "slot_number": 2}
        done = self.end(job, status="cancelled", usage=[{"slot": slot, "grams": 7.125}, {"spool_id": self.rolls[2], "grams": 1}])
        self.assertEqual(done["status"], "cancelled")
        self.assertEqual(self.weights(), [1000, 992.875, 999])
        self.assertEqual(done["job"]["total_actual_grams"], 8.125)

    def test_open(self):
        done = self.end(self.begin()["job_id"], status="completed", actual_grams_used=5.5)
        self.assertEqual((done["job"]["open_grams"], done["usage"]), (5.5, []))
        self.assertEqual(self.weights(), [1000, 1000, 1000])

    def test_end_time(self):
        job = self.begin(start_time="2026-01-01T10:00:00Z")["job_id"]
        path = f"/api/print_jobs/{job}/end"
        for when, code in (("2026-01-01T09:59:59Z", "end_before_start"), ("2099-01-01T00:00:00Z", "in_future")):
            self.assertProblem(self.daemon.put(path, {"status": "completed", "end_time": when}), 422, code, "end_time")
        done = self.end(job, status="completed", end_time="2026-01-01T11:00:00Z")
        self.assertEqual(done["job"]["end_time"], "2026-01-01T11:00:00Z")

    def test_faults(self):
        path = f"/api/print_jobs/{self.begin()['job_id']}/end"
        roll = {"spool_id": self.rolls[0], "grams": 1}
        for body, code, field in (
                ({}, "required", "status"), ({"status": "printing"}, None, "status"), ({"status": 1}, "wrong_type", "status"),
                ({"status": "completed", "actual_grams_used": "5"}, "wrong_type", "actual_grams_used"),
                ({"status": "completed", "actual_grams_used": -1}, "out_of_range", "actual_grams_used"),
                ({"status": "completed", "actual_grams_used": 0.0001}, "too_many_decimals", "actual_grams_used"),
                ({"status": "completed", "usage": []}, "too_short", "usage"),
                ({"status": "completed", "usage": [roll, {"grams": 1}]}, "required", "usage[1].slot"),
                ({"status": "completed", "usage": [{"spool_id": self.rolls[0]}]}, "required", "usage[0].grams"),
                ({"status": "completed", "usage": [{**roll, "grams": "1"}]}, "wrong_type", "usage[0].grams"),
                ({"status": "completed", "usage": [{**roll, "x": 1}]}, "unknown_field", "usage[0].x"),
                ({"status": "completed", "usage": [{"slot": 1, "grams": 1}]}, "wrong_type", "usage[0].slot"),
                ({"status": "completed", "usage": [{"slot": {"slot_number": 1}, "grams": 1}]}, "required", "usage[0].slot"),
                ({"status": "completed", "nonsense": 1}, "unknown_field", "nonsense")):
            with self.subTest(body=body):
                self.assertProblem(self.daemon.put(path, body), 422, code, field)
        answer = self.daemon.put(path, {"status": "completed", "usage": [{"spool_id": MISSING, "grams": 1}]})
        self.assertProblem(answer, 404, "spool_not_found")
        self.assertProblem(self.daemon.put(f"/api/print_jobs/{MISSING}/end", {"status": "completed"}), 404, "job_not_found")
        self.assertEqual(self.weights(), [1000, 1000, 1000])


class CorrectTest(JobCase):
    def test_figures(self):
        job = self.begin(filaments=TWO)["job_id"]
        path = f"/api/print_jobs/{job}"
        self.assertProblem(self.daemon.patch(path, {"actual_grams_used": 1}), 409, "job_active")
        self.assertProblem(self.daemon.patch(path, {"status": "failed"}), 409, "job_active")
        self.daemon.put(path + "/end", {"status": "completed", "actual_grams_used": 61})
        done = self.assertStatus(self.daemon.patch(path, {"actual_grams_used": 30.5}))
        self.assertEqual(self.weights(), [990, 979.5, 1000])
        self.assertEqual(done["job"]["total_actual_grams"], 30.5)
        self.assertStatus(self.daemon.patch(path, {"usage": [{"spool_id": self.rolls[2], "grams": 4}]}))
        self.assertEqual(self.weights(), [1000, 1000, 996])
        total = sum(e["grams_used"] for e in self.daemon.get(f"/api/usage_events?job_id={job}").json)
        self.assertEqual(total, 4)

    def test_history_of_the_slot(self):
        """61 g over 10 g and 20.5 g: 20 g and 41 g. The 41 g were of the third roll: 1000 - 41 = 959 g."""
        job = self.begin(filaments=TWO)["job_id"]
        self.end(job, status="completed", actual_grams_used=61)
        self.assertEqual(self.weights(), [980, 959, 1000])
        row = self.assertStatus(self.daemon.get(f"/api/ams_slots/{self.printer}/1/2/history"))[0]
        path = f"/api/slot_history/{row['history_id']}"
        self.assertStatus(self.daemon.patch(path, {"spool_id": self.rolls[2]}))
        self.assertEqual(self.weights(), [980, 1000, 959])
        rows = self.assertStatus(self.daemon.get(f"/api/usage_events?job_id={job}"))
        rows.sort(key=lambda row: (row["filament_index"], row["revision"]))
        self.assertEqual([(r["filament_index"], r["revision"], r["spool_id"], r["grams_used"]) for r in rows],
                         [(1, 0, self.rolls[0], 20), (2, 0, self.rolls[1], 41), (2, 1, self.rolls[1], -41),
                          (2, 2, self.rolls[2], 41)])
        kept, wrong, back, right = rows
        self.assertEqual((back["reverses"], wrong["reversed_by"]), (wrong["event_id"], back["event_id"]))
        self.assertEqual([r["reversed_by"] for r in (kept, back, right)] + [kept["reverses"], right["reverses"]], [None] * 5)
        shown = self.daemon.get(f"/api/print_jobs/{job}").json
        self.assertEqual(([f["spool_id"] for f in shown["filaments"]], shown["total_actual_grams"], shown["open_grams"]),
                         ([self.rolls[0], self.rolls[2]], 61, 0))
        self.assertStatus(self.daemon.patch(path, {"spool_id": self.rolls[2]}))
        self.assertEqual(len(self.daemon.get(f"/api/usage_events?job_id={job}").json), 4, "the same correction again")

    def test_texts_and_status(self):
        job = self.begin()["job_id"]
        path = f"/api/print_jobs/{job}"
        done = self.assertStatus(self.daemon.patch(path, {"name": "Boat"}))
        self.assertEqual(done["job"]["name"], "Boat")
        self.daemon.put(path + "/end", {"status": "completed"})
        answer = self.daemon.patch(path, {"status": "failed", "note": "spaghetti"})
        self.assertEqual(self.assertStatus(answer)["status"], "failed")
        self.assertIsNone(self.assertStatus(self.daemon.patch(path, {"name": None}))["job"]["name"])

    def test_faults(self):
        job = self.begin()["job_id"]
        path = f"/api/print_jobs/{job}"
        for body, code, field in (({"status": "paused"}, "not_allowed", "status"), ({"note": 5}, "wrong_type", "note"),
                                  ({"usage": None}, "not_nullable", "usage"), ({"name": ""}, "too_short", "name"),
                                  ({"usage": [{}]}, "required", "usage[0].grams"), ({"x": 1}, "unknown_field", "x")):
            with self.subTest(body=body):
                self.assertProblem(self.daemon.patch(path, body), 422, code, field)
        self.assertProblem(self.daemon.patch(f"/api/print_jobs/{MISSING}", {"note": "x"}), 404, "job_not_found")

    def test_condition(self):
        job = self.begin()["job_id"]
        path = f"/api/print_jobs/{job}"
        tag = self.daemon.get(path).headers["ETag"]
        self.assertStatus(self.daemon.patch(path, {"name": "1"}, headers={"If-Match": tag}))
        self.assertProblem(self.daemon.patch(path, {"name": "2"}, headers={"If-Match": tag}), 412)

    def test_erase_names(self):
        job = self.begin()["job_id"]
        path = f"/api/print_jobs/{job}"
        self.assertProblem(self.daemon.post(path + "/erase_names"), 409, "job_active")
        self.daemon.put(path + "/end", {"status": "completed", "usage": [{"spool_id": self.rolls[0], "grams": 3}]})
        erased = self.assertStatus(self.daemon.post(path + "/erase_names"))
        self.assertEqual((erased["gcode_file_name"], erased["name"], erased["total_actual_grams"]), (None, None, 3))
        self.assertEqual(self.weights()[0], 997)
        self.assertProblem(self.daemon.post(f"/api/print_jobs/{MISSING}/erase_names"), 404, "job_not_found")


class CostTest(JobCase):
    """20 g of a roll of 1000 g for 20 and 41 g of one for 30: 0.40 and 1.23."""

    def price(self, *prices):
        for roll, price in zip(self.rolls, prices):
            self.assertStatus(self.daemon.put(f"/api/spools/{roll}", {"cost_usd": price}))

    def costs(self, job):
        """Of each row of the ledger in the order of booking, and of the job."""
        rows = self.assertStatus(self.daemon.get(f"/api/usage_events?job_id={job}"))
        rows.sort(key=lambda row: (row["revision"], row["filament_index"]))
        return [row["cost_usd"] for row in rows], self.daemon.get(f"/api/print_jobs/{job}").json["cost_usd"]

    def test_a_later_price_changes_no_booking(self):
        self.price(20, 30, 10)
        job = self.begin(filaments=TWO)["job_id"]
        done = self.end(job, status="completed", actual_grams_used=61)
        self.assertEqual(self.costs(job), ([0.4, 1.23], 1.63))
        self.price(40, 60)
        self.assertEqual(self.costs(job), ([0.4, 1.23], 1.63))
        event = done["usage"][0]["event_id"]
        self.assertEqual(self.assertStatus(self.daemon.get(f"/api/usage_events/{event}"))["cost_usd"], 0.4)
        self.assertStatus(self.daemon.post(f"/api/print_jobs/{job}/rebook"))
        self.assertEqual(self.costs(job), ([0.4, 1.23], 1.63))

    def test_a_correction_takes_back_what_was_booked(self):
        """It was 4 g of a roll for 10: 0.04. The rows before are taken back at their own price, whatever it is today."""
        self.price(20, 30, 10)
        job = self.begin(filaments=TWO)["job_id"]
        self.end(job, status="completed", actual_grams_used=61)
        self.price(40, 60)
        self.assertStatus(self.daemon.patch(f"/api/print_jobs/{job}", {"usage": [{"spool_id": self.rolls[2], "grams": 4}]}))
        costs, whole = self.costs(job)
        self.assertEqual((sorted(costs), whole), ([-1.23, -0.4, 0.04, 0.4, 1.23], 0.04))


class ExplainTest(JobCase):
    def test_rebook_keeps_what_was_told(self):
        for body in ({"actual_grams_used": 61}, {"usage": [{"spool_id": self.rolls[2], "grams": 4}]}, {}):
            job = self.begin(filaments=TWO)["job_id"]
            path = f"/api/print_jobs/{job}"
            self.assertProblem(self.daemon.post(path + "/rebook"), 409, "job_active")
            self.daemon.put(path + "/end", {"status": "completed", **body})
            before, weights = self.daemon.get(path).json, self.weights()
            self.assertStatus(self.daemon.post(path + "/rebook"))
            self.assertEqual(self.daemon.get(path).json["usage"], before["usage"], body)
            self.assertEqual(self.weights(), weights)
        self.assertProblem(self.daemon.post(f"/api/print_jobs/{MISSING}/rebook"), 404, "job_not_found")

    def test_explain(self):
        job = self.begin(filaments=TWO)["job_id"]
        done = self.end(job, status="completed", actual_grams_used=61)
        told = self.assertStatus(self.daemon.get(f"/api/print_jobs/{job}/explain"))
        self.assertEqual((told["job_id"], told["status"], told["open_grams"]), (job, "completed", 0))
        self.assertEqual([(c["grams"], c["spool_id"]) for c in told["charges"]], [(20, self.rolls[0]), (41, self.rolls[1])])
        for charge in told["charges"]:
            self.assertTrue(charge["text"])
        event = done["usage"][0]["event_id"]
        row = self.assertStatus(self.daemon.get(f"/api/usage_events/{event}/explain"))
        self.assertEqual((row["event"]["event_id"], row["charge"]["grams"]), (event, 20))
        for path in (f"/api/print_jobs/{MISSING}/explain", f"/api/usage_events/{MISSING}/explain"):
            self.assertProblem(self.daemon.get(path), 404)


    def test_an_open_charge_says_what_was_foreseen(self):
        """Cancelled, and nobody said how much: each part is open between nothing and its estimate, until a figure comes."""
        job = self.begin(filaments=TWO)["job_id"]
        self.end(job, status="cancelled")
        path = f"/api/print_jobs/{job}"
        told = self.assertStatus(self.daemon.get(path + "/explain"))
        self.assertIn("open charge", told["text"])
        self.assertEqual(len(told["charges"]), 2)
        for charge, roll, grams in zip(told["charges"], self.rolls, (10, 20.5)):
            self.assertEqual((charge["source"], charge["spool_id"]), ("open", roll))
            self.assertEqual((charge["grams"], charge["event_id"]), (None, None))
            self.assertEqual(charge["said"], {"estimate": grams})
            self.assertEqual(charge["bounds"], {"low_grams": 0, "high_grams": grams})
            (other,) = charge["rejected"]
            self.assertEqual((other["source"], other["grams"]), ("estimate", grams))
            self.assertIn("did not complete", other["why"])
            self.assertIn("Nobody knows how much", charge["text"])
        self.assertEqual(self.weights(), [1000, 1000, 1000])
        taken = [{"spool_id": self.rolls[0], "grams": told["charges"][0]["said"]["estimate"]}]
        self.assertStatus(self.daemon.patch(path, {"usage": taken}))
        self.assertEqual(self.weights(), [990, 1000, 1000])
        told = self.assertStatus(self.daemon.get(path + "/explain"))
        self.assertNotIn("open", [charge["source"] for charge in told["charges"]])


class ListTest(JobCase):
    def test_filters(self):
        names = ["first boat.3mf", "second.3mf", "third.3mf"]
        jobs = []
        for day, name in enumerate(names, 1):
            jobs.append(self.begin(gcode_file_name=name, start_time=f"2026-02-0{day}T12:00:00Z")["job_id"])
            if day < 3:
                self.daemon.put(f"/api/print_jobs/{jobs[-1]}/end", {"status": ("completed", "failed")[day - 1]})
        for query, wanted in (("", [2, 1, 0]), ("&active=true", [2]), ("&active=false", [1, 0]), ("&status=failed", [1]),
                              ("&q=BOAT", [0]), ("&from=2026-02-02T12:00:00Z", [2, 1]), ("&to=2026-02-02T12:00:00Z", [0]),
                              ("&limit=2", [2, 1])):
            rows = self.daemon.get(f"/api/print_jobs?printer_id={self.printer}{query}").json
            self.assertEqual([r["job_id"] for r in rows], [jobs[i] for i in wanted], query)
        answer = self.daemon.get(f"/api/print_jobs?printer_id={self.printer}&limit=2")
        self.assertEqual(answer.headers["X-Total-Count"], "3")
        following = answer.headers["Link"].split(">")[0][1:]
        self.assertEqual([r["job_id"] for r in self.daemon.get(following).json], [jobs[0]])
        for query in ("status=x", "active=maybe", "from=today", "limit=0"):
            self.assertProblem(self.daemon.get(f"/api/print_jobs?{query}"), 422)
        self.assertProblem(self.daemon.get("/api/print_jobs?printer_id=nobody"), 404, "printer_not_found")


class LedgerTest(JobCase):
    def test_record_and_undo(self):
        answer = self.daemon.post("/api/usage_events", {"spool_id": self.rolls[0], "grams_used": 12.5,
                                                        "event_type": "waste", "note": "purge"})
        made = self.assertStatus(answer, 201)
        self.assertEqual((made["new_weight"], made["event"]["note"]), (987.5, "purge"))
        path = f"/api/usage_events/{made['event_id']}"
        self.assertEqual(answer.headers["Location"], path)
        self.assertEqual(self.assertStatus(self.daemon.get(path)), made["event"])
        self.assertEqual(self.assertStatus(self.daemon.post(path + "/undo"))["new_weight"], 1000)
        self.assertProblem(self.daemon.post(path + "/undo"), 409, "already_undone")
        self.assertEqual(self.weights()[0], 1000)
        self.assertProblem(self.daemon.get(f"/api/usage_events/{MISSING}"), 404, "event_not_found")
        self.assertProblem(self.daemon.post(f"/api/usage_events/{MISSING}/undo"), 404, "event_not_found")

    def test_undo_of_a_weighing(self):
        """20.00 for 1000 g; what was taken off by hand comes back, in a row of its own, at the price of its time."""
        roll = self.make_spool(cost_usd=20)["spool_id"]
        made = self.assertStatus(self.daemon.post(f"/api/spools/{roll}/adjust_weight", {"new_weight_grams": 749.5}))
        self.assertStatus(self.daemon.put(f"/api/spools/{roll}", {"cost_usd": 30}))
        path = f"/api/usage_events/{made['event_id']}"
        wrong = self.assertStatus(self.daemon.get(path))
        self.assertEqual((wrong["event_type"], wrong["grams_used"], wrong["reversed_by"]), ("manual_adjustment", 250.5, None))
        done = self.assertStatus(self.daemon.post(path + "/undo"))
        self.assertEqual((done["new_weight"], done["spool"]["current_weight_grams"]), (1000, 1000))
        self.assertProblem(self.daemon.post(path + "/undo"), 409, "already_undone")
        self.assertProblem(self.daemon.post(f"/api/usage_events/{done['event_id']}/undo"), 409)
        back, wrong_now = self.assertStatus(self.daemon.get(f"/api/usage_events?spool_id={roll}"))
        self.assertEqual((back["event_id"], back["event_type"], back["grams_used"]), (done["event_id"], "correction", -250.5))
        self.assertEqual((back["reverses"], back["reversed_by"]), (made["event_id"], None))
        self.assertEqual(wrong_now, {**wrong, "reversed_by": back["event_id"]})
        self.assertEqual([wrong["cost_usd"], back["cost_usd"]], [5.01, -5.01])
        self.assertEqual(self.daemon.get(f"/api/spools/{roll}").json["current_weight_grams"], 1000)
        rows = self.daemon.get(f"/api/stats/spools/usage_history/{roll}").json
        self.assertEqual([row["balance_grams"] for row in rows], [1000, 749.5])

    def test_faults(self):
        right = {"spool_id": self.rolls[0], "grams_used": 1, "event_type": "waste"}
        for name, value, code in (("spool_id", 5, "wrong_type"), ("grams_used", "1", "wrong_type"),
                                  ("grams_used", 1001, "weight_below_zero"), ("event_type", "print", None),
                                  ("note", 5, "wrong_type"), ("nonsense", 1, "unknown_field")):
            with self.subTest(name=name, value=value):
                self.assertProblem(self.daemon.post("/api/usage_events", {**right, name: value}), 422, code, name)
        self.assertProblem(self.daemon.post("/api/usage_events", {**right, "spool_id": MISSING}), 404, "spool_not_found")

    def test_event_of_a_print(self):
        job = self.begin(filaments=TWO[:1])["job_id"]
        done = self.assertStatus(self.daemon.put(f"/api/print_jobs/{job}/end", {"status": "completed"}))
        event = done["usage"][0]["event_id"]
        self.assertProblem(self.daemon.post(f"/api/usage_events/{event}/undo"), 409, "event_of_job")
        self.assertEqual(self.daemon.get(f"/api/usage_events/{event}").json["job_id"], job)

    def test_history(self):
        for day, grams in ((1, 10), (1, 5), (2, 2.5)):
            self.assertStatus(self.daemon.post("/api/usage_events", {
                "spool_id": self.rolls[0], "grams_used": grams, "event_type": "waste",
                "timestamp": f"2026-03-0{day}T12:00:00Z"}), 201)
        path = f"/api/stats/spools/usage_history/{self.rolls[0]}"
        rows = self.assertStatus(self.daemon.get(path))
        self.assertEqual([(r["grams_used"], r["balance_grams"]) for r in rows], [(2.5, 982.5), (5, 985), (10, 990)])
        self.assertLessEqual({"event_id", "event_type", "timestamp", "job_id"}, set(rows[0]))
        rows = self.daemon.get(path + "?bucket=day").json
        self.assertEqual([(r["grams_used"], r["balance_grams"]) for r in rows], [(2.5, 982.5), (15, 985)])
        rows = self.daemon.get(path + "?from=2026-03-02T00:00:00Z").json
        self.assertEqual([r["balance_grams"] for r in rows], [982.5])
        rows = self.daemon.get(path + "?to=2026-03-02T00:00:00Z&bucket=day").json
        self.assertEqual([r["grams_used"] for r in rows], [15])
        self.assertProblem(self.daemon.get(path + "?bucket=fortnight"), 422, None, "bucket")
        self.assertProblem(self.daemon.get(f"/api/stats/spools/usage_history/{MISSING}"), 404, "spool_not_found")


class ScopeTest(JobCase):
    def test_scope(self):
        job = self.begin()["job_id"]
        key = self.daemon.create_key("reader", "read")
        writer = self.daemon.create_key("writer", "read,jobs:write")
        calls = (("POST", "/api/print_jobs/start", {"printer_id": self.printer, "gcode_file_name": FILE}),
                 ("PATCH", f"/api/print_jobs/{job}", {"name": "x"}),
                 ("PUT", f"/api/print_jobs/{job}/end", {"status": "completed"}),
                 ("POST", f"/api/print_jobs/{job}/erase_names", {}))
        for method, path, body in calls:
            self.assertProblem(self.daemon.request(method, path, body, key=None), 401)
            self.assertProblem(self.daemon.request(method, path, body, key=key), 403, "missing_scope")
            self.assertStatus(self.daemon.request(method, path, body, key=writer))


if __name__ == "__main__":
    main()
