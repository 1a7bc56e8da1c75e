"""Statistics: what is low, what was used and what it cost, what wants drying, and how long it lasts. Every expected
number is a sum in the test."""

import contextlib
import csv
import datetime
import io

from case import SPOOL, HttpCase
from lib.main import main
from lib.store import open_store


def day(offset=0):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


class StatsCase(HttpCase):
    def stats(self, path):
        return self.assertStatus(self.daemon.get("/api/stats/" + path))

    def use(self, spool, grams, at=None, kind="waste"):
        body = {"spool_id": spool["spool_id"], "grams_used": grams, "event_type": kind}
        return self.assertStatus(self.daemon.post("/api/usage_events", {**body, **({"timestamp": at} if at else {})}), 201)

    def age(self, statement, *values):
        """What the API does not let one write: the past of a roll."""
        self.daemon.stop()
        with contextlib.closing(open_store(self.daemon.state / "filamentd.db")) as db:
            db.execute(statement, values)
        self.daemon.start()


class Low(StatsCase):
    def test_spool_before_material_before_global(self):
        made = {name: self.make_spool(product_name=name, **more) for name, more in {
            "at the global": {"current_weight_grams": 100},
            "above the global": {"current_weight_grams": 100.001},
            "at its own": {"current_weight_grams": 300, "threshold_grams": 300},
            "below the global, not its own": {"current_weight_grams": 50, "threshold_grams": 40},
            "at its material's": {"material_type": "ABS", "current_weight_grams": 200},
            "empty": {"current_weight_grams": 0},
            "archived": {"current_weight_grams": 1}, "deleted": {"current_weight_grams": 1}}.items()}
        self.assertStatus(self.daemon.put("/api/thresholds/ABS", {"threshold_grams": 200}))
        self.daemon.post(f"/api/spools/{made['archived']['spool_id']}/archive", {})
        self.daemon.delete(f"/api/spools/{made['deleted']['spool_id']}")
        rows = self.stats("spools/low_inventory")
        self.assertEqual([(r["product_name"], r["remaining_grams"], r["threshold_grams"]) for r in rows],
                         [("empty", 0, 100), ("at the global", 100, 100), ("at its material's", 200, 200), ("at its own", 300, 300)])


class LowFilaments(StatsCase):
    def test_products_to_order(self):
        facts = {"product_name": 'Say "hi", =1+1', "brand": "=cmd|'/c calc'!A1"}
        one = self.make_spool(**facts, current_weight_grams=40)
        self.make_spool(**facts, current_weight_grams=60)
        self.make_spool(product_name="Plenty", current_weight_grams=90)
        self.make_spool(product_name="Plenty")
        gone = self.make_spool(product_name="Put away", current_weight_grams=1)
        self.daemon.post(f"/api/spools/{gone['spool_id']}/archive", {})
        self.assertStatus(self.daemon.put(f"/api/filaments/{one['filament_id']}", {
            "article_number": "+49", "reorder_url": "https://shop.example/a?b=1,2"}))
        row, = self.stats("low_filaments")
        self.assertEqual((row["rolls"], row["remaining_grams"], row["threshold_grams"]), (2, 100, 100))
        self.assertEqual((row["article_number"], row["reorder_url"]), ("+49", "https://shop.example/a?b=1,2"))
        answer = self.daemon.get("/api/stats/low_filaments?format=csv")
        self.assertTrue(answer.headers["Content-Type"].startswith("text/csv"))
        self.assertEqual(answer.body, self.daemon.get("/api/stats/low_filaments", headers={"Accept": "text/csv"}).body)
        self.assertEqual(answer.body.count(b"\r\n"), 2)
        head, cells = csv.reader(io.StringIO(answer.body.decode(), newline=""), strict=True)
        self.assertEqual(head, list(row))
        got = dict(zip(head, cells))
        self.assertEqual((got["brand"], got["product_name"]), ("'" + facts["brand"], facts["product_name"]))
        self.assertEqual((got["article_number"], float(got["remaining_grams"])), ("'+49", 100))
        tag = self.daemon.get("/api/stats/low_filaments").headers["ETag"]
        table = self.daemon.get("/api/stats/low_filaments", headers={"Accept": "text/csv", "If-None-Match": tag})
        self.assertEqual((table.status, table.body), (200, answer.body))  # what the client has is the JSON
        self.assertProblem(self.daemon.get("/api/stats/low_filaments?format=xml"), 422)


