#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "api/rest_capabilities.h"
#include "api/state.h"
#include "api/telemetry.h"
#include "base/auto.h"
#include "core/field.h"
#include "store/alerts.h"
#include "store/changes.h"
#include "store/changes_row.h"
#include "store/db.h"
#include "store/jobs.h"
#include "store/launch.h"
#include "store/list.h"
#include "store/pairing.h"
#include "store/printers.h"
#include "store/questions.h"
#include "store/settings.h"
#include "store/slots.h"
#include "store/spools.h"
#include "store/stats.h"
#include "store/thresholds.h"

enum { DUMP = JSON_COMPACT | JSON_REAL_PRECISION(15) };

static const struct field server_fields[] = {
    {.name = "id", .kind = K_TEXT, .doc = "Of this installation, for ever"},
    {.name = "name", .kind = K_TEXT, .doc = "What people call it"},
    {.name = "version", .kind = K_TEXT, .doc = "Of the program"},
    {.name = "capabilities", .kind = K_LIST, .doc = "What it can do", .of = &field_texts},
};
static const struct field_shape server_shape = {NULL, server_fields, LEN(server_fields), "Server"};

static const struct field printer_fields[] = {
    {.name = "printer", .kind = K_OBJECT, .doc = "The printer", .of = &printers_shape},
    {.name = "connection",
     .kind = K_OBJECT,
     .doc = "Its link at this moment",
     .of = &telemetry_connection_shape},
};
static const struct field_shape printer_shape = {NULL, printer_fields, LEN(printer_fields),
                                                 "LaunchPrinter"};

static const struct field fields[] = {
    {.name = "server", .kind = K_OBJECT, .doc = "Who answers", .of = &server_shape},
    {.name = "currency", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Of all prices: ISO 4217"},
    {.name = "printers", .kind = K_LIST, .doc = "All printers", .of = &printer_shape},
    {.name = "cursor", .kind = K_INT, .doc = "For /api/sync and /api/events: what follows this"},
    {.name = "low_stock", .kind = K_LIST, .doc = "Emptiest first", .of = &stats_low_shape},
    {.name = "slots", .kind = K_LIST, .doc = "All slots with their rolls", .of = &slots_shape},
    {.name = "spools", .kind = K_LIST, .doc = "Rolls but archived ones", .of = &spools_shape},
    {.name = "questions", .kind = K_LIST, .doc = "Open questions", .of = &questions_shape},
    {.name = "alerts",
     .kind = K_LIST,
     .doc = "Alerts whose cause lasts and that nobody has seen",
     .of = &alerts_shape},
    {.name = "print_jobs", .kind = K_LIST, .doc = "Prints that go on", .of = &jobs_shape},
    {.name = "thresholds", .kind = K_LIST, .doc = "All thresholds", .of = &thresholds_shape},
    {.name = "settings", .kind = K_LIST, .doc = "All settings", .of = &changes_row_setting},
};
const struct field_shape rest_launch_shape = {NULL, fields, LEN(fields), "Bootstrap"};

static void add_json(struct buf *out, const char *key, const json_t *value)
{
    auto_free char *text = json_dumps(value, DUMP | JSON_ENCODE_ANY);
    buf_format(out, "\"%s\":%s,", key, text ? text : "null");
    out->failed = out->failed || !text;
}

static enum err add_server(const struct request *request, struct buf *out, struct why *why)
{
    json_auto_t *instance = NULL;
    enum err e = pairing_instance(request->db, NULL, &instance, why);
    json_auto_t *server = json_pack("{s:O?, s:s, s:s, s:o}", "id", json_object_get(instance, "id"),
                                    "name", api_name(request->api), "version", FILAMENTD_VERSION,
                                    "capabilities", rest_capabilities_list());
    add_json(out, "server", server);
    json_auto_t *currency = settings_get(request->db, "currency.code");
    add_json(out, "currency", currency ? currency : json_null());
    return e;
}

static void add_printer(const struct request *request, const json_t *name, struct buf *out)
{
    json_auto_t *connection =
        telemetry_connection(request->api, json_integer_value(json_object_get(name, "id")));
    auto_free char *text = json_dumps(connection, DUMP);
    buf_text(out, "{\"printer\":");
    changes_row(request->db, "printer", json_string_value(json_object_get(name, "printer_id")),
                out);
    buf_format(out, ",\"connection\":%s}", text ? text : "null");
    out->failed = out->failed || !text;
}

static void add_printers(const struct request *request, struct buf *out)
{
    json_auto_t *names = printers_names(request->db);
    size_t i;
    const json_t *name;
    buf_text(out, "\"printers\":[");
    json_array_foreach (names, i, name) {
        if (i)
            buf_char(out, ',');
        add_printer(request, name, out);
    }
    buf_text(out, "],");
}

/* The tag is the cursor: connections are of the moment, and /api/events tells of them. */
enum err rest_launch_get(struct request *request, struct reply *reply, struct why *why)
{
    struct buf *out = &reply->body;
    const char *known = call_header(request->call, "If-None-Match");
    reply_etag(reply, changes_newest(request->db));
    if (known && reply_tag_listed(known, reply->etag, true))
        return db_status(request->db, why); /* nothing of it will be sent */
    buf_char(out, '{');
    enum err e = add_server(request, out, why);
    add_printers(request, out);
    if (e == OK)
        e = launch_write(request->db, out, why);
    buf_char(out, '}');
    return e;
}
