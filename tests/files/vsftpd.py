"""A real vsftpd with implicit TLS that requires its data channel to resume the control session."""

import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile

from lib.process import Process, free_port
from lib.wait import wait_until

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
START_TRIES = 5
LOG_LINE = re.compile(r"\[pid (\d+)\] (.*)")


def children(pid):
    try:
        return list(map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))
    except OSError:
        return []


class Vsftpd:
    """Owns its folders, its process and its PAM service. vsftpd needs root: by sudo where we are not."""

    def __init__(self, certificate, accepts=True, root=None, rate=0):
        """It takes any access code, or none at all. ${root}: a folder to serve that others may read.
        ${rate}: bytes a second of a transfer; 0: as fast as it goes."""
        self.accepts, self.rate = accepts, rate
        self._temporary = tempfile.TemporaryDirectory(prefix="vsftpd-")
        self.folder = pathlib.Path(self._temporary.name)
        self.folder.chmod(0o755)
        self.root = pathlib.Path(root or self.folder / "storage")
        (self.root / "cache").mkdir(parents=True, exist_ok=True)
        self.service = f"filamentd-test-{os.getpid()}-{free_port()}"
        self.pam = pathlib.Path("/etc/pam.d") / self.service
        self._allow()
        self.certificate, self.port, self.process = certificate, 0, None
        for _ in range(START_TRIES):
            self.port = free_port()
            self._configure()
            if self._try_start():
                return
        raise AssertionError("vsftpd does not run:\n" + "\n".join(self.process.lines))

    def start(self):
        """Again, on the port of before."""
        assert self._try_start(), self.process.lines

    def _try_start(self):
        before = len(self.said("^CONNECT"))
        self.process = Process([*AS_ROOT, shutil.which("vsftpd", path=os.environ["PATH"] + ":/usr/sbin"),
                                self.folder / "vsftpd.conf"])

        def listens():
            """It logs who comes: whatever else answers on the port may be another's."""
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0 and len(self.said("^CONNECT")) > before

        wait_until(lambda: listens() or not self.process.running(), 10, "vsftpd is up")
        if self.process.running():
            return True
        self.process.end()
        return False

    def _allow(self):
        module = "pam_permit.so" if self.accepts else "pam_deny.so"
        policy = f"auth required {module}\naccount required pam_permit.so\n"
        subprocess.run([*AS_ROOT, "tee", self.pam], input=policy.encode(), stdout=subprocess.DEVNULL, check=True)

    def _configure(self):
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        settings = {
            "listen": "YES", "listen_address": "127.0.0.1", "listen_port": self.port, "background": "NO",
            "anonymous_enable": "NO", "local_enable": "YES", "guest_enable": "YES", "guest_username": "daemon",
            "virtual_use_local_privs": "YES", "local_root": self.root, "chroot_local_user": "YES",
            "allow_writeable_chroot": "YES", "pam_service_name": self.service, "secure_chroot_dir": empty,
            "ssl_enable": "YES", "implicit_ssl": "YES", "require_ssl_reuse": "YES",
            "force_local_data_ssl": "YES", "force_local_logins_ssl": "YES", "ssl_ciphers": "HIGH",
            "ssl_tlsv1": "YES", "rsa_cert_file": self.certificate.bundle(), "rsa_private_key_file": self.certificate.key,
            "seccomp_sandbox": "NO", "pasv_address": "127.0.0.1", "local_max_rate": self.rate,
            "xferlog_enable": "YES", "vsftpd_log_file": self.folder / "log", "log_ftp_protocol": "YES", "debug_ssl": "YES",
        }
        (self.folder / "log").touch()
        lines = [f"{key}={value}" for key, value in settings.items()]
        settings_file = self.folder / "vsftpd.conf"
        subprocess.run([*AS_ROOT, "tee", settings_file], input="\n".join([*lines, ""]).encode(),
                       stdout=subprocess.DEVNULL, check=True)
        subprocess.run([*AS_ROOT, "chown", "root", settings_file], check=True)

    def speed_up(self):
        """Whoever connects from now on, also after another start, is served as fast as it goes."""
        self.rate = 0
        self._configure()
        if self.process.running():
            self._signal("HUP", [self._listener()])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def put(self, path, content):
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o644)

    def log(self):
        """(number of the session's process, text) of each line; what was in a handshake stands as DEBUG."""
        lines = (self.folder / "log").read_text("utf-8", "replace").splitlines()
        return [(int(found[1]), found[2]) for found in map(LOG_LINE.search, lines) if found]

    def said(self, pattern):
        """What of its log fits, in order: the groups of the pattern, or its only one, or all of it."""
        found = [re.search(pattern, text) for _, text in self.log()]
        return [(f.groups() if f.re.groups > 1 else f[f.re.groups]) for f in found if f]

    def best_tls(self):
        """The version that it speaks with whoever speaks them all."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port)) as raw, context.wrap_socket(raw) as channel:
            return channel.version()

    def kill(self):
        """It and every connection are gone at once, as when the power fails."""
        sessions = [pid for session in children(self._listener()) for pid in (session, *children(session))]
        self.process.end()
        self._signal("KILL", sessions)

    def _listener(self):
        return next(iter(children(self.process.pid)), 0) if AS_ROOT else self.process.pid

    def _signal(self, name, pids):
        if pids:
            subprocess.run([*AS_ROOT, "kill", "-" + name, *map(str, pids)], stderr=subprocess.DEVNULL)

    def close(self):
        self.kill()
        subprocess.run([*AS_ROOT, "rm", "-f", self.pam], check=True)
        self._temporary.cleanup()
