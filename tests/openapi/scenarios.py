"""What the generic tests of test_live.py cannot know: one row for each answer that needs a story.

A row is (operation, status, method, path, body) or the same with headers. Rows are asked for in their order,
and may do with the world what they need between each other. New operations need a row here only for statuses
that neither their example in tests/http/test_routes.py nor the generic refusals produce.
"""

import base64
import contextlib
import json
import socket
import time

from case import SPOOL
from lib import actions
from lib.wait import wait_until

STALE = '"999999999"'
MISSING = "0198c0de-0000-7000-8000-000000000000"
GCODE = b"; HEADER_BLOCK_START\n; total layer number: 1\n; HEADER_BLOCK_END\nM83\nT0\nM73 L1\nG1 X9 E5.5\n"
# The generator of P-256: a point like any other.
POINT = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
BROWSER = {"channel": "webpush", "endpoint": "https://push.example.org/1", "auth": "AAECAwQFBgcICQoLDA0ODw",
           "p256dh": base64.urlsafe_b64encode(POINT).decode().rstrip("=")}

# Refusals that a story below tells, since the example is about something that is not there.
TOLD = {("getQuestion", 304), ("answerQuestion", 412), ("repinPrinter", 412), ("pairDevice", 403),
        ("tellPrintEvent", 403), ("tellAmsUpdate", 403), ("confirmAction", 403), ("getAction", 403), ("getAction", 304), ("answerAction", 403)}
# Bodies whose secret is guessed, where no key is: too many of them are refused.
GUESSES = {"pairDevice": {"code": "ABCDEFGHJK", "device_name": "Phone"}}


def examples(w):
    """Calls that are right, where those of tests/http/test_routes.py are about something that is not there."""
    job = w.post("/api/print_jobs/start", {"printer_id": "shelf", "gcode_file_name": "sliced.3mf"})["job_id"]
    w.done(w.daemon.put(f"/api/print_jobs/{job}/end", {"status": "completed"}))
    return {"attachSlicedFile": ("POST", f"/api/print_jobs/{job}/sliced_file", GCODE, 200)}


def spools(w):
    yield "createSpool", 409, "POST", "/api/spools", {**SPOOL, "spool_id": w.spool()}
    held = w.spool()
    w.assign("shelf", 2, held)
    yield "deleteSpool", 409, "DELETE", f"/api/spools/{held}", None
    yield "archiveSpool", 409, "POST", f"/api/spools/{held}/archive", {}
    yield "assignSlot", 409, "POST", "/api/ams_slots/shelf/1/3/assign", {"spool_id": held, "if_loaded": "reject"}
    stay = w.get("/api/slot_history?limit=1")[0]["history_id"]
    yield "correctSlotHistory", 409, "PATCH", f"/api/slot_history/{stay}", {"unassigned_at": "2020-01-02T00:00:00Z",
                                                                           "assigned_at": "2020-01-01T00:00:00Z"}
    yield "recordUsage", 404, "POST", "/api/usage_events", {"spool_id": MISSING, "grams_used": 1, "event_type": "waste"}
    event = w.post("/api/usage_events", {"spool_id": held, "grams_used": 5, "event_type": "waste"})["event_id"]
    w.post(f"/api/usage_events/{event}/undo", {})
    yield "undoUsage", 409, "POST", f"/api/usage_events/{event}/undo", {}
    tagged = w.post("/api/spools", {**SPOOL, "tray_uuid": "AB" * 16})["spool_id"]
    yield "updateSpool", 409, "PUT", f"/api/spools/{held}", {"tray_uuid": "AB" * 16}
    yield "getSpool", 200, "GET", f"/api/spools/{tagged}", None
    yield "createSpool", 201, "POST", "/api/spools", {**SPOOL, "quantity": 2}
    yield "listSpools", 200, "GET", "/api/spools?limit=1", None
    yield "listAllSlotHistory", 404, "GET", "/api/slot_history?printer_id=nobody", None


