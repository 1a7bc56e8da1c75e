"""--check-config, --print-config, --help and what is said of wrong words."""

import pathlib
import tempfile
import unittest

from lib.daemon import run
from lib.main import main

CODE = "12345678"
WHOLE = f"""[server]
listen = 127.0.0.1:0
https_listen = off
log_level = warn

[printer.workshop]
serial = 01P00A000000001
host = 127.0.0.1
access_code = {CODE}

[homeassistant]
url = http://127.0.0.1:1
token = a-token-nobody-shall-see

[homeassistant.entities]
sensor.p1s_ams_1_tray_1 = workshop/1/1

[webhook]
secret = 0123456789abcdef

[thresholds.materials]
PLA = 150
"""
BROKEN = """[server]
listen = nowhere
listem = 127.0.0.1:0

[sever]
log_level = info
[homeassistant.entities]
sensor.a = workshop/99/1
sensor.b
[webhook]
secret = short
"""


class ConfigTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="cli-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.state = self.folder / "state"

    def file(self, text, name="filamentd.conf"):
        path = self.folder / name
        path.write_text(text)
        return path

    def filamentd(self, *arguments, text=None, check=False, **more):
        given = ["--config", self.file(text)] if text is not None else []
        return run(*given, *arguments, state=self.state, check=check, **more)


