"""A printer that only Home Assistant knows, followed by polls: slots, a whole print, and every way a poll can fail."""

import pathlib
import tempfile
import unittest

from lib.daemon import Daemon
from lib.home_assistant import TOKEN, Fake
from lib.main import main
from lib.wait import wait_until

SERIAL = "01P00A000000111"
WEIGHTS = {"AMS 1 Tray 1": 30.1, "AMS 1 Tray 3": 1.1}
SETTLED = 25.0
SPOOL = {"brand": "Acme", "product_name": "PLA", "material_type": "PLA", "initial_weight_grams": 1000}


class PollCase(unittest.TestCase):
    entities = ""

    def setUp(self):
        self.fake = Fake()
        self.addCleanup(self.fake.close)
        self.proxy = Fake()
        self.addCleanup(self.proxy.close)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        config = pathlib.Path(folder.name) / "filamentd.conf"
        config.write_text(f"[homeassistant.entities]\n{self.entities}")
        settings = {"FILAMENTD_HOMEASSISTANT_TOKEN": self.token(), "FILAMENTD_HOMEASSISTANT_URL": self.fake.url,
                    "FILAMENTD_HOMEASSISTANT_POLL_SECONDS": "1", "http_proxy": self.proxy.url, "all_proxy": self.proxy.url}
        self.daemon = Daemon("--config", config, more_environment=settings, start=False)
        self.addCleanup(self.daemon.close)

    def token(self):
        return TOKEN

    def slots(self):
        answer = self.daemon.get(f"/api/ams_slots/{SERIAL}")
        return {s["slot_number"]: s for s in answer.json} if answer.status == 200 else {}

    def jobs(self):
        return self.daemon.get("/api/print_jobs").json

    def reason(self):
        return self.daemon.get(f"/api/printers/{SERIAL}/status").json["home_assistant"]["reason"]


class PollTest(PollCase):
    def stock(self):
        return [self.daemon.post("/api/spools", {**SPOOL, "color_hex": color}).json["spool_id"] for color in ("#FF0000", "#0000FF")]

    def test_a_whole_print(self):
        self.fake.tray(SERIAL, 1, 1, "Generic PLA", "#FF0000FF")
        self.fake.tray(SERIAL, 1, 2, "Empty", "#00000000", "Empty", "")
        self.fake.tray(SERIAL, 1, 3, "Generic PLA", "#0000FFFF")
        self.fake.tray(SERIAL, 128, 1, "unavailable", None, None, None)
        self.fake.print(SERIAL, "idle", weights=WEIGHTS)
        self.daemon.start()
        red, blue = self.stock()
        wait_until(lambda: [self.slots().get(n, {}).get("spool_id") for n in (1, 3)] == [red, blue], SETTLED, "both rolls")
        self.assertEqual(self.slots()[1]["reported"]["source"], "homeassistant")
        self.assertEqual({s["ams_unit_number"] for s in self.slots().values()}, {1})
        self.fake.print(SERIAL, "running", weights=WEIGHTS)
        wait_until(lambda: [j["status"] for j in self.jobs()] == ["printing"], 15, "the print")
        for blip in ("offline", "unavailable", "running"):
            before = len(self.fake.asked)
            self.fake.print(SERIAL, blip, weights=WEIGHTS)
            wait_until(lambda: len(self.fake.asked) > before + 1, 15, "a poll")
        self.fake.print(SERIAL, "finish", weights=WEIGHTS)
        wait_until(lambda: [j["status"] for j in self.jobs()] == ["completed"], 15, "its end")
        job = self.jobs()[0]
        self.assertEqual((job["name"], job["source"], job["total_actual_grams"]), ("cube", "homeassistant", 31.2))
        used = {e["spool_id"]: (e["grams_used"], e["estimate"]) for e in self.daemon.get("/api/usage_events").json}
        self.assertEqual(used, {red: (30.1, True), blue: (1.1, True)})
        self.assertEqual(len(self.fake.connections), 1, "the connection is kept")
        self.assertEqual(self.reason(), "ok")
        self.assertNotIn(TOKEN, self.daemon.stderr())
        self.assertEqual(self.proxy.tokens, set(), "the token goes to Home Assistant only")

    def test_failures_are_told_and_end(self):
        self.fake.tray(SERIAL, 1, 1, "Generic PLA", "#FF0000FF")
        self.fake.print(SERIAL, "idle")
        self.daemon.start()
        wait_until(lambda: 1 in self.slots(), 15, "the slot")
        for mode, reason in ((401, "wrong_token"), (403, "token_not_allowed"), (404, "not_found"), (500, "bad_answer"),
                             ("truncated", "bad_answer"), ("nonsense", "bad_answer")):
            self.fake.mode = mode
            wait_until(lambda: self.reason() == reason, 20, f"{mode} to be told")
            self.fake.mode = None
            self.daemon.put("/api/printers/" + SERIAL, {"name": f"after {mode}"})
            wait_until(lambda: self.reason() == "ok", 20, f"the end of {mode}")
        self.assertEqual(self.slots()[1]["current_ha_material"], "PLA", "nothing was cleared")

    def test_what_does_nothing_is_kept_once_with_its_reason(self):
        self.fake.tray(SERIAL, 1, 1, "Generic PLA", "#FF0000FF")
        self.fake.tray(SERIAL, 1, 2, "Generic PLA", "#0000FFFF")
        self.fake.print(SERIAL, "dancing")
        self.daemon.start()
        kept = lambda action: self.daemon.get(f"/api/source_events?source=poll&action={action}").json
        wait_until(lambda: kept("refused") and len(kept("ignored")) == 2, 15, "a refusal, and both slots the second time")
        before = len(self.fake.asked)
        wait_until(lambda: len(self.fake.asked) > before + 2, 15, "more polls")
        self.assertEqual([e["body"]["status"] for e in kept("refused")], ["dancing"])
        self.assertIn("status", kept("refused")[0]["reason"])
        self.assertEqual(sorted(e["body"]["slot_number"] for e in kept("ignored")), [1, 2])
        self.assertTrue(all(e["reason"] for e in kept("ignored")))


class FallbackTest(PollCase):
    entities = f"sensor.red = {SERIAL}/1/1\nsensor.color = {SERIAL}/1/2/color\nsensor.material = {SERIAL}/1/2/material\n"

    def test_entities_one_by_one(self):
        self.fake.template_mode = 401
        self.fake.set("sensor.red", "Generic PLA", None, color="#FF0000FF", type="PLA", filament_id="GFL99")
        self.fake.set("sensor.color", "#00FF00", None)
        self.fake.set("sensor.material", "PETG", None)
        self.daemon.start()
        wait_until(lambda: self.slots().get(1, {}).get("current_ha_material") == "PLA", 15, "the first slot")
        wait_until(lambda: self.slots().get(2, {}).get("current_ha_material") == "PETG", 15, "the second slot")
        self.assertEqual(self.slots()[2]["current_ha_color"], "#00FF00")
        wait_until(lambda: self.reason() == "ok", 15, "the end of the poll that told of them")


class WrongTokenTest(PollCase):
    def token(self):
        return "another-token"

    def test_wrong_token(self):
        self.daemon.start()
        self.daemon.post("/api/printers", {"printer_id": SERIAL, "source": "homeassistant"})
        wait_until(lambda: self.reason() == "wrong_token", 15, "the reason")
        self.assertLess(self.daemon.stderr().index("reason=starting"), self.daemon.stderr().index("reason=wrong_token"))


if __name__ == "__main__":
    main()
