"""wrk and ab at full speed: every request is answered, and nothing piles up."""

import http.client
import json
import os
import pathlib
import re
import subprocess
import threading
import time

from case import HttpCase
from lib.main import main

SECONDS = 3


class LoadTest(HttpCase):
    def wrk(self, path, *options):
        done = subprocess.run(["wrk", "-t1", "-c8", f"-d{SECONDS}s", "-H", "X-API-Key: " + self.daemon.key, *options,
                               self.daemon.url + path], capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("Non-2xx", done.stdout)
        self.assertNotIn("Socket errors", done.stdout)
        return int(re.search(r"(\d+) requests in", done.stdout)[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.daemon.pid}/fd"))

    def test_wrk_reads_what_is_written_meanwhile(self):
        spool = self.make_spool()["spool_id"]
        path = f"/api/spools/{spool}"
        begun, written = time.monotonic(), []

        def write():
            """Each reads its own write, whatever others remember."""
            while time.monotonic() - begun < SECONDS:
                note = f"n{len(written)}"
                self.daemon.put(path, {"notes": note})
                written.append((note, self.daemon.get(path).json["notes"]))

        thread = threading.Thread(target=write)
        thread.start()
        self.assertGreater(self.wrk(path), 100)
        thread.join()
        self.assertGreater(len(written), 3)
        self.assertEqual([n for n, _ in written], [n for _, n in written])

    def test_ab_without_keep_alive(self):
        before = self.descriptors()
        done = subprocess.run(["ab", "-q", "-n", "400", "-c", "8", "-s", "10", "-H", "X-API-Key: " + self.daemon.key,
                               self.daemon.url + "/api/spools"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"Complete requests: +400\b")
        self.assertRegex(done.stdout, r"Failed requests: +0\b")
        self.assertNotIn("Non-2xx", done.stdout)
        self.assertLessEqual(self.descriptors(), before + 16)  # of the pools

    def test_writes_are_all_there(self):
        script = pathlib.Path(self.daemon.state) / "write.lua"
        spool = self.make_spool(initial_weight_grams=100000)["spool_id"]
        script.write_text('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
                          'wrk.body = \'{"adjustment_grams": -0.001}\'\n')
        acknowledged = self.wrk(f"/api/spools/{spool}/adjust_weight", "-s", str(script))
        self.assertGreater(acknowledged, 10)
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=10)
        connection.request("GET", f"/api/spools/{spool}", headers={"X-API-Key": self.daemon.key})
        left = json.loads(connection.getresponse().read())["current_weight_grams"]
        connection.close()
        booked = round((100000 - left) * 1000)  # those that wrk did not wait for may be in it
        self.assertLessEqual(acknowledged, booked)
        self.assertLessEqual(booked, acknowledged + 8)


if __name__ == "__main__":
    main()
