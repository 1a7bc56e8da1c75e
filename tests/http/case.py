"""What the HTTP tests share: one daemon for a class, checks of problems, a stocked inventory."""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from lib.daemon import Daemon  # noqa: E402

SPOOL = {"brand": "Acme", "product_name": "PLA Basic", "material_type": "PLA", "color_hex": "#FF8800",
         "initial_weight_grams": 1000}
PRINTER = {"printer_id": "shelf", "name": "Shelf", "source": "homeassistant"}
PROBLEM_KEYS = {"type", "title", "status", "detail", "instance", "code", "errors", "request_id"}


def routes():
    """Rows of the route table: (methods, path, access, operation)."""
    text = subprocess.run([os.environ["PRINT_ROUTES"]], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        methods, path, access, operation, _ = line.split("\t")
        yield methods.split(", "), path, access, operation


class HttpCase(unittest.TestCase):
    """One daemon for all tests of a class."""

    listen = ("127.0.0.1:0",)
    arguments = ()
    more_environment = None

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(*cls.arguments, listen=cls.listen, more_environment=cls.more_environment)

    @classmethod
    def tearDownClass(cls):
        cls.daemon.close()

    def assertProblem(self, answer, status, code=None, field=None):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        problem = answer.json
        self.assertLessEqual(PROBLEM_KEYS, set(problem), answer)
        self.assertEqual(problem["status"], status)
        self.assertEqual(problem["request_id"], answer.headers["X-Request-Id"])
        if code:
            self.assertEqual(problem["code"], code, answer)
        if field:
            self.assertIn(field, [e["field"] for e in problem["errors"]], answer)
        return problem

    def assertStatus(self, answer, status=200):
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def make_spool(self, **more):
        return self.assertStatus(self.daemon.post("/api/spools", {**SPOOL, **more}), 201)["spool"]

    def make_printer(self, **more):
        return self.assertStatus(self.daemon.post("/api/printers", {**PRINTER, **more}), 201)