def jobs(w):
    w.post("/api/printers", {"printer_id": "press", "source": "homeassistant"})
    w.assign("press", 1, w.spool())
    start = {"printer_id": "press", "gcode_file_name": "one.3mf",
             "filaments": [{"ams_unit_number": 1, "slot_number": 1, "estimated_grams": 10}]}
    job = w.post("/api/print_jobs/start", start)["job_id"]
    path = f"/api/print_jobs/{job}"
    yield "startPrintJob", 200, "POST", "/api/print_jobs/start", start
    yield "startPrintJob", 409, "POST", "/api/print_jobs/start", {**start, "gcode_file_name": "two.3mf"}
    yield "startPrintJob", 404, "POST", "/api/print_jobs/start", {**start, "printer_id": "nobody"}
    yield "listPrintJobs", 404, "GET", "/api/print_jobs?printer_id=nobody", None
    yield "getPrintJob", 200, "GET", path, None
    yield "explainPrintJob", 200, "GET", path + "/explain", None
    yield "correctPrintJob", 409, "PATCH", path, {"status": "failed"}
    yield "erasePrintJobNames", 409, "POST", path + "/erase_names", {}
    yield "rebookPrintJob", 409, "POST", path + "/rebook", {}
    yield "attachSlicedFile", 200, "POST", path + "/sliced_file", GCODE
    yield "endPrintJob", 200, "PUT", path + "/end", {"status": "completed", "actual_grams_used": 12}
    yield "endPrintJob", 409, "PUT", path + "/end", {"status": "failed"}
    yield "explainPrintJob", 200, "GET", path + "/explain", None
    yield "listSpoolUsage", 200, "GET", f"/api/stats/spools/usage_history/{w.last_spool}?bucket=day", None
    event = w.get(f"/api/usage_events?job_id={job}")[0]["event_id"]
    yield "explainUsageEvent", 200, "GET", f"/api/usage_events/{event}/explain", None
    yield "analyzeSlicedFile", 200, "POST", "/api/sliced_files/analyze?layers=true", GCODE


def printers(w):
    mqtt = {"serial": "01S00A000000001", "host": "127.0.0.1", "port": 1, "access_code": "12345678", "enabled": False}
    w.post("/api/printers", {**mqtt, "printer_id": "dark"})
    yield "createPrinter", 409, "POST", "/api/printers", mqtt
    yield "updatePrinter", 409, "PUT", "/api/printers/shelf", {"aliases": ["dark"]}
    yield "testPrinter", 200, "POST", "/api/printers/dark/test", {}
    w.post(f"/api/printers/{w.bench}/test", {})
    yield "testPrinter", 200, "POST", f"/api/printers/{w.bench}/test", {}
    yield "repinPrinter", 412, "POST", f"/api/printers/{w.bench}/repin", {"pin_sha256": w.pin}, {"If-Match": STALE}
    yield "repinPrinter", 409, "POST", f"/api/printers/{w.bench}/repin", {}
    yield "repinPrinter", 200, "POST", f"/api/printers/{w.bench}/repin", {"pin_sha256": w.pin}
    yield "getPrinterStatus", 200, "GET", f"/api/printers/{w.bench}/status", None
    yield "listPrinterSlots", 200, "GET", f"/api/ams_slots/{w.bench}", None
    yield "listQuestions", 200, "GET", "/api/questions", None
    yield "listSlotCandidates", 200, "GET", f"/api/ams_slots/{w.bench}/1/1/candidates", None


def questions(w):
    first, second = [q["question_id"] for q in w.get("/api/questions")][:2]
    read = w.daemon.get(f"/api/questions/{first}")
    yield "getQuestion", 200, "GET", f"/api/questions/{first}", None
    yield "getQuestion", 304, "GET", f"/api/questions/{first}", None, {"If-None-Match": read.headers["ETag"]}
    yield "answerQuestion", 412, "POST", f"/api/questions/{first}/answer", {"dismiss": True}, {"If-Match": STALE}
    yield "answerQuestion", 200, "POST", f"/api/questions/{first}/answer", {"create": SPOOL}
    yield "answerQuestion", 409, "POST", f"/api/questions/{first}/answer", {"dismiss": True}
    yield "answerQuestion", 200, "POST", f"/api/questions/{second}/answer", {"dismiss": True}


def webhooks(w):
    key = {"X-API-Key": w.post("/api/api_keys", {"name": "reads only", "scopes": ["read"]})["key"]}
    slot = {"printer_id": "house", "ams_unit_number": 1, "slot_number": 1, "material": "PLA", "color": "#123456"}
    for operation, path, body in (("tellPrintEvent", "print_event", {"printer_id": "house", "status": "running"}),
                                  ("tellAmsUpdate", "ams_update", slot)):
        yield operation, 403, "POST", f"/webhook/homeassistant/{path}", body, key
        yield operation, 200, "POST", f"/webhook/homeassistant/{path}", body
        yield operation, 202, "POST", f"/webhook/homeassistant/{path}", body
    yield "listSourceEvents", 200, "GET", "/api/source_events?limit=2", None


