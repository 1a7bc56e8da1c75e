"""Memory with three printers and the time to the first answer: on a release build alone."""

import pathlib
import tempfile
import time
import unittest

from lib.broker import Broker
from lib.certs import Authority
from lib.daemon import Daemon, run
from lib.main import count, main
from lib.wait import wait_until

SERIALS = ["01P00A000000001", "039000000000002", "09400A000000003"]
CODE = "12345678"
MEMORY_KIB = 15 * 1024
FIRST_ANSWER_S = 0.2


class SizeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cli-")
        self.addCleanup(folder.cleanup)
        self.certs = pathlib.Path(folder.name)
        authority = Authority(self.certs)
        self.brokers = [Broker(serial, CODE, authority.leaf(serial), authority) for serial in SERIALS]
        for broker in self.brokers:
            self.addCleanup(broker.close)
            count("brokers")
        anchors = self.certs / "anchors"
        anchors.mkdir()
        (anchors / "ca.pem").write_bytes(authority.pem.read_bytes())
        self.environment = {"FILAMENTD_PRINTERS_CERTS_DIR": str(anchors)}

    def report(self, broker):
        trays = ",".join(f'{{"id":"{n}","tray_type":"PLA","tray_color":"11223{n}FF","tray_info_idx":"GFA00","remain":50}}'
                         for n in range(4))
        broker.report('{"print":{"command":"push_status","msg":0,"gcode_state":"IDLE","nozzle_temper":22.5,'
                      f'"ams":{{"ams":[{{"id":"0","humidity":"4","tray":[{trays}]}}],"ams_exist_bits":"1",'
                      '"tray_exist_bits":"f","tray_now":"255"}}}')

    def test_three_printers(self):
        with Daemon(more_environment=self.environment) as daemon:
            for broker in self.brokers:
                run("printer", "add", "--serial", broker.serial, "--host", "127.0.0.1", "--port", broker.port,
                    state=daemon.state, stdin=CODE.encode(), more_environment=self.environment)
            self.wait_connected(daemon)
            for _ in range(30):
                for broker in self.brokers:
                    self.report(broker)
                daemon.get("/api/ams_slots")
                daemon.get("/api/spools")
            wait_until(lambda: len(daemon.get("/api/ams_slots").json) >= 12, 10, "the slots are there")
            kib = daemon.memory_kib()
            print(f"resident with three printers: {kib / 1024:.1f} MiB")
            self.assertLess(kib, MEMORY_KIB)
            self.first_answer(daemon)

    def wait_connected(self, daemon):
        reason = lambda s: daemon.get(f"/api/printers/{s}/status").json["connection"]["reason"]
        for serial in SERIALS:
            wait_until(lambda: reason(serial) == "connected", 15, serial)

    def first_answer(self, daemon):
        took = []
        for _ in range(5):
            daemon.stop()
            began = time.monotonic()
            daemon.start()
            self.assertEqual(daemon.get("/api/ams_slots").status, 200)
            took.append(time.monotonic() - began)
        print(f"first answer after {min(took) * 1000:.0f} ms")
        self.assertLess(min(took), FIRST_ANSWER_S)


if __name__ == "__main__":
    main()
