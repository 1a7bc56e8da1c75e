"""What was acknowledged survives kill -9 at any moment, without a call to save first."""

import json
import random
import threading
import unittest

from lib.daemon import Daemon
from lib.main import main

ROUNDS = 6


class Writer(threading.Thread):
    """Creates spools until the daemon is gone; remembers what was acknowledged."""

    def __init__(self, daemon, number):
        super().__init__()
        self.daemon_under_test = daemon
        self.number = number
        self.acknowledged = []

    def run(self):
        count = 0
        while True:
            body = {"brand": "B", "product_name": f"{self.number}-{count}", "material_type": "PLA",
                    "color_hex": "#112233", "initial_weight_grams": 1000}
            try:
                answer = self.daemon_under_test.post("/api/spools", body, timeout=10)
            except OSError:
                return
            except Exception:  # half an answer: not acknowledged
                return
            if answer.status == 201:
                self.acknowledged.append(answer.json["spool_id"])
            count += 1


class KillTest(unittest.TestCase):
    def test_nothing_acknowledged_is_lost(self):
        with Daemon() as daemon:
            acknowledged = []
            for round_number in range(ROUNDS):
                writers = [Writer(daemon, f"{round_number}-{n}") for n in range(3)]
                for writer in writers:
                    writer.start()
                threading.Event().wait(random.uniform(0.1, 0.5))
                daemon.kill()
                for writer in writers:
                    writer.join(20)
                    acknowledged += writer.acknowledged
                daemon.start()
            stored = {row["spool_id"] for row in json.loads(daemon.get("/api/spools").body)}
            lost = [spool for spool in acknowledged if spool not in stored]
            print(f"{len(acknowledged)} spools acknowledged in {ROUNDS} rounds")
            self.assertGreater(len(acknowledged), ROUNDS)
            self.assertEqual(lost, [])


if __name__ == "__main__":
    main()
