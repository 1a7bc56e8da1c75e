#include <string.h>

#include "api/auth.h"
#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "api/stream.h"
#include "api/telemetry.h"
#include "api/ticket.h"
#include "base/auto.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "core/field.h"
#include "store/args.h"
#include "store/changes.h"
#include "store/changes_row.h"
#include "store/feed.h"

enum { FILTER_SIZE = 512, SYNC_DEFAULT = 500 };

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field sync_query[] = {
    {NULL, "since", K_INT, 0, 0, 0, 9007199254740992.0, 0, NULL,
     "cursor of the last answer; 0: none yet"},
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "changes in one answer; 500 where absent"},
    {NULL, "entities", K_TEXT, 0, 0, 1, FILTER_SIZE, 0, NULL, "only these, such as spool,slot"},
};
const struct body_table rest_live_sync_query = {sync_query, LEN(sync_query)};

static const struct field events_query[] = {
    {NULL, "last_event_id", K_INT, 0, 0, 0, 9007199254740992.0, 0, NULL,
     "as the header Last-Event-ID, or the cursor of a launch"},
    {NULL, "entities", K_TEXT, 0, 0, 1, FILTER_SIZE, 0, NULL,
     "only these, such as spool,slot,telemetry"},
    {NULL, "token", K_TEXT, 0, 0, 1, TICKET_SIZE, FIELD_SECRET, NULL,
     "in place of a key: from POST /api/events/token"},
};
const struct body_table rest_live_events_query = {events_query, LEN(events_query)};

static const struct field token_fields[] = {
    {.name = "token", .kind = K_TEXT, .doc = "For ?token= of one GET /api/events"},
    {.name = "expires_at", .kind = K_TIME, .doc = "Good until then, once"},
};
const struct field_shape rest_live_token_shape = {NULL, token_fields, LEN(token_fields),
                                                  "EventsToken"};

static bool may_see(const struct request *request, const struct changes_view *view)
{
    const json_t *scopes = json_object_get(request->principal, "scopes");
    return !view->admin || request->api->context.open || (auth_scopes(scopes) & SCOPE_ADMIN);
}

static bool add_name(json_t *list, const char *name)
{
    return json_array_append_new(list, json_string(name)) == 0;
}

/* One name of the filter. What may not be seen is left out as if it never changed. */
static enum err take_name(const struct request *request, const char *name, json_t *list,
                          bool *ret_telemetry, struct why *why)
{
    const struct changes_view *view = changes_row_view(name);
    bool telemetry = ret_telemetry && !strcmp(name, "telemetry");
    if (telemetry)
        *ret_telemetry = true;
    if (!view && !telemetry)
        return why_fail(why, ERR_INVALID, "unknown_entity", "entities",
                        "there is no entity %s; see the schema Change", name);
    if (view && may_see(request, view) && !add_name(list, name))
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return OK;
}

static enum err take_all(const struct request *request, json_t *list, struct why *why)
{
    for (size_t i = 0; i < changes_row_view_count; i++)
        if (may_see(request, &changes_row_views[i]) && !add_name(list, changes_row_views[i].entity))
            return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return OK;
}

/* Names of the entities that are wanted and may be seen. ${ret_telemetry}: NULL where there is
 * none. */
static enum err entities(const struct request *request, json_t *list, bool *ret_telemetry,
                         struct why *why)
{
    const char *at = args_text(request->args, "entities");
    if (ret_telemetry)
        *ret_telemetry = !at;
    if (!at)
        return take_all(request, list, why);
    enum err e = OK;
    while (*at && e == OK) {
        char name[32];
        at += strspn(at, ", ");
        size_t len = strcspn(at, ", ");
        if (!text_copy_len(name, sizeof name, at, len))
            return why_fail(why, ERR_INVALID, "unknown_entity", "entities",
                            "no entity has such a long name");
        if (len)
            e = take_name(request, name, list, ret_telemetry, why);
        at += len;
    }
    return e;
}

enum err rest_live_sync(struct request *request, struct reply *reply, struct why *why)
{
    json_auto_t *list = json_array();
    enum err e = entities(request, list, NULL, why);
    struct feed_ask ask = {.since = args_int(request->args, "since", 0),
                           .limit = args_int(request->args, "limit", SYNC_DEFAULT),
                           .entities = list};
    return e == OK ? feed_sync(request->db, &ask, &reply->body, why) : e;
}

/* What the client saw last. A header that is no number of ours cannot be resumed from. */
static int64_t cursor_of(const struct request *request)
{
    int64_t seq;
    const char *header = call_header(request->call, "Last-Event-ID");
    if (header && *header)
        return text_to_int(header, &seq) && seq >= 0 ? seq : STREAM_LOST;
    return args_int(request->args, "last_event_id", STREAM_NOW);
}

enum err rest_live_events(struct request *request, struct reply *reply, struct why *why)
{
    struct stream_ask ask = {
        .since = cursor_of(request),
        .entities = json_array(),
        .key = json_integer_value(json_object_get(request->principal, "id")),
        .address = request->call->address,
    };
    text_copy(ask.id, sizeof ask.id, request->call->id);
    enum err e = entities(request, ask.entities, &ask.telemetry, why);
    if (e == OK)
        e = stream_open(request->api, &ask, &reply->stream, why);
    json_decref(ask.entities); /* NULL where the stream has taken it over */
    if (e == ERR_DENIED) {
        reply->refusal = REFUSE_TOO_MANY;
        reply_header_int(reply, "Retry-After", STREAM_BEAT_MS / 1000);
    }
    if (e != OK)
        return e;
    reply->type = "text/event-stream";
    reply_header(reply, "X-Accel-Buffering", "no"); /* proxies: pass it on as it comes */
    return OK;
}

enum err rest_live_token(struct request *request, struct reply *reply, struct why *why)
{
    char ticket[TICKET_SIZE], until[TEXT_TIME_SIZE];
    (void)why;
    ticket_make(&request->api->tickets,
                json_integer_value(json_object_get(request->principal, "id")), clock_mono(),
                ticket);
    text_time(until, request->call->now + TICKET_MS);
    return reply_json(reply, 201, json_pack("{s:s, s:s}", "token", ticket, "expires_at", until));
}
