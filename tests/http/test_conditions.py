"""ETag, If-None-Match and If-Match beyond rolls: slots, stays, keys, printers, prints."""

from case import SPOOL, HttpCase
from lib.main import main

GCODE = b"; HEADER_BLOCK_START\n; total layer number: 1\n; HEADER_BLOCK_END\nM83\nT0\nM73 L1\nG1 X9 E5.5\n"


def stock(case):
    """One of everything that has a state; {name: path of its item}, and the writes that name it."""
    daemon = case.daemon
    spool, other = (case.make_spool()["spool_id"] for _ in range(2))
    case.make_printer()
    slot = "/api/ams_slots/shelf/1/1"
    case.assertStatus(daemon.post(slot + "/assign", {"spool_id": spool}))
    stay = daemon.get("/api/slot_history").json[0]["history_id"]
    job = daemon.post("/api/print_jobs/start", {"printer_id": "shelf", "gcode_file_name": "a.3mf"}).json["job_id"]
    event = daemon.post("/api/usage_events", {"spool_id": other, "grams_used": 5, "event_type": "waste"}).json["event_id"]
    return [
        (f"/api/spools/{other}", "PUT", "", {"notes": "x"}),
        (f"/api/spools/{other}", "POST", "/adjust_weight", {"adjustment_grams": -1}),
        (f"/api/spools/{other}", "POST", "/archive", {}),
        (f"/api/spools/{other}", "POST", "/restore", {}),
        (slot, "POST", "/assign", {"spool_id": other}),
        (slot, "POST", "/unassign", {}),
        (f"/api/slot_history/{stay}", "PATCH", "", {"reason": "x"}),
        ("/api/printers/shelf", "PUT", "", {"name": "Shelf 2"}),
        (f"/api/print_jobs/{job}", "PATCH", "", {"note": "x"}),
        (f"/api/print_jobs/{job}", "POST", "/sliced_file", GCODE),
        (f"/api/print_jobs/{job}", "PUT", "/end", {"status": "completed"}),
        (f"/api/print_jobs/{job}", "POST", "/rebook", {}),
        (f"/api/print_jobs/{job}", "POST", "/erase_names", {}),
        (f"/api/usage_events/{event}", "POST", "/undo", {}),
        ("/api/printers/shelf", "DELETE", "", None),
        (f"/api/spools/{spool}", "DELETE", "", None),
    ]


class MatchTest(HttpCase):
    def test_every_item(self):
        for path, method, verb, body in stock(self):
            with self.subTest(method=method, path=path + verb):
                tag = self.daemon.get(path).headers["ETag"]
                for stale in ('"0"', "W/" + tag, '"1", "2"'):
                    answer = self.daemon.request(method, path + verb, body, headers={"If-Match": stale})
                    self.assertProblem(answer, 412, "precondition_failed", "If-Match")
                    self.assertEqual(answer.headers["ETag"], tag)
                self.assertEqual(self.daemon.get(path).headers["ETag"], tag)
                answer = self.daemon.request(method, path + verb, body, headers={"If-Match": '"0", ' + tag})
                self.assertStatus(answer)

    def test_what_was_read_may_be_sent_back(self):
        """What a merge cannot set it tolerates unchanged, and refuses to change."""
        rows = [(path, method) for path, method, verb, body in stock(self) if method in ("PUT", "PATCH") and not verb]
        for path, method in rows:
            with self.subTest(path=path):
                item = self.daemon.get(path).json
                fixed = {k: v for k, v in item.items() if k in ("created_at", "updated_at", "printer_id", "loaded_in", "event_type",
                                                                "history_id", "ams_slot_id", "job_id", "spool_number")}
                self.assertGreater(len(fixed), 2)
                self.assertStatus(self.daemon.request(method, path, fixed))
                for name in set(fixed) - {"printer_id"}:
                    self.assertProblem(self.daemon.request(method, path, {name: "never"}), 422, "read_only", name)
                self.assertProblem(self.daemon.request(method, path, {"clear_fields": ["nonsense"]}), 422, "unknown_field")

    def test_what_is_not_there_matches_nothing(self):
        self.make_printer(printer_id="empty")
        spool = self.make_spool()["spool_id"]
        path = "/api/ams_slots/empty/2/3"
        self.assertProblem(self.daemon.get(path), 404, "slot_not_found")
        for tag in ('"1"', "*"):
            answer = self.daemon.post(path + "/assign", {"spool_id": spool}, headers={"If-Match": tag})
            self.assertProblem(answer, 412, "precondition_failed")
            self.assertNotIn("ETag", answer.headers)
        self.assertStatus(self.daemon.post(path + "/assign", {"spool_id": spool}))
        self.assertEqual(self.daemon.get(path).json["spool_id"], spool)
        for gone in ("/api/ams_slots/nobody/1/1", "/api/ams_slots/empty/1/9"):
            self.assertProblem(self.daemon.post(gone + "/assign", {"spool_id": spool}, headers={"If-Match": "*"}), 404)


