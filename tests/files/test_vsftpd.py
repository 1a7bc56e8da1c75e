"""What a real vsftpd saw and logged: TLS, logins, one transfer at a time, and its faults in the middle of a transfer."""

import collections
import re
import time

from case import PATH, SERIAL, FilesCase
from lib.certs import Authority, self_signed
from lib.main import main
from lib.wait import wait_until

HANDSHAKE = r'DEBUG: .*SSL version: ([^,]+), SSL cipher: [^,]+, (not reused|reused)'
LOGIN = r'FTP command: .*"(USER|PASS)'
RETR = r'FTP command: .*"RETR ([^"]+)"'
SLOW, SLOWER, TRICKLE = 200_000, 50_000, 1000  # bytes a second, of a file of 200,000


def transfers(log):
    """[begins or ends, path] in the order of the log, over all sessions."""
    open_path, steps = {}, []
    for pid, text in log:
        command = re.search(RETR, text)
        if command:
            open_path[pid] = "/" + command[1]
            steps.append((True, open_path[pid]))
        elif pid in open_path and re.search(r'FTP response: .*"(226|426|451)', text):
            steps.append((False, open_path.pop(pid)))
    return steps


def under_way(steps):
    """After each step, the paths that are being sent."""
    now = collections.Counter()
    for begins, path in steps:
        now[path] += 1 if begins else -1
        yield sorted(now.elements())