def notifications(w):
    """The buttons of the third question's notification; each is asked with the token that the phone got."""
    key = {"X-API-Key": w.post("/api/api_keys", {"name": "reads only", "scopes": ["read"]})["key"]}
    first, *_, none = w.told("slot_changed")["actions"]
    yield "testNotifications", 409, "POST", "/api/notifications/test", {"channel": "ntfy"}
    yield "getAction", 403, "GET", "/api/actions/x", None
    yield "answerAction", 403, "POST", "/api/actions/x", None
    old = actions.expired(w.daemon.state, none["token"], time.time())
    yield "getAction", 410, "GET", f"/api/actions/{old}", None
    yield "answerAction", 410, "POST", f"/api/actions/{old}", None
    read = w.daemon.get(f"/api/actions/{none['token']}")
    yield "getAction", 200, "GET", f"/api/actions/{none['token']}", None
    yield "getAction", 304, "GET", f"/api/actions/{none['token']}", None, {"If-None-Match": read.headers["ETag"]}
    browser = {"Accept": "text/html"}
    yield "getAction", 200, "GET", f"/api/actions/{none['token']}", None, browser
    yield "answerAction", 200, "POST", f"/api/actions/{none['token']}", None
    yield "answerAction", 200, "POST", f"/api/actions/{none['token']}", None, browser
    yield "answerAction", 409, "POST", f"/api/actions/{first['token']}", None
    yield "confirmAction", 403, "POST", "/webhook/homeassistant/confirm", {"token": first["token"]}, key
    yield "confirmAction", 200, "POST", "/webhook/homeassistant/confirm", {"token": none["token"]}
    yield "confirmAction", 202, "POST", "/webhook/homeassistant/confirm", {"token": first["token"]}


def catalog(w):
    vendor = w.post("/api/vendors", {"name": "Twin"})["vendor_id"]
    other = w.post("/api/vendors", {"name": "Other twin"})["vendor_id"]
    yield "createVendor", 409, "POST", "/api/vendors", {"name": "Twin"}
    yield "updateVendor", 409, "PUT", f"/api/vendors/{other}", {"name": "Twin"}
    w.post("/api/filaments", {"brand": "Twin", "product_name": "F", "material_type": "PLA"})
    yield "deleteVendor", 409, "DELETE", f"/api/vendors/{vendor}", None
    used = w.get(f"/api/spools/{w.spool()}")["filament_id"]
    yield "deleteFilament", 409, "DELETE", f"/api/filaments/{used}", None


def pairing(w):
    code = w.post("/api/pair/codes", {})["code"]
    yield "pairDevice", 403, "POST", "/api/pair", {"code": "ABCDEFGHJK", "device_name": "Phone"}
    yield "pairDevice", 201, "POST", "/api/pair", {"code": code, "device_name": "Phone"}


def devices(w):
    phone = {"installation_id": "story", "name": "Phone", "platform": "ios", "push": {"channel": "apns", "token": "cd" * 32},
             "preferences": {"kinds": {"low_spool": False}, "quiet": {"from": "22:00", "to": "07:00", "critical": "hold"}}}
    yield "registerDevice", 201, "POST", "/api/devices", phone
    yield "registerDevice", 200, "POST", "/api/devices", phone
    yield "listDevices", 200, "GET", "/api/devices?channel=apns", None
    device = w.post("/api/devices", phone)["device_id"]
    w.post("/api/printers", {"printer_id": "lamp", "source": "homeassistant"})
    job = w.post("/api/print_jobs/start", {"printer_id": "lamp", "gcode_file_name": "boat.3mf"})["job_id"]
    path, shown = f"/api/devices/{device}/activities", {"job_id": job, "token": "ab" * 80}
    yield "registerActivity", 201, "POST", path, shown
    yield "registerActivity", 200, "POST", path, shown
    yield "listActivities", 200, "GET", path, None
    browser = w.post("/api/devices", {**phone, "installation_id": "browser", "push": BROWSER})["device_id"]
    yield "registerActivity", 409, "POST", f"/api/devices/{browser}/activities", shown
    yield "deleteActivity", 200, "DELETE", f"{path}/{w.post(path, shown)['activity_id']}", None


def stats(w):
    """A roll that is low and past its date, in a slot; its product is low too."""
    rest = {**SPOOL, "product_name": "Rest", "current_weight_grams": 5, "purchase_date": "2020-01-01"}
    w.assign("shelf", 4, w.post("/api/spools", rest)["spool_id"])
    yield "listLowInventory", 200, "GET", "/api/stats/spools/low_inventory", None
    yield "listExpiringSpools", 200, "GET", "/api/stats/expiring", None


def scans(w):
    code = "4006381333931"
    w.post("/api/spools", {**SPOOL, "product_name": "Boxed", "barcode": code})
    for payload in (w.get("/api/spools")[0]["spool_id"], code, "EF" * 16):
        yield "scanCode", 200, "POST", "/api/scan", {"payload": payload}