class UsageHistory(StatsCase):
    def test_buckets_and_balance(self):
        spool = self.make_spool(current_weight_grams=900)  # 100 g were gone when it was entered
        path = f"spools/usage_history/{spool['spool_id']}"
        for at, grams in (("2026-02-28T23:59:59Z", 10), ("2026-03-01T00:00:00Z", 20), ("2026-03-01T23:00:00+01:00", 5),
                          ("2026-03-02T00:00:00Z", 40)):
            self.use(spool, grams, at)
        opening = self.stats(path)[0]
        self.assertEqual([(r["grams_used"], r["balance_grams"]) for r in self.stats(path)][1:],
                         [(40, 925), (5, 965), (20, 970), (10, 990)])
        self.assertEqual((opening["grams_used"], opening["balance_grams"]), (100, 825))
        today = opening["timestamp"][:10]
        for bucket, rows in (("day", [("2026-03-02", 40, 925), ("2026-03-01", 25, 965), ("2026-02-28", 10, 990)]),
                             ("week", [("2026-03-02", 40, 925), ("2026-02-23", 35, 965)]),
                             ("month", [("2026-03-01", 65, 925), ("2026-02-01", 10, 990)])):
            got = self.stats(f"{path}?bucket={bucket}&to={today}T00:00:00Z")
            self.assertEqual([(r["timestamp"], r["grams_used"], r["balance_grams"]) for r in got],
                             [(f"{d}T00:00:00Z", used, left) for d, used, left in rows])
            self.assertTrue(all(r["event_type"] == bucket and r["event_id"] is None for r in got))
        window = self.stats(f"{path}?bucket=day&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z")
        self.assertEqual([(r["grams_used"], r["balance_grams"]) for r in window], [(25, 965)])
        self.assertStatus(self.daemon.delete(f"/api/spools/{spool['spool_id']}"))
        self.assertEqual(len(self.stats(path)), 5, "a deleted roll has a past")
        self.assertProblem(self.daemon.get(f"/api/stats/{path}?bucket=year"), 422)


class Cost(StatsCase):
    def test_what_has_no_price_is_unknown(self):
        self.assertEqual(self.stats("cost"), {
            "from": None, "to": None, "grams_used": 0, "unknown_grams": 0, "cost_usd": 0, "open_grams": 0,
            "by_printer": [], "by_material": [], "by_month": []})
        priced = self.make_spool(cost_usd=20, current_weight_grams=500)  # 2 cents a gram
        cheap = self.make_spool(product_name="Third", cost_usd=10, initial_weight_grams=300, material_type="PETG")
        free = self.make_spool(product_name="Unpriced", material_type="PETG", brand="Other")
        self.use(priced, 100, "2026-03-31T23:59:59Z")
        self.use(priced, 50, "2026-04-01T00:00:00Z")
        self.use(cheap, 30, "2026-04-02T00:00:00Z")  # 1.00
        self.use(free, 70, "2026-04-03T00:00:00Z")
        undone = self.use(priced, 9, "2026-04-04T00:00:00Z")
        for price, call in ((40, f"/api/usage_events/{undone['event_id']}/undo"), (20, None)):
            self.assertStatus(self.daemon.request("PATCH", f"/api/spools/{priced['spool_id']}", {"cost_usd": price}))
            if call:  # at another price: taken back is what was booked, in the month in which it was
                self.assertStatus(self.daemon.post(call))
        self.daemon.post("/api/printers", {"printer_id": "shelf", "source": "homeassistant"})
        job = self.daemon.post("/api/print_jobs/start", {"printer_id": "shelf", "gcode_file_name": "a.3mf"}).json["job_id"]
        self.assertStatus(self.daemon.put(f"/api/print_jobs/{job}/end", {
            "status": "completed", "usage": [{"spool_id": priced["spool_id"], "grams": 25}]}))
        self.end_open(7)
        cost = self.stats("cost")
        self.assertEqual([cost[k] for k in ("grams_used", "unknown_grams", "cost_usd", "open_grams")], [275, 70, 4.5, 7])
        self.assertEqual(cost["by_printer"], [
            {"printer_id": "shelf", "grams_used": 25, "unknown_grams": 0, "cost_usd": 0.5},
            {"printer_id": None, "grams_used": 250, "unknown_grams": 70, "cost_usd": 4}])
        self.assertEqual(cost["by_material"], [
            {"material_type": "PETG", "grams_used": 100, "unknown_grams": 70, "cost_usd": 1},
            {"material_type": "PLA", "grams_used": 175, "unknown_grams": 0, "cost_usd": 3.5}])
        self.assertEqual(cost["by_month"][:2], [
            {"month": "2026-03", "grams_used": 100, "unknown_grams": 0, "cost_usd": 2},
            {"month": "2026-04", "grams_used": 150, "unknown_grams": 70, "cost_usd": 2}])
        april = self.stats("cost?from=2026-04-01T00:00:00Z&to=2026-04-04T00:00:00Z")
        self.assertEqual([april[k] for k in ("grams_used", "unknown_grams", "cost_usd")], [150, 70, 2])
        only = self.stats("cost?from=2026-04-03T00:00:00Z&to=2026-04-04T00:00:00Z")
        self.assertEqual([only[k] for k in ("grams_used", "unknown_grams", "cost_usd")], [70, 70, None])
        self.groups()

    def end_open(self, grams):
        job = self.daemon.post("/api/print_jobs/start", {"printer_id": "shelf", "gcode_file_name": "b.3mf"}).json["job_id"]
        self.assertStatus(self.daemon.put(f"/api/print_jobs/{job}/end", {"status": "completed", "actual_grams_used": grams}))

    def groups(self):
        def got(query):
            return [(r["group"], r["grams_used"], r["print_grams"], r["cost_usd"]) for r in self.stats("usage?" + query)]
        self.assertEqual(got("group_by=material"), [("PLA", 175, 25, 3.5), ("PETG", 100, 0, 1)])
        self.assertEqual(got(""), got("group_by=material"))
        self.assertEqual(got("group_by=brand"), [("Acme", 205, 25, 4.5), ("Other", 70, 0, None)])
        self.assertEqual(got("group_by=printer"), [(None, 250, 0, 4), ("shelf", 25, 25, 0.5)])
        self.assertEqual(got("group_by=month&to=2026-04-01T00:00:00Z"), [("2026-03", 100, 0, 2)])
        self.assertProblem(self.daemon.get("/api/stats/usage?group_by=mood"), 422)


