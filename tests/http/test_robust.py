"""Requests as bytes: framing, hosts, origins, pipelining, slow and broken clients."""

import json
import socket
import time

from case import HttpCase
from lib.main import main

END = b"\r\n\r\n"


class RobustTest(HttpCase):
    def connect(self, timeout=15):
        return socket.create_connection(("127.0.0.1", self.daemon.port), timeout)

    def raw(self, *parts, pause=0.0):
        """Send bytes and read until the server closes."""
        with self.connect() as peer:
            for part in parts:
                peer.sendall(part)
                time.sleep(pause)
            got = b""
            try:
                while block := peer.recv(65536):
                    got += block
            except ConnectionResetError:
                pass
            return got

    def ask(self, head, body=b"", method="GET", path="/api/version", version="HTTP/1.1"):
        """Status and problem of one request with these header lines, on a connection of its own."""
        lines = [f"{method} {path} {version}", *head, "Connection: close"]
        got = self.raw("\r\n".join(lines).encode() + END + body)
        status = int(got.split(b" ", 2)[1]) if got else 0
        text = got.partition(END)[2]
        return status, json.loads(text) if text.startswith(b"{") else {}

    def refused(self, status, code, *head, **more):
        got, problem = self.ask(head, **more)
        self.assertEqual((got, problem.get("code")), (status, code), (head, more, problem))

    def test_framing(self):
        host = "Host: localhost"
        self.assertEqual(self.ask([host])[0], 200)
        self.refused(400, "bad_host")
        self.refused(400, "bad_host", host, host)
        self.assertEqual(self.ask([], version="HTTP/1.0")[0], 200)
        self.refused(400, "ambiguous_length", host, "Content-Length: 2", "Content-Length: 2", body=b"{}")
        self.refused(400, "ambiguous_length", host, "Content-Length: 2", "Transfer-Encoding: chunked", body=b"0\r\n\r\n")
        self.refused(417, "expectation_failed", host, "Expect: a-miracle")
        for length in ("x", "-5", "5x", "+5"):
            self.assertEqual(self.ask([host, "Content-Length: " + length])[0], 400)

    def test_a_hidden_second_request(self):
        """What follows a refused frame is never taken for another request."""
        hidden = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
        for lines in (("Content-Length: 5", "Transfer-Encoding: chunked"), ("Content-Length: 0", f"Content-Length: {len(hidden)}"),
                      ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"), ("Transfer-Encoding: gzip, chunked",),
                      ("Transfer-Encoding: xchunked",), ("Content-Length: 0, 5",), ("Content-Length : 5",),
                      ("Expect: 200-maybe", "Content-Length: 5")):
            text = "\r\n".join(["POST /api/version HTTP/1.1", "Host: localhost", *lines]).encode() + END
            got = self.raw(text + b"0\r\n\r\n" + hidden)
            self.assertRegex(got[:13], rb"HTTP/1.1 4\d\d ", lines)
            self.assertEqual(got.count(b"HTTP/1.1 "), 1, (lines, got))

    def test_pipelined_writes(self):
        body = json.dumps({"brand": "B", "product_name": "P", "material_type": "PLA", "color_hex": "#123456",
                           "initial_weight_grams": 1000}).encode()
        head = f"POST /api/spools HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {self.daemon.key}\r\n" \
               f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        before = len(self.daemon.get("/api/spools").json)
        got = self.raw((head.encode() + b"\r\n" + body) * 3 + head.encode() + b"Connection: close\r\n\r\n" + body)
        self.assertEqual(got.count(b"HTTP/1.1 201 "), 4)
        self.assertEqual(len(self.daemon.get("/api/spools").json), before + 4)

    def test_404_and_405_come_before_401(self):
        for method, path, status in (("GET", "/api/nothing", 404), ("DELETE", "/api/spools", 405), ("GET", "/api/spools", 401),
                                     ("POST", "/api/spools/1/nothing", 404), ("PUT", "/api/api_keys", 405)):
            self.assertEqual(self.daemon.request(method, path, key=None).status, status)

    def test_hosts(self):
        for host in ("localhost:80", "127.0.0.1", "[::1]:8443", "shelf.local"):
            self.assertEqual(self.ask([f"Host: {host}"])[0], 200)
        self.refused(403, "host_not_allowed", "Host: evil.example.org")
        self.refused(403, "host_not_allowed", "Host: localhost.example.org")
        self.refused(400, "bad_host", "Host: a b")
        self.refused(403, "host_not_allowed", "Host: localhost", path=f"http://evil.example.org:{self.daemon.port}/api/version")
        self.assertEqual(self.ask(["Host: localhost"], path="http://localhost:%d/api/version" % self.daemon.port)[0], 200)

    def test_origins(self):
        for origin, status in (("http://evil.example.org", 403), ("null", 403), (self.daemon.url, 422), (None, 422)):
            headers = {"Origin": origin} if origin else {}
            answer = self.daemon.post("/api/spools", {"x": 1}, headers=headers)
            self.assertEqual(answer.status, status, origin)
            self.assertNotIn("Access-Control-Allow-Origin", answer.headers)
        self.assertStatus(self.daemon.get("/api/spools", headers={"Origin": "http://evil.example.org"}))

    def test_broken_requests_get_json(self):
        for text in (b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
                     b"BREW /api/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"):
            got = self.raw(text)
            self.assertTrue(got.startswith(b"HTTP/1.1 4") or got.startswith(b"HTTP/1.1 505"), got[:80])
            self.assertIn(b"application/problem+json", got)
            problem = json.loads(got.partition(END)[2])
            self.assertTrue(problem["code"])

    def test_huge_heads(self):
        for head in (b"X: " + b"a" * 20000, b"\r\n".join(b"X-%d: %s" % (i, b"a" * 100) for i in range(300))):
            got = self.raw(b"GET /api/version HTTP/1.1\r\nHost: localhost\r\n" + head + END)
            self.assertIn(got[:13], (b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
            self.assertIn(b"application/problem+json", got)
        self.refused(431, "head_too_large", "Host: localhost", *(f"X-{i}: a" for i in range(70)))
        self.refused(431, "head_too_large", "Host: localhost", *(f"X-{i}: {'a' * 1000}" for i in range(17)))
        self.assertEqual(self.ask(["Host: localhost"], path="/" + "a" * 3000)[0], 400)
        self.assertStatus(self.daemon.get("/api/version"))

    def test_pipelining(self):
        one = b"GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n"
        last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        got = self.raw(one * 5 + last)
        self.assertEqual(got.count(b"HTTP/1.1 200 OK"), 6)

    def test_keep_alive_after_refusals(self):
        connection = self.daemon.connection()
        for path, status in (("/api/version", 200), ("/nowhere", 404), ("/api/spools", 401), ("/api/version", 200)):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            self.assertEqual((response.status, response.getheader("Connection")), (status, "keep-alive"))
        connection.close()

    def test_chunked_and_expect(self):
        body = json.dumps({"nonsense": 1}).encode()
        head = ["Host: localhost", "X-API-Key: " + self.daemon.key, "Content-Type: application/json"]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[i:i + 5]), body[i:i + 5]) for i in range(0, len(body), 5))
        status, problem = self.ask(head + ["Transfer-Encoding: chunked"], chunks + b"0\r\n\r\n", "POST", "/api/spools")
        self.assertEqual((status, problem["code"]), (422, "unknown_field"))
        flood = b"".join(b"8000\r\n" + b" " * 0x8000 + b"\r\n" for _ in range(4))
        status, problem = self.ask(head + ["Transfer-Encoding: chunked"], flood + b"0\r\n\r\n", "POST", "/api/spools")
        self.assertEqual((status, problem["code"]), (413, "body_too_large"))
        lines = "\r\n".join(["POST /api/spools HTTP/1.1", *head, "Expect: 100-continue", f"Content-Length: {len(body)}",
                             "Connection: close"])
        with self.connect() as peer:
            peer.sendall(lines.encode() + END)
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 100 Continue"))
            peer.sendall(body)
            self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 422"))

    def test_refused_uploads_get_their_answer(self):
        for key, status in ((self.daemon.key, 413), (None, 401)):
            answer = self.daemon.request("POST", "/api/spools", b" " * 900000, key=key)
            self.assertProblem(answer, status)

    def quick(self, within=3.0):
        """Others are served while it lasts."""
        begun = time.monotonic()
        self.assertStatus(self.daemon.get("/api/version", timeout=20))
        self.assertLess(time.monotonic() - begun, within)

    def hold(self, count, text):
        peers = [self.connect() for _ in range(count)]
        self.addCleanup(lambda: [peer.close() for peer in peers])
        for peer in peers:
            peer.sendall(text)
        return peers

    def test_slow_heads_block_nobody(self):
        peers = self.hold(10, b"GET /api/version HTTP/1.1\r\nHo")
        for _ in range(5):
            self.quick(1.0)
            for peer in peers:
                peer.sendall(b"s")

    def test_half_heads_are_told(self):
        peer, = self.hold(1, b"GET /api/version HTTP/1.1\r\nHo")
        self.assertTrue(peer.recv(100).startswith(b"HTTP/1.1 408 "))

    def test_many_slow_heads_lose_their_workers(self):
        self.hold(64, b"GET /api/version HTTP/1.1\r\nHost: ")
        self.quick(8.0)
        self.quick(8.0)

    def test_silent_connections_lose_their_workers(self):
        self.hold(40, b"")
        self.quick(6.0)

    def test_half_bodies_block_nobody(self):
        head = f"POST /api/spools HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {self.daemon.key}\r\n" \
               "Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
        peers = self.hold(8, head.encode())
        self.quick(1.0)
        self.assertStatus(self.daemon.post("/api/api_keys", {"name": "k", "scopes": ["read"]}), 201)
        peers[0].settimeout(25)
        self.assertIn(b" 408 ", peers[0].recv(100))

    def test_vanishing_clients(self):
        for text in (b"", b"GET", b"GET /api/spools HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            for _ in range(50):
                with self.connect() as peer:
                    peer.sendall(text)
        self.quick()


if __name__ == "__main__":
    main()
