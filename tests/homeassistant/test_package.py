"""The package YAML that `filamentd ha-package` writes: it parses, its templates render, and the daemon takes what they send."""

import json
import re
import types
import unittest

import yaml

from lib.daemon import Daemon, run
from lib.home_assistant import Fake, environment
from lib.main import SOURCE, main

SERIAL = "01P00A000000111"
SPOOL = {"brand": "Acme", "product_name": "PLA", "material_type": "PLA", "color_hex": "#333333", "initial_weight_grams": 1000}
SECRET = "a-secret-of-the-house"


class Loader(yaml.SafeLoader):
    """Knows Home Assistant's !secret."""


Loader.add_constructor("!secret", lambda loader, node: f"secret:{loader.construct_scalar(node)}")


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(more_environment={"FILAMENTD_WEBHOOK_SECRET": SECRET})
        cls.fake = Fake()
        cls.fake.tray(SERIAL, 1, 3, "Generic PLA", "#333333FF")
        base = f"sensor.p1s_{SERIAL.lower()}"
        slot = cls.fake.entities.pop(next(iter(cls.fake.entities)))
        cls.entity = base + "_ams_1_tray_3"
        cls.fake.set(cls.entity, slot.state, slot.device, **slot.attributes)
        for name, state, attributes in (("print_status", "running", {}), ("gcode_filename", "/data/Metadata/plate_1.gcode", {}),
                                        ("task_name", "2024", {}), ("print_progress", "0", {}),
                                        ("start_time", "2026-08-22T18:14:58+00:00", {}),
                                        ("print_weight", "31.2", {"AMS 1 Tray 1": 30.1, "AMS 1 Tray 3": 1.1, "icon": "x"}),
                                        ("active_tray", "Generic PLA", {"ams_index": 0, "tray_index": 2})):
            cls.fake.set(f"{base}_{name}", state, f"P1S_{SERIAL}", **attributes)
        cls.env = environment(cls.fake.entities)

    @classmethod
    def tearDownClass(cls):
        cls.fake.close()
        cls.daemon.close()

    def package(self, *arguments):
        return yaml.load(run("ha-package", *arguments, state=self.daemon.state).stdout, Loader)

    def render(self, text, **values):
        return self.env.from_string(text).render(**values)

    def test_it_parses_and_names_what_is_asked(self):
        package = self.package("--printer", SERIAL, "--url", "https://tracker.lan:8443")
        self.assertEqual(set(package), {"rest_command", "automation"})
        for name, path in (("filamentd_print_event", "print_event"), ("filamentd_ams_update", "ams_update")):
            command = package["rest_command"][name]
            self.assertEqual(command["url"], f"https://tracker.lan:8443/webhook/homeassistant/{path}")
            self.assertEqual((command["verify_ssl"], command["method"]), (False, "post"))
            self.assertEqual(command["headers"], {"X-Webhook-Secret": "secret:filamentd_webhook_secret"})
        ids = [a["id"] for a in package["automation"]]
        self.assertEqual((len(ids), len(set(ids))), (6, 6))
        self.assertIn(self.entity, [t["entity_id"] for a in package["automation"] for t in a["triggers"] if "entity_id" in t])

    def test_alerts_on_a_phone(self):
        package = self.package("--printer", SERIAL, "--notify", "mobile_app_phone")
        self.assertEqual(set(package["rest_command"]), {"filamentd_print_event", "filamentd_ams_update", "filamentd_confirm"})
        alerts, confirm = (next(a for a in package["automation"] if a["id"] == f"filamentd_{name}") for name in ("alerts", "confirm"))
        self.assertEqual(alerts["triggers"][0]["webhook_id"], "secret:filamentd_alerts_webhook_id")
        buttons = [{"action": "FT_ASSIGN:abc-_9", "title": "Acme PLA (1)"}]
        sent = {"title": "A3 of p1: Slot changed", "message": "What is in it?", "tag": "t", "level": "time-sensitive",
                "url": "https://tracker.lan", "actions": buttons}
        trigger = types.SimpleNamespace(json=types.SimpleNamespace(**sent))
        data = alerts["actions"][0]["data"]
        self.assertEqual(alerts["actions"][0]["action"], "notify.mobile_app_phone")
        self.assertEqual((self.render(data["title"], trigger=trigger), self.render(data["message"], trigger=trigger)),
                         (sent["title"], sent["message"]))
        shown = {key: self.render(data["data"][key], trigger=trigger) for key in ("tag", "group", "url", "actions")}
        self.assertEqual(shown, {"tag": "t", "group": "filamentd", "url": sent["url"], "actions": str(buttons)})
        tapped = types.SimpleNamespace(event=types.SimpleNamespace(data=types.SimpleNamespace(action=buttons[0]["action"])))
        other = types.SimpleNamespace(event=types.SimpleNamespace(data=types.SimpleNamespace(action="SOMETHING_ELSE")))
        self.assertEqual([self.render(confirm["conditions"], trigger=t) for t in (tapped, other)], ["True", "False"])
        token = self.render(confirm["actions"][0]["data"]["token"], trigger=tapped)
        body = json.loads(self.render(package["rest_command"]["filamentd_confirm"]["payload"], token=token))
        self.assertEqual(body, {"token": "abc-_9"})
        answer = self.daemon.post("/webhook/homeassistant/confirm", body, key=None, headers={"X-Webhook-Secret": SECRET})
        self.assertEqual((answer.status, answer.json["status"]), (202, "ignored"), "no token of ours, but understood")

    def test_bodies_are_what_the_daemon_takes(self):
        commands = self.package("--printer", SERIAL)["rest_command"]
        body = json.loads(self.render(commands["filamentd_print_event"]["payload"], printer_id=SERIAL, event="status", status="running",
                                      previous_status="idle", prefix=f"sensor.p1s_{SERIAL.lower()}"))
        self.assertEqual((body["task_name"], body["weights"]), ("2024", {"AMS 1 Tray 1": 30.1, "AMS 1 Tray 3": 1.1}))
        self.assertEqual((body["active_ams"], body["active_tray"], body["progress"]), (0, 2, "0"))
        answer = self.daemon.post("/webhook/homeassistant/print_event", body, key=None, headers={"X-Webhook-Secret": SECRET})
        self.assertEqual((answer.status, answer.json["action"], answer.json["skipped_fields"]), (200, "job_started", 0), answer)
        job = self.daemon.get(f"/api/print_jobs/{answer.json['job_id']}").json
        self.assertEqual({f["slot"]["slot_number"]: f["estimated_grams"] for f in job["filaments"]}, {1: 30.1, 3: 1.1})
        body = json.loads(self.render(commands["filamentd_ams_update"]["payload"], printer_id=SERIAL, entity_id=self.entity,
                                      ams_unit_number=1, slot_number=3))
        self.assertEqual((body["color"], body["material"], body["slot_number"]), ("#333333FF", "PLA", 3))
        answer = self.daemon.post("/webhook/homeassistant/ams_update", body, key=None, headers={"X-Webhook-Secret": SECRET})
        self.assertEqual((answer.status, answer.json["action"], answer.json["skipped_fields"]), (200, "slot_updated", 0), answer)

    def test_conditions(self):
        slot = next(a for a in self.package("--printer", SERIAL)["automation"] if a["id"].endswith("slot_1_3"))
        state = lambda color, text="Generic PLA": types.SimpleNamespace(state=text, attributes={"color": color})
        met = lambda before, after: self.render(slot["conditions"], trigger=types.SimpleNamespace(from_state=before, to_state=after)).strip()
        self.assertEqual(met(state("#1"), state("#2")), "True")
        self.assertEqual(met(state("#1"), state("#1")), "False")
        self.assertEqual(met(state("#1"), state("#2", "unavailable")), "False")
        self.assertEqual(met(None, state("#2")), "True")

    def test_the_example_in_the_documentation_is_what_comes_out(self):
        text = run("ha-package", "--printer", "01P00A000000000", state=self.daemon.state).stdout
        self.assertEqual((SOURCE / "docs/home-assistant/webhooks.yaml").read_text(), text)

        text = run("ha-package", "--mqtt", "--notify", "mobile_app_phone", "--printer", "01P00A000000000", state=self.daemon.state).stdout
        self.assertEqual((SOURCE / "docs/home-assistant/mqtt.yaml").read_text(), text)

    def test_known_printers(self):
        with Daemon() as daemon:
            write = lambda *words: run("ha-package", *words, state=daemon.state, check=False)
            daemon.post("/api/printers", {"printer_id": "attic", "source": "homeassistant"})
            refused = write()
            self.assertEqual((refused.returncode, refused.stdout), (1, ""), "half a package is none")
            self.assertIn("--printer attic --prefix", refused.stderr)
            self.assertIn("sensor.here_print_status", write("--printer", "attic", "--prefix", "sensor.here").stdout)
            daemon.put("/api/printers/attic", {"model": "A1 mini"})
            spool = daemon.post("/api/spools", SPOOL).json["spool_id"]
            for unit, slot in ((2, 4), (128, 1), (255, 1)):
                daemon.post(f"/api/ams_slots/attic/{unit}/{slot}/assign", {"spool_id": spool})
            for words in ((), ("--printer", "ATTIC")):
                text = write(*words).stdout
                self.assertIn("sensor.a1mini_attic_print_status", text)
                self.assertEqual(re.findall(r"entity_id: (sensor\.a1mini_attic_(?:ams|ext)\S+) ", text),
                                 [f"sensor.a1mini_attic_{s}" for s in (*(f"ams_2_tray_{n}" for n in (1, 2, 3, 4)), "ams_128_tray_1", "externalspool_external_spool")])

    def test_refused(self):
        for words, said in ((("--printer", "a b"), "--printer"), (("--prefix", "sensor.x"), "--printer"), (("--url", "tracker.lan"), "http://"),
                            (("--url", 'http://a/"'), "http://"), (("--printer", SERIAL, "--prefix", "p1s"), "sensor."),
                            (("--notify", "Phone 1"), "--notify"), (("word",), "no words")):
            with self.subTest(words=words):
                refused = run("ha-package", *words, state=self.daemon.state, check=False)
                self.assertEqual((refused.returncode, refused.stdout), (64, ""))
                self.assertIn(said, refused.stderr)

    def test_plain_http_has_no_certificate(self):
        command = self.package("--printer", SERIAL, "--url", "http://10.0.0.2:8480/")["rest_command"]["filamentd_print_event"]
        self.assertNotIn("verify_ssl", command)
        self.assertEqual(command["url"], "http://10.0.0.2:8480/webhook/homeassistant/print_event")