class RealServer(FilesCase):
    def start(self, driver, server, printer=1, job=1, name="Benchy"):
        driver.ask("queued", do="fetch", printer=printer, job=job, code="c0de4711", port=server.port, serial=SERIAL,
                   subtask_name=name)

    def wait_bytes(self, driver, printer=1):
        wait_until(lambda: driver.ask("progress", do="progress", printer=printer).get("bytes", 0) > 0, 10, "some bytes")

    def end(self, driver, ends=1, timeout=30):
        wait_until(lambda: len(driver.of("ended")) >= ends, timeout, "the end")
        return driver.of("found"), driver.of("ended")[ends - 1]

    # Secrets and channels.

    def test_tls_is_capped_and_the_session_is_resumed(self):
        """It offers TLS 1.3, by which the session of the control channel would be told too late to be resumed."""
        server, driver = self.server(), self.driver()
        self.assertEqual(server.best_tls(), "TLSv1.3")
        wait_until(lambda: server.said(HANDSHAKE), 10, "the log of that")
        before = len(server.said(HANDSHAKE))
        server.put(PATH, self.content)
        self.got(driver.fetch(server.port, SERIAL, subtask_name="Benchy"))
        self.assertEqual(server.said(HANDSHAKE)[before:], [("TLSv1.2", "not reused"), ("TLSv1.2", "reused")])
        self.assertEqual(server.said(LOGIN), ["USER", "PASS"])  # so they would be seen below
        self.assertEqual(server.said(r'FTP command: .*"PROT (.)'), ["P"])

    def test_an_impostor_never_sees_the_code(self):
        for certificate, reason in (
            (Authority(self.folder, "Stranger CA").leaf(SERIAL), "tls_untrusted"),
            (self_signed(self.folder, SERIAL, name="self"), "tls_untrusted"),
            (self.root.leaf("00M00A6C0D00079"), "wrong_serial"),
        ):
            with self.subTest(reason):
                server, driver = self.server(certificate), self.driver()
                server.put(PATH, self.content)
                ended = self.lost(driver.fetch(server.port, SERIAL, subtask_name="Benchy"), "failed", reason)
                self.assertEqual(ended["round"], 1)
                wait_until(lambda: server.said(r"SSL_accept failed: .*alert"), 5, "the refusal, as the server saw it")
                self.assertEqual(server.said(r"FTP command|LOGIN"), [])

    def test_550(self):
        server, driver = self.server(), self.driver()
        server.put("/cache/newest.gcode.3mf", self.content)
        ended = self.lost(driver.fetch(server.port, SERIAL, subtask_name="Benchy"), "not_found", "missing")
        self.assertEqual(ended["round"], 2)
        asked, answered = server.said(r'FTP command: .*"SIZE ([^"]+)'), server.said(r'FTP response: .*"550')
        self.assertEqual(len(asked), len(answered))
        self.assertEqual({p.rsplit("/")[-1] for p in asked}, {"Benchy.3mf", "Benchy.gcode.3mf"})
        self.assertEqual(server.said(r'FTP command: .*"(?:RETR|LIST|NLST|MLSD)'), [])

    # One at a time.

    def test_one_transfer_from_a_printer_and_two_over_all(self):
        server, driver = self.server(rate=SLOW), self.driver()
        jobs = [(1, "one-a"), (1, "one-b"), (2, "two-a"), (3, "three-a"), (2, "two-b")]
        for job, (printer, name) in enumerate(jobs, 1):
            server.put(f"/cache/{name}.3mf", self.content)
            self.start(driver, server, printer, job, name)
        self.end(driver, len(jobs))
        self.assertEqual({e["state"] for e in driver.of("ended")}, {"found"})
        steps = transfers(server.log())
        self.assertEqual(sorted(path for begins, path in steps if begins), sorted(f"/cache/{n}.3mf" for _, n in jobs))
        at_once = list(under_way(steps))
        self.assertEqual(max(map(len, at_once)), 2)
        for paths in at_once:
            printers = [path.split("-")[0] for path in paths]
            self.assertEqual(len(set(printers)), len(printers), paths)

    # In the middle of a transfer.

    def test_it_dies_and_comes_back(self):
        server, driver = self.server(rate=SLOWER), self.driver(failures=30)
        server.put(PATH, self.content)
        self.start(driver, server)
        self.wait_bytes(driver)
        server.kill()
        wait_until(lambda: driver.ask("progress", do="progress", printer=1)["reason"] == "unreachable", 10, "the loss")
        self.assertEqual(driver.of("found"), [])
        server.speed_up()
        server.start()
        found, ended = self.end(driver)
        self.got((found, ended))
        self.assertEqual(len(found), 1)
        self.assertGreaterEqual(ended["round"], 2)
        self.assertEqual(len(server.said(RETR)), 2)

    def test_it_dies_for_good(self):
        server, driver = self.server(rate=SLOWER), self.driver()
        server.put(PATH, self.content)
        self.start(driver, server)
        self.wait_bytes(driver)
        server.kill()
        ended = self.lost(self.end(driver), "failed", "unreachable")
        self.assertEqual(ended["round"], 2)

    def test_the_file_is_cut_while_it_comes(self):
        server, driver = self.server(rate=SLOW // 2), self.driver(rounds=1)
        server.put(PATH, self.content)
        self.start(driver, server)
        self.wait_bytes(driver)
        with open(server.root / PATH[1:], "r+b") as file:
            file.truncate(len(self.content) - 20_000)
        self.lost(self.end(driver), "not_found", "short")

    def test_the_file_grows_while_it_comes(self):
        server, driver = self.server(rate=SLOWER), self.driver()
        half = len(self.content) // 2
        server.put(PATH, self.content[:half])
        self.start(driver, server)
        self.wait_bytes(driver)
        server.speed_up()  # the second time
        with open(server.root / PATH[1:], "ab") as file:
            file.write(self.content[half:])
        found, ended = self.end(driver)
        self.got((found, ended))
        self.assertEqual((len(found), ended["round"]), (1, 2))
        self.assertEqual(len(server.said(RETR)), 2)

    def test_a_slow_one_is_waited_for(self):
        """It takes longer than an answer may, but goes on."""
        server, driver = self.server(rate=len(self.content) // 3), self.driver(response_s=2, stall_s=2)
        server.put(PATH, self.content)
        started = time.monotonic()
        self.got(driver.fetch(server.port, SERIAL, subtask_name="Benchy"))
        self.assertGreater(time.monotonic() - started, 2)

    def test_one_that_trickles_is_given_up(self):
        server, driver = self.server(rate=TRICKLE), self.driver(stall_s=1, failures=1)
        server.put(PATH, self.content)
        started = time.monotonic()
        self.lost(driver.fetch(server.port, SERIAL, subtask_name="Benchy"), "failed", "unreachable")
        self.assertLess(time.monotonic() - started, 20)
        self.assertEqual(len(server.said(RETR)), 1)


if __name__ == "__main__":
    main()
