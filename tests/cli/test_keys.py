"""filamentd key: with and without a running daemon."""

import json
import unittest

from lib.daemon import Daemon, run
from lib.main import main
from lib.wait import wait_until

ROUTE = "/api/spools"


class KeyTest(unittest.TestCase):
    def setUp(self):
        self.daemon = Daemon(scopes=None, start=False)
        self.addCleanup(self.daemon.close)
        self.state = self.daemon.state

    def create(self, name, scopes, *more):
        return run("key", "create", name, "--scopes", scopes, *more, state=self.state)

    def rows(self):
        return json.loads(run("key", "list", "--json", state=self.state).stdout)

    def test_only_the_key_is_printed(self):
        done = self.create("phone", "read,spools:write")
        self.assertRegex(done.stdout, r"^fd_[A-Za-z0-9]+_[A-Za-z0-9_-]{43}\n$")
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.state.stat().st_mode & 0o777, 0o700)

    def test_the_key_is_stored_nowhere(self):
        key = self.create("phone", "read").stdout.strip()
        secret = key.split("_", 2)[2].encode()
        for path in self.state.rglob("*"):
            if path.is_file():
                self.assertNotIn(secret, path.read_bytes(), path)

    def test_list_and_revoke_without_a_daemon(self):
        self.create("phone", "read")
        self.create("script", "admin", "--expires", "2099-01-01T00:00:00Z")
        rows = self.rows()
        self.assertEqual({r["name"] for r in rows}, {"phone", "script"})
        table = run("key", "list", state=self.state).stdout
        self.assertIn("script", table)
        self.assertIn("2099-01-01T00:00:00Z", table)
        phone = next(r for r in rows if r["name"] == "phone")
        run("key", "revoke", phone["key_id"], state=self.state)
        done = run("key", "revoke", "no-such-key", state=self.state, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_show_and_update(self):
        self.create("phone", "read", "--expires", "2099-01-01T00:00:00Z")
        key_id = self.rows()[0]["key_id"]
        [row] = json.loads(run("key", "show", key_id, "--json", state=self.state).stdout)
        self.assertEqual(row, self.rows()[0])
        run("key", "update", row["prefix"], "--name", "tablet", state=self.state)
        self.assertEqual([(r["name"], r["expires_at"]) for r in self.rows()], [("tablet", "2099-01-01T00:00:00Z")])
        run("key", "update", key_id, "--expires", "never", state=self.state)
        self.assertEqual([(r["name"], r["expires_at"]) for r in self.rows()], [("tablet", None)])
        for words, code in ((["show", "nonsense"], 1), (["update", key_id], 64), (["update", key_id, "--expires", "soon"], 1)):
            done = run("key", *words, state=self.state, check=False)
            self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (code, "", 1))

    def test_refusals(self):
        for arguments in (["phone", "--scopes", "everything"], ["phone", "--scopes", ""],
                          ["phone", "--scopes", "read", "--expires", "tomorrow"], ["", "--scopes", "read"]):
            with self.subTest(arguments=arguments):
                done = run("key", "create", *arguments, state=self.state, check=False)
                self.assertIn(done.returncode, (1, 64))
                self.assertEqual((done.stdout, len(done.stderr.splitlines())), ("", 1))

    def test_a_running_daemon_knows_within_a_second(self):
        self.daemon.start()
        self.assertEqual(self.daemon.get(ROUTE, key=None).status, 401)
        key = self.create("phone", "read").stdout.strip()
        wait_until(lambda: self.daemon.get(ROUTE, key=key).status == 200, 1.0, "the new key opens")
        run("key", "revoke", self.rows()[0]["key_id"], state=self.state)
        wait_until(lambda: self.daemon.get(ROUTE, key=key).status == 401, 1.0, "the revoked key is refused")


class FirstKeyTest(unittest.TestCase):
    def test_made_once_when_asked_for(self):
        with Daemon("--first-key", scopes=None) as daemon:
            lines = [l for l in daemon.process.lines if l.startswith("key ")]
            self.assertEqual(len(lines), 1)
            key = lines[0].split()[1]
            self.assertEqual(daemon.get(ROUTE, key=key).status, 200)
            daemon.restart()
            self.assertFalse([l for l in daemon.process.lines if l.startswith("key ")])
            self.assertEqual(daemon.get(ROUTE, key=key).status, 200)

    def test_not_made_unasked(self):
        with Daemon(scopes=None) as daemon:
            self.assertFalse([l for l in daemon.process.lines if l.startswith("key ")])


if __name__ == "__main__":
    main()
