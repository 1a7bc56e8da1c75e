#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "api/webhook.h"
#include "base/auto.h"
#include "base/limits.h"
#include "bridge/homeassistant/events.h"
#include "store/source_events.h"

enum { ID_MAX = 64 };

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
    bool ignored = status && status[0] == 'i';
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
