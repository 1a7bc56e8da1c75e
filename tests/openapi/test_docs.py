"""docs/api.md says what the tables of routes say. UPDATE=1 writes it anew."""

import json
import os
import subprocess
import unittest

from api_md import render
from lib.main import SOURCE, main

PAGE = SOURCE / "docs" / "api.md"


class DocsTest(unittest.TestCase):
    def test_page_is_current(self):
        text = subprocess.run([os.environ["PRINT_OPENAPI"]], check=True, capture_output=True, text=True).stdout
        page = render(json.loads(text))
        if os.environ.get("UPDATE"):
            PAGE.write_text(page)
        self.assertEqual(page, PAGE.read_text() if PAGE.exists() else "", "UPDATE=1 ctest -R openapi.docs writes it anew")


if __name__ == "__main__":
    main()
