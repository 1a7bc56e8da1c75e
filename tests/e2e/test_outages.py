"""Brokers and the daemon die and come back: no slot and no assignment is lost."""

import time
import unittest

from e2e.bench import SETTLE, Bench
from lib.main import main
from lib.wait import wait_until

SERIALS = {"a1": "039E2E000000001", "p1s": "01PE2E000000002", "h2d": "094E2E000000003"}


def load(bench, name, color):
    bench.do(f"load {name} 1/1 profile=GFL99 material=PLA color={color} known=yes")
    bench.do(f"load {name} 1/2 profile=GFL05 material=PLA color=#D02030 known=yes")


def facts(bench, name):
    """What must not change by an outage."""
    return {key: (row["ams_slot_id"], row["spool_id"], row["reported"] and row["reported"]["state"],
                  row["current_ha_color"], row["current_ha_material"], row["open_question_id"])
            for key, row in bench.slots(name).items()}


class Outages(unittest.TestCase):
    def test_a_broker_that_dies_and_comes_back(self):
        with Bench() as bench:
            bench.add("a1", "a1", SERIALS["a1"])
            load(bench, "a1", "#0ACC38")
            bench.wait_as_scripted("a1")
            bench.brokers["a1"].kill()
            wait_until(lambda: bench.reason("a1") != "connected", 15, "the loss is seen")
            self.assertTrue(bench.slot("a1", 1, 1)["reported"])
            bench.do("load a1 1/1 profile=GFG99 material=PETG color=#FFAA00 known=yes")
            begin = time.monotonic()
            bench.brokers["a1"].start()
            wait_until(lambda: bench.reason("a1") == "connected", 40, "connected again")
            print(f"measured reconnect after a broker's death: {time.monotonic() - begin:.1f} s")
            bench.wait_as_scripted("a1")

    def test_kill_9_in_the_middle(self):
        with Bench() as bench:
            for name, color in zip(SERIALS, ["#0ACC38", "#46A8F9", "#FF6A13"]):
                bench.add_silent(name, name, SERIALS[name])
                load(bench, name, color)
                bench.register(name)
                bench.wait_as_scripted(name)
                bench.assign(name, 1, 1, bench.spool(color="#101010", brand=name))
            bench.do("speed 60")
            for name in SERIALS:
                bench.do(f"print {name} slots=1/2,1/1 grams=50,50 layers=500 layer_s=10")
            time.sleep(SETTLE + 3)
            before = {name: facts(bench, name) for name in SERIALS}
            lengths = {name: len(bench.history(name, 1, 1)) for name in SERIALS}
            bench.daemon.kill()
            begin = time.monotonic()
            bench.daemon.start()
            self.assertEqual({name: facts(bench, name) for name in SERIALS}, before)
            print(f"measured restart after kill -9 to the first answer: {1000 * (time.monotonic() - begin):.0f} ms")
            for name in SERIALS:
                wait_until(lambda: bench.reason(name) == "connected", 20, f"{name} is connected")
            time.sleep(SETTLE + 2)
            self.assertEqual({name: facts(bench, name) for name in SERIALS}, before)
            self.assertEqual({name: len(bench.history(name, 1, 1)) for name in SERIALS}, lengths)

    def test_kill_9_while_a_roll_settles(self):
        with Bench() as bench:
            bench.add("a1", "a1", SERIALS["a1"])
            red = bench.spool(color="#C12E1F", profile="GFL99")
            blue = bench.spool(color="#0A2CA5", profile="GFL99")
            bench.do("load a1 1/1 profile=GFL99 material=PLA color=#C12E1F known=yes")
            bench.wait_spool("a1", 1, 1, red)
            bench.do("load a1 1/1 profile=GFL99 material=PLA color=#0A2CA5 known=yes")
            time.sleep(SETTLE / 2)
            bench.daemon.kill()
            bench.daemon.start()
            bench.wait_spool("a1", 1, 1, blue, 20)

    def test_a_roll_changed_while_the_daemon_was_away(self):
        with Bench() as bench:
            bench.add("p1s", "p1s", SERIALS["p1s"])
            red = bench.spool(color="#C12E1F", profile="GFL99")
            bench.do("load p1s 1/1 profile=GFL99 material=PLA color=#C12E1F known=yes")
            bench.wait_spool("p1s", 1, 1, red)
            bench.daemon.kill()
            bench.do("unload p1s 1/1")
            bench.daemon.start()
            bench.wait_spool("p1s", 1, 1, None, 25)


if __name__ == "__main__":
    main()
