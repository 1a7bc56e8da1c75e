#include "api/telemetry.h"

#include <math.h>
#include <stdlib.h>

#include "api/shown.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/text.h"
#include "bridge/hub.h"
#include "bridge/printer/links.h"
#include "core/field.h"
#include "core/printer.h"

enum { NIL = FIELD_NULLABLE };

static const char *const states[] = {"connected", "connecting", "disconnected", "disabled", NULL};

static const struct field connection_fields[] = {
    {.name = "state", .kind = K_TEXT, .words = states, .doc = "Of the link to the printer"},
    {.name = "reason", .kind = K_TEXT, .doc = "Why, such as wrong_access_code"},
    {.name = "since", .kind = K_TIME, .flags = NIL, .doc = "Since when"},
};
const struct field_shape telemetry_connection_shape = {NULL, connection_fields,
                                                       LEN(connection_fields), "ConnectionSummary"};

static const struct field fields[] = {
    {.name = "printer_id", .kind = K_TEXT, .doc = "Printer"},
    {.name = "at", .kind = K_TIME, .flags = NIL, .doc = "Its last message; null: none since start"},
    {.name = "connection", .kind = K_OBJECT, .doc = "Its link", .of = &telemetry_connection_shape},
    {.name = "gcode_state", .kind = K_TEXT, .flags = NIL, .doc = "As the printer says"},
    {.name = "percent", .kind = K_INT, .flags = NIL, .doc = "Progress by time"},
    {.name = "layer", .kind = K_INT, .flags = NIL, .doc = "Layer"},
    {.name = "total_layers", .kind = K_INT, .flags = NIL, .doc = "Layers in all"},
    {.name = "remaining_minutes", .kind = K_INT, .flags = NIL, .doc = "As the printer says"},
    {.name = "nozzle_c", .kind = K_REAL, .flags = NIL, .doc = "Temperature of the nozzle"},
    {.name = "nozzle_target_c", .kind = K_REAL, .flags = NIL, .doc = "What it is heated to"},
    {.name = "bed_c", .kind = K_REAL, .flags = NIL, .doc = "Temperature of the bed"},
    {.name = "bed_target_c", .kind = K_REAL, .flags = NIL, .doc = "What it is heated to"},
    {.name = "chamber_c", .kind = K_REAL, .flags = NIL, .doc = "Temperature of the chamber"},
};
const struct field_shape telemetry_shape = {NULL, fields, LEN(fields), "PrinterTelemetry"};

struct link_status telemetry_link(const struct api *api, int64_t printer)
{
    struct link_status status = {.reason = LINK_DISABLED};
    if (api->context.links)
        links_status(api->context.links, printer, &status);
    return status;
}

static const char *state_of(const struct link_status *status)
{
    if (status->reason == LINK_DISABLED)
        return "disabled";
    if (status->connected)
        return "connected";
    return status->reason == LINK_CONNECTING ? "connecting" : "disconnected";
}

json_t *telemetry_link_shown(const struct link_status *status)
{
    return json_pack("{s:s, s:s, s:o}", "state", state_of(status), "reason",
                     link_reason_slug(status->reason), "since", shown_time(status->since));
}

json_t *telemetry_connection(const struct api *api, int64_t printer)
{
    struct link_status status = telemetry_link(api, printer);
    return telemetry_link_shown(&status);
}

static void add_state(json_t *shown, const struct printer *printer)
{
    const struct live *live = &printer->live;
    const char *state = printer_state_slug(printer->gcode_state);
    json_object_set_new(shown, "gcode_state", *state ? json_string(state) : json_null());
    json_object_set_new(shown, "percent", shown_int(live->percent, -1));
    json_object_set_new(shown, "layer", shown_int(printer->layer, -1));
    json_object_set_new(shown, "total_layers", shown_int(printer->total_layers, -1));
    json_object_set_new(shown, "remaining_minutes", shown_int(live->minutes, -1));
    json_object_set_new(shown, "nozzle_c", shown_real(live->nozzle));
    json_object_set_new(shown, "nozzle_target_c", shown_real(live->nozzle_target));
    json_object_set_new(shown, "bed_c", shown_real(live->bed));
    json_object_set_new(shown, "bed_target_c", shown_real(live->bed_target));
    json_object_set_new(shown, "chamber_c", shown_real(live->chamber));
}

/* A struct printer on the stacks of all workers would be most of our memory. */
json_t *telemetry_read(const struct api *api, int64_t printer, const char *printer_id)
{
    struct hub_counts counts = {0};
    auto_free struct printer *state = malloc(sizeof *state);
    if (!state)
        return NULL;
    if (!hub_printer(api->context.hub, printer, state))
        printer_init(state);
    hub_counters(api->context.hub, printer, &counts);
    json_t *shown = json_pack("{s:s, s:o, s:o}", "printer_id", printer_id, "at",
                              shown_time(counts.last_message_at), "connection",
                              telemetry_connection(api, printer));
    add_state(shown, state);
    return shown;
}

int64_t telemetry_mark(const struct api *api, int64_t printer)
{
    struct hub_counts counts = {0};
    struct link_status status = telemetry_link(api, printer);
    hub_counters(api->context.hub, printer, &counts);
    return (int64_t)counts.messages * 1000003 + status.since * 31 + (int64_t)status.reason * 2 +
           status.connected;
}