class CheckTest(ConfigTest):
    def test_a_good_file(self):
        done = self.filamentd("--check-config", text=WHOLE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("good", done.stdout)
        self.assertFalse(self.state.exists(), "a check leaves nothing behind")

    def test_no_file_is_good_too(self):
        self.assertEqual(self.filamentd("--check-config").returncode, 0)

    def test_every_error_with_its_line(self):
        done = self.filamentd("--check-config", text=BROKEN)
        self.assertEqual(done.returncode, 78)
        path = self.folder / "filamentd.conf"
        wanted = [(2, "server.listen"), (3, "did you mean listen?"), (5, "did you mean [server]?"),
                  (8, "sensor.a"), (9, "key = value"), (11, "webhook.secret")]
        for line, words in wanted:
            with self.subTest(line=line):
                found = [l for l in done.stderr.splitlines() if f"{path}:{line}: " in l]
                self.assertEqual(len(found), 1, done.stderr)
                self.assertIn(words, found[0])
        self.assertEqual(len(done.stderr.splitlines()), len(wanted), done.stderr)
        self.assertNotIn("short", done.stderr.replace("shorter", ""), "a secret is not repeated")

    def test_serve_and_commands_refuse_a_broken_file(self):
        for command in (["serve"], ["key", "list"], ["printer", "list"]):
            with self.subTest(command=command):
                done = self.filamentd(*command, text=BROKEN)
                self.assertEqual(done.returncode, 78)
                self.assertIn(":2: ", done.stderr)
        self.assertFalse(self.state.exists())

    def test_a_missing_file(self):
        done = run("--config", self.folder / "none", "--check-config", check=False)
        self.assertEqual(done.returncode, 78)
        self.assertIn(str(self.folder / "none"), done.stderr)

    def test_environment_errors_name_the_variable(self):
        done = self.filamentd("--check-config", more_environment={"FILAMENTD_SERVER_LOG_LEVEL": "loud",
                                                                  "FILAMENTD_SERVER_LISTEM": "off"})
        self.assertEqual(done.returncode, 78)
        self.assertIn("FILAMENTD_SERVER_LOG_LEVEL: server.log_level: expected one of", done.stderr)
        self.assertIn("FILAMENTD_SERVER_LISTEM: no key of that name", done.stderr)

    def test_command_line_errors_name_the_option(self):
        done = self.filamentd("--listen", "nowhere", "--set", "currency.code=eur", "--set", "x", "--check-config")
        self.assertEqual(done.returncode, 78)
        self.assertIn("--listen: server.listen: expected ADDRESS:PORT", done.stderr)
        self.assertIn("--set: currency.code: expected a currency", done.stderr)
        self.assertIn("--set: expected SECTION.KEY=VALUE", done.stderr)


class PrintTest(ConfigTest):
    def values(self, done):
        """{"section.key": (value, origin)} of printed lines."""
        section, found = "", {}
        for line in done.stdout.splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif " = " in line and not line.startswith(";"):
                key, rest = line.split(" = ", 1)
                value, _, origin = rest.rpartition(" ; ")
                found[f"{section}.{key}"] = (value.strip(), origin.strip())
        return found

    def test_each_source_is_named(self):
        done = self.filamentd("--log-level", "debug", "--print-config", text=WHOLE, check=True,
                              more_environment={"FILAMENTD_HOMEASSISTANT_POLL_SECONDS": "7"})
        values, path = self.values(done), self.folder / "filamentd.conf"
        self.assertEqual(values["server.listen"], ("127.0.0.1:0", f"{path}:2"))
        self.assertEqual(values["server.log_level"], ("debug", "command line --log-level"))
        self.assertEqual(values["homeassistant.poll_seconds"],
                         ("7", "environment FILAMENTD_HOMEASSISTANT_POLL_SECONDS"))
        self.assertEqual(values["printers.fetch_sliced_file"], ("on", "default"))
        self.assertEqual(values["thresholds.materials.PLA"], ("150", f"{path}:22"))
        self.assertIn(f"state directory: {self.state}", done.stdout)

    def test_secrets_are_not_shown(self):
        secret = self.file("fedcba9876543210\n", "secret2")
        done = self.filamentd("--print-config", text=WHOLE, check=True,
                              more_environment={"FILAMENTD_WEBHOOK_SECRET2_FILE": str(secret)})
        for text in (CODE, "a-token-nobody", "0123456789abcdef", "fedcba9876543210"):
            self.assertNotIn(text, done.stdout + done.stderr)
        values = self.values(done)
        self.assertEqual(values["printer.workshop.access_code"][0], "(set, not shown)")
        self.assertEqual(values["webhook.secret2"][1], "environment FILAMENTD_WEBHOOK_SECRET2_FILE")

    def test_credentials_of_systemd(self):
        self.file("fedcba9876543210\n", "hook")
        text = "[webhook]\nsecret = cred:hook\n"
        folder = {"CREDENTIALS_DIRECTORY": str(self.folder)}
        self.assertEqual(self.filamentd("--check-config", text=text, more_environment=folder).returncode, 0)
        done = self.filamentd("--check-config", text=text, more_environment={"CREDENTIALS_DIRECTORY": "/nowhere"})
        self.assertEqual(done.returncode, 78)
        self.assertIn(":2: webhook.secret: cannot read /nowhere/hook", done.stderr)

    def test_what_is_printed_can_be_read_back(self):
        done = self.filamentd("--print-config", text=WHOLE, check=True)
        again = self.filamentd("--check-config", text=done.stdout)
        self.assertEqual((again.returncode, again.stderr), (0, ""))


class WordsTest(ConfigTest):
    def test_wrong_words(self):
        for words, said in [
            (["--no-such"], "--no-such: no such option here"),
            (["frobnicate"], "frobnicate: no such command"),
            (["--listen"], "--listen: a value must follow: ADDR:PORT"),
            (["--check-config=1"], "takes no value"),
            (["serve", "now"], "now: serve takes no words"),
            (["serve", "--fast"], "--fast: no such option here"),
            (["key"], "say create, list, show, update or revoke"),
            (["key", "make"], "say create, list, show, update or revoke"),
            (["key", "create", "phone"], "--scopes is missing"),
            (["key", "create", "--scopes", "read"], "a name must follow"),
            (["key", "list", "phone"], "key list takes no name"),
            (["key", "revoke"], "a name must follow"),
            (["key", "revoke", "a", "b"], "b: one word too many"),
            (["printer"], "say add, list or remove"),
            (["printer", "add", "--host", "h"], "--serial is missing"),
            (["printer", "add", "--serial", "01P00A000000001"], "--host is missing"),
            (["printer", "add", "--serial", "x", "--host", "h"], "--serial: expected a serial number"),
            (["printer", "add", "--serial", "01P00A000000001", "--host", "a b"], "--host: expected a host"),
            (["printer", "add", "--port", "0"], "--port: expected a port"),
            (["printer", "add", "--serial", "01P00A000000001", "--host", "h", "--pin", "1"], "--pin: expected"),
            (["printer", "add", "--serial", "01P00A000000001", "--host", "h", "--model", "Z9"], "--model: expected"),
            (["printer", "remove"], "the printer's id must follow"),
            (["discover", "here"], "here: discover takes no words"),
            (["discover", "--seconds", "0"], "--seconds: expected 1 to 60"),
        ]:
            with self.subTest(words=words):
                done = self.filamentd(*words)
                self.assertEqual(done.returncode, 64, done.stderr)
                self.assertIn(said, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_help_and_version(self):
        help_text = run("--help").stdout
        for word in ("serve", "key", "printer", "discover", "--state-dir", "--check-config", "78", "64"):
            self.assertIn(word, help_text)
        self.assertRegex(run("--version").stdout, r"^filamentd \d+\.\d+\.\d+\n$")
        self.assertIn("key create NAME", run("key", "--help").stdout)
        self.assertIn("--pin SHA256", run("printer", "add", "--help").stdout)


if __name__ == "__main__":
    main()
