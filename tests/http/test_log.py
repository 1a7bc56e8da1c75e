"""The access log: logfmt that can be taken apart again, and never a secret in it."""

import re
import socket

from case import SPOOL, HttpCase
from lib.main import main
from lib.wait import wait_until

PAIR = re.compile(r'([a-z_.]+)=("(?:[^"\\]|\\.)*"|[^ "]*)(?: |$)')


class LogTest(HttpCase):
    arguments = ("--log-level", "debug")

    def lines(self, **wanted):
        """Lines of the access log that have these values."""
        found = []
        for line in self.daemon.stderr().splitlines():
            pairs = dict(PAIR.findall(line))
            if pairs.get("event") == "http":
                self.assertEqual(PAIR.sub("", line), "", line)
                if all(pairs.get(k) == v for k, v in wanted.items()):
                    found.append(pairs)
        return found

    def test_every_request_leaves_its_line(self):
        answer = self.daemon.post("/api/spools", SPOOL)
        number = answer.headers["X-Request-Id"]
        wait_until(lambda: self.lines(id=number), 5, "the line")
        line, = self.lines(id=number)
        key = self.daemon.get("/api/api_keys").json[0]["key_id"]
        self.assertEqual((line["method"], line["path"], line["status"], line["address"], line["key"]),
                         ("POST", '"/api/spools"', "201", "127.0.0.1", key))
        self.assertEqual(int(line["bytes"]), len(answer.body))
        self.assertGreaterEqual(int(line["ms"]), 0)

    def test_request_ids_differ(self):
        ids = [self.daemon.get("/healthz").headers["X-Request-Id"] for _ in range(20)]
        self.assertEqual(len(set(ids)), 20)
        self.assertTrue(all(re.fullmatch("[0-9a-f]{16}", i) for i in ids))

    def test_no_path_breaks_a_line(self):
        for path in ('/api/"a\\b" x=1', "/" + "p" * 1500, '/x"\tlevel=error'):
            with socket.create_connection(("127.0.0.1", self.daemon.port), 10) as peer:
                target = path.replace(" ", '%20').replace("\t", "%09")
                peer.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                got = peer.recv(2000)
            number = re.search(rb"X-Request-Id: (\w+)", got)[1].decode()
            wait_until(lambda: self.lines(id=number), 5, "the line")
            line, = self.lines(id=number)
            self.assertLessEqual(len(line["path"]), 200)
            self.assertIn(line["status"], ("400", "404"))

    def test_no_secret(self):
        made = self.daemon.post("/api/api_keys", {"name": "k", "scopes": ["read"]}).json["key"]
        printer = {"printer_id": "quiet", "serial": "01S00A000000077", "host": "127.0.0.1", "port": 9,
                   "access_code": "z9y8x7w6", "enabled": False}
        self.assertStatus(self.daemon.post("/api/printers", printer), 201)
        self.daemon.get("/api/spools", key=made)
        self.daemon.get("/api/spools", key="fd_wrong_secretsecret")
        self.daemon.get("/api/spools?api_key=" + made)
        self.daemon.get("/api/spools", headers={"Authorization": "Bearer " + made}, key=None)
        last = self.daemon.post("/api/spools", '{"notes": "broken ' + made).headers["X-Request-Id"]
        wait_until(lambda: self.lines(id=last), 5, "the line of the last request")
        said = self.daemon.stderr()
        for secret in (made, made.split("_")[2], "secretsecret", "z9y8x7w6", self.daemon.key):
            self.assertNotIn(secret, said)


if __name__ == "__main__":
    main()
