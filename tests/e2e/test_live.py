"""An app watches over live events: telemetry, a roll that comes, a printer that goes."""

import time
import unittest

from e2e.bench import Bench
from lib.events import Events
from lib.main import main

SERIAL, WATCHED = "00M000000000077", 4.0
BLUE = "profile=GFA00 material=PLA color=#0A2CA5 known=yes"


class Live(unittest.TestCase):
    def test_an_app_watches(self):
        with Bench() as bench, Events(bench.daemon) as events:
            bench.add("x1", "x1c", SERIAL)
            self.assertEqual(events.named("printer.created").data["data"]["printer"]["printer_id"], "x1")

            def told(event):
                shown = event.data.get("telemetry")
                return shown and shown["connection"]["state"] == "connected" and shown["at"] and shown["nozzle_c"] is not None

            shown = events.next(20, told).data["telemetry"]
            self.assertGreater(shown["nozzle_c"], 0)
            self.assertEqual(shown["gcode_state"], "idle")

            times = []
            while not times or times[-1] - times[0] < WATCHED:
                events.named("printer.telemetry", 20)
                times.append(time.monotonic())
            self.assertLessEqual(len(times), WATCHED / 0.9 + 2)

            blue = bench.spool(color="#0A2CA5", profile="GFA00")
            bench.do(f"load x1 1/2 {BLUE}")
            event = events.next(20, lambda e: e.name == "slot.updated" and e.data["data"]["slot"]["spool_id"])
            self.assertEqual(event.data["data"]["slot"]["spool"]["spool_id"], blue)

            bench.brokers["x1"].close()
            del bench.brokers["x1"]
            events.next(20, lambda e: (e.data.get("telemetry") or {}).get("connection", {}).get("state") not in
                        (None, "connected"))


if __name__ == "__main__":
    main()
