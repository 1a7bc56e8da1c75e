#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "api/shown.h"
#include "api/state.h"
#include "api/telemetry.h"
#include "base/auto.h"
#include "base/text.h"
#include "bridge/fetch.h"
#include "bridge/homeassistant/poll.h"
#include "bridge/hub.h"
#include "bridge/printer/discover.h"
#include "bridge/printer/links.h"
#include "core/address.h"
#include "core/job_identity.h"
#include "core/printer.h"
#include "store/db.h"
#include "store/printers.h"

/* A name that was erased is known by its hash only. */
static json_t *text_or_null(const char *text)
{
    json_t *value = *text && !job_name_erased(text) ? json_string(text) : NULL;
    return value ? value : json_null();
}

static json_t *connection(const struct request *request, int64_t printer)
{
    struct link_status status = telemetry_link(request->api, printer);
    json_t *shown = telemetry_link_shown(&status);
    json_object_set_new(shown, "detail", text_or_null(status.detail));
    json_object_set_new(shown, "retry_at", shown_time(status.retry_at));
    json_object_set_new(shown, "address", text_or_null(status.address));
    json_object_set_new(shown, "seen_sha256", text_or_null(status.seen_sha256));
    json_t *counts =
        json_pack("{s:I, s:I, s:I, s:I, s:I}", "connects", (json_int_t)status.connects, "failures",
                  (json_int_t)status.failures, "messages", (json_int_t)status.messages, "bytes",
                  (json_int_t)status.bytes, "full_requests", (json_int_t)status.pushalls);
    json_object_set_new(shown, "counters", counts);
    return shown;
}

static json_t *feeding(const struct printer *printer)
{
    if (address_none(printer->feeding))
        return json_null();
    char label[ADDRESS_LABEL_SIZE];
    address_label(printer->feeding, printer->nozzles, label);
    return json_pack("{s:i, s:i, s:s}", "ams_unit_number", printer->feeding.unit, "slot_number",
                     printer->feeding.slot, "label", label);
}

static json_t *progress(const struct printer *printer)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "gcode_state",
                     text_or_null(printer_state_slug(printer->gcode_state)), "percent",
                     shown_int(printer->live.percent, -1), "layer", shown_int(printer->layer, -1),
                     "total_layers", shown_int(printer->total_layers, -1), "remaining_minutes",
                     shown_int(printer->live.minutes, -1), "file",
                     text_or_null(printer->identity.gcode_file), "name",
                     text_or_null(printer->identity.subtask_name), "feeding", feeding(printer));
}

static json_t *temperatures(const struct live *live)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "nozzle", shown_real(live->nozzle),
                     "nozzle_target", shown_real(live->nozzle_target), "bed", shown_real(live->bed),
                     "bed_target", shown_real(live->bed_target), "chamber",
                     shown_real(live->chamber));
}

static json_t *unit_of(const struct printer *printer, int index)
{
    const struct unit *unit = &printer->units[index];
    const struct live_unit *live = &printer->live.units[index];
    return json_pack(
        "{s:i, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:i}", "ams_unit_number", unit->number, "type",
        text_or_null(unit_type_slug(unit->type)), "serial", text_or_null(unit->serial), "firmware",
        text_or_null(unit->firmware), "attached", unit->attached, "humidity_level",
        shown_int(live->humidity_level, 0), "humidity_percent", shown_int(live->humidity, -1),
        "temperature", shown_real(live->temperature), "drying_minutes", live->dry_minutes);
}

static json_t *units(const struct printer *printer)
{
    json_t *list = json_array();
    for (int i = 0; i < printer->unit_count; i++)
        json_array_append_new(list, unit_of(printer, i));
    return list;
}

static json_t *telemetry(const struct request *request, int64_t printer)
{
    struct hub_counts counts = {0};
    hub_counters(request->api->context.hub, printer, &counts);
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "messages", (json_int_t)counts.messages,
                     "rejected", (json_int_t)counts.rejected, "rejected_fields",
                     (json_int_t)counts.rejected_fields, "failed_commits",
                     (json_int_t)counts.failed_commits, "last_message_at",
                     shown_time(counts.last_message_at));
}