class DemandTest(HttpCase):
    more_environment = {"FILAMENTD_SERVER_REQUIRE_IF_MATCH": "on"}

    def test_every_item(self):
        made = self.make_spool()["spool_id"]  # what is not there yet has no tag to tell
        self.make_printer(printer_id="new")
        self.assertStatus(self.daemon.post("/api/ams_slots/new/1/1/assign", {"spool_id": made}))
        daemon, self.daemon = self.daemon, Telling(self.daemon)
        rows, self.daemon = stock(self), daemon
        for path, method, verb, body in rows:
            with self.subTest(method=method, path=path + verb):
                answer = self.daemon.request(method, path + verb, body)
                self.assertProblem(answer, 428, "precondition_required", "If-Match")
                tag = self.daemon.get(path).headers["ETag"]
                self.assertStatus(self.daemon.request(method, path + verb, body, headers={"If-Match": tag}))

    def test_a_fault_of_the_request_comes_first(self):
        spool = self.make_spool()["spool_id"]
        self.assertProblem(self.daemon.put("/api/spools/999999", {}), 404)
        self.assertProblem(self.daemon.put(f"/api/spools/{spool}", {"notes": 5}), 428)
        self.assertProblem(self.daemon.put(f"/api/spools/{spool}", {"notes": 5}, headers={"If-Match": "*"}), 422)


class Telling:
    """A daemon whose writes say that any state will do."""

    def __init__(self, daemon):
        self.daemon = daemon

    def __getattr__(self, name):
        call = getattr(self.daemon, name)
        if name in ("post", "put", "patch", "delete"):
            return lambda path, body=None, **more: call(path, body, headers={"If-Match": "*"}, **more) \
                if "assign" not in path else call(path, body, **more)
        return call


class NoneMatchTest(HttpCase):
    def test_lists_follow_their_rows(self):
        self.make_printer()
        spool = self.make_spool()["spool_id"]
        lists = ("/api/spools", "/api/spools?low=true", "/api/ams_slots", "/api/ams_slots/shelf", "/api/slot_history")
        tags = {path: self.daemon.get(path).headers["ETag"] for path in lists}
        for path, tag in tags.items():
            self.assertEqual(self.daemon.get(path, headers={"If-None-Match": tag}).status, 304, path)
        self.assertStatus(self.daemon.post("/api/ams_slots/shelf/1/1/assign", {"spool_id": spool}))
        for path, tag in tags.items():
            self.assertStatus(self.daemon.get(path, headers={"If-None-Match": tag}))

    def test_computed_answers_follow_their_bytes(self):
        self.make_printer(printer_id="seen")
        spool = self.make_spool(**{**SPOOL, "brand": "Zed"})["spool_id"]
        self.assertStatus(self.daemon.post("/api/ams_slots/seen/1/1/assign", {"spool_id": spool}))
        path = "/api/ams_slots/seen/1/1/candidates"
        tag = self.daemon.get(path).headers["ETag"]
        answer = self.daemon.get(path, headers={"If-None-Match": tag})
        self.assertEqual((answer.status, answer.body), (304, b""))


if __name__ == "__main__":
    main()
