"""A trial on each way on which alerts leave, alone and all at once: every channel that the documentation names."""

import pathlib
import re
import tempfile
import unittest

from apple import TOKEN, make_keys, settings
from lib.certs import Authority
from lib.daemon import Daemon
from lib.mail import Mailbox
from lib.main import SOURCE, count, main
from lib.peer import Peer
from lib.wait import wait_until
from push_peer import PushPeer

TEXT = "This is a test. Alerts will arrive here."
# Where those that share a server are told apart.
PATHS = {"homeassistant": "/api/webhook/hook-of-the-house", "homeassistant_notify": "/api/services/notify/phone", "webhook": "/mine",
         "ntfy": "/", "gotify": "/message", "pushover": "/1/messages.json"}


def documented():
    """Names of the table in docs/notifications.md."""
    text = (SOURCE / "docs" / "notifications.md").read_text()
    return re.findall(r"^\| `(\w+)` \|", text, re.M)


class TrialsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="trials-")
        path = pathlib.Path(cls.folder.name)
        ca, (key, public) = Authority(path, "Push CA"), make_keys(path)
        certificate = ca.server()
        cls.peer, cls.mailbox = Peer(), Mailbox()
        cls.apns, cls.webpush = PushPeer("apns", certificate, public), PushPeer("webpush", certificate)
        count("peers", 4)
        url = cls.peer.url
        given = {**settings(key, cls.apns.url), "PUSH_CA_FILE": str(ca.pem), "PUSH_WEBPUSH_SUBJECT": "mailto:who@example.org",
                 "HOMEASSISTANT_URL": url, "HOMEASSISTANT_TOKEN": "a-token", "HOMEASSISTANT_POLL_SECONDS": "0",
                 "HOMEASSISTANT_WEBHOOK_ID": "hook-of-the-house", "HOMEASSISTANT_NOTIFY_SERVICE": "phone", "PUSH_WEBHOOK_URL": url + "/mine",
                 "PUSH_NTFY_URL": url, "PUSH_NTFY_TOPIC": "rolls", "PUSH_GOTIFY_URL": url, "PUSH_GOTIFY_TOKEN": "app",
                 "PUSH_PUSHOVER_URL": url, "PUSH_PUSHOVER_TOKEN": "app", "PUSH_PUSHOVER_USER": "me",
                 "PUSH_SMTP_URL": cls.mailbox.url, "PUSH_SMTP_FROM": "filamentd@home.test", "PUSH_SMTP_TO": "ann@home.test"}
        cls.daemon = Daemon(more_environment={f"FILAMENTD_{name}": value for name, value in given.items()})
        browser = cls.webpush.subscribe("browser", cls.daemon.get("/api/devices/webpush_key").json["public_key"])
        for name, push in (("phone", {"channel": "apns", "token": TOKEN}), ("browser", browser)):
            cls.daemon.post("/api/devices", {"installation_id": name, "name": name, "platform": "test", "push": push})

    @classmethod
    def tearDownClass(cls):
        cls.daemon.close()
        for peer in (cls.peer, cls.mailbox, cls.apns, cls.webpush):
            peer.close()
        cls.folder.cleanup()

    def arrived(self):
        """How often the text came on each channel."""
        said = {"smtp": sum(TEXT.encode() in mail for mail in self.mailbox.mails),
                "apns": sum(p["payload"]["aps"]["alert"]["body"] == TEXT for p in self.apns.posts),
                "webpush": sum(p["payload"]["message"] == TEXT for p in self.webpush.posts)}
        for name, path in PATHS.items():
            texts = [p.body.decode().replace("+", " ").replace("%20", " ") for p in list(self.peer.posts) if p.path == path]
            said[name] = sum(TEXT in text for text in texts)
        return said

    def ask(self, body, wanted):
        """One trial; each that it answers is sent."""
        answer = self.daemon.post("/api/notifications/test", body)
        self.assertEqual(answer.status, 202, answer)
        rows = answer.json["deliveries"]
        self.assertEqual([row["channel"] for row in rows], wanted)
        state = lambda row: self.daemon.get(f"/api/notifications/{row['delivery_id']}").json["state"]
        wait_until(lambda: {state(row) for row in rows} == {"sent"}, 15, f"{wanted}: {[state(row) for row in rows]}")

    def test_each_and_all(self):
        channels = sorted(documented())
        self.assertEqual(channels, sorted(self.arrived()), "each is tried here")
        for name in channels:
            before = self.arrived()
            self.ask({"channel": name}, [name])
            self.assertEqual(self.arrived(), {**before, name: before[name] + 1}, "on that one, and on no other")
        before = self.arrived()
        self.ask({}, channels)
        self.assertEqual(self.arrived(), {name: number + 1 for name, number in before.items()})
        self.assertEqual({row["error"] for row in self.daemon.get("/api/notifications/channels").json}, {None})


if __name__ == "__main__":
    main()
