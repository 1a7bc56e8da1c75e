#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "api/webhook.h"
#include "base/auto.h"
#include "base/limits.h"
#include "bridge/homeassistant/events.h"
#include "store/source_events.h"

enum { ID_MAX = 64, REQ = FIELD_REQUIRED, NIL = FIELD_NULLABLE };

static const char *const sources[] = {"webhook", "poll", NULL};
static const char *const kinds[] = {"print_event", "ams_update", NULL};
static const char *const actions[] = {"job_started", "job_updated", "job_ended", "slot_updated",
                                      "ignored",     "refused",     NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field list_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "source", K_TEXT, 0, 0, 0, 0, 0, sources, "only this source"},
    {NULL, "kind", K_TEXT, 0, 0, 0, 0, 0, kinds, "only this kind"},
    {NULL, "action", K_TEXT, 0, 0, 0, 0, 0, actions, "only what came to this"},
    {NULL, "printer_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only this printer"},
};
const struct body_table rest_webhook_list_query = {list_fields, LEN(list_fields)};

/* What is known; each is read leniently, and anything else is ignored. */
static const struct field print_fields[] = {
    {NULL, "printer_id", K_TEXT, 0, 0, 1, ID_MAX, REQ, NULL, "id, serial or alias of the printer"},
    {NULL, "status", K_TEXT, 0, 0, 0, 0, NIL, NULL, "as the integration says it, in any case"},
    {NULL, "event", K_ANY, 0, 0, 0, 0, NIL, NULL, "event of the bus, such as event_print_canceled"},
    {NULL, "previous_status", K_ANY, 0, 0, 0, 0, NIL, NULL, "what it was before"},
    {NULL, "occurred_at", K_ANY, 0, 0, 0, 0, NIL, NULL, "when it happened; older news is ignored"},
    {NULL, "gcode_file_name", K_ANY, 0, 0, 0, 0, NIL, NULL, "file"},
    {NULL, "task_name", K_ANY, 0, 0, 0, 0, NIL, NULL, "title"},
    {NULL, "start_time", K_ANY, 0, 0, 0, 0, NIL, NULL, "when the print began"},
    {NULL, "end_time", K_ANY, 0, 0, 0, 0, NIL, NULL, "when it ended"},
    {NULL, "progress", K_ANY, 0, 0, 0, 0, NIL, NULL, "percent"},
    {NULL, "weight_g", K_ANY, 0, 0, 0, 0, NIL, NULL, "grams of the whole print, by the slicer"},
    {NULL, "weights", K_ANY, 0, 0, 0, 0, NIL, NULL, "grams by slot, such as AMS 1 Tray 3"},
    {NULL, "active_ams", K_ANY, 0, 0, 0, 0, NIL, NULL, "the printer's id of the unit that feeds"},
    {NULL, "active_tray", K_ANY, 0, 0, 0, 0, NIL, NULL, "its tray, from 0"},
    {NULL, "active_slots", K_ANY, 0, 0, 0, 0, NIL, NULL,
     "slots in use, as ams_unit_number and slot_number"},
};
const struct body_table rest_webhook_print_body = {print_fields, LEN(print_fields)};

static const struct field slot_fields[] = {
    {NULL, "printer_id", K_TEXT, 0, 0, 1, ID_MAX, REQ, NULL, "id, serial or alias of the printer"},
    {NULL, "ams_unit_number", K_ANY, 0, 0, 0, 0, NIL, NULL, "unit, as slots are numbered here"},
    {NULL, "slot_number", K_ANY, 0, 0, 0, 0, NIL, NULL, "slot in its unit"},
    {NULL, "entity_id", K_ANY, 0, 0, 0, 0, NIL, NULL, "in place of both, where it is configured"},
    {NULL, "state", K_ANY, 0, 0, 0, 0, NIL, NULL, "state of the entity; Empty is empty"},
    {NULL, "color", K_ANY, 0, 0, 0, 0, NIL, NULL, "hex, or a list of red, green and blue"},
    {NULL, "colors", K_ANY, 0, 0, 0, 0, NIL, NULL, "all colours of a multi-colour roll"},
    {NULL, "material", K_ANY, 0, 0, 0, 0, NIL, NULL, "such as PLA"},
    {NULL, "name", K_ANY, 0, 0, 0, 0, NIL, NULL, "name of the filament"},
    {NULL, "filament_id", K_ANY, 0, 0, 0, 0, NIL, NULL, "profile, such as GFL99"},
    {NULL, "tag_uid", K_ANY, 0, 0, 0, 0, NIL, NULL, "RFID chip"},
    {NULL, "tray_uuid", K_ANY, 0, 0, 0, 0, NIL, NULL, "RFID identity of the roll"},
    {NULL, "empty", K_ANY, 0, 0, 0, 0, NIL, NULL, "true: nothing is in it"},
    {NULL, "remain_percent", K_ANY, 0, 0, 0, 0, NIL, NULL, "hint of the tag"},
    {NULL, "occurred_at", K_ANY, 0, 0, 0, 0, NIL, NULL, "when it happened; older news is ignored"},
};
const struct body_table rest_webhook_slot_body = {slot_fields, LEN(slot_fields)};

enum err rest_webhook_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, source_events_list, why);
}

typedef enum err take_event(const struct events *events, const json_t *body, int64_t now,
                            json_t **ret_answer, struct why *why);

/* JSON under any type: aiohttp calls bytes octet-stream. */
static enum err receive(struct request *request, struct reply *reply, take_event *fold,
                        struct why *why)
{
    auto_buf bytes = {0};
    enum err e = webhook_take(request, reply, &bytes, why);
    if (e == OK)
        e = webhook_admit(request, reply, &bytes, why);
    if (e != OK)
        return e;
    json_auto_t *body = NULL;
    reply->refusal = guard_json(bytes.data ? bytes.data : "", bytes.len, &body, why);
    if (reply->refusal != REFUSE_NOTHING)
        return ERR_INVALID;
    const struct events events = {.hub = request->api->context.hub,
                                  .entities = request->api->context.entities,
                                  .source = "webhook"};
    json_t *answer = NULL;
    e = fold(&events, body, request->call->now, &answer, why);
    if (e != OK)
        return e;
    const char *status = json_string_value(json_object_get(answer, "status"));
    bool ignored = status && strcmp(status, "ignored") == 0;
    return reply_json(reply, ignored ? 202 : 200, answer);
}

enum err rest_webhook_print(struct request *request, struct reply *reply, struct why *why)
{
    return receive(request, reply, events_print, why);
}

enum err rest_webhook_slot(struct request *request, struct reply *reply, struct why *why)
{
    return receive(request, reply, events_slot, why);
}
