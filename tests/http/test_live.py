"""Launch, sync and live events: one sequence, nothing missed or repeated, nobody blocked."""

import concurrent.futures
import datetime
import random
import sqlite3
import threading
import time

from case import SPOOL, HttpCase
from lib.daemon import Daemon, run
from lib.events import Events
from lib.main import main
from lib.wait import wait_until

STREAMS, SHARE = 8, 4  # in all, and of one client
ENTITIES = {  # entity: (list, key)
    "spool": ("/api/spools?archived=true", "spool_id"),
    "slot": ("/api/ams_slots", "ams_slot_id"),
    "slot_history": ("/api/slot_history", "history_id"),
    "printer": ("/api/printers", "printer_id"),
    "usage_event": ("/api/usage_events", "event_id"),
    "print_job": ("/api/print_jobs", "job_id"),
    "vendor": ("/api/vendors", "vendor_id"),
    "filament": ("/api/filaments", "filament_id"),
    "material": ("/api/materials", "material_type"),
    "threshold": ("/api/thresholds", "threshold_id"),
}


class Client:
    """An app's copy of everything, kept by what the feed tells."""

    def __init__(self):
        self.rows = {entity: {} for entity in ENTITIES}
        self.cursor = 0
        self.resets = 0

    def take(self, change):
        entity, key = change["entity"], change["id"]
        if entity not in self.rows:
            return
        if change["op"] == "delete":
            assert change["data"] is None
            self.rows[entity].pop(key, None)
            return
        assert list(change["data"]) == [entity], change
        self.rows[entity][key] = change["data"][entity]

    def sync(self, daemon, limit=100):
        more = True
        while more:
            answer = daemon.get(f"/api/sync?since={self.cursor}&limit={limit}")
            assert answer.status == 200, answer
            page = answer.json
            if page["reset"]:
                self.rows = {entity: {} for entity in ENTITIES}
                self.resets += 1
            assert len(page["changes"]) <= limit
            for change in page["changes"]:
                self.take(change)
            self.cursor, more = page["cursor"], page["has_more"] or page["reset"]


class Writer:
    """Random writes of every kind, deletions among them."""

    def __init__(self, daemon, seed):
        self.daemon = daemon
        self.random = random.Random(seed)
        self.spools = []
        self.printers = ["one", "two"]
        for name in self.printers:
            daemon.post("/api/printers", {"printer_id": name, "source": "homeassistant"})

    def create(self):
        pick = self.random.choice
        body = {**SPOOL, "brand": pick(["Acme", "Bolt"]), "product_name": pick(["Basic", "Silk", "Matte"]),
                "material_type": pick(["PLA", "PETG"]), "quantity": self.random.choice([1, 1, 1, 5])}
        made = self.daemon.post("/api/spools", body)
        assert made.status == 201, made
        self.spools.append(made.json["spool_id"])

    def spool(self):
        if not self.spools:
            self.create()
        return self.random.choice(self.spools)

    def adjust(self):
        self.daemon.post(f"/api/spools/{self.spool()}/adjust_weight", {"adjustment_grams": -self.random.randrange(1, 9)})

    def update(self):
        body = self.random.choice([{"notes": "x"}, {"location": "shelf"}, {"product_name": "Matte"}, {"brand": "Cord"}])
        self.daemon.put(f"/api/spools/{self.spool()}", body)

    def delete(self):
        spool = self.spool()
        purge = self.random.choice(["", "&purge=true"])
        if self.daemon.delete(f"/api/spools/{spool}?unassign=true{purge}").status == 200:
            self.spools.remove(spool)

    def archive(self):
        self.daemon.post(f"/api/spools/{self.spool()}/{self.random.choice(['archive', 'restore'])}", {})

    def slot(self):
        return f"/api/ams_slots/{self.random.choice(self.printers)}/1/{self.random.randrange(1, 5)}"

    def assign(self):
        self.daemon.post(f"{self.slot()}/assign", {"spool_id": self.spool()})

    def unassign(self):
        self.daemon.post(f"{self.slot()}/unassign", {})

    def job(self):
        printer = self.random.choice(self.printers)
        started = self.daemon.post("/api/print_jobs/start", {
            "printer_id": printer, "gcode_file_name": f"{self.random.randrange(10 ** 9)}.3mf",
            "filaments": [{"ams_unit_number": 1, "slot_number": 1, "estimated_grams": 12}]})
        if started.status in (200, 201) and self.random.random() < 0.7:
            self.assign()
            self.daemon.put(f"/api/print_jobs/{started.json['job_id']}/end",
                            {"status": "completed", "actual_grams_used": 10})

    def printer(self):
        name = self.random.choice(["two", "three"])
        self.daemon.delete(f"/api/printers/{name}")
        if self.random.random() < 0.7:
            self.daemon.post("/api/printers", {"printer_id": name, "source": "homeassistant"})

    def vendor(self):
        vendors = self.daemon.get("/api/vendors").json
        if vendors:
            row = self.random.choice(vendors)
            self.daemon.put(f"/api/vendors/{row['vendor_id']}", {"notes": str(self.random.random())})

    def many(self, count):
        steps = [self.create] * 2 + [self.adjust] * 4 + [self.update, self.delete, self.archive, self.unassign,
                                                         self.job, self.vendor] + [self.assign] * 3
        for i in range(count):
            self.random.choice(steps)()
            if i % 40 == 39:
                self.printer()


