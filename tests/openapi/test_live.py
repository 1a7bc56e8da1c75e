"""Every operation, status and schema of the OpenAPI document against a real daemon.

Successes come from the examples of tests/http/test_routes.py, refusals that all operations share from the
document itself, the rest from scenarios.py. Each answer is recorded and held against the document by ajv; what
is documented and was never answered (a status, a media type, a schema) is a fault, as is what was answered
and is not documented.
"""

import functools
import http.client
import json
import pathlib
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))

import scenarios  # noqa: E402
from case import SPOOL  # noqa: E402
from lib.broker import Broker  # noqa: E402
from lib.main import count, main  # noqa: E402
from lib.node import HOME, node  # noqa: E402
from lib.wait import wait_until  # noqa: E402
from test_questions import SERIAL, report  # noqa: E402
import test_routes  # noqa: E402

HUGE = 300 * 1024 * 1024
FAILURES = 70
STREAM = "text/event-stream"
STALE = '"999999999"'


class World:
    """The daemon with an inventory, and a printer that reports rolls nobody knows."""

    def __init__(self):
        test_routes.RoutesTest.setUpClass()
        self.daemon = test_routes.RoutesTest.daemon
        self.examples = test_routes.RoutesTest.examples
        self.hook_key = test_routes.RoutesTest.hook_key
        self.last_spool = None
        self.examples = {**self.examples, **scenarios.examples(self)}
        self.broker = Broker(SERIAL)
        self.bench, self.pin = "bench", self.broker.certificate.spki_sha256()
        self.post("/api/printers", {"printer_id": self.bench, "serial": SERIAL, "host": "127.0.0.1", "port": self.broker.port,
                                    "access_code": self.broker.access_code, "pin_sha256": self.pin})
        status = f"/api/printers/{self.bench}/status"
        wait_until(lambda: self.get(status)["connection"]["reason"] == "connected", 30, "the link")
        self.broker.report(report(["112233", "445566", "FF8800"]))
        wait_until(lambda: len(self.get("/api/questions")) == 3, 30, "three questions")

    def close(self):
        test_routes.RoutesTest.tearDownClass()
        self.broker.close()

    def told(self, kind):
        """The newest notification of a kind that has candidates."""
        found = lambda: [p for p in test_routes.RoutesTest.peer.posts if p.json["type"] == kind and len(p.json["actions"]) > 1]
        return wait_until(found, 30, f"a notification about {kind}")[-1].json

    def done(self, answer):
        if answer.status >= 300:
            raise AssertionError(answer)
        return answer.json

    def get(self, path):
        return self.done(self.daemon.get(path))

    def post(self, path, body):
        return self.done(self.daemon.post(path, body))

    def spool(self):
        self.last_spool = self.post("/api/spools", SPOOL)["spool_id"]
        return self.last_spool

    def assign(self, printer, slot, spool):
        self.post(f"/api/ams_slots/{printer}/1/{slot}/assign", {"spool_id": spool})


class Operation:
    def __init__(self, path, method, row):
        self.path, self.method, self.row = path, method.upper(), row
        self.name = row["operationId"]
        self.statuses = {int(s) for s in row["responses"] if s != "default"}

    def nowhere(self):
        """Its path with names that nobody has."""
        return re.sub(r"\{(\w+)\}", lambda m: "1" if m[1].endswith("_number") else test_routes.MISSING, self.path)

    def streams(self):
        return STREAM in self.row["responses"].get("200", {}).get("content", {})


class LiveTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.document = cls.world.daemon.get("/api/openapi.json", key=None).json
        cls.operations = {row["operationId"]: Operation(path, method, row)
                          for path, item in cls.document["paths"].items() for method, row in item.items()}
        cls.records = []
        cls.wrong = []

    @classmethod
    def tearDownClass(cls):
        cls.world.close()

    def record(self, operation, answer, wanted):
        kind = (answer.headers["Content-Type"] or "").split(";")[0]
        self.records.append({"operation": operation, "status": answer.status, "type": kind,
                             "headers": dict(answer.headers), "body": answer.body.decode("utf-8", "replace")})
        if answer.status != wanted:
            self.wrong.append(f"{operation}: {answer.status} instead of {wanted}: {answer.body[:200]!r}")

    def ask(self, operation, wanted, method, path, body=None, **options):
        if self.operations[operation].streams() and wanted == 200:
            answer = self.first_of_stream(path)
        else:
            answer = self.world.daemon.request(method, path, body, **options)
        self.record(operation, answer, wanted)
        return answer

    def first_of_stream(self, path):
        """All events up to the first one of a roll: each is JSON of x-event-data."""
        connection = self.world.daemon.connection()
        try:
            connection.request("GET", path + "?last_event_id=0", headers={"X-API-Key": self.world.daemon.key})
            answer = connection.getresponse()
            lines = []
            while not any(line.startswith(b"event: spool.") for line in lines[:-2]):
                lines.append(answer.readline())
            answer.body = b"".join(line[6:] for line in lines if line.startswith(b"data: "))
            return answer
        finally:
            connection.close()

    # --- refusals that follow from the document ---

    def without_key(self, o, method, path, body):
        self.ask(o.name, 401, method, path, body, key=None)

    def without_scope(self, o, method, path, body):
        if (o.name, 403) not in scenarios.TOLD:
            self.ask(o.name, 403, method, path, body, key=self.world.hook_key)

    def broken_query(self, o, method, path, body):
        self.ask(o.name, 400, method, path.split("?")[0] + "?a=1&a=2", body)

    def unknown_parameter(self, o, method, path, body):
        self.ask(o.name, 422, method, path.split("?")[0] + "?nonsense=1", body)

    def unknown_thing(self, o, method, path, body):
        if "{" in o.path:
            self.ask(o.name, 404, method, o.nowhere(), body)

    def stale(self, o, method, path, body):
        if (o.name, 412) not in scenarios.TOLD:
            self.ask(o.name, 412, method, path, body, headers={"If-Match": STALE})

    def too_large(self, o, method, path, body):
        connection = self.world.daemon.connection()
        try:
            connection.putrequest(method, path)
            for name, value in (("X-API-Key", self.world.daemon.key), ("Content-Type", "application/json"),
                                ("Content-Length", str(HUGE))):
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            answer.body = answer.read()
            self.record(o.name, answer, 413)
        finally:
            connection.close()

    def other_type(self, o, method, path, body):
        self.ask(o.name, 415, method, path, json.dumps(body or {}), headers={"Content-Type": "text/plain"})

    def unchanged(self, o, method, path, body):
        if (o.name, 304) in scenarios.TOLD:
            return
        tag = self.world.daemon.request(method, path).headers["ETag"]
        self.ask(o.name, 304, method, path, headers={"If-None-Match": tag or "none"})

    GENERIC = {400: broken_query, 401: without_key, 403: without_scope, 404: unknown_thing, 412: stale, 413: too_large,
               415: other_type, 422: unknown_parameter, 304: unchanged}

    def refuse_all(self):
        for o in self.operations.values():
            method, path, body, _ = self.world.examples[o.name]
            for status in sorted(o.statuses & set(self.GENERIC)):
                self.GENERIC[status](self, o, method, path, body)

    def ask_elsewhere(self, o, body=None):
        """From an address that guessed too often."""
        connection = http.client.HTTPConnection("127.0.0.1", self.world.daemon.port, timeout=30,
                                                source_address=("127.0.0.2", 0))
        try:
            sent = json.dumps(body) if body else None
            connection.request(o.method, o.nowhere(), sent, {"X-API-Key": "fd_wrong_key", "Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.body = answer.read()
            return answer
        finally:
            connection.close()

    def limit_all(self):
        guarded = [o for o in self.operations.values() if 429 in o.statuses]
        for _ in range(FAILURES):
            self.ask_elsewhere(next(o for o in guarded if 401 in o.statuses))
        for o in guarded:
            body = scenarios.GUESSES.get(o.name)
            for _ in range(FAILURES if body else 0):
                self.ask_elsewhere(o, body)
            for _ in range(FAILURES):  # one failure is forgiven each second
                answer = self.ask_elsewhere(o, body)
                if answer.status == 429:
                    break
            self.record(o.name, answer, 429)

    # --- the rest ---

    def tell_stories(self):
        for story in scenarios.STORIES:
            for operation, status, method, path, body, *headers in story(self.world):
                self.ask(operation, status, method, path, body, headers=headers[0] if headers else None)

    def succeed_all(self):
        for name, (method, path, body, status) in self.world.examples.items():
            self.ask(name, status, method, path, body)

    def faults(self):
        with tempfile.TemporaryDirectory() as folder:
            document, answers = pathlib.Path(folder) / "openapi.json", pathlib.Path(folder) / "answers"
            document.write_text(json.dumps(self.document))
            answers.write_text("\n".join(map(json.dumps, self.records)))
            return node(HOME / "validate.cjs", document, answers).splitlines()

    # --- what was never seen ---

    def response(self, operation, status):
        row = self.operations[operation].row["responses"].get(str(status), {})
        return self.resolved(row)

    def resolved(self, row):
        """What a reference stands for, and its name."""
        while "$ref" in row:
            row = functools.reduce(dict.__getitem__, row["$ref"].split("/")[1:], self.document)
        return row

    def types(self):
        """(operation, status, media type) of all that the document names."""
        return {(o.name, s, t) for o in self.operations.values() for s in o.statuses
                for t in self.response(o.name, s).get("content", {})}

    def walk(self, schema, value, names):
        """Add the names of all schemas that an answer shows something of."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            if value is None or (value and name in names and not isinstance(value, (dict, list))):
                return
            names.add(name)
            schema = self.resolved(schema)
        for part in schema.get("anyOf", []) + schema.get("oneOf", []) + schema.get("allOf", []):
            self.walk(part, value, names)
        if isinstance(value, dict):
            rest = schema.get("additionalProperties")
            for key, inside in value.items():
                part = schema.get("properties", {}).get(key, rest if isinstance(rest, dict) else None)
                if part:
                    self.walk(part, inside, names)
        for inside in value if isinstance(value, list) else []:
            self.walk(schema.get("items", {}), inside, names)

    def answered(self):
        """Names of the schemas of which some answer held an object."""
        names = set()
        for r in self.records:
            content = self.response(r["operation"], r["status"]).get("content", {})
            if r["type"].endswith("json") and r["type"] in content:
                self.walk(content[r["type"]]["schema"], json.loads(r["body"]), names)
            elif r["type"] == STREAM:
                for line in r["body"].splitlines():
                    self.walk(content[STREAM]["x-event-data"], json.loads(line), names)
        return names

    def shown(self):
        """Names of the schemas that answers can hold."""
        names, todo = set(), []
        for o in self.operations.values():
            for s in o.statuses:
                for content in self.response(o.name, s).get("content", {}).values():
                    todo += [content[key] for key in ("schema", "x-event-data") if key in content]
        while todo:
            part = todo.pop()
            if isinstance(part, list):
                todo += part
            elif isinstance(part, dict):
                if "$ref" in part and isinstance(part["$ref"], str):
                    name = part["$ref"].rsplit("/", 1)[1]
                    if name not in names:
                        names.add(name)
                        todo.append(self.resolved(part))
                todo += [v for k, v in part.items() if k != "$ref"]
        return names

    def test_document_and_daemon_agree(self):
        self.refuse_all()
        self.tell_stories()
        self.limit_all()
        self.succeed_all()
        seen = {(r["operation"], r["status"]) for r in self.records}
        documented = {(o.name, s) for o in self.operations.values() for s in o.statuses}
        count("answers", len(self.records))
        count("documented", len(documented))
        self.assertEqual(self.wrong, [])
        self.assertEqual(sorted(set(self.faults())), [])
        self.assertEqual(sorted(documented - seen), [], "documented, and never answered")
        types = {(r["operation"], r["status"], r["type"]) for r in self.records}
        self.assertEqual(sorted(self.types() - types), [], "media types that were never answered")
        self.assertEqual(sorted(self.shown() - self.answered()), [], "schemas of which no answer held anything")


if __name__ == "__main__":
    main()
