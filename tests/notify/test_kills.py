"""Kills at any moment, and a store that is busy: every alert arrives, and comes twice only where its answer was lost."""

import random
import sqlite3
import threading
import time

from lib.main import count, main
from lib.wait import wait_until
from test_channels import SPOOL, ChannelCase

KILLS, LONGEST = 8, 0.5


class KillTest(ChannelCase):
    def environment(self):
        return {"PUSH_WEBHOOK_URL": self.peer.url + "/hook"}

    def make_alerts(self, stop, made):
        """Rolls that become low, as fast as the daemon lets them; it may be gone at any time."""
        while not stop.is_set():
            try:
                roll = self.daemon.post("/api/spools", SPOOL, timeout=5).json["spool"]["spool_id"]
                answer = self.daemon.post(f"/api/spools/{roll}/adjust_weight", {"new_weight_grams": 50}, timeout=5)
                if answer.status == 200:
                    made.append(roll)
            except (OSError, ValueError, KeyError, IndexError, AttributeError):
                time.sleep(0.02)
            except Exception as lost:  # http.client's: the answer broke off
                self.assertIn("http.client", type(lost).__module__)

    def test_kills(self):
        chance, made, stop = random.Random(4711), [], threading.Event()
        writer = threading.Thread(target=self.make_alerts, args=(stop, made))
        writer.start()
        try:
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.05, LONGEST))
                self.daemon.kill()
                self.daemon.start()
        finally:
            stop.set()
            writer.join()
        count("alerts", len(made))
        self.assertGreater(len(made), KILLS)
        wait_until(lambda: not self.deliveries("?state=waiting"), 60, "the end of the queue")
        told = [(p.headers["X-Delivery-Id"], p.json["spool_id"]) for p in self.peer.posts]
        self.assertLessEqual(set(made), {roll for _, roll in told}, "what was acknowledged is told")
        self.assertLessEqual(len(told) - len(set(told)), KILLS, "one message was under way at each kill, at most")
        self.assertEqual(len({roll for _, roll in told}), len({delivery for delivery, _ in told}))
        self.assertFalse(self.deliveries("?state=failed"))


class BusyStoreTest(ChannelCase):
    def environment(self):
        return {"PUSH_WEBHOOK_URL": self.peer.url + "/hook"}

    def test_what_was_sent_and_could_not_be_noted_is_not_sent_again(self):
        self.peer.gate.clear()
        self.low()
        wait_until(lambda: self.peer.open, 15, "a message under way")
        store = sqlite3.connect(self.daemon.state / "filamentd.db", isolation_level=None)
        store.execute("BEGIN IMMEDIATE")
        self.peer.gate.set()
        wait_until(lambda: "channel=webhook problem=" in self.daemon.stderr(), 30, "an answer that cannot be noted")
        store.close()
        wait_until(lambda: self.deliveries("?state=sent"), 30, "it is noted")
        self.assertEqual(len(self.peer.posts), 1)


if __name__ == "__main__":
    main()
