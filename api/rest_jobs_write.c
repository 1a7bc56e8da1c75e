#include <stdio.h>

#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/limits.h"
#include "core/address.h"
#include "store/charging.h"
#include "store/jobs.h"
#include "store/jobs_client.h"

enum {
    REQ = FIELD_REQUIRED,
    NIL = FIELD_NULLABLE,
    AS_READ = FIELD_READONLY | FIELD_MOMENT,
    ID_MAX = 64,
    GRAMS_MAX = LIMIT_GRAMS,
    ROWS_MAX = 64
};

static const char *const ends[] = {"completed", "failed", "cancelled", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc, of */
static const struct field filament_fields[] = {
    {NULL, "ams_unit_number", K_INT, 0, 0, 1, 255, REQ, NULL, "unit that feeds it"},
    {NULL, "slot_number", K_INT, 0, 0, 1, 4, REQ, NULL, "slot that feeds it"},
    {NULL, "estimated_grams", K_GRAMS, 0, 0, 0, GRAMS_MAX, 0, NULL, "the slicer's grams"},
};
static const struct body_table filament_table = {filament_fields, LEN(filament_fields)};
static const struct field_shape filament_shape = {NULL, filament_fields, LEN(filament_fields),
                                                  "PlannedFilament"};
static const struct body_table slot_table = {filament_fields, 2};
static const struct field_shape slot_shape = {NULL, filament_fields, 2, "SlotChoice"};

static const struct field usage_fields[] = {
    {NULL, "spool_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "id or number of the roll"},
    {NULL, "slot", K_OBJECT, 0, 0, 0, 0, 0, NULL, "slot it came from", &slot_shape},
    {NULL, "grams", K_GRAMS, 0, 0, 0, GRAMS_MAX, REQ, NULL, "used of it"},
};
static const struct body_table usage_table = {usage_fields, LEN(usage_fields)};
static const struct field_shape usage_shape = {NULL, usage_fields, LEN(usage_fields), "UsageTold"};

static const struct field start_fields[] = {
    {NULL, "printer_id", K_TEXT, 0, 0, 1, ID_MAX, REQ, NULL, "id, serial or alias of the printer"},
    {NULL, "gcode_file_name", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "file that is printed"},
    {NULL, "start_time", K_TIME, 0, 0, 0, 0, 0, NULL, "when it began; now where absent"},
    {NULL, "external_id", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "its id in another system"},
    {NULL, "name", K_TEXT, 0, 0, 1, LIMIT_NAME, 0, NULL, "its title"},
    {NULL, "filaments", K_LIST, 0, 0, 0, ROWS_MAX, 0, NULL, "in the order of the slicer",
     &filament_shape},
};
const struct body_table rest_jobs_start_body = {start_fields, LEN(start_fields)};

static const struct field end_fields[] = {
    {NULL, "status", K_TEXT, 0, 0, 0, 0, REQ, ends, "how it ended"},
    {NULL, "actual_grams_used", K_GRAMS, 0, 0, 0, GRAMS_MAX, 0, NULL, "all that was used"},
    {NULL, "usage", K_LIST, 0, 0, 1, ROWS_MAX, 0, NULL, "grams of each roll or slot", &usage_shape},
    {NULL, "end_time", K_TIME, 0, 0, 0, 0, 0, NULL, "when it ended; now where absent"},
};
const struct body_table rest_jobs_end_body = {end_fields, LEN(end_fields)};

static const struct field correct_fields[] = {
    {NULL, "note", K_TEXT, 0, 0, 0, LIMIT_NOTES, NIL, NULL, "free text"},
    {NULL, "name", K_TEXT, 0, 0, 1, LIMIT_NAME, NIL, NULL, "its title"},
    {NULL, "status", K_TEXT, 0, 0, 0, 0, 0, ends, "how it really ended"},
    {NULL, "actual_grams_used", K_GRAMS, 0, 0, 0, GRAMS_MAX, NIL, NULL,
     "all that was used; null: as computed"},
    {NULL, "usage", K_LIST, 0, 0, 1, ROWS_MAX, 0, NULL, "grams of each roll or slot", &usage_shape},
    {NULL, "progress_percent", K_REAL, 0, 0, 0, 0, AS_READ, NULL, "as it was read"},
    {NULL, "layer", K_INT, 0, 0, 0, 0, AS_READ, NULL, "as it was read"},
    {NULL, "forecast", K_LIST, 0, 0, 0, 0, AS_READ, NULL, "as it was read"},
};
const struct body_table rest_jobs_correct_body = {correct_fields, LEN(correct_fields)};

/* An address that every printer could have: in a body it is a value, not a path. */
static enum err check_slot(struct request *request, const char *place, const json_t *slot,
                           struct why *why)
{
    json_int_t unit = json_integer_value(json_object_get(slot, "ams_unit_number"));
    json_int_t number = json_integer_value(json_object_get(slot, "slot_number"));
    if (address_possible((int)unit, (int)number))
        return OK;
    return body_fault(request->errors, why, place, "no_such_slot",
                      "no printer has slot %d of unit %d", (int)number, (int)unit);
}

/* Replace the list that the body holds at ${name} by its checked rows. */
static enum err take_list(struct request *request, const struct body_table *table, const char *name,
                          struct why *why)
{
    json_t *list = json_object_get(request->args, name);
    json_t *rows = NULL;
    if (!list)
        return OK;
    enum err e = body_check_list(table, name, list, &rows, request->errors, why);
    if (e == OK && json_object_set_new(request->args, name, rows) != 0)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return e;
}

static enum err take_filaments(struct request *request, struct why *why)
{
    enum err e = take_list(request, &filament_table, "filaments", why);
    size_t i;
    json_t *row;
    json_array_foreach (json_object_get(request->args, "filaments"), i, row) {
        char place[48];
        snprintf(place, sizeof place, "filaments[%zu].slot_number", i);
        if (e == OK)
            e = check_slot(request, place, row, why);
    }
    return e;
}

/* One entry names a roll, a slot, or both. */
static enum err take_place(struct request *request, json_t *row, size_t i, struct why *why)
{
    char place[48];
    snprintf(place, sizeof place, "usage[%zu].slot", i);
    json_t *slot = json_object_get(row, "slot");
    if (!slot && !json_object_get(row, "spool_id"))
        return body_fault(request->errors, why, place, "required", "spool_id or slot is required");
    if (!slot)
        return OK;
    json_auto_t *one = json_pack("[O]", slot);
    json_auto_t *checked = NULL, *faults = json_array();
    struct why fault = {0};
    if (body_check_list(&slot_table, "slot", one, &checked, faults, &fault) != OK)
        return body_fault(request->errors, why, place, fault.code, "%s", fault.text);
    return check_slot(request, place, slot, why);
}

static enum err take_usage(struct request *request, struct why *why)
{
    enum err e = take_list(request, &usage_table, "usage", why);
    size_t i;
    json_t *row;
    json_array_foreach (json_object_get(request->args, "usage"), i, row)
        if (e == OK)
            e = take_place(request, row, i, why);
    return e;
}

enum err rest_jobs_start(struct request *request, struct reply *reply, struct why *why)
{
    json_t *done = NULL;
    bool made = false;
    enum err e = take_filaments(request, why);
    if (e == OK)
        e = jobs_client_start(request->db, request->args, &done, &made, why);
    if (e != OK) {
        reply->problem = done;
        return e;
    }
    request_tag(request, reply, done);
    buf_format(&reply->head, "Location: /api/print_jobs/%s\r\n",
               json_string_value(json_object_get(done, "job_id")));
    return reply_json(reply, made ? 201 : 200, done);
}

enum err rest_jobs_end(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = take_usage(request, why);
    return e == OK ? request_reply_write(request, reply, jobs_client_end, 200, why) : e;
}

enum err rest_jobs_correct(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = take_usage(request, why);
    return e == OK ? request_reply_write(request, reply, jobs_client_correct, 200, why) : e;
}

enum err rest_jobs_erase_names(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, jobs_erase_names, 200, why);
}

enum err rest_jobs_rebook(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, charging_rebook, 200, why);
}

enum err rest_jobs_explain(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, charging_explain, why);
}

enum err rest_jobs_explain_event(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, charging_explain_event, why);
}
