#include "api/request.h"

#include <stdlib.h>

#include "api/reply.h"
#include "api/rest.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/limits.h"
#include "bridge/hub.h"
#include "core/printer.h"
#include "store/forecasts.h"
#include "store/jobs.h"
#include "store/ledger.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/stats.h"

enum { REQ = FIELD_REQUIRED, NIL = FIELD_NULLABLE, ID_MAX = 64, GRAMS_MAX = 100000 };

static const char *const manual_kinds[] = {"waste", "manual_adjustment", NULL};
static const char *const buckets[] = {"day", "week", "month", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field list_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "printer_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only this printer"},
    {NULL, "status", K_TEXT, 0, 0, 0, 0, 0, jobs_statuses, "only this status"},
    {NULL, "active", K_BOOL, 0, 0, 0, 0, 0, NULL, "running or paused, or not"},
    {NULL, "external_id", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "of another system"},
    {NULL, "q", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL,
     "words in its names; the last one may be a beginning"},
    {NULL, "from", K_TIME, 0, 0, 0, 0, 0, NULL, "started not before"},
    {NULL, "to", K_TIME, 0, 0, 0, 0, 0, NULL, "started before"},
};
const struct body_table rest_jobs_list_query = {list_fields, LEN(list_fields)};

static const struct field events_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "spool_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only this roll"},
    {NULL, "job_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only this print"},
    {NULL, "event_type", K_TEXT, 0, 0, 0, 0, 0, ledger_kinds, "only this kind"},
    {NULL, "from", K_TIME, 0, 0, 0, 0, 0, NULL, "not before"},
    {NULL, "to", K_TIME, 0, 0, 0, 0, 0, NULL, "before"},
};
const struct body_table rest_jobs_events_query = {events_fields, LEN(events_fields)};

static const struct field usage_fields[] = {
    {NULL, "from", K_TIME, 0, 0, 0, 0, 0, NULL, "not before"},
    {NULL, "to", K_TIME, 0, 0, 0, 0, 0, NULL, "before"},
    {NULL, "bucket", K_TEXT, 0, 0, 0, 0, 0, buckets,
     "sums instead of single rows; by UTC, weeks from Monday"},
};
const struct body_table rest_jobs_usage_query = {usage_fields, LEN(usage_fields)};

static const struct field record_fields[] = {
    {NULL, "spool_id", K_TEXT, 0, 0, 1, ID_MAX, REQ, NULL, "id or number of the roll"},
    {NULL, "grams_used", K_GRAMS, 0, 0, -GRAMS_MAX, GRAMS_MAX, REQ, NULL, "> 0 was consumed"},
    {NULL, "event_type", K_TEXT, 0, 0, 0, 0, REQ, manual_kinds, "what it was"},
    {NULL, "timestamp", K_TIME, 0, 0, 0, 0, 0, NULL, "when; now where absent"},
    {NULL, "note", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "why"},
};
const struct body_table rest_jobs_record_body = {record_fields, LEN(record_fields)};

static const struct field undo_fields[] = {
    {NULL, "note", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "why"},
};
const struct body_table rest_jobs_undo_body = {undo_fields, LEN(undo_fields)};

enum err rest_jobs_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, jobs_list, why);
}

/* What the printer says of the time that is left; -1 where it says nothing. */
static int minutes_left(const struct request *request, const json_t *job)
{
    const char *name = json_string_value(json_object_get(job, "printer_id"));
    struct printer *printer auto_free = malloc(sizeof *printer);
    bool known = printer && name &&
                 hub_printer(request->api->context.hub, printers_find(request->db, name), printer);
    return known ? (int)printer->live.minutes : -1;
}

/* The print, and for a running one whether its rolls will last. */
static enum err get_with_forecast(struct request *request, json_t **ret_job, struct why *why)
{
    enum err e = jobs_get(request->db, request->args, ret_job, why);
    if (e != OK)
        return e;
    json_t *forecast = NULL;
    const char *id = json_string_value(json_object_get(*ret_job, "job_id"));
    e = forecasts_read(request->db, jobs_find(request->db, id), minutes_left(request, *ret_job),
                       &forecast, why);
    if (e == OK)
        json_object_set_new(*ret_job, "forecast", forecast);
    return e;
}

enum err rest_jobs_get(struct request *request, struct reply *reply, struct why *why)
{
    json_t *job = NULL;
    enum err e = get_with_forecast(request, &job, why);
    if (e != OK) {
        json_decref(job);
        return e;
    }
    request_tag(request, reply, job);
    return reply_json(reply, 200, job);
}

enum err rest_jobs_events(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, ledger_list, why);
}

enum err rest_jobs_event(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, ledger_get, why);
}

enum err rest_jobs_record(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = request_reply_write(request, reply, ledger_record, 201, why);
    if (e != OK)
        return e;
    buf_format(&reply->head, "Location: /api/usage_events/%s\r\n",
               json_string_value(json_object_get(reply->json, "event_id")));
    return OK;
}

enum err rest_jobs_undo(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, ledger_undo, 200, why);
}

enum err rest_jobs_usage(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, ledger_history, why);
}

enum err rest_jobs_low(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, stats_low_inventory, why);
}
