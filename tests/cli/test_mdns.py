"""filamentd mdns-service: the file that avahi announces, and that ./run's daemon is found by."""

import os
import pathlib
import unittest
import xml.parsers.expat
import xml.etree.ElementTree

from lib.daemon import Daemon, run
from lib.main import main

# The elements of avahi-service.dtd: what may stand in what.
CHILDREN = {"service-group": {"name", "service"},
            "service": {"type", "subtype", "domain-name", "host-name", "port", "txt-record"}}


class MdnsTest(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon("--https-listen", "127.0.0.1:0", "--set", "server.name=<Shelf> & \"Sons\"")
        self.addCleanup(self.daemon.close)

    def announced(self, *options):
        return run(*options, "mdns-service", state=self.daemon.state).stdout

    def taken_apart(self, text):
        """As avahi-daemon reads it, with expat."""
        parser = xml.parsers.expat.ParserCreate()
        parser.Parse(text, True)
        root = xml.etree.ElementTree.fromstring(text)
        for parent in root.iter():
            self.assertLessEqual({child.tag for child in parent}, CHILDREN.get(parent.tag, set()))
        self.assertEqual([child.tag for child in root], ["name", "service"])
        service = root.find("service")
        self.assertEqual([child.tag for child in service][:2], ["type", "port"])
        records = dict(record.text.split("=", 1) for record in service.findall("txt-record"))
        self.assertTrue(all(len(f"{key}={value}") <= 230 for key, value in records.items()))
        return root, service, records

    def test_what_is_announced(self):
        paired = run("pair", "--json", state=self.daemon.state)
        self.daemon.stop()
        text = self.announced("--https-listen", "*:18443", "--set", "server.name=<Shelf> & \"Sons\"")
        root, service, records = self.taken_apart(text)
        self.assertEqual(root.find("name").text, "<Shelf> & \"Sons\"")
        self.assertEqual((service.find("type").text, service.find("port").text), ("_filament-track._tcp", "18443"))
        self.assertEqual(set(records), {"id", "name", "version", "api", "tls", "fp"})
        self.assertEqual((records["api"], records["tls"], records["name"]), ("/api", "1", "<Shelf> & \"Sons\""))
        self.assertIn(f'"fingerprint": "{records["fp"]}"', paired.stdout)
        again = self.taken_apart(self.announced("--https-listen", "*:18443"))
        self.assertEqual(again[2]["id"], records["id"])
        self.assertEqual((again[0].find("name").text, again[0].find("name").get("replace-wildcards")),
                         ("filamentd on %h", "yes"))

    def test_without_tls(self):
        _, service, records = self.taken_apart(self.announced_plain())
        self.assertEqual((service.find("port").text, records["tls"]), ("18480", "0"))
        self.assertNotIn("fp", records)

    def announced_plain(self):
        self.daemon.stop()
        return self.announced("--listen", "0.0.0.0:18480", "--set", "server.allow_plain_lan=on")

    def test_loopback_is_not_announced(self):
        done = run("mdns-service", state=self.daemon.state, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("loopback", done.stderr)

    def test_the_file_is_replaced_whole(self):
        self.daemon.stop()
        folder = self.daemon.state / "avahi"
        folder.mkdir()
        path = folder / "filament-track.service"
        path.write_text("old")
        run("--https-listen", "*:18443", "mdns-service", "--output", path, state=self.daemon.state)
        self.taken_apart(path.read_text())
        self.assertEqual(path.stat().st_mode & 0o777, 0o644)
        self.assertEqual(os.listdir(folder), [path.name])
        done = run("--https-listen", "*:18443", "mdns-service", "--output", pathlib.Path("/nonexistent/x"),
                   state=self.daemon.state, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("/nonexistent/x", done.stderr)


if __name__ == "__main__":
    main()
