"""A real mosquitto in the place of a printer's MQTT service.

The TLS listener is what the daemon sees: certificate with CN = serial, user bblp, the access code
as password. A second, plain listener without a login is for whoever plays the printer behind it.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile

from lib.certs import Authority
from lib.process import Process, free_port
from lib.wait import wait_until

USER = "bblp"
START_TRIES = 5


def mosquitto_program():
    """Path of the broker, which is in sbin and so often not in PATH."""
    found = shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not found:
        raise AssertionError("mosquitto is not installed")
    return found


def listens(log):
    """Mosquitto says so once all its ports are its own."""
    return re.search(r"mosquitto version \S+ running", log)


class Broker:
    """Owns its folder, its process and, unless given, its certificate authority."""

    def __init__(self, serial, access_code="12345678", certificate=None, authority=None, send_chain=True,
                 extra="", start=True):
        self.serial = serial
        self.access_code = access_code
        self.extra = extra
        self._temporary = tempfile.TemporaryDirectory(prefix="broker-")
        self.folder = pathlib.Path(self._temporary.name)
        if certificate is None:
            self.authority = authority or Authority(self.folder)
            certificate = self.authority.leaf(serial)
        else:
            self.authority = authority
        self.process = None
        self.port = self.plain_port = 0
        self._started = False
        self.use(certificate, send_chain)
        if start:
            self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def use(self, certificate, send_chain=True):
        """Present this certificate from the next start on."""
        self.certificate = certificate
        self._presented = certificate.bundle() if send_chain else certificate.pem

    def start(self):
        """Start; on the ports of before if it ran already."""
        for _ in range(START_TRIES):
            if not self._started:
                self.port, self.plain_port = free_port(), free_port()
            if self._try_start():
                self._started = True
                return self
        raise AssertionError("mosquitto does not start:\n" + self.log())

    def _try_start(self):
        self._write_files()
        self.process = Process([mosquitto_program(), "-c", self.folder / "mosquitto.conf"])
        wait_until(lambda: self._up() or not self.process.running(), 10, "broker is up")
        if self._up():
            return True
        self.process.end()
        return False

    def _up(self):
        """By its own word: whatever answers on a port may be another's."""
        return self.process.running() and listens(self.log())

    def _write_files(self):
        passwords = self.folder / "passwords"
        passwords.write_text(f"{USER}:{self.access_code}\n")
        passwords.chmod(0o600)
        subprocess.run(["mosquitto_passwd", "-U", passwords], check=True, capture_output=True)
        lines = [
            "per_listener_settings true",
            "persistence false",
            "log_dest stderr",
            "log_type all",
            "user root" if os.getuid() == 0 else "",
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {passwords}",
            f"certfile {self._presented}",
            f"keyfile {self.certificate.key}",
            f"listener {self.plain_port} 127.0.0.1",
            "allow_anonymous true",
            self.extra,
        ]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def stop(self, signum=signal.SIGTERM):
        if self.process:
            self.process.end(signum)

    def kill(self):
        self.stop(signal.SIGKILL)

    def restart(self):
        self.stop()
        return self.start()

    def log(self):
        """What the broker logged since its last start."""
        return self.process.stderr() if self.process else ""

    def publish(self, topic, payload):
        """Say something as the printer, through the plain listener."""
        if isinstance(payload, str):
            payload = payload.encode()
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.plain_port), "-t", topic, "-s"],
                       input=payload, check=True, capture_output=True)

    def report(self, payload):
        self.publish(f"device/{self.serial}/report", payload)

    def listen(self, topic="#"):
        """A Process whose lines are "topic payload" of everything that passes the broker."""
        return Process(["mosquitto_sub", "-h", "127.0.0.1", "-p", self.plain_port, "-t", topic, "-v"])

    def close(self):
        self.stop()
        self._temporary.cleanup()
