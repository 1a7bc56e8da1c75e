"""Pairing a device: the code and its QR code, the key that it becomes, and what guessing meets."""

import base64
import hashlib
import http.client
import json
import pathlib
import subprocess
import urllib.parse
import xml.etree.ElementTree

from case import HttpCase
from lib.daemon import Daemon, run
from lib.main import main

DEVICE = {"device_name": "iPhone of Ada", "platform": "iOS 26.1"}
SCOPES = ["read", "spools:write", "slots:write", "jobs:write", "devices"]


def spki_pin(pem):
    """base64url of the SHA-256 of a certificate's public key, by openssl."""
    key = subprocess.run(["openssl", "x509", "-in", pem, "-noout", "-pubkey"], check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=key, check=True, capture_output=True).stdout
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def taken_apart(link):
    parts = urllib.parse.urlsplit(link)
    return parts, urllib.parse.parse_qs(parts.fragment, strict_parsing=True)


class PairingTest(HttpCase):
    arguments = ("--https-listen", "127.0.0.1:0", "--set", "server.name=Workshop & Sons")

    def offer(self, body=None):
        return self.assertStatus(self.daemon.post("/api/pair/codes", body), 201)

    def pair(self, code, address="127.0.0.1", **more):
        connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=10, source_address=(address, 0))
        try:
            connection.request("POST", "/api/pair", json.dumps({"code": code, **DEVICE, **more}),
                               {"Content-Type": "application/json"})
            response = connection.getresponse()
            return response.status, json.loads(response.read()), response.headers
        finally:
            connection.close()

    def secure(self):
        return next(u for u in self.daemon.urls if u.startswith("https:"))

    def test_code_holds_all_that_a_phone_needs(self):
        made = self.offer()
        pin = spki_pin(pathlib.Path(self.daemon.state) / "tls" / "cert.pem")
        parts, values = taken_apart(made["url"])
        self.assertEqual((parts.scheme, parts.path, parts.query), ("https", "/pair", ""))
        self.assertEqual(values, {"v": ["1"], "u": [self.secure()], "fp": [pin], "c": [made["code"]]})
        self.assertEqual((made["urls"], made["fingerprint"]), ([self.secure()], pin))
        self.assertEqual((made["scopes"], made["name"]), (SCOPES, None))
        self.assertGreaterEqual(len(made["code"]), 8)
        self.assertTrue(xml.etree.ElementTree.fromstring(made["qr_svg"]).tag.endswith("svg"))

    def test_a_device_gets_a_key_of_its_own(self):
        status, paired, headers = self.pair(self.offer()["code"])
        self.assertEqual(status, 201, paired)
        self.assertEqual(headers["Location"], "/api/api_keys/" + paired["key_id"])
        self.assertEqual((paired["scopes"], paired["name"]), (SCOPES, DEVICE["device_name"]))
        self.assertEqual(paired["server"]["name"], "Workshop & Sons")
        self.assertEqual(paired["server"]["urls"], [self.secure()])
        self.assertStatus(self.daemon.get("/api/spools", key=paired["key"]))
        self.assertProblem(self.daemon.get("/api/api_keys", key=paired["key"]), 403)
        row = self.assertStatus(self.daemon.get("/api/api_keys/" + paired["key_id"]))
        self.assertEqual((row["device_name"], row["platform"]), (DEVICE["device_name"], DEVICE["platform"]))
        again = self.assertStatus(self.daemon.post("/api/pair", {"code": self.offer()["code"], **DEVICE}, key=None), 201)
        self.assertEqual(again["server"], paired["server"])
        self.assertNotEqual(again["key"], paired["key"])

    def test_name_and_scopes_may_be_given(self):
        made = self.offer({"name": "kitchen", "scopes": ["read"]})
        _, paired, _ = self.pair(made["code"].lower())
        self.assertEqual((paired["name"], paired["scopes"]), ("kitchen", ["read"]))
        self.assertProblem(self.daemon.post("/api/pair/codes", {"scopes": ["everything"]}), 422)
        reader = self.daemon.create_key("reader", "read,spools:write,slots:write,jobs:write,devices")
        self.assertProblem(self.daemon.post("/api/pair/codes", {}, key=reader), 403, "missing_scope")

    def test_a_code_that_is_not_good_tells_nothing(self):
        used = self.offer()["code"]
        self.assertEqual(self.pair(used, "127.0.0.21")[0], 201)
        answers = []
        for code in (used, "ABCDEFGHJK", "x"):
            status, problem, _ = self.pair(code, "127.0.0.21")
            answers.append((status, problem["code"], problem["detail"]))
        self.assertEqual(set(answers), {(403, "pairing_refused", answers[0][2])})

    def test_five_wrong_tries_end_every_open_code(self):
        code = self.offer()["code"]
        for _ in range(5):
            self.assertEqual(self.pair("ABCDEFGHJK", "127.0.0.22")[0], 403)
        self.assertEqual(self.pair(code, "127.0.0.23")[0], 403)
        self.assertEqual(self.pair(self.offer()["code"], "127.0.0.23")[0], 201)

    def test_guessing_is_limited_by_address(self):
        answers = [self.pair("ABCDEFGHJK", "127.0.0.24") for _ in range(15)]
        self.assertEqual({status for status, _, _ in answers}, {403, 429})
        self.assertLessEqual([status for status, _, _ in answers].count(403), 11)
        self.assertGreaterEqual(int(answers[-1][2]["Retry-After"]), 1)
        code = self.offer()["code"]
        self.assertEqual(self.pair(code, "127.0.0.24")[0], 429)
        self.assertEqual(self.pair(code, "127.0.0.25")[0], 201)

    def test_codes_and_keys_are_in_no_log_and_no_file(self):
        code = self.offer()["code"]
        _, paired, _ = self.pair(code)
        other = self.offer()["code"]
        secret = paired["key"].split("_", 2)[2]
        for text in (code, other, secret):
            self.assertNotIn(text, self.daemon.stderr())
            for path in self.daemon.state.rglob("*"):
                if path.is_file():
                    self.assertNotIn(text.encode(), path.read_bytes(), path)

    def test_page_for_the_curious(self):
        answer = self.daemon.get("/pair", key=None, url=self.secure())
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertNotIn(b"<script", answer.body)
        self.assertIn(b"app", answer.body)

    def test_beside_the_daemon(self):
        done = run("pair", "--name", "tablet", "--json", state=self.daemon.state)
        made = json.loads(done.stdout)
        self.assertEqual(done.stderr, "")
        self.assertEqual(taken_apart(made["url"])[1]["u"], [self.secure()])
        self.assertEqual(made["fingerprint"], spki_pin(pathlib.Path(self.daemon.state) / "tls" / "cert.pem"))
        self.assertEqual(self.pair(made["code"])[1]["name"], "tablet")

    def test_picture_in_the_terminal(self):
        shown = run("pair", state=self.daemon.state).stdout
        picture = [line for line in shown.splitlines() if "█" in line or "▀" in line or "▄" in line]
        self.assertGreater(len(picture), 15)
        link = next(line for line in shown.splitlines() if line.startswith("https://"))
        self.assertEqual(self.pair(taken_apart(link)[1]["c"][0])[0], 201)


class WithoutTlsTest(HttpCase):
    def test_pairing_needs_https(self):
        self.assertProblem(self.daemon.post("/api/pair/codes"), 409, "no_https")
        self.assertProblem(self.daemon.post("/api/pair", {"code": "ABCDEFGHJK", **DEVICE}, key=None), 409, "no_https")
        done = run("pair", state=self.daemon.state, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("https_listen", done.stderr)


class StoppedTest(HttpCase):
    def test_the_configuration_tells_where_a_stopped_daemon_will_be(self):
        with Daemon("--https-listen", "127.0.0.1:0") as daemon:
            self.assertTrue((daemon.state / "listening").exists())
            daemon.stop()
            self.assertFalse((daemon.state / "listening").exists())
            done = run("--https-listen", "127.0.0.1:18443", "pair", "--json", state=daemon.state)
            self.assertEqual(json.loads(done.stdout)["urls"], ["https://127.0.0.1:18443"])
            self.assertIn("no daemon runs", done.stderr)


if __name__ == "__main__":
    main()
