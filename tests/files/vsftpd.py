"""A real vsftpd with implicit TLS that requires its data channel to resume the control session."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from lib.process import Process, free_port
from lib.wait import wait_until

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]


class Vsftpd:
    """Owns its folders, its process and its PAM service. vsftpd needs root: by sudo where we are not."""

    def __init__(self, certificate, accepts=True, root=None):
        """It takes any access code, or none at all. ${root}: a folder to serve that others may read."""
        self.accepts = accepts
        self._temporary = tempfile.TemporaryDirectory(prefix="vsftpd-")
        self.folder = pathlib.Path(self._temporary.name)
        self.folder.chmod(0o755)
        self.root = pathlib.Path(root or self.folder / "storage")
        (self.root / "cache").mkdir(parents=True, exist_ok=True)
        self.service = f"filamentd-test-{os.getpid()}-{free_port()}"
        self.pam = pathlib.Path("/etc/pam.d") / self.service
        self.port = free_port()
        self._write(certificate)
        self.process = Process([*AS_ROOT, shutil.which("vsftpd", path=os.environ["PATH"] + ":/usr/sbin"),
                                self.folder / "vsftpd.conf"])
        wait_until(self._answers, 10, "vsftpd is up")

    def _answers(self):
        if not self.process.running():
            raise AssertionError("vsftpd does not run:\n" + self.process.stderr() + "\n".join(self.process.lines))
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _write(self, certificate):
        module = "pam_permit.so" if self.accepts else "pam_deny.so"
        policy = f"auth required {module}\naccount required pam_permit.so\n"
        subprocess.run([*AS_ROOT, "tee", self.pam], input=policy.encode(), stdout=subprocess.DEVNULL, check=True)
        empty = self.folder / "empty"
        empty.mkdir()
        settings = {
            "listen": "YES", "listen_address": "127.0.0.1", "listen_port": self.port, "background": "NO",
            "anonymous_enable": "NO", "local_enable": "YES", "guest_enable": "YES", "guest_username": "daemon",
            "virtual_use_local_privs": "YES", "local_root": self.root, "chroot_local_user": "YES",
            "allow_writeable_chroot": "YES", "pam_service_name": self.service, "secure_chroot_dir": empty,
            "ssl_enable": "YES", "implicit_ssl": "YES", "require_ssl_reuse": "YES",
            "force_local_data_ssl": "YES", "force_local_logins_ssl": "YES", "ssl_ciphers": "HIGH",
            "ssl_tlsv1": "YES", "rsa_cert_file": certificate.bundle(), "rsa_private_key_file": certificate.key,
            "seccomp_sandbox": "NO", "xferlog_enable": "NO", "pasv_address": "127.0.0.1",
        }
        lines = [f"{key}={value}" for key, value in settings.items()]
        settings_file = self.folder / "vsftpd.conf"
        settings_file.write_text("\n".join(lines) + "\n")
        subprocess.run([*AS_ROOT, "chown", "root", settings_file], check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def put(self, path, content):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o644)

    def close(self):
        self.process.end()
        subprocess.run([*AS_ROOT, "rm", "-f", self.pam], check=True)
        self._temporary.cleanup()