def lists(daemon):
    """The same from the lists, without what passes by itself."""
    rows = {}
    for entity, (path, key) in ENTITIES.items():
        answer = daemon.get(path)
        assert answer.status == 200, answer
        rows[entity] = {row[key]: row for row in answer.json}
    return rows


class LiveTest(HttpCase):
    def newest(self):
        return self.daemon.get("/api/bootstrap").json["cursor"]

    # --- launch ---

    def test_bootstrap(self):
        self.make_printer(printer_id="boot")
        spool = self.make_spool(initial_weight_grams=50)
        archived = self.make_spool()["spool_id"]
        self.daemon.post(f"/api/spools/{archived}/archive", {})
        self.daemon.post("/api/ams_slots/boot/1/1/assign", {"spool_id": spool["spool_id"]})
        job = self.daemon.post("/api/print_jobs/start", {"printer_id": "boot", "gcode_file_name": "a.3mf"}).json
        answer = self.daemon.get("/api/bootstrap")
        launch = self.assertStatus(answer)
        self.assertEqual(answer.headers["ETag"], f'"{launch["cursor"]}"')
        version = self.daemon.get("/api/version").json
        self.assertEqual(launch["server"]["capabilities"], version["capabilities"])
        self.assertTrue(launch["server"]["id"] and launch["server"]["name"])
        self.assertEqual(launch["currency"], "USD")
        printer = next(p for p in launch["printers"] if p["printer"]["printer_id"] == "boot")
        self.assertEqual(printer["connection"]["state"], "disabled")
        self.assertEqual(printer["printer"], self.daemon.get("/api/printers/boot").json)
        slot = next(s for s in launch["slots"] if s["printer_id"] == "boot")
        self.assertEqual(slot["spool"]["spool_id"], spool["spool_id"])
        ids = [s["spool_id"] for s in launch["spools"]]
        self.assertIn(spool["spool_id"], ids)
        self.assertNotIn(archived, ids)
        self.assertIn(spool["spool_id"], [s["spool_id"] for s in launch["low_stock"]])
        self.assertIn(job["job_id"], [j["job_id"] for j in launch["print_jobs"]])
        self.assertIn("global", [t["threshold_id"] for t in launch["thresholds"]])
        self.assertIn("currency.code", [s["key"] for s in launch["settings"]])
        again = self.daemon.get("/api/bootstrap", headers={"If-None-Match": answer.headers["ETag"]})
        self.assertEqual((again.status, again.body), (304, b""))
        self.make_spool()
        self.assertStatus(self.daemon.get("/api/bootstrap", headers={"If-None-Match": answer.headers["ETag"]}))
        nothing = self.assertStatus(self.daemon.get(f"/api/sync?since={launch['cursor']}&entities=printer"))
        self.assertEqual(nothing["changes"], [])

    # --- sync ---

    def test_ops_and_faults(self):
        before = self.newest()
        spool = self.make_spool()["spool_id"]
        after = self.newest()
        self.daemon.put(f"/api/spools/{spool}", {"notes": "x"})

        def ops(since):
            page = self.assertStatus(self.daemon.get(f"/api/sync?since={since}&entities=spool"))
            return [c["op"] for c in page["changes"] if c["id"] == spool]

        self.assertEqual((ops(before), ops(after), ops(0)), (["insert"], ["update"], ["insert"]))
        self.daemon.delete(f"/api/spools/{spool}")
        self.assertEqual((ops(before), ops(after)), (["delete"], ["delete"]))
        future = self.assertStatus(self.daemon.get("/api/sync?since=999999999"))
        self.assertEqual((future["reset"], future["changes"], future["cursor"]), (True, [], 0))
        self.assertProblem(self.daemon.get("/api/sync?entities=nonsense"), 422, "unknown_entity", "entities")
        for query, field in (("since=x", "since"), ("since=-1", "since"), ("limit=0", "limit"), ("limit=9999", "limit")):
            self.assertProblem(self.daemon.get(f"/api/sync?{query}"), 422, field=field)

    def test_keys_are_for_the_admin(self):
        key = self.daemon.create_key("reader", "read")
        for path in ("/api/sync?since=0&limit=1000", "/api/sync?since=0&limit=1000&entities=api_key"):
            seen = {c["entity"] for c in self.daemon.get(path).json["changes"]}
            hidden = {c["entity"] for c in self.daemon.get(path, key=key).json["changes"]}
            self.assertIn("api_key", seen)
            self.assertNotIn("api_key", hidden)
        self.make_spool()
        newest = self.newest()
        with Events(self.daemon, last=1, key=key) as reader, Events(self.daemon, last=1) as admin:
            self.assertIn("api_key.created", {e.name for e in admin.until(newest)})
            self.assertNotIn("api_key.created", {e.name for e in reader.until(newest)})

    # --- events ---

    def test_a_change_is_told_at_once(self):
        with Events(self.daemon) as events:
            self.assertEqual((events.status, events.headers["Content-Type"]), (200, "text/event-stream"))
            self.assertNotIn("Content-Length", events.headers)
            self.assertEqual(events.named("ready").seq, self.newest())
            shortest = 1.0
            for _ in range(5):  # the machine may be busy; by itself it looks once a second
                spool = self.make_spool()
                begun = time.monotonic()
                event = events.named("spool.created")
                shortest = min(shortest, time.monotonic() - begun)
            print(f"told {shortest * 1000:.0f} ms after the answer")
            self.assertLess(shortest, 0.2)
            self.assertEqual(event.data["data"]["spool"], spool)
            self.assertEqual((event.data["entity"], event.data["id"], event.data["seq"]),
                             ("spool", spool["spool_id"], event.seq))
            self.daemon.put(f"/api/spools/{spool['spool_id']}", {"notes": "x"})
            self.assertEqual(events.named("spool.updated").data["data"]["spool"]["notes"], "x")
            self.daemon.delete(f"/api/spools/{spool['spool_id']}")
            self.assertIsNone(events.named("spool.deleted").data["data"])
            run("key", "create", "elsewhere", "--scopes", "read", state=self.daemon.state)
            events.named("api_key.created", timeout=5)

    def test_filter(self):
        with Events(self.daemon, "?entities=slot,printer") as events:
            self.make_spool()
            self.make_printer(printer_id="filtered")
            self.daemon.post("/api/ams_slots/filtered/1/1/assign", {"spool_id": self.make_spool()["spool_id"]})
            names = {"ready"}
            while not any(name.startswith("slot.") for name in names):
                names.add(events.next().name)
            self.assertLessEqual(names, {"ready", "slot.created", "slot.updated", "printer.created"})
        self.assertProblem(self.daemon.get("/api/events?entities=nonsense"), 422, "unknown_entity", "entities")
        self.assertProblem(self.daemon.get("/api/events?last_event_id=x"), 422, field="last_event_id")

    def test_telemetry_is_throttled(self):
        self.make_printer(printer_id="quiet")
        with Events(self.daemon, "?entities=telemetry") as events:
            event = events.next(wanted=lambda e: e.data["id"] == "quiet")
            self.assertEqual((event.name, event.seq), ("printer.telemetry", None))
            shown = event.data["telemetry"]
            self.assertEqual((shown["printer_id"], shown["connection"]["state"], shown["nozzle_c"]),
                             ("quiet", "disabled", None))

    def test_cursors_that_are_lost(self):
        for last in ("999999999", "nonsense", "-4"):
            with Events(self.daemon, last=last) as events:
                event = events.named("reset")
                self.assertEqual(event.seq, self.newest())
                spool = self.make_spool()["spool_id"]
                self.assertEqual(events.named("spool.created").data["id"], spool)

    def test_heartbeat(self):
        with Events(self.daemon, "?entities=vendor") as events:
            events.named("ready")
            with self.assertRaises(AssertionError):
                events.next(timeout=6)
            self.assertGreaterEqual(events.beats, 1)

    def test_tokens(self):
        self.assertProblem(self.daemon.post("/api/events/token", {}, key=None), 401)
        answer = self.daemon.post("/api/events/token", {})
        token = self.assertStatus(answer, 201)["token"]
        self.assertProblem(self.daemon.get(f"/api/spools?token={token}", key=None), 401)
        with Events(self.daemon, f"?token={token}", key="") as events:
            self.assertEqual(events.status, 200)
            events.named("ready")
        self.assertProblem(self.daemon.get(f"/api/events?token={token}", key=None), 401, "invalid_token")
        self.assertProblem(self.daemon.get("/api/events?token=wrong", key=None), 401, "invalid_token")
        self.assertNotIn(token, self.daemon.stderr())

    def test_a_revoked_key_ends_its_streams(self):
        made = self.daemon.post("/api/api_keys", {"name": "short", "scopes": ["read"]}).json
        token = self.daemon.post("/api/events/token", {}, key=made["key"]).json["token"]
        with Events(self.daemon, key=made["key"]) as one, Events(self.daemon, f"?token={token}", key="") as two:
            one.named("ready"), two.named("ready")
            self.daemon.delete(f"/api/api_keys/{made['key_id']}")
            one.rest(timeout=6), two.rest(timeout=6)

    def test_head_opens_nothing(self):
        answer = self.daemon.request("HEAD", "/api/events")
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.body), (200, "text/event-stream", b""))


