#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"
#include "store/changes.h"
#include "store/csv.h"
#include "store/list.h"
#include "store/stats.h"

enum { DAYS_MAX = 3650 };

static const char *const formats[] = {"json", "csv", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field cost_fields[] = {
    {NULL, "from", K_TIME, 0, 0, 0, 0, 0, NULL, "used not before"},
    {NULL, "to", K_TIME, 0, 0, 0, 0, 0, NULL, "used before"},
};
const struct body_table rest_stats_cost_query = {cost_fields, LEN(cost_fields)};

static const struct field usage_fields[] = {
    {NULL, "group_by", K_TEXT, 0, 0, 0, 0, 0, stats_groups, "what is summed; material"},
    {NULL, "from", K_TIME, 0, 0, 0, 0, 0, NULL, "used not before"},
    {NULL, "to", K_TIME, 0, 0, 0, 0, 0, NULL, "used before"},
};
const struct body_table rest_stats_usage_query = {usage_fields, LEN(usage_fields)};

static const struct field expiring_fields[] = {
    {NULL, "days", K_INT, 0, 0, 0, DAYS_MAX, 0, NULL, "to look ahead; 14"},
};
const struct body_table rest_stats_expiring_query = {expiring_fields, LEN(expiring_fields)};

static const struct field forecast_fields[] = {
    {NULL, "days", K_INT, 0, 0, 1, DAYS_MAX, 0, NULL, "to look back; 30"},
};
const struct body_table rest_stats_forecast_query = {forecast_fields, LEN(forecast_fields)};

static const struct field low_fields[] = {
    {NULL, "format", K_TEXT, 0, 0, 0, 0, 0, formats, "json or csv; what Accept asks for"},
};
const struct body_table rest_stats_low_query = {low_fields, LEN(low_fields)};

enum err rest_stats_cost(struct request *request, struct reply *reply, struct why *why)
{
    json_t *cost = NULL;
    enum err e = stats_cost(request->db, request->args, &cost, why);
    if (e != OK) {
        json_decref(cost);
        return e;
    }
    reply_etag(reply, changes_newest(request->db));
    return reply_json(reply, 200, cost);
}

enum err rest_stats_usage(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, stats_usage, why);
}

enum err rest_stats_expiring(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, stats_expiring, why);
}

enum err rest_stats_forecast(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, stats_forecast, why);
}

static bool wants_csv(const struct request *request)
{
    const char *format = json_string_value(json_object_get(request->args, "format"));
    const char *accept = call_header(request->call, "Accept");
    return format ? strcmp(format, "csv") == 0 : accept && strstr(accept, "text/csv");
}

/* The list that stands in the answer as CSV instead. */
static enum err as_csv(struct reply *reply, const struct field_shape *shape, struct why *why)
{
    json_auto_t *rows = json_loadb(reply->body.data, reply->body.len, 0, NULL);
    buf_reset(&reply->body);
    csv_write(&reply->body, shape, rows);
    reply->type = csv_type;
    reply->has_etag = false; /* that of the JSON is another */
    reply_header(reply, "Content-Disposition", "attachment; filename=\"low_filaments.csv\"");
    return rows && !reply->body.failed
               ? OK
               : why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a table");
}

enum err rest_stats_low(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = request_reply_list(request, reply, stats_low_filaments, why);
    reply_header(reply, "Vary", "Accept");
    return e == OK && wants_csv(request) ? as_csv(reply, &stats_low_filaments_shape, why) : e;
}
