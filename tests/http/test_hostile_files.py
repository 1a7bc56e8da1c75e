"""Sliced files made to do harm: each is refused or read, in bounded time and memory."""

import io
import os
import socket
import struct
import time
import zipfile
import zlib

from case import HttpCase
from lib.daemon import PROMPT_ASAN
from lib.main import count, main

PATH = "/api/sliced_files/analyze"
GCODE = b"; HEADER_BLOCK_START\n; total layer number: 1\n; HEADER_BLOCK_END\nM83\nT0\n; CHANGE_LAYER\nM73 L1\nG1 X9 E5.5\n"
PLATE, INFO, SETTINGS = (f"Metadata/{n}" for n in ("plate_1.gcode", "slice_info.config", "project_settings.config"))
MEGA = 1 << 20
MOST_KIB = 16 * 1024  # more than before it came, AddressSanitizer's share included
MOST_SECONDS = 20  # for the slowest machine; without limits some take minutes
CLAIMED, ZEROS = 200_000, 10 * MEGA  # entries of a directory that is not there
SECRET = "SECRET OF A FILE"


def archive(**entries):
    """A zip with a good plate unless another is given; INFO=..., SETTINGS=..., PLATE=..."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for key, content in {"PLATE": GCODE, **entries}.items():
            packed.writestr(globals().get(key, key), content)
    return out.getvalue()


def config(inside, before=b""):
    return archive(INFO=b'<?xml version="1.0"?>' + before + b"<config>" + inside + b"</config>")


def each(form, number):
    return b"".join(form % i for i in range(number))


def entry(name, packed, size, crc=0, packed_size=None, head=True):
    """The head of an entry before its bytes, or its row in the directory at offset 0."""
    fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(packed) if packed_size is None else packed_size, size,
                         len(name), 0)
    if head:
        return b"PK\3\4" + fields + name
    return b"PK\1\2\x14\0" + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name


def end(entries, size, at, comment=b""):
    return b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, entries, entries, size, at, len(comment)) + comment


def wide_end(entries, size, at):
    """The same in 64 bits, with its locator; the short one says to look there."""
    return (b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, entries, entries, size, at)
            + b"PK\6\7" + struct.pack("<IQI", 0, at + size, 1) + end(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF))


def by_hand(packed, size, crc, name=PLATE.encode(), packed_size=None):
    """A zip of one entry whose directory says what it likes."""
    head, row = (entry(name, packed, size, crc, packed_size, head=h) for h in (True, False))
    return head + packed + row + end(1, len(row), len(head) + len(packed))


def deflated(content):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def bomb(megabytes):
    """Deflated zeros: a piece that ends in a full flush may follow itself."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(bytes(MEGA)) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * megabytes + packer.flush()


