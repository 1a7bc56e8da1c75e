"""Fetching sliced files: from a real vsftpd that requires session reuse, and from bad peers."""

import hashlib
import time

from case import PATH, SERIAL, FilesCase, archive
from lib.certs import Authority, self_signed
from lib.main import main
from lib.process import free_port
from lib.wait import wait_until


class Fetching(FilesCase):
    # A real server.

    def test_names_of_every_kind(self):
        server, driver = self.server(), self.driver()
        for job, name in enumerate(["Benchy", "Zwölf Bänke [v2] (1)", "a+b & c%20d #1", "naïve; 50% 'x'", "模型"], 1):
            remote = f"/cache/{name}.gcode.3mf"
            server.put(remote, self.content)
            self.got(driver.fetch(server.port, SERIAL, job=job, subtask_name=name), remote)

    def test_every_directory_and_the_url(self):
        server, driver = self.server(), self.driver()
        server.put("/cube.gcode.3mf", self.content)
        self.got(driver.fetch(server.port, SERIAL, gcode_file="cube.gcode.3mf"), "/cube.gcode.3mf")
        server.put("/model/deep.3mf", self.content)
        self.got(driver.fetch(server.port, SERIAL, subtask_name="deep"), "/model/deep.3mf")
        server.put("/own/way/my file.3mf", self.content)
        self.got(driver.fetch(server.port, SERIAL, url="file:///sdcard/own/way/my%20file.3mf"), "/own/way/my file.3mf")

    def test_a_colon_on_the_printer_is_an_underscore(self):
        server, driver = self.server(), self.driver()
        server.put("/cache/Lid_ part 2.gcode.3mf", self.content)
        self.got(driver.fetch(server.port, SERIAL, subtask_name="Lid: part 2"), "/cache/Lid_ part 2.gcode.3mf")

    def test_large_file(self):
        self.content = archive(8_000_000)
        server, driver = self.server(), self.driver()
        server.put(PATH, self.content)
        self.got(driver.fetch(server.port, SERIAL, subtask_name="Benchy"))

    def test_missing_everywhere(self):
        server, driver = self.server(), self.driver()
        server.put("/cache/newest.gcode.3mf", self.content)
        ended = self.lost(driver.fetch(server.port, SERIAL, subtask_name="other"), "not_found", "missing")
        self.assertEqual(ended["round"], 2)

    def test_comes_later(self):
        server, driver = self.server(), self.driver(rounds=30)
        driver.ask("queued", do="fetch", printer=1, job=1, code="c", port=server.port, serial=SERIAL, subtask_name="Benchy")
        wait_until(lambda: driver.ask("progress", do="progress", printer=1).get("round", 0) >= 2, 10, "a second round")
        server.put(PATH, self.content)
        wait_until(lambda: driver.of("ended"), 10, "the end")
        self.assertEqual(driver.of("ended")[0]["state"], "found")

    def test_md5_rules_out_an_older_file_of_that_name(self):
        server, driver = self.server(), self.driver()
        server.put(PATH, archive(1000))
        server.put("/Benchy.gcode.3mf", self.content)
        md5 = hashlib.md5(self.content).hexdigest().upper()
        result = driver.fetch(server.port, SERIAL, subtask_name="Benchy", md5=md5)
        self.got(result, "/Benchy.gcode.3mf")
        self.assertEqual(len(result[0]), 1)

    def test_the_asker_may_refuse(self):
        server, driver = self.server(), self.driver()
        server.put(PATH, archive(1000))
        server.put("/Benchy.gcode.3mf", self.content)
        driver.say(do="reject", path=PATH)
        self.got(driver.fetch(server.port, SERIAL, subtask_name="Benchy"), "/Benchy.gcode.3mf")
        driver.say(do="reject", path="/only.gcode.3mf")
        server.put("/only.gcode.3mf", self.content)
        found, ended = driver.fetch(server.port, SERIAL, subtask_name="only")
        self.assertEqual((ended["state"], ended["reason"]), ("not_found", "another_file"))

    def test_no_archive(self):
        server, driver = self.server(), self.driver()
        server.put(PATH, self.content[:100_000])
        self.lost(driver.fetch(server.port, SERIAL, subtask_name="Benchy"), "not_found", "short")
        server.put("/cache/empty.3mf", b"")
        self.lost(driver.fetch(server.port, SERIAL, subtask_name="empty"), "not_found", "short")

    def test_wrong_code_is_not_tried_again(self):
        server, driver = self.server(accepts=False), self.driver()
        ended = self.lost(driver.fetch(server.port, SERIAL, subtask_name="Benchy"), "failed", "wrong_access_code")
        self.assertEqual(ended["round"], 1)

    def test_pinned(self):
        lone = self_signed(self.folder, SERIAL, name="lone")
        server, driver = self.server(lone), self.driver()
        server.put(PATH, self.content)
        self.got(driver.fetch(server.port, SERIAL, subtask_name="Benchy", pin=lone.spki_sha256()))
        self.lost(driver.fetch(server.port, SERIAL, subtask_name="Benchy"), "failed", "tls_untrusted")

    # Peers that misbehave.

    def fetch(self, peer, driver=None, **names):
        return (driver or self.driver()).fetch(peer.port, SERIAL, **{"subtask_name": "Benchy", **names})

    def test_an_ordinary_peer(self):
        peer = self.peer()
        self.got(self.fetch(peer))
        self.assertEqual(set(peer.names), {SERIAL})
        self.assertEqual(peer.resumed, [True])
        self.assertIn("PROT", peer.commands)

    def test_untrusted_peers_never_see_the_code(self):
        stranger = Authority(self.folder, "Stranger CA")
        for certificate, reason in (
            (stranger.leaf(SERIAL), "tls_untrusted"),
            (self_signed(self.folder, SERIAL, name="self"), "tls_untrusted"),
            (self.root.leaf("00M00A6C0D00079"), "wrong_serial"),
        ):
            peer = self.peer(certificate=certificate)
            ended = self.lost(self.fetch(peer), "failed", reason)
            self.assertEqual((ended["round"], peer.received), (1, b""))
        peer = self.peer()
        self.lost(self.fetch(peer, pin="ab" * 32), "failed", "certificate_changed")
        self.assertEqual(peer.received, b"")

    def test_cut_short(self):
        self.lost(self.fetch(self.peer("truncate")), "not_found", "short")

    def test_growing(self):
        self.lost(self.fetch(self.peer("grow")), "not_found", "short")

    def test_without_a_size_nothing_is_complete(self):
        self.lost(self.fetch(self.peer("no_size")), "not_found", "short")

    def test_too_big(self):
        self.lost(self.fetch(self.peer("huge"), self.driver(most_bytes=1 << 30)), "failed", "too_big")

    def test_plain_data_only_where_it_is_allowed(self):
        peer = self.peer("plain_only")
        ended = self.fetch(peer)[1]
        self.assertNotEqual(ended["state"], "found")
        self.assertNotIn(False, [peer.private])
        peer = self.peer("plain_only")
        self.got(self.fetch(peer, plain_data=True))
        self.assertFalse(peer.private)
        self.assertGreaterEqual(peer.received.count(b"PASS c0de4711\r\n"), 2)  # by TLS, on each connection
        peer = self.peer()
        self.got(self.fetch(peer, plain_data=True))
        self.assertTrue(peer.private)

    def test_plain_data_does_not_soften_identity(self):
        peer = self.peer("plain_only", certificate=self_signed(self.folder, SERIAL, name="plain"))
        self.lost(self.fetch(peer, plain_data=True), "failed", "tls_untrusted")
        self.assertEqual(peer.received, b"")

    def test_plain_gcode(self):
        server, driver = self.server(), self.driver()
        self.content = b"; HEADER_BLOCK_START\nG1 X1 E1\n"
        server.put("/model/x.gcode", self.content)
        self.got(driver.fetch(server.port, SERIAL, gcode_file="x.gcode"), "/model/x.gcode")
        self.got(driver.fetch(server.port, SERIAL, job=2, gcode_file="/sdcard/model/x.gcode"), "/model/x.gcode")

    def test_226_never_comes(self):
        self.got(self.fetch(self.peer("no_226")))

    def test_data_channel_closed_without_notice(self):
        self.got(self.fetch(self.peer("rude_close")))

    def test_address_of_pasv_is_not_believed(self):
        self.got(self.fetch(self.peer("wrong_ip")))

    def test_login_refused(self):
        self.lost(self.fetch(self.peer("refuse")), "failed", "wrong_access_code")

    def test_mute(self):
        self.lost(self.fetch(self.peer("mute"), self.driver(response_s=1)), "failed", "unreachable")

    def test_nobody_there(self):
        ended = self.driver().fetch(free_port(), SERIAL, subtask_name="Benchy")
        self.assertEqual(self.lost(ended, "failed", "unreachable")["round"], 2)

    def test_internal_storage_is_looked_for_once(self):
        ended = self.lost(self.fetch(self.peer(), subtask_name="x", url="brtc://emmc/x.3mf"), "not_found", "missing")
        self.assertEqual(ended["round"], 1)

    def test_no_commands_in_names(self):
        peer = self.peer()
        self.lost(self.fetch(peer, subtask_name="x\r\nDELE /cache/y", url="ftp:///../../etc/x.3mf"), "not_found", "missing")
        self.assertNotIn("DELE", peer.commands)

    def test_closing_and_cancelling_do_not_wait_for_a_stalled_peer(self):
        driver = self.driver()
        for job, end in (1, "cancel"), (2, "close"):
            peer = self.peer("stall")
            driver.ask("queued", do="fetch", printer=job, job=job, code="c", port=peer.port, serial=SERIAL,
                       subtask_name="Benchy")
            wait_until(lambda: driver.ask("progress", do="progress", printer=job).get("bytes", 0) > 0, 10, "some bytes")
            started = time.monotonic()
            driver.say(do=end, printer=job, job=job)
            self.assertEqual(driver.of("ended"), [])
        wait_until(lambda: driver.of("closed"), 10, "closed")
        self.assertLess(time.monotonic() - started, 5)


if __name__ == "__main__":
    main()
