"""A print on the lock screen, and a roll that is exchanged meanwhile: a simulated printer over MQTT and TLS, what Apple's server
gets of it, and the tap that answers. The expected grams are those of an independent reading of the sliced file."""

import datetime
import pathlib
import re
import tempfile
import time
import unittest

from e2e.bench import SETTLE, Bench
from lib.certs import Authority
from lib.main import count, main
from lib.wait import Timeout, wait_until
from notify.apple import BUNDLE, NOW, SAVING, SHOWN, START, TOKEN, make_keys, settings
from notify.push_peer import PushPeer
from simulator.gcode_count import Sliced

NAME, SERIAL = "p1s", "01PE2E000000041"
WHITE, RED, BLACK = "#F4F4F4", "#C12E1F", "#161616"
LAYERS, LAYER_S, PAUSED = 40, 60, 10
CHANGES, BACK = "1:2,6:1,20:2", 20  # red, white, and from BACK on what is in the slot of the red one
GRAMS = {1: 20.0, 2: 8.0}
LEFT = {"white": 9.0, "red": 500.0}
TWINS, BUTTONS, LIMIT = 5, 3, 4096
HOLD_MS, PROMPT_MS = 5000, 2000  # between two steps; from what is settled to what is pushed
SAME_MS = 60  # what two clocks and a rounding may differ
ZONE, EAST, DAY = "IST-5:30", datetime.timedelta(minutes=330), 86400
MINUTES = 180  # the printer tells of whole minutes, and a layer is one