class AwayTest(HttpCase):
    """An app that was away: its copy, the lists and a fresh launch come to the same."""

    def assertSame(self, client, daemon):
        fresh = lists(daemon)
        for entity in ENTITIES:
            self.assertEqual(client.rows[entity], fresh[entity], entity)

    def test_away_and_back(self):
        writer = Writer(self.daemon, 7)
        writer.many(60)
        client = Client()
        client.sync(self.daemon)
        self.assertSame(client, self.daemon)
        writer.many(250)
        client.sync(self.daemon, limit=37)
        self.assertSame(client, self.daemon)
        self.assertEqual(client.resets, 0)
        self.assertEqual([e for e in ENTITIES if not client.rows[e]], [], "nothing was written of these")
        fresh = Client()
        fresh.sync(self.daemon)
        self.assertEqual(fresh.rows, client.rows)
        print(f"{client.cursor} changes, {sum(map(len, client.rows.values()))} rows")
        launch = self.daemon.get("/api/bootstrap").json
        self.assertEqual(sorted(s["spool_id"] for s in launch["spools"]),
                         sorted(k for k, s in client.rows["spool"].items() if not s["archived_at"]))

    def test_cut_anywhere_and_resumed(self):
        """Sockets closed in the middle of events: by Last-Event-ID nothing is missed or told twice."""
        writer, client = Writer(self.daemon, 11), Client()
        client.sync(self.daemon)
        last, seen, cuts = client.cursor, [], random.Random(3)
        done = threading.Event()

        failures = []

        def write():
            try:
                writer.many(120)
            except Exception as e:  # told by the test, not by a thread that nobody hears
                failures.append(e)
            finally:
                done.set()

        thread = threading.Thread(target=write)
        thread.start()
        while not done.is_set():
            with Events(self.daemon, "?entities=" + ",".join(ENTITIES), last=last) as events:
                try:
                    events.socket.settimeout(0.3)
                    for _ in range(cuts.randrange(1, 6)):
                        events._more(cuts.randrange(1, 3000))
                except TimeoutError:
                    pass
                changes = [e for e in events.frames() if e.data["entity"] != "feed"]
                last = events.last
                seen += changes
                for event in changes:
                    client.take(event.data)
        thread.join()
        self.assertEqual(failures, [])
        newest = self.daemon.get("/api/bootstrap").json["cursor"]
        with Events(self.daemon, "?entities=" + ",".join(ENTITIES), last=last) as events:
            while last < newest:
                event = events.next()
                last = event.seq
                if event.data["entity"] != "feed":
                    seen.append(event)
                    client.take(event.data)
        numbers = [e.seq for e in seen]
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertSame(client, self.daemon)

    def test_a_date_that_went_by_while_nobody_ran(self):
        """`expired` turns with the day: an app that is offline learns it as any other change, once."""
        today = datetime.datetime.now(datetime.timezone.utc).date()
        with Daemon() as daemon:
            keeps = daemon.get("/api/materials/PLA").json["dry_days"]
            bought = today - datetime.timedelta(days=keeps + 1)
            spool = daemon.post("/api/spools", {**SPOOL, "purchase_date": str(bought)}).json["spool"]
            self.assertTrue(spool["expired"])
            client = Client()
            client.sync(daemon)
            daemon.stop()
            with sqlite3.connect(daemon.state / "filamentd.db") as store:
                store.execute("UPDATE instance SET day = ?", (str(today - datetime.timedelta(days=1)),))
            store.close()
            told = []
            for _ in range(2):
                daemon.start()
                wait_until(lambda: told or daemon.get(f"/api/sync?since={client.cursor}&entities=spool").json["changes"],
                           10, "the turn of the day")
                page = daemon.get(f"/api/sync?since={client.cursor}&entities=spool").json
                told += [(c["op"], c["id"], c["data"]["spool"]["expired"]) for c in page["changes"]]
                client.cursor = page["cursor"]
                daemon.stop()
            self.assertEqual(told, [("update", spool["spool_id"], True)])
            daemon.start()

    def test_old_tombstones(self):
        with Daemon() as daemon:
            client = Client()
            gone = daemon.post("/api/spools", SPOOL).json["spool_id"]
            client.sync(daemon)
            daemon.delete(f"/api/spools/{gone}")
            daemon.stop()
            with sqlite3.connect(daemon.state / "filamentd.db") as store:
                store.execute("UPDATE change SET at = at - 91 * 86400000 WHERE op = 'delete'")
            store.close()
            daemon.start()

            def is_reset():
                return daemon.get(f"/api/sync?since={client.cursor}").json["reset"]

            wait_until(is_reset, 10, "the tombstone to be dropped")
            with Events(daemon, last=client.cursor) as events:
                events.named("reset")
            client.sync(daemon)
            self.assertEqual((client.resets, client.rows["spool"]), (1, {}))


