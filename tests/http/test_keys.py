"""API keys: headers, scopes, expiry, revocation, the limit of failures."""

import http.client
import time

from case import HttpCase
from lib.daemon import run
from lib.main import main
from lib.wait import wait_until


class KeysTest(HttpCase):
    def make_key(self, scopes, **more):
        return self.assertStatus(self.daemon.post("/api/api_keys", {"name": "k", "scopes": scopes, **more}), 201)

    def test_shown_once(self):
        made = self.make_key(["read"])
        self.assertRegex(made["key"], r"^fd_[A-Za-z0-9]+_[A-Za-z0-9_-]{43}$")
        listed = self.daemon.get("/api/api_keys")
        self.assertNotIn(made["key"].encode(), listed.body)
        row = next(k for k in listed.json if k["key_id"] == made["key_id"])
        self.assertEqual((row["name"], row["scopes"]), ("k", ["read"]))
        self.assertNotIn("hash", row)

    def test_headers(self):
        key = self.make_key(["read"])["key"]
        for headers in ({"X-API-Key": key}, {"x-api-key": key}, {"Authorization": "Bearer " + key},
                        {"authorization": "bearer " + key}, {"Authorization": "BEARER  " + key},
                        {"X-API-Key": key, "Authorization": "Bearer " + key}):
            self.assertStatus(self.daemon.get("/api/spools", headers=headers, key=None))
        for headers in ({"X-API-Key": key + "x"}, {"X-API-Key": ""}, {"Authorization": key},
                        {"Authorization": "Basic " + key}, {"X-API-Key": key, "Authorization": "Bearer other"}):
            self.assertProblem(self.daemon.get("/api/spools", headers=headers, key=None), 401)
        self.assertProblem(self.daemon.get("/api/spools?api_key=" + key, key=None), 401)

    def test_scopes(self):
        reader, slots = self.make_key(["read"])["key"], self.make_key(["slots:write"])["key"]
        self.assertStatus(self.daemon.get("/api/spools", key=reader))
        self.assertProblem(self.daemon.post("/api/spools", {}, key=reader), 403, "missing_scope")
        self.assertProblem(self.daemon.get("/api/spools", key=slots), 403, "missing_scope")
        self.assertProblem(self.daemon.post("/api/spools", {}, key=slots), 403, "missing_scope")
        self.assertProblem(self.daemon.get("/api/api_keys", key=reader), 403, "missing_scope")

    def test_expiry_and_revocation(self):
        soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        made = self.make_key(["read"], expires_at=soon)
        self.assertStatus(self.daemon.get("/api/spools", key=made["key"]))
        time.sleep(2.5)
        self.assertProblem(self.daemon.get("/api/spools", key=made["key"]), 401, "key_expired")
        made = self.make_key(["read"])
        self.assertStatus(self.daemon.delete("/api/api_keys/" + made["key_id"]))
        self.assertProblem(self.daemon.get("/api/spools", key=made["key"]), 401, "key_revoked")
        self.assertProblem(self.daemon.delete("/api/api_keys/nonsense"), 404)

    def test_one_by_id_or_prefix(self):
        made = self.make_key(["read"])
        row = self.assertStatus(self.daemon.get("/api/api_keys/" + made["key_id"]))
        self.assertEqual(row, self.assertStatus(self.daemon.get("/api/api_keys/" + made["prefix"])))
        self.assertNotIn("key", row)
        self.assertEqual((row["device_name"], row["platform"]), (None, None))
        self.assertProblem(self.daemon.get("/api/api_keys/nonsense"), 404, "key_not_found")

    def test_rename_and_move_the_end(self):
        made = self.make_key(["read"], expires_at="2099-01-01T00:00:00Z")
        path = "/api/api_keys/" + made["key_id"]
        row = self.assertStatus(self.daemon.patch(path, {"name": "tablet"}))
        self.assertEqual((row["name"], row["expires_at"]), ("tablet", "2099-01-01T00:00:00Z"))
        row = self.assertStatus(self.daemon.put(path, {"expires_at": None}))
        self.assertEqual((row["name"], row["expires_at"]), ("tablet", None))
        self.assertStatus(self.daemon.put(path, {**row, "name": "again"}))
        self.assertProblem(self.daemon.patch(path, {"expires_at": "2001-01-01T00:00:00Z"}), 422, "in_the_past")
        self.assertProblem(self.daemon.patch(path, {"scopes": ["admin"]}), 422, None, "scopes")
        answer = self.daemon.get(path)
        self.assertProblem(self.daemon.patch(path, {"name": "x"}, headers={"If-Match": '"1"'}), 412)
        self.assertStatus(self.daemon.patch(path, {"name": "x"}, headers={"If-Match": answer.headers["ETag"]}))
        self.assertStatus(self.daemon.get("/api/spools", key=made["key"]))

    def test_the_command_line_is_heard(self):
        """A key in use is revoked and another one made by another process."""
        made = self.make_key(["read"])
        for _ in range(5):
            self.assertStatus(self.daemon.get("/api/spools", key=made["key"]))
        run("key", "revoke", made["key_id"], state=self.daemon.state)
        wait_until(lambda: self.daemon.get("/api/spools", key=made["key"]).status == 401, 1.0, "the key is refused")
        self.assertStatus(self.daemon.get("/api/spools", key=self.daemon.create_key("new", "read")))

    def test_faults(self):
        for body, code in (({"name": "x", "scopes": ["everything"]}, "not_allowed"), ({"name": "x", "scopes": []}, "too_short"),
                           ({"name": "x", "scopes": "read"}, "wrong_type"), ({"scopes": ["read"]}, "required"),
                           ({"name": "x", "scopes": [5]}, "not_allowed")):
            self.assertProblem(self.daemon.post("/api/api_keys", body), 422, code)

    def test_last_use_is_recorded(self):
        made = self.make_key(["read"])
        self.daemon.get("/api/spools", key=made["key"])
        deadline = time.monotonic() + 10
        used = None
        while not used and time.monotonic() < deadline:
            time.sleep(0.2)
            used = next(k for k in self.daemon.get("/api/api_keys").json if k["key_id"] == made["key_id"])["last_used_at"]
        self.assertIsNotNone(used)

    def test_failures_are_limited_by_address(self):
        def get(key, address):
            connection = http.client.HTTPConnection("127.0.0.1", self.daemon.port, timeout=10, source_address=(address, 0))
            connection.request("GET", "/api/spools", headers={"X-API-Key": key})
            response = connection.getresponse()
            body = response.read()
            connection.close()
            return response, body

        answers = [get("fd_wrong_key", "127.0.0.9") for _ in range(100)]
        limited = [r for r, _ in answers if r.status == 429]
        self.assertEqual({r.status for r, _ in answers}, {401, 429})
        self.assertGreaterEqual(int(limited[0].headers["Retry-After"]), 1)
        self.assertEqual(get(self.daemon.key, "127.0.0.9")[0].status, 200)
        self.assertEqual(get("fd_wrong_key", "127.0.0.8")[0].status, 401)


if __name__ == "__main__":
    main()
