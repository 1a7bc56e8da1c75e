"""The sliced file of a print comes over FTPS, and its grams end up on the right rolls."""

import json
import unittest
import zipfile

from e2e.bench import Bench
from files.ftps_peer import FtpsPeer
from files.vsftpd import Vsftpd
from lib.certs import self_signed
from lib.main import count, main
from lib.wait import wait_until

ON = {"FILAMENTD_PRINTERS_FETCH_SLICED_FILE": "on"}
A1, P1S, X1, A1_OFF, OTHER = (
    "039E2E000000011", "01PE2E000000012", "00ME2E000000013", "039E2E000000014", "039E2E000000015")
FILE = "part.gcode.3mf"
PRINT = "slots=1/1,1/2 grams=12.5,8.13 layers=40 layer_s=8"


class Fetching(unittest.TestCase):
    def bench(self):
        bench = Bench(more_environment=ON)
        bench.__enter__()
        self.addCleanup(bench.__exit__, None)
        return bench

    def vsftpd(self, bench, name, root=None):
        server = Vsftpd(bench.brokers[name].certificate, root=root)
        self.addCleanup(server.close)
        count("real peers")
        return server

    def peer(self, certificate, *faults):
        peer = FtpsPeer(certificate, "/none", b"", *faults)
        self.addCleanup(peer.__exit__)
        return peer

    def prepare(self, bench, name, family, serial):
        bench.add_silent(name, family, serial)
        bench.do(f"load {name} 1/1 profile=GFL99 material=PLA color=#C12E1F known=yes")
        bench.do(f"load {name} 1/2 profile=GFL99 material=PLA color=#0A2CA5 known=yes")

    def register(self, bench, name, port, **more):
        """Register it and assign two rolls; returns their ids."""
        bench.register(name, ftps_port=port, **more)
        rolls = [bench.spool(brand=name, color=color) for color in ("#C12E1F", "#0A2CA5")]
        for slot, roll in enumerate(rolls, 1):
            bench.wait_slot(name, 1, slot, lambda row: row["reported"]["state"] == "present")
            bench.assign(name, 1, slot, roll)
        return rolls

    def job(self, bench, name):
        jobs = bench.get(f"/api/print_jobs?printer_id={name}")
        return jobs[0] if jobs else None

    def state(self, bench, name):
        return ((self.job(bench, name) or {}).get("sliced_file") or {}).get("state")

    def wait_state(self, bench, name, state, timeout):
        try:
            wait_until(lambda: self.state(bench, name) == state, timeout, f"{name} is {state}", interval=0.2)
        except AssertionError as error:
            raise AssertionError(f"{error}: {self.job(bench, name)}\n{bench.daemon.stderr()[-3000:]}") from None
        return self.job(bench, name)["sliced_file"]

    def wait_end(self, bench, name, timeout=90):
        bench.do("speed 60")  # the rest of a print tells nothing more
        wait_until(lambda: self.job(bench, name)["end_time"], timeout, f"{name} has ended", interval=0.3)
        return self.job(bench, name)

    def used(self, bench, roll):
        return round(1000 - bench.get(f"/api/spools/{roll}")["current_weight_grams"], 3)

    def test_grams_come_from_the_printer(self):
        bench = self.bench()
        for name, family, serial in (("a1", "a1", A1), ("p1s", "p1s", P1S), ("x1", "x1c", X1), ("off", "a1", A1_OFF),
                                     ("other", "a1", OTHER)):
            self.prepare(bench, name, family, serial)
        server = self.vsftpd(bench, "a1", bench.files / A1)
        nothing = self.vsftpd(bench, "p1s")
        forged = self.peer(self_signed(bench.folder, X1))
        idle = self.peer(bench.brokers["off"].certificate)
        other = self.vsftpd(bench, "other", self.shelf(bench, "other", PRINT.replace("layers=40", "layers=41")))
        rolls = {"a1": self.register(bench, "a1", server.port), "p1s": self.register(bench, "p1s", nothing.port),
                 "x1": self.register(bench, "x1", forged.port),
                 "off": self.register(bench, "off", idle.port, fetch_sliced_file=False),
                 "other": self.register(bench, "other", other.port)}
        bench.do("speed 10")
        for name in rolls:
            bench.do(f"print {name} file={FILE} {'source=screen ' if name == 'other' else ''}{PRINT}")
        self.assertEqual(self.wait_state(bench, "a1", "ready", 30)["reason"], None)
        shown = self.job(bench, "a1")
        self.assertEqual(shown["status"], "printing")
        self.assertEqual([f["estimated_grams"] for f in shown["filaments"]], [12.5, 8.13])
        self.assertEqual(self.wait_state(bench, "off", "off", 20)["reason"], "switched_off")
        reason = self.wait_state(bench, "x1", "failed", 20)["reason"]
        self.assertIn(reason, ("tls_untrusted", "certificate_changed"))
        self.assertEqual(self.wait_state(bench, "p1s", "failed", 90)["reason"], "missing")
        self.assertEqual(self.wait_state(bench, "other", "failed", 90)["reason"], "other_layers")
        for name in rolls:
            self.assertEqual(self.wait_end(bench, name)["status"], "completed")
        self.assertEqual([self.used(bench, roll) for roll in rolls["a1"]], [12.5, 8.13])
        for name in ("p1s", "x1", "off", "other"):
            self.assertEqual([self.used(bench, roll) for roll in rolls[name]], [0, 0], self.job(bench, name))
        file = next((bench.files / X1).rglob("*.3mf")).read_bytes()
        answer = bench.daemon.post(f"/api/print_jobs/{self.job(bench, 'x1')['job_id']}/sliced_file", file)
        self.assertEqual((answer.status, answer.json["sliced_file"]["state"]), (200, "ready"), answer)
        self.assertEqual([self.used(bench, roll) for roll in rolls["x1"]], [12.5, 8.13])
        self.assertEqual(forged.received, b"")
        self.assertEqual((idle.names, idle.received, idle.errors), ([], b"", []))
        self.assertNotIn(bench.brokers["a1"].access_code, bench.daemon.stderr())
        self.assertEqual(list(bench.daemon.state.glob("fetch-*")), [])

    def test_the_printer_s_own_switch_counts(self):
        """Off for all and on for one; then, at run time, on for all and off for that one."""
        bench = Bench()
        bench.__enter__()
        self.addCleanup(bench.__exit__, None)
        for name, family, serial in (("own", "a1", A1), ("asall", "p1s", P1S)):
            bench.add_silent(name, family, serial)
            bench.do(f"load {name} 1/1 profile=GFL99 material=PLA color=#C12E1F known=yes")
        idle = self.vsftpd(bench, "asall", bench.files / P1S)
        bench.register("own", ftps_port=self.vsftpd(bench, "own", bench.files / A1).port, fetch_sliced_file=True)
        bench.register("asall", ftps_port=idle.port)
        bench.do("speed 40")
        self.print_on_both(bench, "first.gcode.3mf")
        self.wait_state(bench, "own", "ready", 30)
        self.assertEqual(self.wait_state(bench, "asall", "off", 20)["reason"], "switched_off")
        for name in ("own", "asall"):
            self.wait_end(bench, name)
        answers = (bench.daemon.put("/api/settings", {"printers.fetch_sliced_file": True}),
                   bench.daemon.put("/api/printers/own", {"fetch_sliced_file": False}))
        self.assertEqual([answer.status for answer in answers], [200, 200], answers)
        self.print_on_both(bench, "second.gcode.3mf")
        self.wait_state(bench, "asall", "ready", 30)
        self.assertEqual(self.wait_state(bench, "own", "off", 20)["reason"], "switched_off")

    def print_on_both(self, bench, file):
        for name in ("own", "asall"):
            bench.do(f"print {name} file={file} slots=1/1 grams=5 layers=20 layer_s=8")
        for name in ("own", "asall"):
            wait_until(lambda: (self.job(bench, name) or {}).get("gcode_file_name") == file, 20, f"{name} prints {file}")

    def told(self, plate):
        """The print command as a printer repeats it, without the MD5 that would decide."""
        return json.dumps({"print": {
            "command": "project_file", "sequence_id": "20000", "param": f"Metadata/plate_{plate}.gcode", "plate_idx": str(plate),
            "url": "ftp://" + FILE, "file": FILE, "subtask_name": "part", "task_id": "0", "subtask_id": "0", "use_ams": True,
            "ams_mapping": [0, 1], "result": "success", "reason": "success"}})

    def shelf(self, bench, name, *plates):
        """A storage with a file of the right name and these plates (keys of a plan), and the right file under a newer name."""
        folder = bench.folder / f"storage-{name}"
        folder.mkdir()
        with zipfile.ZipFile(folder / FILE, "w", zipfile.ZIP_DEFLATED) as merged:
            for number, keys in enumerate(plates):
                one = bench.folder / f"{name}-{number}.3mf"
                bench.do(f"slice {name} out={one} {keys}")
                with zipfile.ZipFile(one) as archive:
                    for entry in archive.namelist():
                        if entry.endswith(".gcode"):
                            merged.writestr(entry, archive.read(entry))
        (folder / "cache").mkdir()
        bench.do(f"slice {name} out={folder / 'cache' / 'newest.gcode.3mf'} {PRINT}")
        for path in (folder, folder / "cache", *folder.rglob("*.3mf")):
            path.chmod(0o755)
        return folder

    def test_a_file_of_another_print_is_refused(self):
        bench = self.bench()
        plan = PRINT.replace(" layers=40", "")
        three = "slots=1/1,1/2,1/3 grams=12.5,8.13,1"
        cases = {  # name: (plates of the file, what the printer told of the print, why it is refused)
            "layers": ([f"{plan} layers=41"], None, "other_layers"),
            "filaments": ([f"{three} layers=40"], 1, "other_filaments"),
            "plate": ([f"{PRINT} plate=1", f"{PRINT} plate=3"], 2, "plate_missing"),
            "twins": ([f"{PRINT} plate=1", f"{PRINT} plate=2"], None, "plate_ambiguous"),
            "chosen": (["slots=1/1,1/2 grams=1,1 layers=41 plate=1", f"{PRINT} plate=2"], None, None),
        }
        servers = {}
        for number, (name, (plates, _, _)) in enumerate(cases.items()):
            self.prepare(bench, name, "a1", f"039E2E00000002{number}")
            bench.do(f"load {name} 1/3 profile=GFL99 material=PLA color=#00FF00 known=yes")
            servers[name] = self.vsftpd(bench, name, self.shelf(bench, name, *plates))
            bench.register(name, ftps_port=servers[name].port)
        bench.do("speed 10")
        for name, (_, plate, _) in cases.items():
            if plate:
                bench.do(f"raw {name} {self.told(plate)}")
            bench.do(f"print {name} file={FILE} source=screen {PRINT}")
        for name, (_, _, reason) in cases.items():
            with self.subTest(name):
                if not reason:
                    self.wait_state(bench, name, "ready", 30)
                    self.assertEqual([f["estimated_grams"] for f in self.job(bench, name)["filaments"]], [12.5, 8.13])
                    continue
                shown = lambda: (bench.get(f"/api/printers/{name}/status")["file_transfer"] or {}).get("reason")
                wait_until(lambda: shown() == reason, 30, f"{name} is refused: {reason}")
                job = self.job(bench, name)
                self.assertEqual(job["sliced_file"]["state"], "fetching")
                self.assertEqual([f["estimated_grams"] for f in job["filaments"] if f["estimated_grams"]], [])
            self.assertEqual(set(servers[name].said(r'FTP command: .*"RETR ([^"]+)"')), {FILE})
            self.assertEqual(servers[name].said(r'FTP command: .*"(?:LIST|NLST|MLSD)'), [])

    def test_plain_gcode_is_counted_too(self):
        bench = self.bench()
        self.prepare(bench, "a1", "a1", A1)
        peer = self.peer(bench.brokers["a1"].certificate)
        rolls = self.register(bench, "a1", peer.port)
        bench.do("speed 16")
        bench.do("print a1 file=part.gcode source=screen " + PRINT.replace("layer_s=8", "layer_s=4"))
        packed = bench.files / A1 / "part.gcode"
        peer.content, peer.path = zipfile.ZipFile(packed).read("Metadata/plate_1.gcode"), "/part.gcode"
        self.wait_state(bench, "a1", "ready", 40)
        job = self.wait_end(bench, "a1")
        self.assertEqual((job["status"], job["gcode_file_name"]), ("completed", "part.gcode"))
        self.assertEqual([self.used(bench, roll) for roll in rolls], [12.5, 8.13], job)

    def test_a_restart_in_the_middle_of_the_transfer(self):
        bench = self.bench()
        self.prepare(bench, "a1", "a1", A1)
        peer = self.peer(bench.brokers["a1"].certificate, "stall")
        rolls = self.register(bench, "a1", peer.port)
        bench.do("speed 8")
        bench.do(f"print a1 file=part.gcode.3mf {PRINT}")
        file = next((bench.files / A1).rglob("*.3mf"))
        peer.path, peer.content = "/" + str(file.relative_to(bench.files / A1)), file.read_bytes()
        status = lambda: bench.get("/api/printers/a1/status")["file_transfer"] or {}
        wait_until(lambda: status().get("bytes"), 30, "bytes have come", interval=0.1)
        self.assertEqual(self.state(bench, "a1"), "fetching")
        self.assertEqual(status()["size"], len(peer.content))
        bench.daemon.kill()
        peer.faults.clear()
        bench.daemon.start()
        self.wait_state(bench, "a1", "ready", 40)
        self.assertEqual(self.wait_end(bench, "a1")["status"], "completed")
        self.assertEqual([self.used(bench, roll) for roll in rolls], [12.5, 8.13])


if __name__ == "__main__":
    main(together=True)