class StreamsTest(HttpCase):
    """Many streams, slow ones, and a stop."""

    def open(self, **options):
        """Where a stream has just been closed its place takes a second to be free."""
        def attempt():
            stream = Events(self.daemon, **options)
            self.addCleanup(stream.close)
            return stream if stream.status == 200 else stream.close()

        return wait_until(attempt, 10, "a place for a stream")

    def test_one_client_does_not_take_all(self):
        """Streams by ticket count for the key behind it; what is closed is free again."""
        key = self.daemon.create_key("greedy", "read")
        streams = [self.open(key=key) for _ in range(SHARE - 1)]
        token = self.daemon.post("/api/events/token", {}, key=key).json["token"]
        streams.append(self.open(query=f"?token={token}", key=""))
        answer = self.daemon.get("/api/events", key=key)
        self.assertProblem(answer, 429, "too_many_own_streams")
        self.assertGreater(int(answer.headers["Retry-After"]), 0)
        self.assertStatus(self.daemon.get("/api/sync", key=key))
        with self.open() as other:
            other.named("ready")
        streams[0].close()
        streams.append(self.open(key=key))
        for stream in streams:
            stream.close()

    def test_more_than_there_is_room_for(self):
        keys = [self.daemon.create_key(f"client {n}", "read") for n in range(STREAMS // SHARE)]
        streams = [self.open(key=key) for key in keys for _ in range(SHARE)]
        before = self.daemon.memory_kib()

        def attempt(_):
            answer = self.daemon.get("/api/events")
            return answer.status, answer.headers["Retry-After"] is not None, answer.json["code"]

        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            refused = set(pool.map(attempt, range(100)))
            self.assertEqual(refused, {(503, True, "too_many_streams")})
            others = list(pool.map(lambda _: self.daemon.get("/api/version").status, range(50)))
        self.assertEqual(set(others), {200})
        spool = self.make_spool()["spool_id"]
        for stream in streams:
            self.assertEqual(stream.named("spool.created").data["id"], spool)
        print(f"memory grew by {self.daemon.memory_kib() - before} KiB")
        time.sleep(3)  # longer than relief.c lets an idle connection live when workers are short
        self.make_spool()
        for stream in streams:
            stream.named("spool.created")

    def test_a_slow_reader_blocks_nobody(self):
        slow, fast = self.open(last=0, receive_buffer=2048), self.open()
        fast.named("ready")
        longest = 0.0
        end = time.monotonic() + 9
        while time.monotonic() < end:
            begun = time.monotonic()
            self.assertStatus(self.daemon.post("/api/spools", {**SPOOL, "quantity": 50, "notes": "n" * 500}), 201)
            fast.named("spool.created", timeout=5)
            longest = max(longest, time.monotonic() - begun)
            time.sleep(0.2)
        print(f"longest write beside it {longest:.2f} s")
        self.assertLess(longest, 4)
        events = slow.rest()
        self.assertEqual(events[-1].name, "reset")
        numbers = [e.seq for e in events[:-1] if e.seq]
        self.assertEqual(numbers, sorted(set(numbers)))

    def test_a_stop_ends_them_at_once(self):
        with Daemon() as daemon:
            keys = [daemon.key, daemon.create_key("other", "read")]
            streams = [Events(daemon, key=key) for key in keys for _ in range(SHARE)]
            stalled = streams[0]
            for stream in streams[1:]:
                stream.named("ready")
            begun = time.monotonic()
            daemon.stop()
            taken = time.monotonic() - begun
            print(f"stopped in {taken:.2f} s")
            self.assertLess(taken, 4)
            for stream in streams:
                stream.rest()
                stream.close()
            self.assertIsNotNone(stalled.last)


if __name__ == "__main__":
    main()
