"""Slots and rolls as entities of Home Assistant, over a real broker: announced, kept up to date, commanded, taken back."""

import collections
import json
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

import jsonschema

from lib.broker import START_TRIES, listens, mosquitto_program
from lib.daemon import Daemon, run
from lib.main import count, main
from lib.process import Process, free_port
from lib.wait import wait_until

SPOOL = {"brand": "Prusament", "product_name": "PLA Galaxy Black", "material_type": "PLA", "color_hex": "#3D3E3D",
         "initial_weight_grams": 1000}
CONFIG = "homeassistant/device/filamentd_shelf/config"
STATE = "filamentd/shelf/1_1/state"
SCHEMA = json.loads((pathlib.Path(__file__).parent / "discovery.schema.json").read_text())
WHAT = ((r"/device/filamentd_[a-z0-9_]+/config$", "config"), (r"^filamentd/[^/]+/\d+_\d/state$", "state"), (r"^filamentd/[^/]+/event$", "event"),
        (r"^filamentd/(status|[^/]+/availability)$", "alive"))
PROBE = "probe/of/the/test"
MANY = 100  # more than are offered to choose from
PLATFORMS = {"sensor", "binary_sensor", "select", "button", "number", "event"}


def login(port):
    return ["-h", "127.0.0.1", "-p", str(port), "-u", "house", "-P", "secret of the house"]


