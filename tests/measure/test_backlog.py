"""Ten thousand alerts that waited for the network: in order, quickly, and not from memory."""

import sqlite3
import time
import unittest

from lib.daemon import Daemon
from lib.main import count, main
from lib.peer import Peer
from lib.wait import wait_until

ALERTS, BOX, PARTS = 10000, 50, 10
PER_SECOND = 200
GROWTH_KIB = 1024
LOW_ROLLS = {"brand": "Acme", "product_name": "PLA", "material_type": "PLA", "color_hex": "#FF8800",
             "initial_weight_grams": 1000, "current_weight_grams": 50, "quantity": BOX}


class BacklogTest(unittest.TestCase):
    def queue(self, daemon):
        """One alert for each roll. Returns the ids of the deliveries in their order."""
        for _ in range(ALERTS // BOX):
            answer = daemon.post("/api/spools", LOW_ROLLS)
            self.assertEqual(answer.status, 201, answer)
        with sqlite3.connect(f"file:{daemon.state}/filamentd.db?mode=ro", uri=True) as db:
            return [row[0] for row in db.execute("SELECT public_id FROM delivery WHERE state = 'waiting' ORDER BY id")]

    def trial(self, daemon):
        answer = daemon.post("/api/notifications/test", {})
        self.assertEqual(answer.status, 202, answer)

    def rates(self, peer):
        """Per second, of all and of the best part: what others take of the machine meanwhile is not ours."""
        marks = [time.monotonic()]
        for part in range(1, PARTS + 1):
            wait_until(lambda: len(peer.posts) >= part * ALERTS // PARTS, ALERTS / PER_SECOND, f"part {part}")
            marks.append(time.monotonic())
        return ALERTS / (marks[-1] - marks[0]), ALERTS / PARTS / min(b - a for a, b in zip(marks, marks[1:]))

    def test_they_come_when_it_is_back(self):
        peer = Peer()
        count("peers")
        with Daemon(more_environment={"FILAMENTD_PUSH_WEBHOOK_URL": peer.url + "/hook"}) as daemon:
            self.trial(daemon)
            wait_until(lambda: peer.posts, 10, "the first one")  # what a connection takes, it has
            peer.close()
            queued = self.queue(daemon)
            self.assertEqual(len(queued), ALERTS)
            before = daemon.memory_kib()
            daemon.forget_peak()
            peer = Peer(port=peer.port)
            self.trial(daemon)  # ends the pause, and comes last
            overall, best = self.rates(peer)
            grown = daemon.peak_kib() - before
            print(f"measured deliveries_per_second={overall:.0f} best={best:.0f} growth_kib={grown}")
            self.assertEqual([p.headers["X-Delivery-Id"] for p in peer.posts[:ALERTS]], queued)
            self.assertLess(grown, GROWTH_KIB)
            self.assertGreater(best, PER_SECOND)
        peer.close()


if __name__ == "__main__":
    main()