class Expiring(StatsCase):
    def test_undated_rolls_are_never_warned(self):
        self.make_spool(product_name="Undated")
        passed = self.make_spool(product_name="Passed", purchase_date="2020-01-01")
        today = self.make_spool(product_name="Today", dried_at="2026-01-01T00:00:00Z")
        days = (datetime.date.fromisoformat(today["dry_by"]) - datetime.date(2026, 1, 1)).days
        for name, offset in (("In 14", 14), ("In 15", 15)):
            self.make_spool(product_name=name, opened_at=f"{day(offset - days)}T12:00:00Z")
        rows = self.stats("expiring")
        named = {r["product_name"]: r["days_left"] for r in rows}
        self.assertEqual(named["In 14"], 14)
        self.assertNotIn("In 15", named)
        self.assertNotIn("Undated", named)
        self.assertEqual(rows[0]["product_name"], "Passed")
        self.assertLess(rows[0]["days_left"], 0)
        self.assertEqual({r["product_name"] for r in self.stats("expiring?days=15")} - set(named), {"In 15"})
        self.daemon.post(f"/api/spools/{passed['spool_id']}/archive", {})
        self.assertNotIn("Passed", [r["product_name"] for r in self.stats("expiring")])


class Forecast(StatsCase):
    def of(self, name, query=""):
        return next(r for r in self.stats("forecast" + query) if r["product_name"] == name)

    def test_days_that_are_covered(self):
        young = self.make_spool(product_name="Young")
        self.use(young, 10)
        row = self.of("Young")
        self.assertEqual((row["reason"], row["days_left"], row["grams_per_day"]), ("too_little_history", None, None))
        ten = self.make_spool(product_name="Ten days", current_weight_grams=600)
        self.use(ten, 100, f"{day(-10)}T00:00:00Z")  # first told; ten days are covered
        self.use(ten, 100, f"{day(-1)}T00:00:00Z")
        row = self.of("Ten days")
        self.assertEqual((row["covered_days"], row["remaining_grams"]), (10, 400))
        self.assertEqual((row["used_grams"], row["grams_per_day"]), (100, 10))  # the first event lies before the window
        self.assertEqual(row["days_left"], 40)
        self.assertEqual(row["empty_on"], day(row["days_left"]))
        self.assertIsNone(row["reason"])
        self.assertEqual(self.of("Ten days", "?days=8")["grams_per_day"], 12.5)
        slow = self.make_spool(product_name="Slow", initial_weight_grams=100000)
        self.use(slow, 0.001, f"{day(-10)}T00:00:00Z")
        self.use(slow, 0.001, f"{day(-1)}T00:00:00Z")
        row = self.of("Slow")
        self.assertGreater(row["days_left"], 9000000)
        self.assertIsNone(row["empty_on"])  # a day that no calendar has, and none instead of it
        self.make_spool(product_name="Shelved")
        self.age("UPDATE spool SET created_at = created_at - 90 * 86400000 WHERE filament IN "
                 "(SELECT id FROM filament WHERE name = 'Shelved')")
        row = self.of("Shelved")
        self.assertEqual((row["covered_days"], row["reason"], row["used_grams"]), (30, "not_used", 0))


if __name__ == "__main__":
    main()
