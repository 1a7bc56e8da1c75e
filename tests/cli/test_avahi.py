"""What `mdns-service` writes is announced by a real avahi-daemon, and found with its records by another one on the same LAN:
two hosts in namespaces of their own, joined by a pair of virtual links."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from lib.daemon import binary, environment, run
from lib.main import main
from lib.process import die_with_parent

HERE = pathlib.Path(__file__).resolve().parent
UNIT = HERE.parent.parent / "systemd" / "filamentd-mdns.service"


def commands(state):
    """ExecStart and ExecStop of the package's unit, for this program and this state."""
    text = UNIT.read_text()
    start, stop = (re.search(rf"^{key}=(.*)$", text, re.M).group(1) for key in ("ExecStart", "ExecStop"))
    assert "/usr/bin/filamentd --state-dir /var/lib/filamentd " in start
    return start.replace("/usr/bin/filamentd --state-dir /var/lib/filamentd", f"{binary()} --state-dir {state}"), stop


class AvahiTest(unittest.TestCase):
    def test_found_and_gone(self):
        with tempfile.TemporaryDirectory(prefix="filamentd-") as folder:
            state = pathlib.Path(folder) / "state"
            state.mkdir()
            run("key", "create", "x", "--scopes", "admin", state=state)
            out = self.on_a_lan(folder, *commands(state))
        found, version = re.fullmatch(r"found 1\n(.*)\nversion (.*)\nfound 0\n\n", out, re.S).groups()
        kind, link, protocol, name, service, domain, host, address, port, texts = found.split(";", 9)
        self.assertEqual((kind, protocol, service, domain, host), ("=", "IPv4", "_filament-track._tcp", "local", "workshop.local"))
        self.assertEqual((name, address, port), (r"filamentd\032on\032workshop", "10.77.0.1", "18443"))
        records = dict(text.split("=", 1) for text in re.findall(r'"([^"]*)"', texts))
        self.assertEqual(set(records), {"id", "name", "version", "api", "tls", "fp"})
        self.assertEqual((records["api"], records["tls"]), ("/api", "1"))
        self.assertIn(f'"version":"{records["version"]}"', version.replace(" ", ""))
        self.assertRegex(records["id"], r"^[0-9a-f-]{36}$")

    def on_a_lan(self, folder, announce, withdraw):
        """Where we are not root, we are so in a namespace of users."""
        rights = [] if os.geteuid() == 0 else ["--map-root-user"]
        done = subprocess.run(
            ["unshare", *rights, "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
             HERE / "avahi_lan.sh", folder, binary(), announce, withdraw],
            capture_output=True, text=True, timeout=60, env=environment(), preexec_fn=die_with_parent)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout


if __name__ == "__main__":
    main()
