#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
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

static json_t *time_or_null(int64_t ms)
{
    char text[TEXT_TIME_SIZE];
    if (!ms)
        return json_null();
    text_time(text, ms);
    return json_string(text);
}

static json_t *int_or_null(int64_t value, int64_t unknown)
{
    return value == unknown ? json_null() : json_integer(value);
}

/* A name that was erased is known by its hash only. */
static json_t *text_or_null(const char *text)
{
    json_t *value = *text && !job_name_erased(text) ? json_string(text) : NULL;
    return value ? value : json_null();
}

static const char *state_of(const struct link_status *status)
{
    if (status->reason == LINK_DISABLED)
        return "disabled";
    if (status->connected)
        return "connected";
    return status->reason == LINK_CONNECTING ? "connecting" : "disconnected";
}

static json_t *connection(const struct request *request, int64_t printer)
{
    struct link_status status = {.reason = LINK_DISABLED};
    struct links *links = request->api->context.links;
    if (links)
        links_status(links, printer, &status);
    json_t *shown =
        json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "state", state_of(&status), "reason",
                  link_reason_slug(status.reason), "since", time_or_null(status.since), "detail",
                  text_or_null(status.detail), "retry_at", time_or_null(status.retry_at), "address",
                  text_or_null(status.address), "seen_sha256", text_or_null(status.seen_sha256));
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
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "gcode_state",
        text_or_null(printer_state_slug(printer->gcode_state)), "percent",
        int_or_null(printer->live.percent, -1), "layer", int_or_null(printer->layer, -1),
        "total_layers", int_or_null(printer->total_layers, -1), "remaining_minutes",
        int_or_null(printer->live.minutes, -1), "file", text_or_null(printer->identity.gcode_file),
        "name", text_or_null(printer->identity.subtask_name), "feeding", feeding(printer));
}

static json_t *real_or_null(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *temperatures(const struct live *live)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "nozzle", real_or_null(live->nozzle),
                     "nozzle_target", real_or_null(live->nozzle_target), "bed",
                     real_or_null(live->bed), "bed_target", real_or_null(live->bed_target),
                     "chamber", real_or_null(live->chamber));
}

static json_t *unit_of(const struct printer *printer, int index)
{
    const struct unit *unit = &printer->units[index];
    const struct live_unit *live = &printer->live.units[index];
    return json_pack(
        "{s:i, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:i}", "ams_unit_number", unit->number, "type",
        text_or_null(unit_type_slug(unit->type)), "serial", text_or_null(unit->serial), "firmware",
        text_or_null(unit->firmware), "attached", unit->attached, "humidity_level",
        int_or_null(live->humidity_level, 0), "humidity_percent", int_or_null(live->humidity, -1),
        "temperature", real_or_null(live->temperature), "drying_minutes", live->dry_minutes);
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
                     time_or_null(counts.last_message_at));
}

/* The transfer of a sliced file that goes on, or waits for its next try. */
static json_t *transfer(const struct request *request, int64_t printer)
{
    struct files_progress seen;
    struct fetch *fetch = request->api->context.fetch;
    if (!fetch || !fetch_progress(fetch, printer, &seen))
        return json_null();
    return json_pack("{s:s, s:I, s:o, s:i, s:o}", "state", files_state_slug(seen.state), "bytes",
                     (json_int_t)seen.bytes, "size", int_or_null(seen.size, -1), "round",
                     seen.round, "reason", text_or_null(seen.reason));
}

/* How asking Home Assistant goes, whether or not this printer depends on it. */
static json_t *home_assistant(const struct request *request)
{
    struct poll_status status = {.reason = POLL_OFF};
    if (request->api->context.poll)
        poll_status(request->api->context.poll, &status);
    return json_pack("{s:s, s:o, s:o, s:o}", "reason", poll_reason_slug(status.reason), "since",
                     time_or_null(status.since), "last_ok_at", time_or_null(status.last_ok_at),
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
    json_object_set_new(shown, "nozzles", int_or_null(printer->nozzles, 0));
    json_object_set_new(shown, "wifi_dbm", int_or_null(printer->live.wifi_dbm, 0));
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
                     time_or_null(printer->first_seen), "last_seen",
                     time_or_null(printer->last_seen));
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
