"""Simulated printers behind a real broker: requests are answered, commands act at once."""

import json
import pathlib
import tempfile
import unittest

from lib.broker import Broker
from lib.main import count, main
from lib.wait import wait_until
from simulator.player import Simulator

SERIAL = "039A00000000001"


class Live(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.broker = Broker(SERIAL)
        self.addCleanup(self.broker.close)
        self.ear = self.broker.listen()
        self.addCleanup(self.ear.end)
        self.simulator = Simulator("--requests", self.folder / "requests")
        self.addCleanup(self.simulator.close)
        count("real peers")

    def heard(self, test):
        """The first message since the start for which test(payload) is true."""
        def look():
            for line in list(self.ear.lines):
                topic, _, text = line.partition(" ")
                if topic == f"device/{SERIAL}/report" and test(json.loads(text)):
                    return json.loads(text)
            return None
        return wait_until(look, 10, "a message")

    def ask(self, request):
        self.broker.publish(f"device/{SERIAL}/request", json.dumps(request))

    def test_requests(self):
        self.simulator.add("A", "a1", self.broker)
        self.simulator.do("load A 1/2 profile=GFL99 material=PLA color=#0ACC38 known=yes")
        self.ask({"pushing": {"sequence_id": "1", "command": "pushall", "version": 1, "push_target": 1}})
        full = self.heard(lambda m: m.get("print", {}).get("msg") == 0 and m["print"]["ams"]["tray_exist_bits"] == "2")
        self.assertEqual(full["print"]["ams"]["ams"][0]["tray"][1]["tray_type"], "PLA")
        self.ask({"info": {"sequence_id": "77", "command": "get_version"}})
        version = self.heard(lambda m: "info" in m)
        self.assertEqual(version["info"]["sequence_id"], "77")
        self.ask({"print": {"sequence_id": "5", "command": "stop"}})
        log = self.folder / "requests"
        wait_until(lambda: log.read_text().count("\n") == 3, 10, "three requests")
        self.assertEqual([json.loads(l)["request"] for l in log.read_text().splitlines()],
                         ["pushall", "get_version", "other"])

    def test_a_roll_swapped_live(self):
        self.simulator.add("A", "a1", self.broker)
        self.simulator.do("speed 20")
        self.simulator.do("load A 1/1 profile=GFG99 material=PETG color=#FFAA00")
        found = self.heard(lambda m: "FFAA00FF" in json.dumps(m))
        self.assertEqual(found["print"]["ams"]["ams"][0]["tray"][0]["tray_info_idx"], "GFG99")
        self.assertEqual(self.simulator.show("A")["slots"][0]["color"], "FFAA00FF")
        with self.assertRaises(AssertionError):
            self.simulator.do("load A 1/9 profile=GFG99")

    def test_the_broker_comes_back(self):
        self.simulator.add("A", "x1c", self.broker)
        self.broker.kill()
        self.broker.start()
        wait_until(lambda: self.simulator.process.lines.count("connected A") == 2, 10, "a second connection")


if __name__ == "__main__":
    main()
