#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/limits.h"
#include "core/address.h"
#include "store/list.h"
#include "store/slots.h"

enum { REQ = FIELD_REQUIRED, NIL = FIELD_NULLABLE, RO = FIELD_READONLY, ID_MAX = 64 };

static const char *const if_loaded[] = {"move", "reject", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field assign_fields[] = {
    {NULL, "spool_id", K_TEXT, 0, 0, 1, ID_MAX, REQ, NULL, "id or number of the roll"},
    {NULL, "event_type", K_TEXT, 0, 0, 0, 0, 0, slots_events, "how it came; manual where absent"},
    {NULL, "if_loaded", K_TEXT, 0, 0, 0, 0, 0, if_loaded, "when it is in another slot: move"},
    {NULL, "assigned_at", K_TIME, 0, 0, 0, 0, 0, NULL, "since when, not in the future"},
    {NULL, "reason", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "why"},
};
const struct body_table rest_slots_assign_body = {assign_fields, LEN(assign_fields)};

static const struct field unassign_fields[] = {
    {NULL, "event_type", K_TEXT, 0, 0, 0, 0, 0, slots_events, "how it went; manual where absent"},
    {NULL, "reason", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "why"},
};
const struct body_table rest_slots_unassign_body = {unassign_fields, LEN(unassign_fields)};

static const struct field history_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "printer_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only this printer"},
    {NULL, "ams_unit_number", K_INT, 0, 0, 1, 255, 0, NULL, "only this unit"},
    {NULL, "slot_number", K_INT, 0, 0, 1, 4, 0, NULL, "only this slot"},
    {NULL, "spool_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only this roll"},
    {NULL, "from", K_TIME, 0, 0, 0, 0, 0, NULL, "not before"},
    {NULL, "to", K_TIME, 0, 0, 0, 0, 0, NULL, "not after"},
};
const struct body_table rest_slots_history_query = {history_fields, LEN(history_fields)};
/* Of one slot: the path names it. */
const struct body_table rest_slots_slot_history_query = {history_fields, 2};

static const struct field correct_fields[] = {
    {NULL, "spool_id", K_TEXT, 0, 0, 1, ID_MAX, NIL, NULL, "who was really there; null: nobody"},
    {NULL, "assigned_at", K_TIME, 0, 0, 0, 0, 0, NULL, "since when"},
    {NULL, "unassigned_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "until when; null: still"},
    {NULL, "reason", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "why"},
};
const struct body_table rest_slots_correct_body = {correct_fields, LEN(correct_fields)};

enum err rest_slots_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, slots_list, why);
}

/* An address that no printer can have names nothing. */
static enum err check_address(const struct request *request, struct why *why)
{
    json_int_t unit = json_integer_value(json_object_get(request->args, "ams_unit_number"));
    json_int_t slot = json_integer_value(json_object_get(request->args, "slot_number"));
    if (unit > 0 && unit < 1000 && slot > 0 && slot < 1000 &&
        address_possible((int)unit, (int)slot))
        return OK;
    return why_fail(why, ERR_NOT_FOUND, "slot_not_found", NULL, "no printer has such a slot");
}

enum err rest_slots_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, slots_get, why);
}

enum err rest_slots_stay(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, slots_stay, why);
}

enum err rest_slots_assign(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = check_address(request, why);
    return e == OK ? request_reply_write(request, reply, slots_assign, 200, why) : e;
}

enum err rest_slots_unassign(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = check_address(request, why);
    return e == OK ? request_reply_write(request, reply, slots_unassign, 200, why) : e;
}

enum err rest_slots_history(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, slots_history, why);
}

enum err rest_slots_slot_history(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = check_address(request, why);
    return e == OK ? request_reply_list(request, reply, slots_history, why) : e;
}

enum err rest_slots_candidates(struct request *request, struct reply *reply, struct why *why)
{
    json_t *ranked = NULL;
    enum err e = check_address(request, why);
    if (e == OK)
        e = slots_candidates(request->db, request->args, &ranked, why);
    return e == OK ? reply_json(reply, 200, ranked) : e;
}

enum err rest_slots_correct(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, slots_correct, 200, why);
}
