"""The OpenAPI document is one by the linter of Redocly, and by rules of our own for generated clients."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from lib.main import count, main
from lib.node import HOME, node


def printed():
    """The document as text, from the program's tables, and its pairs checked for doubled names."""
    text = subprocess.run([os.environ["PRINT_OPENAPI"]], check=True, capture_output=True, text=True).stdout

    def once(pairs):
        names = [name for name, _ in pairs]
        if len(names) != len(set(names)):
            raise AssertionError(f"names stand twice: {sorted(n for n in names if names.count(n) > 1)}")
        return dict(pairs)

    return text, json.loads(text, object_pairs_hook=once)


class LintTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text, cls.document = printed()

    def operations(self):
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield path, method, operation

    def schemas(self, node, where=""):
        """Each schema of the components with its place."""
        if isinstance(node, dict):
            if "type" in node or "properties" in node:
                yield where, node
            for name, value in node.items():
                yield from self.schemas(value, f"{where}/{name}")
        elif isinstance(node, list):
            for i, value in enumerate(node):
                yield from self.schemas(value, f"{where}/{i}")

    def test_redocly_finds_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "openapi.json"
            path.write_text(self.text)
            self.assertEqual(node(HOME / "lint.cjs", HOME / "redocly.yaml", path), "")

    def test_every_route_is_there(self):
        routes = subprocess.run([os.environ["PRINT_ROUTES"]], check=True, capture_output=True, text=True).stdout
        rows = [line.split("\t") for line in routes.splitlines()]
        documented = {operation["operationId"]: (path, method) for path, method, operation in self.operations()}
        self.assertEqual(set(documented), {row[3] for row in rows})
        for methods, path, _, operation, _ in rows:
            self.assertEqual(documented[operation][0], path)
            self.assertIn(documented[operation][1].upper(), methods.split(", "))
        count("operations", len(rows))

    def test_no_bare_objects(self):
        for where, schema in self.schemas(self.document["components"]["schemas"]):
            if schema.get("type") in ("object", ["object", "null"]):
                self.assertTrue("properties" in schema or "additionalProperties" in schema, where)
            if schema.get("type") in ("array", ["array", "null"]):
                self.assertIn("items", schema, where)
                self.assertNotEqual(schema["items"], True, where)

    def test_names_are_fit_for_generated_clients(self):
        for name, schema in self.document["components"]["schemas"].items():
            self.assertRegex(name, r"^[A-Z][A-Za-z0-9]*$")
            for key in schema.get("properties", {}):
                self.assertRegex(key, r"^[a-z][A-Za-z0-9_.]*$", name)
        for _, _, operation in self.operations():
            self.assertRegex(operation["operationId"], r"^[a-z][A-Za-z0-9]*$")

    def test_successes_have_content(self):
        for path, method, operation in self.operations():
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    self.assertTrue(answer.get("content"), f"{method} {path}")

    def test_every_schema_is_used(self):
        used = set(re.findall(r'"#/components/schemas/([^"]+)"', self.text))
        self.assertEqual(set(self.document["components"]["schemas"]), used)

    def test_every_reference_leads_somewhere(self):
        for reference in set(re.findall(r'"#/(components/[^"]+)"', self.text)):
            node = self.document
            for part in reference.split("/"):
                node = node[part]


if __name__ == "__main__":
    main()
