#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/limits.h"
#include "core/alert.h"
#include "store/alerts.h"
#include "store/list.h"

enum { ID_MAX = 64 };

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field list_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "sort", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "opened_at or kind; - in front: reverse"},
    {NULL, "kind", K_TEXT, 0, 0, 0, 0, 0, alert_slugs, "only this kind"},
    {NULL, "acked", K_BOOL, 0, 0, 0, 0, 0, NULL, "seen by the user, or not"},
    {NULL, "open", K_BOOL, 0, 0, 0, 0, 0, NULL, "their cause lasts, or not"},
    {NULL, "printer_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only of this printer"},
    {NULL, "spool_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only of this roll"},
    {NULL, "job_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only of this print"},
    {NULL, "from", K_TIME, 0, 0, 0, 0, 0, NULL, "opened not before"},
};
const struct body_table rest_alerts_list_query = {list_fields, LEN(list_fields)};

static const struct field many_fields[] = {
    {.name = "alert_ids", .kind = K_LIST, .doc = "these alerts", .of = &field_texts},
    {.name = "opened_until", .kind = K_TIME, .doc = "all that were opened until then"},
    {.name = "kind",
     .kind = K_TEXT,
     .words = alert_slugs,
     .doc = "with opened_until: only this kind"},
};
const struct body_table rest_alerts_ack_body = {many_fields, LEN(many_fields)};

enum err rest_alerts_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, alerts_list, why);
}

enum err rest_alerts_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, alerts_get, why);
}

enum err rest_alerts_ack(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, alerts_ack, 200, why);
}

static enum err check_ids(const json_t *ids, struct why *why)
{
    size_t i;
    json_t *id;
    if (json_array_size(ids) > LIMIT_PAGE)
        return why_fail(why, ERR_INVALID, "too_many", "alert_ids",
                        "at most %d alerts at once; opened_until takes any number", LIMIT_PAGE);
    json_array_foreach (ids, i, id)
        if (!json_is_string(id))
            return why_fail(why, ERR_INVALID, "wrong_type", "alert_ids",
                            "must be a list of the texts of alert_id");
    return OK;
}

enum err rest_alerts_ack_many(struct request *request, struct reply *reply, struct why *why)
{
    const json_t *ids = json_object_get(request->args, "alert_ids");
    bool until = json_object_get(request->args, "opened_until") != NULL;
    if ((ids != NULL) == until)
        return why_fail(why, ERR_INVALID, "one_choice", ids ? "opened_until" : "alert_ids",
                        "exactly one of alert_ids and opened_until is needed");
    if (ids && json_object_get(request->args, "kind"))
        return why_fail(why, ERR_INVALID, "not_together", "kind",
                        "kind goes with opened_until; alert_ids names its alerts");
    enum err e = ids ? check_ids(ids, why) : OK;
    return e ? e : request_reply_write(request, reply, alerts_ack_many, 200, why);
}