class House:
    """A broker with a login, and what is retained there or comes by."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="house-")
        words = pathlib.Path(self.folder.name) / "passwords"
        words.touch(mode=0o600)
        subprocess.run(["mosquitto_passwd", "-b", str(words), "house", "secret of the house"], check=True)
        self.published, self.port, self.broker, self.watcher = set(), 0, None, None
        self.start()
        count("brokers")

    def start(self):
        """On the port of before, if it ran already; else on one that nobody takes meanwhile."""
        for _ in range(1 if self.port else START_TRIES):
            port = self.port or free_port()
            self._configure(port)
            self.broker = Process([mosquitto_program(), "-c", self._path("broker.conf")])
            wait_until(lambda: listens(self.broker.stderr()) or not self.broker.running(), 10, "the broker")
            if listens(self.broker.stderr()):
                self.port = port
                self._watch()
                return
        raise AssertionError("mosquitto does not start:\n" + self.broker.stderr())

    def _path(self, name):
        return str(pathlib.Path(self.folder.name) / name)

    def _configure(self, port):
        pathlib.Path(self._path("broker.conf")).write_text(
            f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {self._path('passwords')}\nuser root\n"
            f"persistence true\npersistence_location {self.folder.name}/\nlog_dest stderr\n")

    def _watch(self):
        """From here on nothing is missed: what is published now came back."""
        self.watcher = Process(["mosquitto_sub", *login(self.port), "-t", "#", "-F", "%r\t%t\t%p"])

        def heard():
            self.publish(PROBE, "1")
            assert self.watcher.running(), self.watcher.stderr()
            return any(topic == PROBE for _, topic, _ in self.messages())

        wait_until(heard, 10, "the watcher")

    def stop(self):
        for process in (self.watcher, self.broker):
            process.end()

    def close(self):
        self.stop()
        self.folder.cleanup()

    def messages(self):
        """(retained flag, topic, payload) as they came, the newest last."""
        for line in list(self.watcher.lines):
            flag, topic, payload = line.rstrip("\n").split("\t", 2)
            yield flag, topic, payload

    def newest(self, topic):
        found = [payload for _, name, payload in self.messages() if name == topic]
        return found[-1] if found else None

    def json(self, topic):
        text = self.newest(topic)
        return json.loads(text) if text else None

    def publish(self, topic, payload, *options):
        self.published.add((topic, payload))
        subprocess.run(["mosquitto_pub", *login(self.port), "-t", topic, "-m", payload, *options], check=True)


def validator(what):
    return jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{what}"})


class DiscoveryTest(unittest.TestCase):
    def setUp(self):
        self.house = House()
        self.addCleanup(self.house.close)
        self.addCleanup(self.check_messages)
        self.daemon = Daemon(more_environment={
            "FILAMENTD_HOMEASSISTANT_MQTT_HOST": "127.0.0.1", "FILAMENTD_HOMEASSISTANT_MQTT_PORT": str(self.house.port),
            "FILAMENTD_HOMEASSISTANT_MQTT_USERNAME": "house", "FILAMENTD_HOMEASSISTANT_MQTT_PASSWORD": "secret of the house"})
        self.addCleanup(self.daemon.close)
        self.roll = self.daemon.post("/api/spools", SPOOL).json["spool"]
        self.other = self.daemon.post("/api/spools", {**SPOOL, "product_name": "PLA Lipstick Red", "color_hex": "#AA0011"}).json["spool"]
        self.daemon.post("/api/printers", {"printer_id": "shelf", "name": "Shelf", "source": "homeassistant"})
        self.assign(self.roll)
        wait_until(lambda: self.state().get("spool_id") == self.roll["spool_id"], 15, "the state of the slot")

    def check_messages(self):
        """All that the daemon published in this test, against the schema."""
        seen = collections.Counter()
        for _, topic, payload in self.house.messages():
            what = next((name for pattern, name in WHAT if re.search(pattern, topic)), None)
            if not payload or (topic, payload) in self.house.published:
                continue
            self.assertTrue(what, f"{topic} is no topic of ours")
            value = payload if what == "alive" else json.loads(payload)
            for error in validator(what).iter_errors(value):
                self.fail(f"{topic}: {error.json_path}: {error.message}: {json.dumps(error.instance)}")
            seen[what] += 1
        count("payloads", sum(seen.values()))
        self.assertLessEqual({"config", "state", "alive"}, set(seen))

    def assign(self, roll, slot=1):
        self.daemon.post(f"/api/ams_slots/shelf/1/{slot}/assign", {"spool_id": roll["spool_id"]})

    def state(self):
        return self.house.json(STATE) or {}

    def events(self):
        return sum(t.endswith("/event") for _, t, _ in self.house.messages())

    def refused(self):
        """{code: text} of the commands that were refused."""
        events = [json.loads(p) for _, t, p in self.house.messages() if t.endswith("/event")]
        return {e["code"]: e["text"] for e in events if e["event_type"] == "command_refused"}

    def option(self, roll):
        return f'#{roll["spool_number"]} {roll["brand"]} {roll["product_name"]} {roll["color_hex"]}'

    def test_announcement(self):
        config = self.house.json(CONFIG)
        self.assertEqual(set(config), {"dev", "o", "availability", "availability_mode", "qos", "cmps"})
        self.assertEqual(config["dev"]["ids"], ["filamentd_shelf"])
        self.assertEqual((config["dev"]["name"], config["o"]["name"]), ("Shelf", "filamentd"))
        self.assertEqual([a["topic"] for a in config["availability"]], ["filamentd/status", "filamentd/shelf/availability"])
        self.assertEqual((self.house.newest("filamentd/status"), self.house.newest("filamentd/shelf/availability")), ("online", "online"))
        unique = [c["unique_id"] for c in config["cmps"].values()]
        self.assertEqual(len(unique), len(set(unique)))
        for key, entity in config["cmps"].items():
            with self.subTest(component=key):
                self.assertTrue(entity["default_entity_id"].startswith(entity["p"] + "."))
                self.assertFalse(entity["name"].startswith("Shelf"))
        self.assertEqual({c["p"] for c in config["cmps"].values()}, PLATFORMS)
        alerts = self.daemon.get("/api/openapi.json").json["components"]["schemas"]["Alert"]["properties"]["kind"]
        kinds = next(k["enum"] for k in alerts["anyOf"] if "enum" in k)
        self.assertEqual(set(config["cmps"]["event"]["event_types"]), {"command_refused", *kinds})
        choice = config["cmps"]["1_1_choice"]
        self.assertEqual(set(choice["options"]), {"Empty", self.option(self.roll), self.option(self.other)})
        state = self.state()
        self.assertEqual((state["label"], state["option"]), (self.option(self.roll),) * 2)
        self.assertEqual((state["remaining_grams"], state["low"]), (1000, False))

    def test_the_schema_refuses(self):
        config, state = self.house.json(CONFIG), self.state()
        for key in config["cmps"]:
            for wrong in ({"more": 1}, {"unique_id": "x"}, {"p": "light"}, {"name": ""}):
                changed = {**config, "cmps": {**config["cmps"], key: {**config["cmps"][key], **wrong}}}
                self.assertFalse(validator("config").is_valid(changed), (key, wrong))
        for key in state:
            self.assertFalse(validator("state").is_valid({k: v for k, v in state.items() if k != key}), key)
        for wrong in ({"remaining_grams": -1}, {"low": None}, {"more": 1}, {"color": "red"}, {"option": ""}):
            self.assertFalse(validator("state").is_valid({**state, **wrong}), wrong)

    def test_the_package_names_what_is_announced(self):
        text = run("ha-package", "--mqtt", "--notify", "mobile_app_phone", state=self.daemon.state).stdout
        announced = {c["default_entity_id"] for c in self.house.json(CONFIG)["cmps"].values()}
        named = set(re.findall(r"\b(?:sensor|binary_sensor|button|event)\.filamentd_\w+", text))
        self.assertEqual({n.split(".")[0] for n in named}, {"sensor", "binary_sensor", "button", "event"})
        self.assertLessEqual(named, announced)

    def test_changes_follow(self):
        path = f"/api/spools/{self.roll['spool_id']}"
        self.daemon.post(path + "/adjust_weight", {"new_weight_grams": 50})
        wait_until(lambda: self.state()["remaining_grams"] == 50 and self.state()["low"], 10, "the weight, and that it is low")
        self.daemon.post("/api/ams_slots/shelf/1/1/unassign", {})
        wait_until(lambda: self.state()["spool_id"] is None, 10, "the empty slot")
        self.assertIsNone(self.state()["remaining_grams"], "no roll, no number")
        self.assertEqual(self.state()["option"], "Empty")

    def test_a_low_roll_among_many(self):
        self.daemon.post(f"/api/spools/{self.roll['spool_id']}/adjust_weight", {"new_weight_grams": 50})
        wait_until(lambda: self.state()["low"], 10, "that it is low")
        time.sleep(1.1)  # times are whole seconds: from here on each roll is changed later
        for _ in range(MANY):
            last = self.daemon.post("/api/spools", SPOOL).json["spool"]
        choice = lambda: self.house.json(CONFIG)["cmps"]["1_1_choice"]["options"]
        wait_until(lambda: self.option(last) in choice(), 20, "the last of many")
        self.assertIn(self.option(self.roll), choice(), "the current one can always be chosen")
        self.assertEqual((self.state()["remaining_grams"], self.state()["low"]), (50, True))

    def test_commands(self):
        loaded = lambda: self.daemon.get("/api/ams_slots/shelf").json[0]["spool_id"]
        self.house.publish("filamentd/shelf/1_1/set", self.option(self.other))
        wait_until(lambda: loaded() == self.other["spool_id"], 10, "the chosen roll")
        wait_until(lambda: self.state()["option"] == self.option(self.other), 10, "the echo")
        self.house.publish("filamentd/shelf/1_1/clear", "PRESS")
        wait_until(lambda: loaded() is None, 10, "the emptied slot")
        for topic, payload, code in (("shelf/1_1/set", "#999 Nobody", "spool_not_found"), ("shelf/1_1/set", "nonsense", "invalid_choice"),
                                     ("nobody/1_1/set", "#1 x", "printer_not_found"), ("shelf/1_1/confirm", "PRESS", "no_question"),
                                     ("shelf/1_1/set", "x" * 5000, "command_too_long")):
            with self.subTest(payload=payload[:20]):
                self.house.publish(f"filamentd/{topic}", payload)
                wait_until(lambda: code in self.refused(), 10, f"{code}, though nothing else changed")
        for topic in ("shelf/1_1/state", "shelf/9_9/set", "shelf/1_1/availability", "shelf/1_1", "shelf/set"):
            self.house.publish(f"filamentd/{topic}", self.option(self.other))
        self.house.publish("filamentd/shelf/1_1/set", "the last")
        wait_until(lambda: self.refused()["invalid_choice"].startswith("the last"), 10, "what came behind them")
        self.assertIsNone(loaded())
        self.assertTrue(all(f == "0" for f, t, _ in self.house.messages() if t.endswith("/event")), "events are not retained")

    def test_when_a_roll_is_low(self):
        threshold = lambda: self.daemon.get(f"/api/spools/{self.roll['spool_id']}").json["threshold_grams"]
        self.assertEqual((self.state()["threshold_grams"], threshold()), (100, 100))
        self.house.publish("filamentd/shelf/1_1/threshold", "1200.5")
        wait_until(lambda: self.state()["threshold_grams"] == 1200.5 and self.state()["low"], 10, "that it is low now")
        self.assertEqual(threshold(), 1200.5)
        for number, wrong in enumerate(("-1", "nan", "100001", "1.2345", "lots", ""), 1):
            self.house.publish("filamentd/shelf/1_1/threshold", wrong)
            wait_until(lambda: self.events() == number, 10, f"that {wrong} is refused")
        self.assertTrue(all(self.refused().values()))
        self.house.publish("filamentd/shelf/1_1/clear", "PRESS")
        wait_until(lambda: self.state()["threshold_grams"] is None, 10, "no roll, no threshold")
        self.house.publish("filamentd/shelf/1_1/threshold", "5")
        wait_until(lambda: "slot_empty" in self.refused(), 10, "a slot without a roll")
        self.assertEqual(threshold(), 1200.5, "it went with the roll")

    def test_retained_commands_are_ignored(self):
        self.house.publish("filamentd/shelf/1_1/set", self.option(self.other), "-r")
        wait_until(lambda: self.state().get("option") == self.option(self.other), 10, "the command while it is new")
        self.assign(self.roll)
        wait_until(lambda: self.state().get("option") == self.option(self.roll), 10, "the roll again")
        self.daemon.restart()
        wait_until(lambda: self.house.newest("filamentd/status") == "online", 15, "the daemon again")
        self.daemon.post("/api/spools", SPOOL)
        wait_until(lambda: len(self.house.json(CONFIG)["cmps"]["1_1_choice"]["options"]) == 4, 15, "three rolls to choose from")
        self.assertEqual(self.state()["option"], self.option(self.roll), "an old wish is no wish")

    def test_birth_and_broker_restart(self):
        before = sum(t == STATE for _, t, _ in self.house.messages())
        self.house.publish("homeassistant/status", "online")
        wait_until(lambda: sum(t == STATE for _, t, _ in self.house.messages()) > before, 15, "everything once more")
        self.house.stop()
        self.house.start()
        self.assign(self.other)
        wait_until(lambda: self.state().get("spool_id") == self.other["spool_id"], 30, "the state after the broker's restart")

    def test_what_is_gone_is_taken_back(self):
        self.daemon.post("/api/printers", {"printer_id": "gone", "name": "Gone", "source": "homeassistant"})
        topic = "homeassistant/device/filamentd_gone/config"
        wait_until(lambda: self.house.json(topic), 10, "the second printer")
        self.daemon.stop()
        wait_until(lambda: self.house.newest("filamentd/status") == "offline", 10, "the goodbye")
        self.daemon.start()
        self.daemon.delete("/api/printers/gone")
        wait_until(lambda: self.house.newest(topic) == "" and self.house.newest("filamentd/gone/availability") == "", 15, "its end")

    def test_killed_daemon_is_offline(self):
        self.daemon.kill()
        wait_until(lambda: self.house.newest("filamentd/status") == "offline", 60, "the last will")
        self.daemon.start()
        wait_until(lambda: self.house.newest("filamentd/status") == "online", 15, "the daemon again")


if __name__ == "__main__":
    main()
