"""A push service on loopback, by node: what it got, verified and read by code that is not ours."""

import json
import os
import pathlib

from lib.node import packages
from lib.process import Process
from lib.wait import wait_until

PROGRAM = pathlib.Path(__file__).resolve().parent / "push_peer.cjs"


class PushPeer:
    def __init__(self, kind, certificate, *arguments):
        environment = {**os.environ, "NODE_PATH": str(packages())}
        self.process = Process(["node", PROGRAM, kind, certificate.pem, certificate.key, *arguments], environment)
        self.seen = 0
        self.port = wait_until(lambda: self.told("port"), 20, "the push service")[0]

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def told(self, key):
        rows = (json.loads(line) for line in list(self.process.lines))
        return [row[key] for row in rows if key in row]

    @property
    def posts(self):
        """Since forget(). Each has path, headers, connection, header and claims of its token, token, size, payload."""
        posts = self.told("post")[self.seen:]
        faults = [p["fault"] for p in posts if "fault" in p]
        if faults:
            raise AssertionError(f"what came cannot be read: {faults}")
        return posts

    def forget(self):
        """What came is another test's."""
        self.seen = len(self.told("post"))

    def answer(self, status=None, act=0, headers=None, **body):
        """To the next request that has no answer yet."""
        told = {"act": act, "headers": headers or {}, "body": json.dumps(body) if body else ""}
        before = len(self.told("ready"))
        self.process.send(json.dumps({"answer": {**told, **({"status": status} if status else {})}}))
        wait_until(lambda: len(self.told("ready")) > before, 10, "an order that is understood")

    def subscribe(self, name, key):
        """As a browser does."""
        before = len(self.told("subscription"))
        self.process.send(json.dumps({"subscribe": name, "key": key}))
        wait_until(lambda: len(self.told("subscription")) > before, 10, "a subscription")
        return {"channel": "webpush", **self.told("subscription")[-1]}

    def close(self):
        self.process.end()