def forecasts(w):
    """A print that is larger than its roll; another one like it is in the next slot."""
    w.post("/api/printers", {"printer_id": "long", "source": "homeassistant"})
    white = {**SPOOL, "product_name": "White", "color_hex": "#FFFFFF", "profile": "GFL99"}
    for slot, grams in ((1, 50), (2, 100)):
        w.post("/webhook/homeassistant/ams_update", {"printer_id": "long", "ams_unit_number": 1, "slot_number": slot,
                                                     "material": "PLA", "color": "#FFFFFF", "filament_id": "GFL99"})
        w.assign("long", slot, w.post("/api/spools", {**white, "current_weight_grams": grams})["spool_id"])
    job = w.post("/api/print_jobs/start", {"printer_id": "long", "gcode_file_name": "long.3mf", "filaments": [
        {"ams_unit_number": 1, "slot_number": 1, "estimated_grams": 200}]})["job_id"]
    large = GCODE.replace(b"; HEADER_BLOCK_END", b"; filament_density: 1.24\n; filament_diameter: 1.75\n; HEADER_BLOCK_END")
    large += b"G1 X5 E40\nG1 X9 E40\n" * 800
    yield "attachSlicedFile", 200, "POST", f"/api/print_jobs/{job}/sliced_file", large
    yield "getPrintJob", 200, "GET", f"/api/print_jobs/{job}", None
    yield "listAlerts", 200, "GET", "/api/alerts?kind=runout_forecast", None


def network(w):
    """What printers say of themselves, heard from this host alone (it has no hops to go)."""
    notice = ("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1990\r\nNT: urn:bambulab-com:device:3dprinter:1\r\nNTS: ssdp:alive\r\n"
              "Location: 127.0.0.21\r\nUSN: 01P00A6C0D00072\r\nDevName.bambu.com: Found\r\n\r\n").encode()

    def heard():
        for to in ("239.255.255.250", "127.0.0.1"):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
                with contextlib.suppress(OSError):  # a host without a network has no way to a group
                    out.sendto(notice, (to, 2021))
        return w.get("/api/discover")

    wait_until(heard, 20, "a printer that tells of itself")
    yield "discoverPrinters", 200, "GET", "/api/discover", None


def printing(w):
    """A print of the printer at the bench, whose file cannot be fetched."""
    said = {"command": "push_status", "msg": 0, "gcode_state": "RUNNING", "mc_percent": 1, "layer_num": 1, "total_layer_num": 9,
            "subtask_name": "boat", "gcode_file": "boat.3mf", "task_id": "7", "subtask_id": "8",
            "ams": {"ams": [{"id": "0", "tray": [{"id": "0", "tray_type": "PLA", "tray_color": "112233FF"}]}],
                    "ams_exist_bits": "1", "tray_exist_bits": "1", "tray_now": "0"}}
    w.broker.report(json.dumps({"print": said}))
    status = f"/api/printers/{w.bench}/status"
    wait_until(lambda: w.get(status)["progress"]["feeding"] and w.get(status)["file_transfer"], 30, "a print with a file to fetch")
    yield "getPrinterStatus", 200, "GET", status, None


def imports(w):
    """What is here with other contents stays; a roll gets another number where its own is taken."""
    w.done(w.daemon.put("/api/thresholds/PLA", {"threshold_grams": 50}))
    w.done(w.daemon.put("/api/materials/PLA", {"dry_days": 77}))
    w.done(w.daemon.put("/api/settings", {"privacy.keep_names_days": 9}))
    w.done(w.daemon.put("/api/printers/shelf", {"aliases": ["rack"]}))
    document = w.get("/api/export")
    vendor, spool = document["vendors"][0], document["spools"][0]
    other = {**document, "vendors": [{**vendor, "notes": "other"}], "spools": [{**spool, "spool_id": MISSING, "tray_uuid": None}]}
    other = {k: v for k, v in other.items() if k in ("format", "version", "vendors", "spools")}
    yield "importFile", 200, "POST", "/api/import", json.dumps(other).encode(), {"Content-Type": "application/json"}


def files(w):
    for what in ("spools", "usage", "jobs"):
        yield "exportAll", 200, "GET", f"/api/export?format=csv&what={what}", None
    yield "exportAll", 200, "GET", "/api/export", None
    yield "listLowFilaments", 200, "GET", "/api/stats/low_filaments", None
    yield "listLowFilaments", 200, "GET", "/api/stats/low_filaments?format=csv", None
    yield "listLowFilaments", 200, "GET", "/api/stats/low_filaments", None, {"Accept": "text/csv"}


STORIES = [devices, spools, jobs, printers, notifications, questions, catalog, pairing, webhooks,
           stats, scans, forecasts, network, printing, imports, files]
