"""What `cmake --install` lays down, and how tightly the unit closes the daemon in."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from lib.main import main

EXPOSURE_MAX = "15"  # tenths, as --threshold takes them


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        subprocess.run(["cmake", "--install", os.environ["FILAMENTD_BUILD"], "--prefix", cls.root / "usr"],
                       check=True, capture_output=True)
        cls.unit = cls.root / "usr/lib/systemd/system/filamentd.service"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_files(self):
        for path in ("bin/filamentd", "share/filamentd/take-from-slicer", "share/filamentd/make-server"):
            self.assertTrue(os.access(self.root / "usr" / path, os.X_OK), path)
        for path in ("README.md", "LICENSE", "CONTRIBUTING.md", "docs/api.md", "docs/home-assistant.md", "certs/README.md"):
            self.assertTrue((self.root / "usr/share/doc/filamentd" / path).is_file(), path)
        version = subprocess.run([self.root / "usr/bin/filamentd", "--version"], capture_output=True, text=True)
        self.assertEqual(0, version.returncode, version.stderr)

    def test_unit_names_the_installed_program(self):
        mdns = self.unit.with_name("filamentd-mdns.service")
        prefix = re.search(r"CMAKE_INSTALL_PREFIX:PATH=(.*)",
                           (pathlib.Path(os.environ["FILAMENTD_BUILD"]) / "CMakeCache.txt").read_text())[1]
        for unit in (self.unit, mdns):
            started = re.search(r"^ExecStart=(\S+)", unit.read_text(), re.M)[1]
            self.assertEqual(f"{prefix}/bin/filamentd", started)

    def test_unit_is_tight(self):
        self.assertTrue(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}",
                               "--no-pager", self.unit], capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stdout[-2000:] + done.stderr)
        print(done.stdout.strip().splitlines()[-1])

    def test_an_open_unit_is_seen(self):
        loose = self.root / "loose.service"
        loose.write_text("[Service]\nExecStart=/bin/true\n")
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}",
                               "--no-pager", loose], capture_output=True)
        self.assertNotEqual(0, done.returncode)


if __name__ == "__main__":
    main()
