"""Tokens and encrypted messages of push are what others can verify and read: node's crypto, and npm's http_ece."""

import pathlib
import unittest

from lib.main import count, main
from lib.node import node

ORACLE = pathlib.Path(__file__).resolve().parent / "oracle.cjs"


class OracleTest(unittest.TestCase):
    def ask(self, what):
        right = int(node(ORACLE, what))
        self.assertGreater(right, 0)
        return right

    def test_tokens_of_vapid_are_verified(self):
        count("push tokens", self.ask("vapid"))

    def test_tokens_of_apns_are_verified(self):
        count("push tokens", self.ask("apns"))

    def test_messages_are_read_by_the_browser_alone(self):
        count("push messages", self.ask("encrypt"))


if __name__ == "__main__":
    main()
