"""The demo as a user starts it: slots over REST, a roll swapped live, Ctrl-C leaves nothing behind."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import unittest
import urllib.request

from lib.main import SOURCE, count, main
from lib.wait import wait_until

SLOTS = {"a1": 5, "p1s": 5, "h2d": 7}


def processes_naming(text):
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if text in line:
                found.append(line)
    return found


class Demo(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="demo-")
        self.addCleanup(temporary.cleanup)
        self.state = pathlib.Path(temporary.name) / "state"
        self.child = subprocess.Popen(
            [SOURCE / "tests/simulator/demo"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "FILAMENTD_DEMO_DIR": str(self.state)}, start_new_session=True)
        self.addCleanup(self.end)
        count("real peers", 3)

    def end(self):
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGTERM)
            self.child.wait(30)
        self.child.stdout.close()

    def read_until_ready(self):
        said = ""
        for line in self.child.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        self.assertIsNone(self.child.poll(), said)
        self.url = re.search(r"^filamentd demo: (\S+)", said, re.M)[1]
        self.key = re.search(r"^Admin key: +(\S+)", said, re.M)[1]

    def get(self, path):
        request = urllib.request.Request(self.url + path, headers={"X-API-Key": self.key})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def slot(self, printer, unit, slot):
        rows = self.get(f"/api/ams_slots/{printer}")
        return next(r for r in rows if (r["ams_unit_number"], r["slot_number"]) == (unit, slot))

    def test_demo(self):
        self.read_until_ready()
        for printer, number in SLOTS.items():
            wait_until(lambda: len(self.get(f"/api/ams_slots/{printer}")) == number, 20, f"slots of {printer}")
        self.assertGreaterEqual(len(self.get("/api/spools")), 15)
        wait_until(lambda: self.slot("a1", 1, 1)["spool_id"], 15, "a roll known by its tag")
        kinds = wait_until(lambda: {q["kind"] for q in self.get("/api/questions")} == {"which_spool", "draft"}
                           or None, 20, "a question of each kind")
        self.assertTrue(kinds)
        with open(self.state / "control", "w") as control:
            control.write("load p1s 1/3 profile=GFL01 material=PLA color=#22AA55 known=yes\n")
        wait_until(lambda: self.slot("p1s", 1, 3)["current_ha_color"] == "#22AA55", 6, "the other roll")
        os.killpg(self.child.pid, signal.SIGINT)
        self.assertEqual(self.child.wait(30), 130)
        self.assertEqual(processes_naming(str(self.state)), [])


if __name__ == "__main__":
    main()