/* The transfer of a sliced file that goes on, or waits for its next try. */
static json_t *transfer(const struct request *request, int64_t printer)
{
    struct files_progress seen;
    struct fetch *fetch = request->api->context.fetch;
    if (!fetch || !fetch_progress(fetch, printer, &seen))
        return json_null();
    return json_pack("{s:s, s:I, s:o, s:i, s:o}", "state", files_state_slug(seen.state), "bytes",
                     (json_int_t)seen.bytes, "size", shown_int(seen.size, -1), "round", seen.round,
                     "reason", text_or_null(seen.reason));
}

/* How asking Home Assistant goes, whether or not this printer depends on it. */
static json_t *home_assistant(const struct request *request)
{
    struct poll_status status = {.reason = POLL_OFF};
    if (request->api->context.poll)
        poll_status(request->api->context.poll, &status);
    return json_pack("{s:s, s:o, s:o, s:o}", "reason", poll_reason_slug(status.reason), "since",
                     shown_time(status.since), "last_ok_at", shown_time(status.last_ok_at),
                     "detail", text_or_null(status.detail));
}

/* A struct printer on the stacks of all workers would be most of our memory. */
static enum err add_state(const struct request *request, int64_t id, json_t *shown, struct why *why)
{
    auto_free struct printer *printer = malloc(sizeof *printer);
    if (!printer)
        return why_fail(why, ERR_NOMEM, NULL, "", "out of memory");
    if (!hub_printer(request->api->context.hub, id, printer))
        printer_init(printer);
    json_object_set_new(shown, "model", text_or_null(model_name(printer->model)));
    json_object_set_new(shown, "firmware", text_or_null(printer->firmware));
    json_object_set_new(shown, "nozzles", shown_int(printer->nozzles, 0));
    json_object_set_new(shown, "wifi_dbm", shown_int(printer->live.wifi_dbm, 0));
    json_object_set_new(shown, "progress", progress(printer));
    json_object_set_new(shown, "temperatures", temperatures(&printer->live));
    json_object_set_new(shown, "units", units(printer));
    json_object_set_new(shown, "telemetry", telemetry(request, id));
    json_object_set_new(shown, "file_transfer", transfer(request, id));
    return OK;
}

enum err rest_printer_status_get(struct request *request, struct reply *reply, struct why *why)
{
    json_auto_t *row = NULL;
    enum err e = printers_get(request->db, request->args, &row, why);
    if (e != OK)
        return e;
    int64_t id = printers_find(request->db, request_text(request, "printer_id"));
    json_t *shown = json_object();
    json_object_set(shown, "printer_id", json_object_get(row, "printer_id"));
    json_object_set(shown, "name", json_object_get(row, "name"));
    json_object_set_new(shown, "connection", connection(request, id));
    json_object_set_new(shown, "home_assistant", home_assistant(request));
    e = add_state(request, id, shown, why);
    if (e != OK)
        json_decref(shown);
    return e == OK ? reply_json(reply, 200, shown) : e;
}

static json_t *seen(const struct discover_printer *printer, bool known)
{
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:o, s:o}", "serial", printer->serial,
                     "host", printer->host, "model", text_or_null(printer->model), "name",
                     text_or_null(printer->name), "connect", text_or_null(printer->connect),
                     "firmware", text_or_null(printer->version), "known", known, "first_seen",
                     shown_time(printer->first_seen), "last_seen", shown_time(printer->last_seen));
}

/* Answers what was heard so far and asks again: a second call shows what answered meanwhile. */
enum err rest_printer_status_discover(struct request *request, struct reply *reply, struct why *why)
{
    json_t *list = json_array();
    struct discover *discover = request->api->context.discover;
    if (discover) {
        auto_free struct discover_printer *found = calloc(DISCOVER_PRINTERS, sizeof *found);
        size_t count = found ? discover_list(discover, found, DISCOVER_PRINTERS) : 0;
        for (size_t i = 0; i < count; i++)
            json_array_append_new(
                list, seen(&found[i], printers_find(request->db, found[i].serial) != 0));
        if (discover_search(discover, why) != OK)
            reply_header(reply, "Warning", "199 - \"could not ask the network\"");
    }
    return reply_json(reply, 200, list);
}
