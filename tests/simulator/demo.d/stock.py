"""Fill the demo's inventory as a user would: printers, spools and some assignments, all through REST.

stock.py URL KEY PORT_A1 PORT_P1S PORT_H2D CODE
"""

import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

URL, KEY, PORTS, CODE = sys.argv[1], sys.argv[2], sys.argv[3:6], sys.argv[6]
STOCK = json.loads((pathlib.Path(__file__).parent / "stock.json").read_text())


def call(method, path, body=None):
    request = urllib.request.Request(URL + path, method=method, headers={"X-API-Key": KEY})
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def wait_for_slots(printer_id, unit, slot, seconds=60):
    """Until the printer has shown that slot: an assignment then has something to hold on to."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for row in call("GET", f"/api/ams_slots/{printer_id}"):
            shown = row["reported"] and row["reported"]["state"] == "present"
            if (row["ams_unit_number"], row["slot_number"]) == (unit, slot) and shown:
                return
        time.sleep(0.5)
    sys.exit(f"{printer_id} did not show slot {unit}/{slot} within {seconds} s")


assignments = []
for spool in STOCK["spools"]:
    place = spool.pop("assign", None)
    spool_id = call("POST", "/api/spools", spool)["spool_id"]
    if place:
        assignments.append((place, spool_id))
for printer, port in zip(STOCK["printers"], PORTS):
    call("POST", "/api/printers", {**printer, "host": "127.0.0.1", "port": int(port), "access_code": CODE})
for (printer_id, unit, slot), spool_id in assignments:
    wait_for_slots(printer_id, unit, slot)
    call("POST", f"/api/ams_slots/{printer_id}/{unit}/{slot}/assign", {"spool_id": spool_id, "event_type": "manual"})
print(f"{len(STOCK['spools'])} spools, {len(STOCK['printers'])} printers, {len(assignments)} rolls assigned by hand")
