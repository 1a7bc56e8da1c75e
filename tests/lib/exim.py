"""A real mail server on loopback: STARTTLS on one port and TLS from the start on another, a login, mail as files.

Exim needs root to start, by sudo where we are not; then it works as us, or as the user that its package made where we are root."""

import grp
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

from lib.process import Process, free_port
from lib.wait import wait_until

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
START_TRIES = 5
USER, PASSWORD, DOMAIN = "ann", "a-password-of-the-user's", "home.test"
PACKAGE_USER = "Debian-exim"

CONFIG = """
primary_hostname = mail.test
exim_user = {user}
exim_group = {group}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
pid_file_path = {folder}/pid
local_interfaces = <; 127.0.0.1.{port} ; 127.0.0.1.{tls_port}
tls_on_connect_ports = {tls_port}
tls_advertise_hosts = *
tls_certificate = {folder}/server.pem
tls_privatekey = {folder}/server.key
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_rcpt = to
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
log_selector = +smtp_connection +smtp_protocol_error

begin acl
to:
  deny !authenticated = *
       message = log in first
  accept domains = {domain}
  deny message = nobody here

begin routers
people:
  driver = accept
  local_parts = ann : bo
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = {folder}/mail/$local_part_data
  maildir_format
  create_directory
  user = {user}
  group = {group}

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{login}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"""


class Exim:
    """`boxes(who)`: the mails of a person, as bytes, in the order of their arrival."""

    def __init__(self, certificate):
        self._temporary = tempfile.TemporaryDirectory(prefix="exim-")
        self.folder = pathlib.Path(self._temporary.name)
        owner = pwd.getpwnam(PACKAGE_USER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.user, self.group = owner.pw_name, grp.getgrgid(owner.pw_gid).gr_name
        for name in ("spool", "log", "mail"):
            (self.folder / name).mkdir()
        shutil.copy(certificate.pem, self.folder / "server.pem")
        shutil.copy(certificate.key, self.folder / "server.key")
        if not AS_ROOT:
            for path in [self.folder, *self.folder.iterdir()]:
                shutil.chown(path, owner.pw_uid, owner.pw_gid)
        for _ in range(START_TRIES):
            self.port, self.tls_port, self.process = free_port(), free_port(), None
            if self._start():
                return
        raise AssertionError("exim does not run:\n" + self.said())

    def _start(self):
        config = self.folder / "exim.conf"
        config.unlink(missing_ok=True)  # it may be root's
        config.write_text(CONFIG.format(folder=self.folder, port=self.port, tls_port=self.tls_port, user=self.user, group=self.group,
                                        domain=DOMAIN, login=USER, password=PASSWORD))
        subprocess.run([*AS_ROOT, "chown", "root", config], check=True)  # else it is not believed
        program = shutil.which("exim4", path=os.environ["PATH"] + ":/usr/sbin")
        self.process = Process([*AS_ROOT, program, "-C", config, "-bdf"])
        wait_until(lambda: "listening for SMTP" in self.said() or not self.process.running(), 10, "exim")
        return self.process.running()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def tls_url(self):
        return f"smtps://127.0.0.1:{self.tls_port}"

    def said(self):
        """Its logs, and what it told of itself."""
        logs = "".join(path.read_text() for path in sorted((self.folder / "log").iterdir()))
        return logs + (self.process.stderr() if self.process else "")

    def boxes(self, who):
        return [path.read_bytes() for path in sorted((self.folder / "mail" / who / "new").glob("*"))]

    def close(self):
        self.process.end()
        self._temporary.cleanup()
