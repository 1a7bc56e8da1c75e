"""A roll is swapped, the phone is asked, and one tap assigns: by Home Assistant, by ntfy's buttons, by a link in a mail."""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))

from lib import actions  # noqa: E402
from lib.main import count, main  # noqa: E402
from lib.peer import Peer  # noqa: E402
from lib.wait import wait_until  # noqa: E402
from test_questions import PrinterCase  # noqa: E402

SECRET = "secret-of-the-house"
PREFIX = "FT_ASSIGN:"
ORANGE = {"brand": "Acme", "material_type": "PLA", "color_hex": "#FF8800", "initial_weight_grams": 1000}


class AnswersTest(PrinterCase):
    colors = ("FF8800", "FF8800", "FF8800", "FF8800")

    @classmethod
    def setUpClass(cls):
        cls.peer = Peer()
        count("peers")
        settings = {"PUSH_WEBHOOK_URL": cls.peer.url + "/hook", "PUSH_NTFY_URL": cls.peer.url, "PUSH_NTFY_TOPIC": "rolls",
                    "WEBHOOK_SECRET": SECRET, "HOMEASSISTANT_URL": cls.peer.url, "HOMEASSISTANT_TOKEN": "a-token",
                    "HOMEASSISTANT_POLL_SECONDS": "0", "HOMEASSISTANT_WEBHOOK_ID": "filament-alerts"}
        cls.more_environment = {f"FILAMENTD_{key}": value for key, value in settings.items()}
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.rolls = [cls.daemon.post("/api/spools", {**ORANGE, "product_name": f"PLA {i}"}).json["spool"] for i in range(6)]

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.peer.close()

    def asked(self, path, slot):
        """The message about a slot that came to a path."""
        about = f"A{slot} of p1: Slot changed"
        found = lambda: [p for p in self.peer.posts if p.path == path and p.json["title"] == about]
        return wait_until(found, 20, f"{path} about slot {slot}")[-1].json

    def spool_in(self, slot):
        return self.slot(slot)["spool_id"]

    def confirm(self, token, secret=SECRET):
        return self.daemon.post("/webhook/homeassistant/confirm", {"token": token}, key=None,
                                headers={"X-Webhook-Secret": secret} if secret else None)

    def test_home_assistant(self):
        body, notice = self.asked("/api/webhook/filament-alerts", 1), self.asked("/hook", 1)
        self.assertEqual((body["level"], body["tag"]), ("time-sensitive", "slot_changed-" + self.slot(1)["ams_slot_id"]))
        self.assertEqual(body["question_id"], self.question(1)["question_id"])
        buttons = body["actions"]
        self.assertEqual([b["title"] for b in buttons], [a["title"] for a in notice["actions"]])
        self.assertEqual(len(buttons), 4, "three candidates, and no answer")
        self.assertTrue(all(b["action"].startswith(PREFIX) for b in buttons))
        self.assertEqual(len({b["action"] for b in buttons}), 4)
        chosen, other = (b["action"].removeprefix(PREFIX) for b in buttons[1:3])
        self.assertProblem(self.confirm(chosen, None), 401, "unauthorized")
        self.assertProblem(self.confirm(chosen, "another-secret-of-it"), 401, "invalid_secret")
        self.assertProblem(self.confirm(3), 422)
        self.assertIsNone(self.spool_in(1))
        answer = self.assertStatus(self.confirm(chosen))
        self.assertEqual((answer["status"], answer["action"], answer["reason"]), ("ok", "answered", None))
        self.assertEqual((self.spool_in(1), answer["question"]["state"]), (notice["actions"][1]["spool_id"], "answered"))
        self.assertIn(f"({self.daemon.get('/api/spools/' + self.spool_in(1)).json['spool_number']})", buttons[1]["title"])
        self.assertEqual(self.assertStatus(self.confirm(chosen))["status"], "ok", "tapped twice")
        late = self.assertStatus(self.confirm(other), 202)
        self.assertEqual((late["status"], late["action"], late["question"]), ("ignored", "refused", None))
        self.assertEqual(self.spool_in(1), notice["actions"][1]["spool_id"])
        alert = self.daemon.get("/api/alerts?kind=slot_changed&open=true").json
        self.assertNotIn(body["alert_id"], [a["alert_id"] for a in alert], "the alert is over with its question")

    def test_button_of_ntfy(self):
        buttons = self.asked("/", 2)["actions"]
        self.assertEqual([(b["action"], b["method"], b["clear"]) for b in buttons], [("http", "POST", True)] * 3)
        path = buttons[0]["url"].removeprefix(self.daemon.url)
        self.assertTrue(path.startswith("/api/actions/"), path)
        read = self.assertStatus(self.daemon.get(path, key=None))
        self.assertEqual((read["slot_number"], read["state"]), (2, "open"))
        self.assertIsNone(self.spool_in(2), "reading answers nothing")
        self.assertEqual(self.assertStatus(self.daemon.post(path, key=None))["state"], "answered")
        self.assertIsNotNone(self.spool_in(2))
        other = buttons[1]["url"].removeprefix(self.daemon.url)
        self.assertProblem(self.daemon.post(other, key=None), 409, "question_closed")

    def test_page(self):
        token = self.asked("/hook", 3)["actions"][0]["token"]
        path, html = f"/api/actions/{token}", {"Accept": "text/html,application/xhtml+xml"}
        page = self.daemon.get(path, key=None, headers=html)
        self.assertEqual((page.status, page.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b'<form method="post"><button>It is roll ', page.body)
        self.assertIn("form-action 'self'", page.headers["Content-Security-Policy"])
        done = self.daemon.request("POST", path, "", key=None, headers={
            **html, "Content-Type": "application/x-www-form-urlencoded", "Origin": self.daemon.url})
        self.assertEqual(done.status, 200, done)
        self.assertIn(b"Thank you", done.body)
        self.assertIsNotNone(self.spool_in(3))
        self.assertIn(b"answered already", self.daemon.get(path, key=None, headers=html).body)
        used = self.daemon.post(f"/api/actions/{self.asked('/hook', 3)['actions'][1]['token']}", key=None, headers=html)
        self.assertEqual((used.status, b"<form" in used.body), (409, False))
        self.assertIn(b"this question was answered", used.body)

    def test_expired(self):
        """A link that somebody kept: it says so, to people and to programs, and answers nothing."""
        token = self.asked("/hook", 4)["actions"][0]["token"]
        self.assertEqual(actions.make(self.daemon.state, *actions.read(token)), token, "made as the daemon makes it")
        old = actions.expired(self.daemon.state, token, time.time())
        path, html = f"/api/actions/{old}", {"Accept": "text/html"}
        for method in ("GET", "POST"):
            self.assertProblem(self.daemon.request(method, path, key=None), 410, "expired_token")
            page = self.daemon.request(method, path, key=None, headers=html)
            self.assertEqual((page.status, page.headers["Content-Type"], b"<form" in page.body), (410, "text/html; charset=utf-8", False))
            self.assertIn(b"this button is too old; answer in the app", page.body)
        told = self.assertStatus(self.confirm(old), 202)
        self.assertEqual((told["status"], told["reason"]), ("ignored", "this button is too old; answer in the app"))
        self.assertEqual((self.spool_in(4), self.question(4)["state"]), (None, "open"))

    def test_forged(self):
        token = self.asked("/hook", 4)["actions"][0]["token"]
        for wrong in (token[:-1] + ("A" if token[-1] != "A" else "Q"), "B" + token[1:], "x", "A" * 60):
            self.assertProblem(self.daemon.post(f"/api/actions/{wrong}", key=None), 403, "invalid_token")
        self.assertIsNone(self.spool_in(4))
        dismissed = self.assertStatus(self.confirm(self.asked("/hook", 4)["actions"][-1]["token"]))
        self.assertEqual((dismissed["question"]["state"], self.spool_in(4)), ("closed", None))


if __name__ == "__main__":
    main()
