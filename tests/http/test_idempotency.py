"""Idempotency-Key: the same request again has the same answer and changes nothing."""

import json
import pathlib
import socket
import threading
import uuid

from case import PRINTER, SPOOL, HttpCase
from lib.main import main

GCODE = b"; HEADER_BLOCK_START\n; total layer number: 1\n; HEADER_BLOCK_END\nM83\nT0\nM73 L1\nG1 X9 E5.5\n"


class IdempotencyTest(HttpCase):
    def ask(self, method, path, body=None, key=None, **more):
        """With an Idempotency-Key of its own where none is given."""
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), **more.pop("headers", {})}
        return self.daemon.request(method, path, body, headers=headers, **more)

    def assertReplay(self, answer, first):
        self.assertEqual(answer.headers["Idempotency-Replayed"], "true")
        self.assertEqual((answer.status, answer.body), (first.status, first.body))
        for name in ("ETag", "Location", "Content-Type"):
            self.assertEqual(answer.headers[name], first.headers[name], name)

    def count(self):
        return int(self.daemon.get("/api/spools?limit=1").headers["X-Total-Count"])

    def events(self, spool):
        return len(self.daemon.get(f"/api/usage_events?spool_id={spool}").json)

    def test_once_is_once(self):
        spool = self.make_spool()["spool_id"]
        path = f"/api/spools/{spool}/adjust_weight"
        first = self.ask("POST", path, {"adjustment_grams": -50}, key="k1")
        self.assertNotIn("Idempotency-Replayed", first.headers)
        self.assertEqual(first.json["new_weight"], 950)
        self.assertStatus(self.daemon.post(path, {"adjustment_grams": -1}))
        self.assertReplay(self.ask("POST", path, {"adjustment_grams": -50}, key="k1"), first)
        self.assertReplay(self.ask("POST", path + "/", {"adjustment_grams": -50}, key="k1"), first)
        self.assertEqual(self.events(spool), 2)
        self.assertEqual(self.daemon.get(f"/api/spools/{spool}").json["current_weight_grams"], 949)

    def test_the_order_of_keys_is_no_difference(self):
        first = self.ask("POST", "/api/spools", json.dumps({**SPOOL, "notes": "x"}), key="k2")
        turned = dict(reversed({**SPOOL, "notes": "x"}.items()))
        self.assertReplay(self.ask("POST", "/api/spools", json.dumps(turned, indent=2), key="k2"), first)

    def test_another_request(self):
        spool = self.make_spool()["spool_id"]
        before = self.count()
        self.assertStatus(self.ask("POST", "/api/spools", SPOOL, key="k3"), 201)
        for method, path, body in (("POST", "/api/spools", {**SPOOL, "brand": "Other"}), ("POST", "/api/spools", {}),
                                   ("PUT", f"/api/spools/{spool}", SPOOL), ("DELETE", f"/api/spools/{spool}", None),
                                   ("DELETE", f"/api/spools/{spool}?unassign=true", None)):
            self.assertProblem(self.ask(method, path, body, key="k3"), 422, "idempotency_key_reused", "Idempotency-Key")
        self.assertStatus(self.daemon.get(f"/api/spools/{spool}"))
        self.assertEqual(self.count(), before + 1)

    def test_what_is_gone_is_still_answered(self):
        spool = self.make_spool()["spool_id"]
        tag = self.daemon.get(f"/api/spools/{spool}").headers["ETag"]
        path = f"/api/spools/{spool}"
        first = self.ask("PUT", path, {"notes": "x"}, key="k4", headers={"If-Match": tag})
        self.assertStatus(first)
        self.assertReplay(self.ask("PUT", path, {"notes": "x"}, key="k4", headers={"If-Match": tag}), first)
        first = self.ask("DELETE", path, key="k5")
        self.assertReplay(self.ask("DELETE", path, key="k5"), first)
        self.assertProblem(self.ask("DELETE", path, key="k6"), 404)

    def test_failures_are_judged_anew(self):
        self.assertProblem(self.ask("POST", "/api/spools", {**SPOOL, "brand": 5}, key="k7"), 422, "wrong_type")
        self.assertStatus(self.ask("POST", "/api/spools", SPOOL, key="k7"), 201)
        self.make_printer(printer_id="judged")
        spool = self.make_spool()["spool_id"]
        self.assertStatus(self.daemon.post("/api/ams_slots/judged/1/1/assign", {"spool_id": spool}))
        self.assertProblem(self.ask("DELETE", f"/api/spools/{spool}", key="k8"), 409, "spool_loaded")
        self.assertStatus(self.daemon.post("/api/ams_slots/judged/1/1/unassign"))
        answer = self.ask("DELETE", f"/api/spools/{spool}", key="k8")
        self.assertNotIn("Idempotency-Replayed", answer.headers)
        self.assertStatus(answer)

    def test_keys_that_cannot_be(self):
        for key in ("", "x" * 256, "two words"):
            answer = self.daemon.post("/api/spools", SPOOL, headers={"Idempotency-Key": key})
            self.assertProblem(answer, 400, "bad_idempotency_key", "Idempotency-Key")
        self.assertStatus(self.ask("POST", "/api/spools", SPOOL, key="x" * 255), 201)
        self.assertStatus(self.daemon.get("/api/spools", headers={"Idempotency-Key": "x" * 999}))

    def test_each_client_has_its_own(self):
        before = self.count()
        for key in (self.daemon.key, self.daemon.create_key("second", "spools:write"),
                    self.daemon.create_key("third", "spools:write")):
            answer = self.daemon.post("/api/spools", SPOOL, key=key, headers={"Idempotency-Key": "shared"})
            self.assertStatus(answer, 201)
        self.assertEqual(self.count(), before + 3)
        reader = self.daemon.create_key("reader", "read")
        answer = self.daemon.post("/api/spools", SPOOL, key=reader, headers={"Idempotency-Key": "shared"})
        self.assertProblem(answer, 403)

    def test_under_way(self):
        body = json.dumps(SPOOL).encode()
        head = (f"POST /api/spools HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {self.daemon.key}\r\nIdempotency-Key: slow\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n").encode()
        before = self.count()
        with socket.create_connection(("127.0.0.1", self.daemon.port), 10) as peer:
            peer.sendall(head + body[:10])
            answer = None
            while answer is None or answer.status == 201:  # until the half one has come in
                answer = self.daemon.post("/api/spools", SPOOL, headers={"Idempotency-Key": "slow"}) \
                    if answer else self.ask("POST", "/api/spools", SPOOL, key="first")
            self.assertProblem(answer, 409, "idempotency_key_in_flight", "Idempotency-Key")
            self.assertEqual(answer.headers["Retry-After"], "1")
            self.assertStatus(self.ask("POST", "/api/spools", SPOOL), 201)
            peer.sendall(body[10:])
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 201"))
        answer = self.daemon.post("/api/spools", SPOOL, headers={"Idempotency-Key": "slow"})
        self.assertEqual((answer.status, answer.headers["Idempotency-Replayed"]), (201, "true"))
        self.assertEqual(self.count(), before + 3)

    def test_a_crowd(self):
        """Of many at once one is done; those beside it, in one COMMIT with it, keep their own."""
        before, answers = self.count(), []

        def ask(key):
            answers.append((key, self.ask("POST", "/api/spools", SPOOL, key=key)))

        threads = [threading.Thread(target=ask, args=(f"crowd-{i % 6}",)) for i in range(48)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), len(threads))
        self.assertLessEqual({a.status for _, a in answers}, {201, 409})
        made = [(k, a) for k, a in answers if a.status == 201 and "Idempotency-Replayed" not in a.headers]
        self.assertEqual(len(made), 6)
        for key, first in made:
            self.assertReplay(self.ask("POST", "/api/spools", SPOOL, key=key), first)
        self.assertEqual(self.count(), before + 6)

    def test_outside_of_the_door(self):
        first = self.ask("POST", "/api/printers", {**PRINTER, "printer_id": "out"}, key="p1")
        self.assertEqual((first.status, first.headers["Location"]), (201, "/api/printers/out"))
        self.assertReplay(self.ask("POST", "/api/printers", {**PRINTER, "printer_id": "out"}, key="p1"), first)

    def test_uploads(self):
        self.make_printer(printer_id="upload")
        job = self.daemon.post("/api/print_jobs/start", {"printer_id": "upload", "gcode_file_name": "a.gcode"}).json["job_id"]
        for key, path in (("u1", "/api/sliced_files/analyze"), ("u2", f"/api/print_jobs/{job}/sliced_file")):
            first = self.ask("POST", path, GCODE, key=key)
            self.assertStatus(first)
            self.assertReplay(self.ask("POST", path, GCODE, key=key), first)
            self.assertProblem(self.ask("POST", path, GCODE + b"G1 X1\n", key=key), 422, "idempotency_key_reused")
            self.assertProblem(self.ask("POST", path + "?plate=2", GCODE, key=key), 422, "idempotency_key_reused")

    def test_no_secret_is_kept(self):
        printer = {"printer_id": "sealed", "serial": "01S00A000000042", "host": "127.0.0.1", "port": 9,
                   "access_code": "q7w8e9r0", "enabled": False}
        first = self.ask("POST", "/api/printers", printer, key="s1")
        self.assertStatus(first, 201)
        self.assertReplay(self.ask("POST", "/api/printers", printer, key="s1"), first)
        for path in pathlib.Path(self.daemon.state).glob("filamentd.db*"):
            self.assertNotIn(b"q7w8e9r0", path.read_bytes())


class DurableTest(HttpCase):
    def test_it_outlives_the_process(self):
        answers = {}
        for key in ("d1", "d2"):
            answers[key] = self.daemon.post("/api/spools", SPOOL, headers={"Idempotency-Key": key})
        self.daemon.kill()
        self.daemon.start()
        for key, first in answers.items():
            again = self.daemon.post("/api/spools", SPOOL, headers={"Idempotency-Key": key})
            self.assertEqual((again.status, again.body), (201, first.body))
            self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertEqual(len(self.daemon.get("/api/spools").json), 2)


if __name__ == "__main__":
    main()