class Phone(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="phone-")
        self.addCleanup(folder.cleanup)
        path = pathlib.Path(folder.name)
        ca, (key, public) = Authority(path, "Push CA"), make_keys(path)
        self.peer = PushPeer("apns", ca.server(), public)
        self.addCleanup(self.peer.close)
        count("peers")
        push = {**settings(key, self.peer.url), "PUSH_APNS_CA_FILE": str(ca.pem)}
        self.bench = Bench(more_environment={**{f"FILAMENTD_{k}": v for k, v in push.items()}, "TZ": ZONE})
        self.bench.__enter__()
        self.ended = False
        self.addCleanup(lambda: self.bench.__exit__(None if self.ended else AssertionError))
        self.prepare()

    def prepare(self):
        self.bench.add_silent(NAME, "p1s", SERIAL)
        slots = {"white": (1, WHITE), "red": (2, RED)}
        for slot, color in slots.values():
            self.bench.do(f"load {NAME} 1/{slot} profile=GFA00 material=PLA color={color} known=yes")
        self.bench.register(NAME, name="Shelf")
        self.bench.wait_as_scripted(NAME)
        self.rolls = {}
        for roll, (slot, color) in slots.items():
            self.rolls[roll] = self.bench.spool(color=color, brand=roll, profile="GFA00", current_weight_grams=LEFT[roll])
            self.bench.assign(NAME, 1, slot, self.rolls[roll])
        self.twins = [self.bench.spool(color=BLACK, brand=f"black {i}", profile="GFA00") for i in range(TWINS)]
        answer = self.bench.daemon.post("/api/devices", {
            "installation_id": "phone", "name": "Phone", "platform": "ios",
            "push": {"channel": "apns", "token": TOKEN, "live_activity_start_token": START}})
        self.assertEqual(answer.status, 201, answer)
        self.device_id = answer.json["device_id"]

    # ---- what came ----

    def told(self, event):
        """What was sent of that kind to the activity; its content is under `state`."""
        posts = [p for p in self.peer.posts if p["headers"]["apns-push-type"] == "liveactivity"]
        posts = [p for p in posts if p["payload"]["aps"]["event"] == event]
        return [{**p, "state": p["payload"]["aps"]["content-state"], "priority": p["headers"]["apns-priority"]} for p in posts]

    def wait_told(self, event, test=lambda post: True, what="", timeout=20):
        try:
            return wait_until(lambda: next(filter(test, self.told(event)), None), timeout, f"{event} {what}")
        except Timeout as error:
            raise AssertionError(f"{error}: {[(p['at'], p['state']) for p in self.told(event)]}") from None

    def alerts(self, kind):
        posts = [p for p in self.peer.posts if p["headers"]["apns-push-type"] == "alert"]
        return [p for p in posts if p["payload"]["type"] == kind]

    def job(self):
        jobs = self.bench.get(f"/api/print_jobs?printer_id={NAME}")
        return self.bench.get(f"/api/print_jobs/{jobs[0]['job_id']}") if jobs else None

    # ---- the story ----

    def begin(self):
        """It is started on the phone, whose app registers what it shows."""
        self.bench.do("speed 150")  # some seconds, in which it is told of the start
        self.bench.do(f"at {NAME} layer={PAUSED} pause {NAME}")
        self.path = self.bench.do(f"print {NAME} slots=1/1,1/2 grams={GRAMS[1]},{GRAMS[2]} layers={LAYERS} layer_s={LAYER_S} "
                                  f"changes={CHANGES} file=tall.gcode.3mf")
        self.sliced = Sliced(self.path)
        start = self.wait_told("start")
        aps = start["payload"]["aps"]
        self.assertEqual((start["path"], start["headers"]["apns-topic"], start["priority"]),
                         (f"/3/device/{START}", BUNDLE + ".push-type.liveactivity", NOW))
        self.assertEqual((aps["attributes-type"], aps["attributes"]["printer_id"], aps["alert"]["title"]),
                         ("PrintActivityAttributes", NAME, "Shelf"))
        self.assertEqual((start["state"]["status"], start["state"]["runout_slot"]), ("printing", None))
        self.job_id = self.job()["job_id"]
        self.assertEqual(aps["attributes"]["job_id"], self.job_id)
        shown = self.bench.daemon.post(f"/api/devices/{self.device_id}/activities", {"job_id": self.job_id, "token": SHOWN})
        self.assertEqual(shown.status, 201, shown)

    def check_pause(self):
        """At once, with where it stands and when it will end."""
        paused = self.wait_told("update", lambda post: post["state"]["status"] == "paused", "of the pause")
        state = paused["state"]
        self.assertEqual((paused["path"], paused["priority"]), (f"/3/device/{SHOWN}", NOW))
        self.assertEqual((state["layer"], state["total_layers"], state["runout_slot"]), (PAUSED, LAYERS, None))
        self.assertLess(abs(state["progress_percent"] - 100 * PAUSED / LAYERS), 10)
        self.assertLess(abs(state["ends_at"] - paused["at"] / 1000 - LAYER_S * (LAYERS - PAUSED)), MINUTES)
        return paused

    def give_file(self):
        with open(self.path, "rb") as file:
            answer = self.bench.daemon.post(f"/api/print_jobs/{self.job_id}/sliced_file", file.read())
        self.assertEqual(answer.status, 200, answer)

    def exchange(self):
        """Another roll, of which several fit. Returns a moment at which it was not there yet (ms)."""
        self.bench.do(f"unload {NAME} 1/2")
        self.bench.wait_slot(NAME, 1, 2, lambda row: row["reported"]["state"] == "empty")
        before = time.time() * 1000
        self.bench.do(f"load {NAME} 1/2 profile=GFA00 material=PLA color={BLACK} known=yes")
        self.bench.wait_slot(NAME, 1, 2, lambda row: row["reported"]["color"] == BLACK)
        return before

    def check_forecast(self, paused):
        """It saves power: nothing but what will happen has changed."""
        news = self.wait_told("update", lambda post: post["state"]["runout_slot"], "of what runs out")
        forecast = self.job()["forecast"][0]
        self.assertEqual((news["priority"], news["state"]["runout_slot"], forecast["label"]), (SAVING, "A1", "A1"))
        text = news["state"]["runout_text"]
        self.check_clock(text, forecast)
        self.assertGreaterEqual(news["at"] - paused["at"], HOLD_MS - SAME_MS)
        wait_until(lambda: self.alerts("runout_forecast"), 10, "the alert of it")
        (alert,) = self.alerts("runout_forecast")
        self.assertEqual((alert["path"], alert["payload"]["aps"]["interruption-level"]), (f"/3/device/{TOKEN}", "time-sensitive"))
        body = alert["payload"]["aps"]["alert"]["body"]
        self.assertTrue(body.startswith("Shelf: A1 runs out"), body)
        self.check_clock(body, forecast)
        self.assertEqual(alert["payload"]["data"]["runs_out_layer"], forecast["runs_out_layer"])
        return news

    def check_clock(self, text, forecast):
        """The time of the house, which is not that of Greenwich."""
        layer, clock = re.search(r"A1 runs out at layer (\d+), about (\d\d:\d\d) UTC\+5:30; \d", text).groups()
        at = datetime.datetime.fromisoformat(forecast["runs_out_at"].replace("Z", "+00:00")) + EAST
        apart = (datetime.datetime.strptime(clock, "%H:%M") - datetime.datetime.strptime(f"{at:%H:%M}", "%H:%M")).seconds
        self.assertEqual(int(layer), forecast["runs_out_layer"])
        self.assertLess(min(apart, DAY - apart), MINUTES)

    def check_question(self, changed):
        """In time, with the likeliest that fit."""
        post = wait_until(lambda: self.alerts("slot_changed"), SETTLE + 10, "a question")[0]
        aps, payload = post["payload"]["aps"], post["payload"]
        self.assertLess(post["at"] - changed - SETTLE * 1000, PROMPT_MS)
        self.assertGreater(post["at"] - changed, SETTLE * 1000 - SAME_MS, "not before it has settled")
        count("ms from settled to pushed", round(post["at"] - changed - SETTLE * 1000))
        self.assertEqual((aps["alert"]["title"], aps["category"], aps["interruption-level"], aps["mutable-content"]),
                         ("A2 of Shelf: Slot changed", "SLOT_CHANGED", "time-sensitive", 1))
        self.assertEqual((aps["badge"], aps["relevance-score"]), (1, 0.8))
        self.assertEqual((payload["printer_id"], payload["ams_unit_number"], payload["slot_number"]), (NAME, 1, 2))
        candidates = {c["spool_id"] for c in payload["candidates"]}
        self.assertEqual((len(candidates), candidates <= set(self.twins)), (BUTTONS, True))
        self.assertEqual(payload["question_id"], self.bench.slot(NAME, 1, 2)["open_question_id"])
        self.assertLessEqual(post["size"], LIMIT)
        return payload

    def go_on(self, before):
        """Its status is another: at once; then each step, not too often."""
        self.bench.do("speed 60")
        asked = time.time() * 1000
        self.bench.do(f"resume {NAME}")
        resumed = self.wait_told("update", lambda post: post["at"] > before["at"] and post["state"]["status"] == "printing")
        self.assertEqual((resumed["priority"], resumed["state"]["runout_slot"]), (NOW, "A1"))
        self.assertLess(resumed["at"] - asked, HOLD_MS, "it does not wait")
        step = self.wait_told("update", lambda post: post["at"] > resumed["at"], "of a step")
        self.assertEqual((step["priority"], step["state"]["status"]), (SAVING, "printing"))
        self.assertGreaterEqual(step["at"] - resumed["at"], HOLD_MS - SAME_MS)
        for key in ("layer", "progress_percent"):
            self.assertGreater(step["state"][key], resumed["state"][key])

    def finish(self):
        self.bench.do("speed 400")
        end = self.wait_told("end", timeout=40)
        aps = end["payload"]["aps"]
        self.assertEqual((end["path"], end["priority"], end["state"]["status"]), (f"/3/device/{SHOWN}", NOW, "completed"))
        self.assertGreater(aps["dismissal-date"], aps["timestamp"])
        wait_until(lambda: self.alerts("print_finished"), 10, "the alert of it")

    def check_booked(self, payload):
        """One tap: the roll is in its slot, and has what was printed from that slot since."""
        red, layer = self.grams_until(PAUSED), self.grams_until(BACK) - self.grams_until(PAUSED)
        still_open = self.job()["open_grams"]
        self.assertAlmostEqual(still_open, GRAMS[2] - red, delta=layer / 2 + 0.001)  # when it was exchanged is known to a layer
        chosen = payload["candidates"][1]
        answer = self.bench.daemon.post(f"/api/actions/{chosen['token']}", key=None)
        self.assertEqual((answer.status, answer.json["state"]), (200, "answered"), answer)
        self.assertEqual(self.bench.slot(NAME, 1, 2)["spool_id"], chosen["spool_id"])
        self.assertEqual(self.job()["open_grams"], 0)
        booked = {u["spool_id"]: u["grams_used"] for u in self.bench.get(f"/api/usage_events?job_id={self.job_id}&event_type=print")}
        self.assertEqual(booked[chosen["spool_id"]], still_open)
        self.assertEqual(round(1000 * (booked[chosen["spool_id"]] + booked[self.rolls["red"]])), 1000 * GRAMS[2])
        self.assertAlmostEqual(self.bench.get(f"/api/spools/{chosen['spool_id']}")["current_weight_grams"], 1000 - still_open, delta=0.001)
        again = self.bench.daemon.post(f"/api/actions/{payload['candidates'][0]['token']}", key=None)
        self.assertEqual((again.status, again.json["code"]), (409, "question_closed"))

    def check_learnt(self, payload):
        """The same roll in another slot: among equals, the one that was tapped."""
        for slot in (1, 2):
            self.bench.do(f"unload {NAME} 1/{slot}")
        for slot in (1, 2):
            self.bench.wait_spool(NAME, 1, slot, None)
        self.bench.do(f"load {NAME} 1/1 profile=GFA00 material=PLA color={BLACK} known=yes")
        self.bench.wait_spool(NAME, 1, 1, payload["candidates"][1]["spool_id"])
        self.assertEqual(self.bench.questions(NAME), [])

    def grams_until(self, layer):
        """Of the second filament, to the end of a layer."""
        mm = max(mm for at, mm in self.sliced.by_layer[2].items() if at <= layer)
        return GRAMS[2] * mm / self.sliced.mm[2]

    def test_a_print_and_a_swap(self):
        self.begin()
        paused = self.check_pause()
        self.give_file()
        changed = self.exchange()
        news = self.check_forecast(paused)
        payload = self.check_question(changed)
        self.go_on(news)
        self.finish()
        self.check_booked(payload)
        self.check_learnt(payload)
        self.assertEqual([len(self.told(event)) for event in ("start", "end")], [1, 1])
        told = self.bench.daemon.stderr()
        self.assertFalse([secret for secret in (TOKEN, START, SHOWN) if secret in told])
        self.ended = True


if __name__ == "__main__":
    main()
