#include "api/rest_printer_shape.h"

#include "base/auto.h"

enum { NIL = FIELD_NULLABLE, CERTIFICATE_FIELDS = 7 };

static const char *const link_states[] = {"disabled", "connected", "connecting", "disconnected",
                                          NULL};
static const char *const reasons[] = {"connecting",       "connected",
                                      "disabled",         "name_not_found",
                                      "unreachable",      "timeout",
                                      "tls_untrusted",    "certificate_changed",
                                      "wrong_serial",     "wrong_access_code",
                                      "client_limit",     "connected_silent",
                                      "commands_refused", NULL};
static const char *const home_reasons[] = {
    "off",         "starting",          "ok",        "unreachable", "certificate_not_trusted",
    "wrong_token", "token_not_allowed", "not_found", "bad_answer",  NULL};
static const char *const gcode_states[] = {"init",    "offline", "idle",   "prepare", "slicing",
                                           "running", "pause",   "finish", "failed",  NULL};
static const char *const unit_types[] = {"ams",    "ams_lite", "ams_2_pro",
                                         "ams_ht", "a2l_lite", NULL};
static const char *const transfers[] = {"queued", "fetching", "found", "not_found", "failed", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc, of */
static const struct field counter_fields[] = {
    {NULL, "connects", K_INT, 0, 0, 0, 0, 0, NULL, "Connections made"},
    {NULL, "failures", K_INT, 0, 0, 0, 0, 0, NULL, "Connections that failed"},
    {NULL, "messages", K_INT, 0, 0, 0, 0, 0, NULL, "Messages received"},
    {NULL, "bytes", K_INT, 0, 0, 0, 0, 0, NULL, "Bytes of them"},
    {NULL, "full_requests", K_INT, 0, 0, 0, 0, 0, NULL, "Requests for a full report"},
};
static const struct field_shape counter_shape = {NULL, counter_fields, LEN(counter_fields),
                                                 "PrinterLinkCounters"};

static const struct field connection_fields[] = {
    {NULL, "state", K_TEXT, 0, 0, 0, 0, 0, link_states, "State of the link"},
    {NULL, "reason", K_TEXT, 0, 0, 0, 0, 0, reasons, "Why it is so"},
    {NULL, "since", K_TIME, 0, 0, 0, 0, NIL, NULL, "Since when"},
    {NULL, "detail", K_TEXT, 0, 0, 0, 0, NIL, NULL, "What went wrong, in words"},
    {NULL, "retry_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "Next try"},
    {NULL, "address", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Where it is or was reached"},
    {NULL, "seen_sha256", K_TEXT, 0, 0, 0, 0, NIL, NULL, "SHA-256 of the key that it showed"},
    {NULL, "counters", K_OBJECT, 0, 0, 0, 0, 0, NULL, "Since the daemon began", &counter_shape},
};
static const struct field_shape connection_shape = {NULL, connection_fields, LEN(connection_fields),
                                                    "PrinterConnection"};

static const struct field home_fields[] = {
    {NULL, "reason", K_TEXT, 0, 0, 0, 0, 0, home_reasons, "How asking Home Assistant goes"},
    {NULL, "since", K_TIME, 0, 0, 0, 0, NIL, NULL, "Since when"},
    {NULL, "last_ok_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "When it last answered"},
    {NULL, "detail", K_TEXT, 0, 0, 0, 0, NIL, NULL, "What went wrong, in words"},
};
static const struct field_shape home_shape = {NULL, home_fields, LEN(home_fields),
                                              "HomeAssistantPoll"};

static const struct field feeding_fields[] = {
    {NULL, "ams_unit_number", K_INT, 0, 0, 0, 0, 0, NULL, "Unit, as in slots"},
    {NULL, "slot_number", K_INT, 0, 0, 0, 0, 0, NULL, "1 to 4 in its unit"},
    {NULL, "label", K_TEXT, 0, 0, 0, 0, 0, NULL, "Short name"},
};
static const struct field_shape feeding_shape = {NULL, feeding_fields, LEN(feeding_fields),
                                                 "PrinterFeeding"};

static const struct field progress_fields[] = {
    {NULL, "gcode_state", K_TEXT, 0, 0, 0, 0, NIL, gcode_states, "What it does"},
    {NULL, "percent", K_INT, 0, 0, 0, 0, NIL, NULL, "By time"},
    {NULL, "layer", K_INT, 0, 0, 0, 0, NIL, NULL, "Layer"},
    {NULL, "total_layers", K_INT, 0, 0, 0, 0, NIL, NULL, "Layers in all"},
    {NULL, "remaining_minutes", K_INT, 0, 0, 0, 0, NIL, NULL, "Minutes left"},
    {NULL, "file", K_TEXT, 0, 0, 0, 0, NIL, NULL, "File"},
    {NULL, "name", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Title"},
    {NULL, "feeding", K_OBJECT, 0, 0, 0, 0, NIL, NULL, "Slot that feeds", &feeding_shape},
};
static const struct field_shape progress_shape = {NULL, progress_fields, LEN(progress_fields),
                                                  "PrinterProgress"};

static const struct field temperature_fields[] = {
    {NULL, "nozzle", K_REAL, 0, 0, 0, 0, NIL, NULL, "degC; null: not told"},
    {NULL, "nozzle_target", K_REAL, 0, 0, 0, 0, NIL, NULL, "degC; null: not told"},
    {NULL, "bed", K_REAL, 0, 0, 0, 0, NIL, NULL, "degC; null: not told"},
    {NULL, "bed_target", K_REAL, 0, 0, 0, 0, NIL, NULL, "degC; null: not told"},
    {NULL, "chamber", K_REAL, 0, 0, 0, 0, NIL, NULL, "degC; null: not told"},
};
static const struct field_shape temperature_shape = {
    NULL, temperature_fields, LEN(temperature_fields), "PrinterTemperatures"};

static const struct field unit_fields[] = {
    {NULL, "ams_unit_number", K_INT, 0, 0, 0, 0, 0, NULL, "Unit, as in slots"},
    {NULL, "type", K_TEXT, 0, 0, 0, 0, NIL, unit_types, "Kind"},
    {NULL, "serial", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Serial number"},
    {NULL, "firmware", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Version"},
    {NULL, "attached", K_BOOL, 0, 0, 0, 0, 0, NULL, "It is there now"},
    {NULL, "humidity_level", K_INT, 0, 0, 0, 0, NIL, NULL, "1 to 5, as the printer says"},
    {NULL, "humidity_percent", K_INT, 0, 0, 0, 0, NIL, NULL, "Relative humidity"},
    {NULL, "temperature", K_REAL, 0, 0, 0, 0, NIL, NULL, "degC"},
    {NULL, "drying_minutes", K_INT, 0, 0, 0, 0, 0, NULL, "Minutes of drying left"},
};
static const struct field_shape unit_shape = {NULL, unit_fields, LEN(unit_fields), "PrinterUnit"};

static const struct field telemetry_fields[] = {
    {NULL, "messages", K_INT, 0, 0, 0, 0, 0, NULL, "Messages taken"},
    {NULL, "rejected", K_INT, 0, 0, 0, 0, 0, NULL, "Messages that could not be read"},
    {NULL, "rejected_fields", K_INT, 0, 0, 0, 0, 0, NULL, "Values that could not be read"},
    {NULL, "failed_commits", K_INT, 0, 0, 0, 0, 0, NULL, "Changes that could not be kept"},
    {NULL, "last_message_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "Last message"},
};
static const struct field_shape telemetry_shape = {NULL, telemetry_fields, LEN(telemetry_fields),
                                                   "PrinterMessageCounts"};

static const struct field transfer_fields[] = {
    {NULL, "state", K_TEXT, 0, 0, 0, 0, 0, transfers, "How far it has come"},
    {NULL, "bytes", K_INT, 0, 0, 0, 0, 0, NULL, "Received"},
    {NULL, "size", K_INT, 0, 0, 0, 0, NIL, NULL, "In all"},
    {NULL, "round", K_INT, 0, 0, 0, 0, 0, NULL, "Which try it is"},
    {NULL, "reason", K_TEXT, 0, 0, 0, 0, NIL, NULL,
     "Why the last try failed, such as missing or other_layers"},
};
static const struct field_shape transfer_shape = {NULL, transfer_fields, LEN(transfer_fields),
                                                  "FileTransfer"};

static const struct field status_fields[] = {
    {NULL, "printer_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Printer"},
    {NULL, "name", K_TEXT, 0, 0, 0, 0, 0, NULL, "For people"},
    {NULL, "connection", K_OBJECT, 0, 0, 0, 0, 0, NULL, "The link", &connection_shape},
    {NULL, "home_assistant", K_OBJECT, 0, 0, 0, 0, 0, NULL, "The other source", &home_shape},
    {NULL, "model", K_TEXT, 0, 0, 0, 0, NIL, NULL, "As it says itself"},
    {NULL, "firmware", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Version"},
    {NULL, "nozzles", K_INT, 0, 0, 0, 0, NIL, NULL, "1 or 2"},
    {NULL, "wifi_dbm", K_INT, 0, 0, 0, 0, NIL, NULL, "Strength of its radio"},
    {NULL, "progress", K_OBJECT, 0, 0, 0, 0, 0, NULL, "What it does", &progress_shape},
    {NULL, "temperatures", K_OBJECT, 0, 0, 0, 0, 0, NULL, "What is told of them",
     &temperature_shape},
    {NULL, "units", K_LIST, 0, 0, 0, 0, 0, NULL, "Its AMS units", &unit_shape},
    {NULL, "telemetry", K_OBJECT, 0, 0, 0, 0, 0, NULL, "Counts of messages", &telemetry_shape},
    {NULL, "file_transfer", K_OBJECT, 0, 0, 0, 0, NIL, NULL,
     "Transfer of a sliced file that goes on or waits", &transfer_shape},
};
const struct field_shape rest_printer_shape_status = {NULL, status_fields, LEN(status_fields),
                                                      "PrinterStatus"};

/* The first CERTIFICATE_FIELDS are what the certificate shows. */
static const struct field test_fields[] = {
    {NULL, "reachable", K_BOOL, 0, 0, 0, 0, 0, NULL, "It showed a certificate"},
    {NULL, "chain_ok", K_BOOL, 0, 0, 0, 0, 0, NULL, "An authority known here vouches for it"},
    {NULL, "pinnable", K_BOOL, 0, 0, 0, 0, 0, NULL, "It may be trusted by its key alone"},
    {NULL, "reason", K_TEXT, 0, 0, 0, 0, 0, reasons, "What is wrong; connected: nothing"},
    {NULL, "cn", K_TEXT, 0, 0, 0, 0, 0, NULL, "Serial in its certificate; empty: none seen"},
    {NULL, "spki_sha256", K_TEXT, 0, 0, 0, 0, 0, NULL, "SHA-256 of its key; empty: none seen"},
    {NULL, "detail", K_TEXT, 0, 0, 0, 0, 0, NULL, "What went wrong, in words"},
    {NULL, "printer_id", K_TEXT, 0, 0, 0, 0, 0, NULL, "Printer"},
    {NULL, "pinned", K_BOOL, 0, 0, 0, 0, 0, NULL, "Its key was accepted before"},
    {NULL, "pin_matches", K_BOOL, 0, 0, 0, 0, NIL, NULL, "It is the accepted key; null: none was"},
    {NULL, "ok", K_BOOL, 0, 0, 0, 0, 0, NULL, "It would be trusted"},
    {NULL, "advice", K_TEXT, 0, 0, 0, 0, 0, NULL, "What to do, in words"},
};
const struct field_shape rest_printer_shape_test = {NULL, test_fields, LEN(test_fields),
                                                    "PrinterTest"};

const struct field_shape rest_printer_shape_certificate = {NULL, test_fields, CERTIFICATE_FIELDS,
                                                           "PrinterCertificate"};

static const struct field found_fields[] = {
    {NULL, "serial", K_TEXT, 0, 0, 0, 0, 0, NULL, "Serial number"},
    {NULL, "host", K_TEXT, 0, 0, 0, 0, 0, NULL, "Address"},
    {NULL, "model", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Model"},
    {NULL, "name", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Name"},
    {NULL, "connect", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Such as lan or cloud"},
    {NULL, "firmware", K_TEXT, 0, 0, 0, 0, NIL, NULL, "Version"},
    {NULL, "known", K_BOOL, 0, 0, 0, 0, 0, NULL, "It is one of the printers here"},
    {NULL, "first_seen", K_TIME, 0, 0, 0, 0, NIL, NULL, "First heard of"},
    {NULL, "last_seen", K_TIME, 0, 0, 0, 0, NIL, NULL, "Last heard of"},
};
const struct field_shape rest_printer_shape_found = {NULL, found_fields, LEN(found_fields),
                                                     "FoundPrinter"};