class MqttPackageTest(unittest.TestCase):
    """What it names is announced: see test_discovery.py."""

    @classmethod
    def setUpClass(cls):
        cls.text = run("ha-package", "--mqtt", "--notify", "mobile_app_phone", "--printer", SERIAL, state="/nonexistent").stdout
        cls.automations = {a["id"]: a for a in yaml.load(cls.text, Loader)["automation"]}
        cls.key = f"filamentd_{SERIAL.lower()}"

    def test_an_alert_becomes_a_notification(self):
        alerts, env = self.automations[f"{self.key}_alerts"], environment({})
        state = lambda at, **attributes: types.SimpleNamespace(state=at, attributes=attributes)
        alert = state("2026-11-28T10:00:00", event_type="low_spool", text="Roll #3 is low", alert_id="a1")
        met = lambda before, after: env.from_string(alerts["conditions"]).render(trigger=types.SimpleNamespace(from_state=before, to_state=after)).strip()
        self.assertEqual([met(before, alert) for before in (None, state("unavailable"), state("unknown"), state("2026-11-28T09:00:00"))],
                         ["False", "False", "True", "True"], "what is restored is no news")
        self.assertEqual(met(alert, state("unavailable")), "False")
        data = alerts["actions"][0]["data"]
        shown = [env.from_string(t).render(trigger=types.SimpleNamespace(to_state=alert)) for t in (data["title"], data["message"], data["data"]["tag"])]
        self.assertEqual(shown, ["low spool", "Roll #3 is low", "filamentd_a1"])

    def test_a_question_and_its_buttons(self):
        question = self.automations[f"{self.key}_a1_question"]
        self.assertEqual(question["actions"][0]["action"], "notify.mobile_app_phone")
        fake = Fake()
        self.addCleanup(fake.close)
        roll = f"sensor.{self.key}_a1_roll"
        fake.set(roll, "#3 Acme PLA", None, reported={"material": "PETG", "color": "#AA0011"})
        data, env = question["actions"][0]["data"], environment(fake.entities)
        self.assertEqual(env.from_string(data["message"]).render(), "The printer reports PETG #AA0011; filamentd has #3 Acme PLA. Is that right?")
        fake.set(roll, "Empty", None, reported=None)
        self.assertIn("reports a roll", env.from_string(data["message"]).render())
        for what in ("confirm", "clear"):
            answer = self.automations[f"{self.key}_a1_{what}"]
            self.assertIn(answer["triggers"][0]["event_data"]["action"], [b["action"] for b in data["data"]["actions"]])
            self.assertEqual(answer["actions"], [{"action": "button.press", "target": {"entity_id": f"button.{self.key}_a1_{what}"}}])


if __name__ == "__main__":
    main()
