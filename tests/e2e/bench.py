"""A daemon with simulated printers: each behind a broker of its own, as printers are in a network."""

import json
import pathlib
import shutil
import tempfile

from lib.broker import Broker
from lib.certs import Authority
from lib.daemon import Daemon
from lib.main import count
from lib.wait import wait_until
from simulator.player import Simulator

SETTLE = 5.0
READING_ONLY = {"pushall", "get_version", "pushing.start", "unheard"}
NEIGHBOUR = 12.0  # a settle time, and what a busy machine adds


class Bench:
    """Use as a context; add printers, then play. Ends everything that it started."""

    def __init__(self, start=True, more_environment=None):
        self._temporary = tempfile.TemporaryDirectory(prefix="e2e-")
        self.folder = pathlib.Path(self._temporary.name)
        certs, self._requests = self.folder / "certs", self.folder / "requests"
        certs.mkdir()
        (self.folder / "ca").mkdir()
        self.authority = Authority(self.folder / "ca")
        shutil.copy(self.authority.pem, certs / "printers.pem")
        self.brokers = {}
        self.files = self.folder / "files"  # of the printers' storage, by serial
        self.files.mkdir()
        self.folder.chmod(0o755)
        self.simulator = Simulator("--requests", self._requests, "--files", self.files)
        self.daemon = Daemon(start=start, more_environment={
            "FILAMENTD_PRINTERS_CERTS_DIR": str(certs), "FILAMENTD_PRINTERS_DISCOVERY": "off",
            "FILAMENTD_PRINTERS_FETCH_SLICED_FILE": "off", **(more_environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            self.daemon.close(clean=kind is None)
            if kind is None:
                self.check_requests()
        finally:
            self.simulator.close()
            for broker in self.brokers.values():
                broker.close()
            self._temporary.cleanup()

    def check_requests(self):
        """Nothing was ever asked of a printer but to tell about itself."""
        asked = {json.loads(l)["request"] for l in self._requests.read_text().splitlines()}
        assert asked <= READING_ONLY, asked

    def add(self, name, family, serial, **more):
        """A printer with its broker, known to the simulator and added through REST."""
        self.add_silent(name, family, serial, **more)
        self.register(name)
        return name

    def add_silent(self, name, family, serial, **more):
        """The same, but the daemon does not know it yet."""
        self.brokers[name] = Broker(serial, authority=self.authority)
        self.simulator.add(name, family, self.brokers[name], **more)
        count("real peers")

    def register(self, name, /, **more):
        broker = self.brokers[name]
        answer = self.daemon.post("/api/printers", {
            "printer_id": name, "serial": broker.serial, "host": "127.0.0.1", "port": broker.port,
            "access_code": broker.access_code, **more})
        assert answer.status == 201, answer
        wait_until(lambda: self.reason(name) == "connected", 20, f"{name} is connected")

    def do(self, line):
        return self.simulator.do(line)

    def get(self, path):
        answer = self.daemon.get(path)
        assert answer.status == 200, (path, answer)
        return answer.json

    def reason(self, name):
        return self.get(f"/api/printers/{name}/status")["connection"]["reason"]

    def slots(self, name):
        """Rows of GET /api/ams_slots/{name} by (unit, slot)."""
        rows = self.get(f"/api/ams_slots/{name}")
        return {(r["ams_unit_number"], r["slot_number"]): r for r in rows}

    def slot(self, name, unit, slot):
        return self.slots(name).get((unit, slot))

    def wait_slot(self, name, unit, slot, test, timeout=NEIGHBOUR, what="the slot"):
        """The row, once it is there and test(row) is true."""
        def look():
            row = self.slot(name, unit, slot)
            return row if row and test(row) else None
        try:
            return wait_until(look, timeout, what)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.slot(name, unit, slot)}") from None

    def wait_spool(self, name, unit, slot, spool_id, timeout=NEIGHBOUR):
        return self.wait_slot(name, unit, slot, lambda r: r["spool_id"] == spool_id, timeout,
                              f"{name} {unit}/{slot} holds {spool_id}")

    def spool(self, material="PLA", color="#FFFFFF", **more):
        """A new roll in the inventory; returns its id."""
        body = {"brand": "Acme", "product_name": material, "material_type": material, "color_hex": color,
                "initial_weight_grams": 1000, **more}
        answer = self.daemon.post("/api/spools", body)
        assert answer.status == 201, answer
        return answer.json["spool_id"]

    def assign(self, name, unit, slot, spool_id):
        answer = self.daemon.post(f"/api/ams_slots/{name}/{unit}/{slot}/assign",
                                  {"spool_id": spool_id, "event_type": "manual"})
        assert answer.status == 200, answer

    def questions(self, name):
        return self.get(f"/api/questions?printer_id={name}")

    def history(self, name, unit, slot):
        return self.get(f"/api/ams_slots/{name}/{unit}/{slot}/history")

    def as_scripted(self, name):
        """Compare every slot over REST with what is really in the printer; "" or what differs."""
        rows = self.slots(name)
        for truth in self.simulator.show(name)["slots"]:
            if truth["unit"] == 255 and not truth["present"]:
                continue  # no sensor there
            row = rows.get((truth["unit"], truth["slot"]))
            wanted = told(truth)
            if not row or seen(row) != wanted:
                return f"{name} {truth['unit']}/{truth['slot']}: wanted {wanted}, got {row and seen(row)}"
        return ""

    def wait_as_scripted(self, name, timeout=NEIGHBOUR + 8):
        try:
            wait_until(lambda: self.as_scripted(name) == "", timeout, interval=0.2)
        except AssertionError:
            raise AssertionError(self.as_scripted(name)) from None


def told(truth):
    """State, profile, material, colour and identity as the simulator knows them."""
    if not truth["present"]:
        return "empty", None, None, None, None
    if truth["blank"]:
        return "unknown", None, None, None, None
    return "present", truth["profile"], truth["material"], "#" + truth["color"][:6], truth["uuid"] or None


def seen(row):
    reported = row["reported"] or {}
    return (reported.get("state"), reported.get("profile") or None, reported.get("material") or None,
            reported.get("color"), reported.get("tray_uuid") or None)
