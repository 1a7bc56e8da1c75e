"""What the release build promises: small in memory, quick to start."""

import subprocess
import time
import unittest

from lib.daemon import Daemon
from lib.main import main
from lib.wait import wait_until

RESIDENT_KIB = 15 * 1024
GROWTH_KIB = 1024
START_SECONDS = 0.2
PRINTERS = 3
TRIES = 5


class MeasureTest(unittest.TestCase):
    def add_printers(self, daemon):
        for number in range(PRINTERS):
            answer = daemon.post("/api/printers", {"serial": f"01S00A00000000{number}", "host": "127.0.0.1",
                                                   "port": 9, "access_code": "12345678", "name": f"P{number}"})
            self.assertEqual(201, answer.status, answer)

    def start_time(self, daemon):
        """Seconds of processor time, which a busy machine does not stretch, until the first answer 200."""
        daemon.start()
        self.assertEqual(200, daemon.get("/api/ams_slots").status)
        return daemon.cpu_seconds()

    def test_memory_with_printers(self):
        with Daemon() as daemon:
            self.add_printers(daemon)
            for _ in range(50):
                self.assertEqual(200, daemon.get("/api/spools").status)
            kib = daemon.memory_kib()
            print(f"measured resident_kib={kib}")
            self.assertLess(kib, RESIDENT_KIB)

    def test_load_leaves_no_growth(self):
        """Eight clients at full speed, reading and writing: what the first seconds took is enough for the rest."""
        with Daemon() as daemon:
            spool = daemon.post("/api/spools", {"brand": "B", "product_name": "P", "material_type": "PLA", "color_hex": "#123456",
                                                "initial_weight_grams": 1000}).json["spool_id"]

            def load():
                for path in (f"/api/spools/{spool}", "/api/bootstrap"):
                    done = subprocess.run(["wrk", "-t1", "-c8", "-d2s", "-H", "X-API-Key: " + daemon.key, daemon.url + path],
                                          check=True, capture_output=True, text=True, timeout=30)
                    self.assertNotRegex(done.stdout, "Non-2xx|Socket errors")
                for number in range(100):
                    self.assertEqual(200, daemon.put(f"/api/spools/{spool}", {"notes": f"note {number}"}).status)
                return daemon.memory_kib()

            load()
            before, after = load(), load()
            print(f"measured resident_under_load_kib={before} growth_kib={after - before}")
            self.assertLess(after - before, GROWTH_KIB)

    def test_start_on_existing_database(self):
        with Daemon() as daemon:
            self.add_printers(daemon)
            best = float("inf")
            for _ in range(TRIES):
                daemon.stop()
                best = min(best, self.start_time(daemon))
            print(f"measured start_cpu_ms={best * 1000:.0f}")
            self.assertLess(best, START_SECONDS)

    def test_idle_costs_nothing(self):
        with Daemon() as daemon:
            wait_until(lambda: daemon.get("/readyz").status == 200, 5)
            before, began = daemon.cpu_seconds(), time.monotonic()
            time.sleep(3)
            share = (daemon.cpu_seconds() - before) / (time.monotonic() - began)
            print(f"measured idle_cpu_percent={share * 100:.1f}")
            self.assertLess(share, 0.05)


if __name__ == "__main__":
    main()
