"""Every kind of alert, produced by a real sequence: what reports tell by replay, what links and days tell by a daemon with
real brokers. A kind of the table that nothing produced fails."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from lib.broker import Broker
from lib.certs import self_signed
from lib.daemon import Daemon, binary
from lib.main import count, main
from lib.store import open_store
from lib.wait import wait_until

REPLAY = pathlib.Path(__file__).resolve().parent.parent / "replay"
sys.path.insert(0, str(REPLAY))
import replay  # noqa: E402

GRACE = 40.0
QUIET_S = 2.5


def kinds():
    """{slug: severity} of the table."""
    text = subprocess.run([os.environ["PRINT_ALERTS"]], check=True, capture_output=True, text=True).stdout
    return dict(line.split("\t")[:2] for line in text.splitlines())


def told_in(path):
    """Alerts that a case of the replays opens."""
    case = json.loads(path.read_text())
    with tempfile.TemporaryDirectory() as folder:
        lines = replay.play(binary(), replay.write(case, pathlib.Path(folder))).splitlines()
    return [line["data"] for line in map(json.loads, lines[:-1]) if line["change"] == "alert"]


class Shop:
    """A daemon that tells of an absence after a second, and printers of real brokers."""

    def __init__(self):
        self.daemon = Daemon(more_environment={"FILAMENTD_PRINTERS_UNREACHABLE_AFTER": "1"})
        self.brokers = []

    def printer(self, serial, **more):
        broker = Broker(serial)
        self.brokers.append(broker)
        count("peers")
        body = {"printer_id": serial, "serial": serial, "host": "127.0.0.1", "port": broker.port,
                "access_code": broker.access_code, "pin_sha256": broker.certificate.spki_sha256(), **more}
        answer = self.daemon.post("/api/printers", body)
        assert answer.status == 201, answer
        return broker

    def alerts(self, query=""):
        return self.daemon.get("/api/alerts" + query).json

    def wait_open(self, kind, printer):
        query = f"?open=true&kind={kind}&printer_id={printer}"
        return wait_until(lambda: self.alerts(query), GRACE, f"{kind} of {printer}")[0]

    def wait_over(self, kind, printer):
        wait_until(lambda: not self.alerts(f"?open=true&kind={kind}&printer_id={printer}"), GRACE, f"the end of {kind}")

    def ended(self, alert):
        return self.daemon.get(f"/api/alerts/{alert['alert_id']}").json["ended_at"]

    def wait_connected(self, printer):
        wait_until(lambda: self.daemon.get(f"/api/printers/{printer}/status").json["connection"]["state"] == "connected",
                   GRACE, f"{printer} is connected")

    def bytes_written(self):
        return int(pathlib.Path(f"/proc/{self.daemon.pid}/io").read_text().split("write_bytes: ")[1].split()[0])

    def close(self):
        self.daemon.close()
        for broker in self.brokers:
            broker.close()


class EveryKind(unittest.TestCase):
    produced = {}

    @classmethod
    def setUpClass(cls):
        cls.shop = Shop()

    @classmethod
    def tearDownClass(cls):
        cls.shop.close()

    def note(self, alerts):
        for alert in alerts:
            self.produced[alert["kind"]] = alert["severity"]

    def test_1_reports(self):
        for path in sorted((REPLAY / "cases").glob("alert-*.json")):
            alerts = told_in(path)
            self.assertTrue(alerts, path.stem)
            self.note(alerts)

    def test_2_a_printer_goes_away_and_returns(self):
        shop, printer = self.shop, "00M00A000000001"
        broker = shop.printer(printer)
        shop.wait_connected(printer)
        self.assertEqual(shop.alerts(f"?printer_id={printer}"), [])
        broker.stop()
        away = shop.wait_open("printer_unreachable", printer)
        self.assertIn(away["data"]["reason"], ("unreachable", "timeout"))
        shop.daemon.restart()
        time.sleep(QUIET_S)
        self.assertEqual([a["alert_id"] for a in shop.alerts(f"?printer_id={printer}")], [away["alert_id"]],
                         "a restart tells nothing anew")
        broker.start()
        shop.wait_over("printer_unreachable", printer)
        self.note([away])

    def test_3_a_wrong_access_code(self):
        shop, printer = self.shop, "00M00A000000002"
        shop.printer(printer, access_code="87654321")
        wrong = shop.wait_open("wrong_access_code", printer)
        self.assertNotIn("87654321", json.dumps(wrong))
        self.assertEqual(shop.alerts(f"?kind=printer_unreachable&printer_id={printer}"), [], "it answers")
        change = lambda **body: self.assertEqual(shop.daemon.put(f"/api/printers/{printer}", body).status, 200)
        change(enabled=False)
        self.assertTrue(shop.ended(wrong), "nobody connects to it any more")
        change(enabled=True)
        again = shop.wait_open("wrong_access_code", printer)
        self.assertNotEqual(again["alert_id"], wrong["alert_id"])
        change(access_code="12345678")
        shop.wait_over("wrong_access_code", printer)
        self.note([wrong])

    def test_4_another_certificate(self):
        shop, printer = self.shop, "00M00A000000003"
        broker = shop.printer(printer)
        shop.wait_connected(printer)
        broker.stop()
        broker.use(self_signed(broker.folder, printer))
        broker.start()
        changed = shop.wait_open("certificate_changed", printer)
        self.assertEqual(shop.daemon.delete(f"/api/printers/{printer}").status, 200)
        self.assertTrue(shop.ended(changed), "there is no such printer any more")
        time.sleep(QUIET_S)
        self.assertEqual(shop.alerts("?open=true&kind=certificate_changed"), [])
        self.note([changed])

    def test_5_a_day_passes(self):
        shop = self.shop
        spool = shop.daemon.post("/api/spools", {"brand": "A", "product_name": "Damp", "material_type": "PLA", "color_hex": "#FFFFFF",
                                                 "initial_weight_grams": 1000}).json["spool_id"]
        self.assertEqual(shop.alerts("?kind=dry_by_passed"), [])
        shop.daemon.stop()
        with contextlib.closing(open_store(shop.daemon.state / "filamentd.db")) as db:
            db.execute("UPDATE spool SET purchase_date = '2020-01-01'")
        shop.daemon.start()
        passed = wait_until(lambda: shop.alerts(f"?open=true&kind=dry_by_passed&spool_id={spool}"), GRACE, "the day")
        self.note(passed)

    def test_6_nothing_is_written_meanwhile(self):
        before = self.shop.bytes_written()
        time.sleep(QUIET_S)
        self.assertEqual(self.shop.bytes_written(), before)

    def test_7_no_kind_is_left(self):
        self.assertEqual(self.produced, kinds())


if __name__ == "__main__":
    main()