class HostileTest(HttpCase):
    more_environment = PROMPT_ASAN

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.send(config(b""))  # so that the first one pays no more than the others

    @classmethod
    def send(cls, body):
        return cls.daemon.post(PATH, body, headers={"Content-Type": "application/octet-stream"}, timeout=100)

    def harmless(self, body):
        """The answer to it, after a look at what it cost."""
        count("hostile_files")
        self.daemon.forget_peak()
        before = self.daemon.memory_kib()
        started = time.monotonic()
        answer = self.send(body)
        self.assertLess(time.monotonic() - started, MOST_SECONDS)
        self.assertLess(self.daemon.peak_kib() - before, MOST_KIB)
        return answer

    def refused(self, body, code, status=422):
        return self.assertProblem(self.harmless(body), status, code)

    def read(self, body):
        told = self.assertStatus(self.harmless(body))
        self.assertEqual(told["filaments"][0]["gcode_mm"], 5.5)
        return told

    # XML.

    def test_entities(self):
        lols = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))
        laughs = b'<!DOCTYPE c [<!ENTITY l0 "ha">' + lols + b"]>"
        self.assertIn("document type", self.refused(config(b"<plate a='&l9;'/>", laughs), "bad_slice_info")["detail"])
        self.refused(config(b"<plate>&undeclared;</plate>"), "bad_slice_info")

    def test_external_entities_are_not_fetched(self):
        secret = self.daemon.state / "secret"
        secret.write_text(SECRET)
        with socket.create_server(("127.0.0.1", 0)) as outside:
            outside.settimeout(0.3)
            url = f"http://127.0.0.1:{outside.getsockname()[1]}/x.dtd".encode()
            for document in (b'<!DOCTYPE c [<!ENTITY x SYSTEM "file://%s">]>' % str(secret).encode(),
                             b'<!DOCTYPE c [<!ENTITY x SYSTEM "%s">]>' % url, b'<!DOCTYPE c SYSTEM "%s">' % url,
                             b'<!DOCTYPE c [<!ENTITY %% x SYSTEM "%s"> %%x;]>' % url):
                problem = self.refused(config(b"<plate><metadata key='index' value='1'/>&x;</plate>", document), "bad_slice_info")
                self.assertNotIn(SECRET, str(problem))
            self.assertRaises(TimeoutError, outside.accept)

    def test_xml_that_wants_memory(self):
        filler = b"x" * (8 * MEGA - 1000)
        for name, inside in (("deep", b"<a>" * 100_000), ("an attribute", b"<a b='" + filler + b"'/>"),
                             ("a name", b"<" + filler + b"/>"), ("a comment", b"<!--" + filler + b"-->"),
                             ("attributes", b"<a " + each(b"b%x='' ", 200_000) + b"/>"), ("names", each(b"<a%x/>", 200_000)),
                             ("plates", b"<plate></plate>" * 300), ("filaments", b"<plate>" + b"<filament id='1'/>" * 65),
                             ("a filament of no number", b"<plate><filament id='65'/></plate>")):
            with self.subTest(name):
                self.refused(config(inside), "bad_slice_info")
        self.refused(config(b" " * (9 * MEGA)), "too_big", 413)
        self.read(config(b" " * (7 * MEGA)))

    # JSON.

    def test_json_that_wants_memory_is_left_aside(self):
        for name, text in (("numbers", b"[" + b"0," * 500_000 + b"0]"), ("objects", b"[" + b"{}," * 340_000 + b"0]"),
                           ("keys", b"{" + each(b'"%x":0,', 80_000) + b'"":0}'), ("deep", b"[" * 1_000_000),
                           ("lists", b"[" + b"[]," * 340_000 + b"0]"), ("a text", b'{"a":"' + b"x" * (MEGA - 100) + b'"}')):
            with self.subTest(name):
                self.read(archive(SETTINGS=text))

    # What the zip claims.

    def test_bombs(self):
        packed = bomb(1024)
        self.assertLess(len(packed), 2 * MEGA)
        for size in (1024 * MEGA, 4095 * MEGA):
            self.refused(by_hand(packed, size, 0), "too_big", 413)
        for size in (0, 1000, 4 * MEGA):  # what it says is modest
            self.refused(by_hand(packed, size, 0), "unreadable")
        self.refused(by_hand(packed, 1024 * MEGA, 0, packed_size=512 * MEGA), "unreadable")  # and what it says it was
        self.refused(by_hand(packed, 64 * MEGA, 0, INFO.encode()), "not_sliced")
        self.read(archive(**{"Metadata/plate_1.png": bytes(64 * MEGA)}))  # nobody unpacks it

    def test_lying_sizes(self):
        packed, crc = deflated(GCODE), zlib.crc32(GCODE)
        self.read(by_hand(packed, len(GCODE), crc))
        for name, lie in (("longer than it is", by_hand(packed, len(GCODE) + 1, crc)),
                          ("shorter than it is", by_hand(packed, len(GCODE) - 1, crc)),
                          ("another checksum", by_hand(packed, len(GCODE), crc ^ 1)),
                          ("packed larger than the file", by_hand(packed, len(GCODE), crc, packed_size=1 << 31)),
                          ("packed smaller than it is", by_hand(packed, len(GCODE), crc, packed_size=len(packed) // 2)),
                          ("no deflate", by_hand(b"\xff" * 100, 1000, crc))):
            with self.subTest(name):
                self.refused(lie, None)

    def test_directories(self):
        row = entry(b"12345678", b"", 0, head=False)
        rows = each(row[:-8] + b"%08x", 100_000)
        at = b"PK\3\4"
        for name, body in (("many", at + rows + wide_end(100_000, len(rows), len(at))),
                           ("many by the trick of too few", at + rows + end(100_000 & 0xFFFF, len(rows), len(at))),
                           ("many that are zeros", at + bytes(ZEROS) + wide_end(CLAIMED, ZEROS, len(at))),
                           ("more than there is room for", at + wide_end(1 << 40, 0, len(at)))):
            with self.subTest(name):
                self.refused(body, "too_big", 413)
        good = archive()
        claim = wide_end(CLAIMED, ZEROS, len(at))
        self.refused(at + bytes(ZEROS) + claim + good[:-22] + good[-22:-2] + struct.pack("<H", 0), "too_big", 413)
        self.refused(good[:100] + b"PK\5\6", "not_an_archive")

    def test_the_same_plate_twice(self):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packed:
            for name in (PLATE, "Metadata/plate_01.gcode"):
                packed.writestr(name, GCODE)
        self.refused(out.getvalue(), "plate_ambiguous")
        for name in ("Metadata/plate_99999999999.gcode", "Metadata/plate_-1.gcode", "Metadata/plate_1.gcode.md5", "../plate_1.gcode"):
            self.refused(by_hand(deflated(GCODE), len(GCODE), zlib.crc32(GCODE), name.encode()), "not_sliced")

    # Gcode.

    def test_gcode_that_wants_memory(self):
        changes = b"T0\nG1 X1 E1\nT1\nG1 X1 E1\n" * 70_000
        layers = each(b"; CHANGE_LAYER\nM73 L%d\nG1 X1 E1\n", 300_000)
        for name, text in (("tool changes", GCODE + changes), ("layers", GCODE + layers)):
            with self.subTest(name):
                self.refused(archive(PLATE=text), "too_big", 413)
                self.refused(text, "too_big", 413)
        for name, text in (("a line", b"; " + os.urandom(4 * MEGA).hex().encode()), ("a header", b"; filament_type = " + b"PLA;" * 2_000_000),
                           ("tools of no filament", each(b"T%d\nG1 X1 E1\n", 70_000))):
            with self.subTest(name):
                self.assertStatus(self.harmless(archive(PLATE=GCODE + text)))

    def test_figures_that_nobody_can_mean(self):
        head = (b"; total filament weight [g] : %s\n; total filament length [mm] : %s\n; filament_density: %s\n; filament_diameter: %s\n"
                b"; filament: 1\n; nozzle_volume = %s\n" % ((b"9" * 400,) * 5))
        info = b"<plate><metadata key='index' value='1'/><metadata key='weight' value='1e308'/><filament id='1' used_g='1e308' used_m='1e308'/></plate>"
        settings = b'{"filament_density":1e308,"filament_diameter":["1e308"],"nozzle_volume":1e308}'
        told = self.read(archive(PLATE=head + GCODE, INFO=b"<config>" + info + b"</config>", SETTINGS=settings))
        self.assertEqual([told["filaments"][0][key] for key in ("used_g", "used_m", "gcode_g")], [None] * 3)
        self.refused(GCODE + b"G1 X1 E99999999999\n" * 12, "too_big", 413)
        self.refused(GCODE + b"; FLUSH_START\n" + b"G1 E-99999999999\n" * 12 + b"; FLUSH_END\nM621 S1A\n", "too_big", 413)

    def test_text_that_is_no_text(self):
        told = self.read(GCODE + b"; filament_type = P\xff\xfeA\n; filament_colour = \xc3\n; filament_ids = \xe2\x82\n")
        self.assertEqual([told["filaments"][0][key] for key in ("material", "color_hex", "profile")], [None] * 3)


if __name__ == "__main__":
    main()
