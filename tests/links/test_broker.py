"""The links against a real mosquitto with a printer's certificate."""

import json
import pathlib
import tempfile
import unittest

from driver import Driver
from lib.broker import Broker
from lib.certs import Authority
from lib.main import count, main
from lib.wait import wait_until

FAST = "00M00A6C0D00071"  # X1 Carbon: sends full reports by itself
SLOW = "01P00A6C0D00072"  # P1S: deltas
REPORT = b'{"print":{"command":"push_status","msg":1,"layer_num":7}}'
ALLOWED = {("pushing", "pushall"), ("pushing", "start"), ("info", "get_version")}


class Requests:
    """What passes the broker under .../request."""

    def __init__(self, broker):
        self.broker = broker
        self.process = broker.listen("#")
        wait_until(lambda: "SUBSCRIBE" in broker.log(), 5, "the listener has subscribed")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.end()

    def all(self):
        found = []
        for line in self.process.lines:
            topic, _, payload = line.partition(" ")
            if topic.endswith("/request"):
                body = json.loads(payload)
                (group, inner), = body.items()
                found.append((group, inner["command"], int(inner["sequence_id"])))
        return found

    def number(self, command):
        return len([c for c in self.all() if c[1] == command])


class RealBroker(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="links-broker-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.certs = cls.folder / "certs"
        cls.certs.mkdir()
        cls.root = Authority(cls.folder, "Root CA")
        (cls.certs / "root.pem").write_bytes(cls.root.pem.read_bytes())

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def setUp(self):
        count("peers")

    def connected(self, serial=FAST, **options):
        broker = Broker(serial, authority=self.root)
        self.addCleanup(broker.close)
        links = Driver(self.certs, **options)
        self.addCleanup(links.__exit__)
        links.set(broker.port, serial)
        links.wait_reason("connected")
        return broker, links

    def test_reports_come_as_they_were_sent(self):
        broker, links = self.connected()
        for payload in [REPORT, b"no json {{{", b'{"print":{"subtask_name":"\xff\xfe"}}', b"\0\1\2", b"[" * 5000]:
            broker.report(payload)
            links.wait_report(payload)
        self.assertEqual(len(links.reports()), 5)
        # A report is passed on within the round that took it, and counted for others at its end.
        wait_until(lambda: links.of("round_end") and links.events[-1]["event"] == "round_end", 5, "the end of the round")
        self.assertEqual(links.status()["messages"], 5)

    def test_another_topic_is_no_report(self):
        broker, links = self.connected()
        broker.publish("device/OTHER/report", b"1")
        broker.publish(f"device/{FAST}/else", b"2")
        broker.report(b"3")
        links.wait_report(b"3")
        self.assertEqual(links.reports(), [b"3"])

    def test_requests_are_the_three_allowed_ones_in_order_and_paced(self):
        broker = Broker(SLOW, authority=self.root)
        self.addCleanup(broker.close)
        with Requests(broker) as seen, Driver(self.certs) as links:
            links.set(broker.port, SLOW)
            wait_until(lambda: len(seen.all()) == 2, 5, "the first two requests")
            self.assertEqual([r[1] for r in seen.all()], ["get_version", "pushall"])
            links.say("version 1")
            links.say("refresh 1")  # 60 s apart for a slow one
            links.say("full 1")  # 1.5 s after the last one
            links.say("full 1")
            wait_until(lambda: seen.number("get_version") == 2, 5, "the version again")
            self.assertEqual(seen.number("pushall"), 1)
            wait_until(lambda: seen.number("pushall") == 2, 5, "the second pushall")
            broker.restart()
            self.assertTrue(all(r[:2] in ALLOWED for r in seen.all()), seen.all())
            sequence = [r[2] for r in seen.all()]
            self.assertEqual(sequence, sorted(set(sequence)))
            self.assertLess(max(sequence), 2 ** 31)

    def test_fast_printers_are_asked_sooner_but_never_at_once(self):
        broker = Broker(FAST, authority=self.root)
        self.addCleanup(broker.close)
        with Requests(broker) as seen, Driver(self.certs, pushall_gap=700) as links:
            links.set(broker.port, FAST)
            wait_until(lambda: seen.number("pushall") == 1, 5, "the first pushall")
            for _ in range(5):
                links.say("refresh 1")
            wait_until(lambda: seen.number("pushall") == 2, 5, "the second pushall")
            links.status()
            self.assertEqual(seen.number("pushall"), 2)

    def test_comes_back_after_a_kill(self):
        broker, links = self.connected()
        broker.kill()
        status = links.wait_reason("unreachable")
        self.assertFalse(status["connected"])
        broker.start()
        links.wait_reason("connected")
        broker.report(REPORT)
        links.wait_report(REPORT)
        self.assertGreaterEqual(links.status()["failures"], 1)

    def test_wrong_code_is_tried_again_slowly(self):
        broker = Broker(FAST, authority=self.root)
        self.addCleanup(broker.close)
        with Driver(self.certs) as links:
            links.set(broker.port, FAST, code="87654321")
            status = links.wait_reason("wrong_access_code")
            self.assertGreater(status["retry_in"], 20000)
            self.assertEqual(status["failures"], 1)
            links.set(broker.port, FAST)
            links.wait_reason("connected")

    def test_goodbye(self):
        broker, links = self.connected()
        self.assertLess(links.close()["ms"], 900)
        wait_until(lambda: "Received DISCONNECT" in broker.log(), 5, "the goodbye")
        self.assertRegex(broker.log(), r"Client filamentd-\w+ disconnected\.")

    def test_removal_and_disabling_say_goodbye(self):
        broker, links = self.connected()
        links.set(broker.port, FAST, on=False)
        links.wait_reason("disabled")
        wait_until(lambda: broker.log().count("Received DISCONNECT") == 1, 5, "the goodbye")
        links.set(broker.port, FAST)
        links.wait_reason("connected")
        links.say("remove 1")
        wait_until(lambda: not links.status()["known"], 5, "it is gone")
        wait_until(lambda: broker.log().count("Received DISCONNECT") == 2, 5, "the goodbye")
        broker.report(REPORT)
        self.assertEqual(links.reports(), [])

    def test_one_connection_with_one_name(self):
        broker, links = self.connected()
        links.set(broker.port, FAST)
        links.set(broker.port, FAST)
        links.status()
        self.assertEqual(broker.log().count("New client connected"), 1)

    def test_a_broker_with_a_version_1_leaf(self):
        with Broker(FAST, certificate=self.root.leaf(FAST, v1=True)) as broker, Driver(self.certs) as links:
            links.set(broker.port, FAST)
            links.wait_reason("connected")

    def test_after_a_stall_everything_is_asked_for(self):
        broker, links = self.connected()
        before = links.status()["pushalls"]
        links.say("block 2300")
        broker.report(REPORT)
        wait_until(lambda: links.status()["pushalls"] == before + 1, 10, "a full report is asked for")

    def test_refused_commands_show_while_connected(self):
        broker, links = self.connected()
        links.say("refused 1")
        links.wait_reason("commands_refused")
        broker.report(REPORT)
        links.wait_report(REPORT)
        self.assertEqual(links.status()["reason"], "commands_refused")


if __name__ == "__main__":
    main()
