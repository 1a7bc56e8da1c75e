"""Alerts by mail: delivered by a real server into the boxes of people, with a login that is never said in the clear."""

import email
import email.policy
import pathlib
import tempfile

from lib.certs import Authority
from lib.exim import DOMAIN, PASSWORD, USER, Exim
from lib.mail import Mailbox
from lib.main import count, main
from lib.wait import wait_until
from test_channels import SPOOL, ChannelCase

SENDER, PEOPLE = f"filamentd@{DOMAIN}", (f"ann@{DOMAIN}", f"bo@{DOMAIN}")


class DeliveredTest(ChannelCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="mail-")
        cls.ca = Authority(pathlib.Path(cls.folder.name), "Mail CA")
        cls.server = Exim(cls.ca.server())
        count("peers")

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.folder.cleanup()

    def environment(self):
        return {"PUSH_SMTP_URL": self.server.url, "PUSH_SMTP_FROM": SENDER, "PUSH_SMTP_TO": ",".join(PEOPLE),
                "PUSH_SMTP_USER": USER, "PUSH_SMTP_PASSWORD": PASSWORD, "PUSH_CA_FILE": str(self.ca.pem)}

    def setUp(self):
        self.before = {who: len(self.server.boxes(who)) for who in ("ann", "bo")}
        super().setUp()

    def again(self, **changes):
        """The daemon with other settings."""
        self.daemon.stop()
        self.daemon.more_environment.update({f"FILAMENTD_{key}": value for key, value in changes.items()})
        self.daemon.start()

    def mails(self, number, who="ann"):
        """Of this test."""
        wait_until(lambda: len(self.server.boxes(who)) >= self.before[who] + number, 15, f"{number} mails of {who}")
        raw = self.server.boxes(who)[self.before[who]:]
        self.assertEqual(len(raw), number)
        return [email.message_from_bytes(mail, policy=email.policy.default) for mail in raw]

    def trouble(self):
        return wait_until(lambda: self.daemon.get("/api/notifications/channels").json[0]["error"], 15, "its trouble")

    def test_people_read_it(self):
        spools = [self.daemon.post("/api/spools", {**SPOOL, "brand": "Ümläut", "product_name": "Größe 1"}).json["spool_id"]
                  for _ in range(2)]  # one in reserve
        self.daemon.post(f"/api/spools/{spools[0]}/adjust_weight", {"new_weight_grams": 50})
        (sent,) = self.ended(1)
        for who in ("ann", "bo"):
            (mail,) = self.mails(1, who)
            self.assertEqual((mail["Subject"], mail["From"], mail["To"]), ("Roll is low", SENDER, ", ".join(PEOPLE)))
            self.assertEqual(mail["Message-Id"], f"<{sent['delivery_id']}@filamentd>")
            self.assertIsNotNone(mail["Date"].datetime)
            self.assertIn("Ümläut Größe 1", mail.get_content())
            self.assertIn("with esmtpsa", mail["Received"], "encrypted, and by somebody who logged in")
        self.assertIn(f"A=plain:{USER}", self.server.said())

    def test_tls_from_the_start(self):
        self.again(PUSH_SMTP_URL=self.server.tls_url)
        self.low()
        self.ended(1)
        self.assertIn("with esmtpsa", self.mails(1)[0]["Received"])

    def test_a_wrong_password(self):
        """It is told to the user, who mends it; nothing is lost, and nothing is shown."""
        self.again(PUSH_SMTP_PASSWORD="another-password")
        self.low()
        self.assertIn("535", self.trouble())
        self.assertNotIn("another-password", self.daemon.stderr() + self.trouble())
        self.again(PUSH_SMTP_PASSWORD=PASSWORD)
        (sent,) = self.ended(1)
        self.assertGreater(sent["attempts"], 1)
        self.mails(1)

    def test_a_certificate_of_nobody(self):
        stranger = Authority(pathlib.Path(self.folder.name), "Another CA")
        self.again(PUSH_CA_FILE=str(stranger.pem))
        self.low()
        self.assertIn("certificate", self.trouble())
        self.assertFalse([who for who in ("ann", "bo") if len(self.server.boxes(who)) > self.before[who]])

    def test_a_person_that_it_does_not_know(self):
        self.again(PUSH_SMTP_TO="eve@elsewhere.test")
        self.low()
        (failed,) = self.ended(1, "failed")
        self.assertIn("550", failed["error"])


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


class FaultsTest(MailCase):
    """What a real server cannot be brought to."""

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
    login = {"PUSH_SMTP_USER": USER, "PUSH_SMTP_PASSWORD": PASSWORD}

    def test_no_login_in_the_clear(self):
        self.low()
        wait_until(lambda: self.daemon.get("/api/notifications/channels").json[0]["error"], 15, "its trouble")
        self.assertFalse(any(line.startswith(("AUTH", "MAIL")) for line in self.mailbox.said), self.mailbox.said)
        self.assertFalse(self.mailbox.mails)


if __name__ == "__main__":
    main()
