"""The package YAML that `filamentd ha-package` writes: it parses, its templates render, and the daemon takes what they send."""

import json
import types
import unittest

import yaml

from lib.daemon import Daemon, run
from lib.home_assistant import Fake, environment
from lib.main import SOURCE, main

SERIAL = "01P00A000000111"
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

    def test_known_printers(self):
        with Daemon() as daemon:
            daemon.post("/api/printers", {"printer_id": "attic", "source": "homeassistant"})
            text = run("ha-package", state=daemon.state).stdout
        self.assertIn("filamentd_attic_print_status", text)


if __name__ == "__main__":
    main()
