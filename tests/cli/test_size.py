"""Memory with three and with ten printers, and what the first answer costs: on a release build alone."""

import pathlib
import subprocess
import tempfile
import unittest

from lib.broker import Broker
from lib.certs import Authority
from lib.daemon import Daemon, run
from lib.main import count, main
from lib.wait import wait_until

SERIALS = ["01P00A000000001", "039000000000002", "09400A000000003"] + [f"01S00A0000000{n:02}" for n in range(4, 11)]
CODE = "12345678"
THREE_KIB = 15 * 1024
TEN_KIB = 20 * 1024
BURST_KIB = 4 * 1024  # what may stay of a crowd: parts of pages, not connections
CROWD = 16
REST_S = 30
FIRST_ANSWER_S = 0.2  # of processor time, which a busy machine does not stretch


class SizeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cli-")
        self.addCleanup(folder.cleanup)
        self.certs = pathlib.Path(folder.name)
        self.authority = Authority(self.certs)
        anchors = self.certs / "anchors"
        anchors.mkdir()
        (anchors / "ca.pem").write_bytes(self.authority.pem.read_bytes())
        self.environment = {"FILAMENTD_PRINTERS_CERTS_DIR": str(anchors)}
        self.brokers = []

    def add_printers(self, daemon, serials):
        for serial in serials:
            broker = Broker(serial, CODE, self.authority.leaf(serial), self.authority)
            self.addCleanup(broker.close)
            count("brokers")
            self.brokers.append(broker)
            run("printer", "add", "--serial", serial, "--host", "127.0.0.1", "--port", broker.port,
                state=daemon.state, stdin=CODE.encode(), more_environment=self.environment)
        reason = lambda s: daemon.get(f"/api/printers/{s}/status").json["connection"]["reason"]
        for serial in serials:
            wait_until(lambda: reason(serial) == "connected", 15, serial)

    def work(self, daemon):
        """Reports and an app that looks at them."""
        for _ in range(30):
            for broker in self.brokers:
                self.report(broker)
            daemon.get("/api/ams_slots")
            daemon.get("/api/spools")
        wait_until(lambda: len(daemon.get("/api/ams_slots").json) >= 4 * len(self.brokers), 20, "the slots are there")
        return daemon.memory_kib()

    def report(self, broker):
        trays = ",".join(f'{{"id":"{n}","tray_type":"PLA","tray_color":"11223{n}FF","tray_info_idx":"GFA00","remain":50}}'
                         for n in range(4))
        broker.report('{"print":{"command":"push_status","msg":0,"gcode_state":"IDLE","nozzle_temper":22.5,'
                      f'"ams":{{"ams":[{{"id":"0","humidity":"4","tray":[{trays}]}}],"ams_exist_bits":"1",'
                      '"tray_exist_bits":"f","tray_now":"255"}}}')

    def test_three_printers(self):
        with Daemon(more_environment=self.environment) as daemon:
            self.add_printers(daemon, SERIALS[:3])
            kib = self.work(daemon)
            print(f"resident with three printers: {kib / 1024:.1f} MiB")
            self.assertLess(kib, THREE_KIB)
            self.first_answer(daemon)

    def test_ten_printers_and_a_crowd(self):
        with Daemon(more_environment=self.environment) as daemon:
            self.add_printers(daemon, SERIALS)
            kib = self.work(daemon)
            print(f"resident with ten printers: {kib / 1024:.1f} MiB")
            self.assertLess(kib, TEN_KIB)
            subprocess.run(["wrk", "-t1", f"-c{CROWD}", "-d2s", "-H", "X-API-Key: " + daemon.key,
                            daemon.url + "/api/bootstrap"], check=True, capture_output=True, timeout=30)
            crowd = daemon.memory_kib()
            wait_until(lambda: daemon.memory_kib() < TEN_KIB + BURST_KIB, REST_S, "what a crowd took is given back")
            print(f"resident with a crowd of {CROWD}: {crowd / 1024:.1f} MiB, then {daemon.memory_kib() / 1024:.1f} MiB")

    def first_answer(self, daemon):
        took = []
        for _ in range(3):
            daemon.stop()
            daemon.start()
            self.assertEqual(daemon.get("/api/ams_slots").status, 200)
            took.append(daemon.cpu_seconds())
        print(f"first answer after {min(took) * 1000:.0f} ms of processor time")
        self.assertLess(min(took), FIRST_ANSWER_S)


if __name__ == "__main__":
    main()
