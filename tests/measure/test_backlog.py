"""Ten thousand alerts that waited for the network: in order, quickly, and not from memory."""

import http.client
import sqlite3
import time
import unittest

from lib.daemon import Daemon
from lib.main import count, main
from lib.peer import Peer
from lib.wait import wait_until

ALERTS, BOX, PARTS = 10000, 50, 10
PLAIN, LEAST = 300, 0.1  # of what this peer and this disk allow: one POST and one COMMIT after the other
PART_S = 60
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

    def plain(self, peer, folder):
        """A second, over one connection and with a durable COMMIT for each, without a queue or anything to decide."""
        connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=30)
        with sqlite3.connect(f"{folder}/plain.db", isolation_level=None) as db:
            db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (n INTEGER, body TEXT)")
            began = time.monotonic()
            for number in range(PLAIN):
                connection.request("POST", "/plain", b"x" * 800, {"Content-Type": "application/json"})
                connection.getresponse().read()
                db.execute("INSERT INTO t VALUES (?, ?)", (number, "x" * 800))
            took = time.monotonic() - began
        connection.close()
        db.close()
        return PLAIN / took

    def rate(self, peer):
        began = time.monotonic()
        for part in range(1, PARTS + 1):
            wait_until(lambda: len(peer.posts) >= part * ALERTS // PARTS, PART_S, f"part {part}")
        return ALERTS / (time.monotonic() - began)

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
            rate = self.rate(peer)
            grown = daemon.peak_kib() - before
            self.assertEqual([p.headers["X-Delivery-Id"] for p in peer.posts[:ALERTS]], queued)
            plain = self.plain(peer, daemon.state)
            print(f"measured deliveries_per_second={rate:.0f} plain={plain:.0f} growth_kib={grown}")
            self.assertLess(grown, GROWTH_KIB)
            self.assertGreater(rate / plain, LEAST)
        peer.close()


if __name__ == "__main__":
    main()
