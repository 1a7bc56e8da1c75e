"""Alerts by mail: a message that other programs read, a login that is never said in the clear."""

import email
import email.policy

from lib.mail import Mailbox
from lib.main import count, main
from lib.wait import wait_until
from test_channels import ChannelCase

PASSWORD = "a-password-of-the-user's"


class MailCase(ChannelCase):
    login = {}

    def setUp(self):
        self.mailbox = Mailbox()
        count("peers")
        super().setUp()

    def tearDown(self):
        super().tearDown()
        self.mailbox.close()

    def environment(self):
        return {"PUSH_SMTP_URL": self.mailbox.url, "PUSH_SMTP_FROM": "filamentd@home.test",
                "PUSH_SMTP_TO": "ann@home.test,bo@home.test", **self.login}

    def mail(self, number=0):
        wait_until(lambda: len(self.mailbox.mails) > number, 15, "a mail")
        return email.message_from_bytes(self.mailbox.mails[number], policy=email.policy.default)


class MailTest(MailCase):
    def test_message(self):
        spool = self.daemon.post("/api/spools", {"brand": "Ümläut", "product_name": "Größe 1", "material_type": "PLA",
                                                 "color_hex": "#FF8800", "initial_weight_grams": 1000}).json["spool"]
        self.daemon.post(f"/api/spools/{spool['spool_id']}/adjust_weight", {"new_weight_grams": 50})
        first = self.mail()
        (sent, *_) = wait_until(lambda: self.deliveries("?state=sent"), 15, "its end")[::-1]
        self.assertIn(first["Subject"], ("Roll is low", "Filament is low"))
        self.assertEqual((first["From"], first["To"]), ("filamentd@home.test", "ann@home.test, bo@home.test"))
        self.assertEqual(first["Message-Id"], f"<{sent['delivery_id']}@filamentd>")
        self.assertIsNotNone(first["Date"].datetime)
        self.assertIn("Ümläut Größe 1", first.get_content())
        rcpt = [line for line in self.mailbox.said if line.startswith("RCPT")]
        self.assertEqual(rcpt[:2], ["RCPT TO:<ann@home.test>", "RCPT TO:<bo@home.test>"])

    def test_refusals(self):
        self.mailbox.refuse["DATA"] = "554 spam"
        self.low()
        (failed,) = self.ended(1, "failed")
        self.assertIn("554", failed["error"])
        self.mailbox.refuse = {"MAIL": "451 later"}
        self.low()
        wait_until(lambda: self.deliveries("?state=waiting")[0]["attempts"], 15, "an attempt")
        self.mailbox.refuse = {}
        self.ended(1)


class LoginTest(MailCase):
    login = {"PUSH_SMTP_USER": "ann", "PUSH_SMTP_PASSWORD": PASSWORD}

    def test_no_login_in_the_clear(self):
        self.low()
        wait_until(lambda: self.daemon.get("/api/notifications/channels").json[0]["error"], 15, "its trouble")
        self.assertFalse(any(line.startswith(("AUTH", "MAIL")) for line in self.mailbox.said), self.mailbox.said)
        self.assertFalse(self.mailbox.mails)


if __name__ == "__main__":
    main()
