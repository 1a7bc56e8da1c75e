#include "base/auto.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/slots.h"
#include "store/slots_inside.h"
#include "store/spools.h"

static const char *const sources[] = {"api", "mqtt", "homeassistant", NULL};

static const struct field fields[] = {
    {.name = "history_id", .kind = K_TEXT, .doc = "Identifier of the row"},
    {.name = "ams_slot_id", .kind = K_TEXT, .doc = "Slot"},
    {.name = "spool_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Roll; null: emptied"},
    {.name = "assigned_at", .kind = K_TIME, .doc = "From then on"},
    {.name = "unassigned_at",
     .kind = K_TIME,
     .flags = FIELD_NULLABLE,
     .doc = "Until then; null: now"},
    {.name = "event_type", .kind = K_TEXT, .words = slots_events, .doc = "Why"},
    {.name = "printer_id", .kind = K_TEXT, .doc = "Printer"},
    {.name = "ams_unit_number", .kind = K_INT, .doc = "Unit, as in slots"},
    {.name = "slot_number", .kind = K_INT, .doc = "1 to 4 in its unit"},
    {.name = "reason", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Why, in words"},
    {.name = "source", .kind = K_TEXT, .words = sources, .doc = "Who said so"},
    {.name = "confidence",
     .kind = K_REAL,
     .flags = FIELD_NULLABLE,
     .doc = "0 to 1 where it was matched"},
};
const struct field_shape slots_history_shape = {"slot_history", fields, LEN(fields), "SlotStay"};

enum err slots_stay(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    *ret = db_row(db, "SELECT * FROM slot_history WHERE history_id = lower(:history_id)", args,
                  &slots_history_shape);
    return *ret ? OK
                : db_missing(db, why, "history_not_found", "history_id",
                             "no such row of the history");
}

/* Public ids instead of the names that a client may use. */
static enum err resolve(struct db *db, json_t *args, struct why *why)
{
    if (args_given(args, "printer_id")) {
        json_auto_t *printer = NULL;
        enum err e = printers_get(db, args, &printer, why);
        if (e)
            return e;
        db_put(db, args, "printer_id", json_incref(json_object_get(printer, "printer_id")));
    }
    int64_t spool = spools_find(db, json_object_get(args, "spool_id"));
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)spool));
    json_auto_t *row =
        spool ? db_row(db, "SELECT public_id FROM spool WHERE id = :id", keys, NULL) : NULL;
    if (row)
        db_put(db, args, "spool_id", json_incref(json_object_get(row, "public_id")));
    return db_status(db, why);
}

enum err slots_history(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {
        {"printer_id", "printer_id = :printer_id"},
        {"ams_unit_number", "ams_unit_number = :ams_unit_number"},
        {"slot_number", "slot_number = :slot_number"},
        {"ams_slot_id", "ams_slot_id = lower(:ams_slot_id)"},
        {"spool_id", "spool_id = lower(:spool_id)"},
        {"event_type", "event_type = :event_type"},
        {"from", "coalesce(unassigned_at, '9999') > "
                 "strftime('%Y-%m-%dT%H:%M:%SZ', :from / 1000, 'unixepoch')"},
        {"to", "assigned_at < strftime('%Y-%m-%dT%H:%M:%SZ', :to / 1000, 'unixepoch')"},
    };
    static const struct list_sort sorts[] = {{"assigned_at", "assigned_at"}};
    static const struct list_kind kind = {
        .shape = &slots_history_shape,
        .entity = "slot_history",
        .key = "history_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "DESC",
    };
    json_auto_t *copy = db_args(db, args_copy(args));
    enum err e = resolve(db, copy, why);
    return e ? e : list_read(db, &kind, copy, ret_list, why);
}

/* --- correction --- */

static const char row_by_id[] =
    "SELECT id, slot, spool, assigned_at, unassigned_at, reason FROM slot_assignment "
    "WHERE public_id = lower(:history_id)";

/* ${args} with id, slot, spool, from, to (null: open) of the row as it is to be. */
static json_t *wanted(struct db *db, const json_t *args, const json_t *row)
{
    json_t *want = db_args(
        db,
        json_pack("{s:O, s:O, s:O, s:O, s:O, s:O}", "id", json_object_get(row, "id"), "slot",
                  json_object_get(row, "slot"), "spool", json_object_get(row, "spool"), "from",
                  json_object_get(row, "assigned_at"), "to", json_object_get(row, "unassigned_at"),
                  "reason", json_object_get(row, "reason")));
    args_take(want, "reason", args, "reason");
    args_take(want, "from", args, "assigned_at");
    args_take(want, "to", args, "unassigned_at");
    return want;
}

static enum err want_spool(struct db *db, const json_t *args, json_t *want, struct why *why)
{
    if (!args_has(args, "spool_id"))
        return OK;
    int64_t spool = 0;
    if (args_given(args, "spool_id")) {
        spool = spools_find(db, json_object_get(args, "spool_id"));
        if (!spool)
            return db_missing(db, why, "spool_not_found", "spool_id", "no such spool");
    }
    db_put(db, want, "spool", spool ? json_integer(spool) : json_null());
    return OK;
}

static enum err check_times(struct db *db, const json_t *row, const json_t *want, struct why *why)
{
    int64_t now = db_now(db), from = args_int(want, "from", 0), to = args_int(want, "to", now);
    if (from > to || to > now)
        return why_fail(why, ERR_INVALID, "invalid_interval", "assigned_at",
                        "it must begin before it ends, and end before now");
    if (args_given(row, "unassigned_at") != args_given(want, "to"))
        return why_fail(why, ERR_CONFLICT, "invalid_interval", "unassigned_at",
                        "the current row has no end; assign or unassign the slot instead");
    return OK;
}

/* The neighbours in the slot give way, but not beyond their own other end. */
static enum err move_neighbours(struct db *db, const json_t *row, json_t *want, struct why *why)
{
    db_put(db, want, "old_from", json_incref(json_object_get(row, "assigned_at")));
    db_put(db, want, "old_to", json_incref(json_object_get(row, "unassigned_at")));
    if (db_int(db,
               "SELECT 1 FROM slot_assignment WHERE slot = :slot AND id <> :id AND "
               "(assigned_at > :from AND assigned_at < :old_from "
               "OR unassigned_at < :to AND unassigned_at > :old_to AND :to > :old_to) LIMIT 1",
               want, 0))
        return why_fail(why, ERR_CONFLICT, "assignment_overlap", "assigned_at",
                        "a whole row of the history lies in between; correct that one first");
    db_exec(db,
            "UPDATE slot_assignment SET unassigned_at = :from, updated_at = :now "
            "WHERE slot = :slot AND id <> :id AND unassigned_at = :old_from AND assigned_at <= "
            ":from AND :from <> :old_from",
            want);
    db_exec(db,
            "UPDATE slot_assignment SET assigned_at = :to, updated_at = :now "
            "WHERE slot = :slot AND id <> :id AND assigned_at = :old_to "
            "AND coalesce(unassigned_at, :to) >= :to AND :to <> :old_to",
            want);
    return db_status(db, why);
}

static enum err check_roll(struct db *db, json_t *want, struct why *why)
{
    if (!args_given(want, "spool"))
        return OK;
    if (db_int(db,
               "SELECT 1 FROM slot_assignment WHERE spool = :spool AND id <> :id "
               "AND assigned_at < coalesce(:to, :now + 1) "
               "AND coalesce(unassigned_at, :now + 1) > :from LIMIT 1",
               want, 0))
        return why_fail(why, ERR_CONFLICT, "spool_already_assigned", "spool_id",
                        "the roll was in a slot at that time; correct that row first");
    if (!args_given(want, "to") &&
        db_int(db, "SELECT 1 FROM spool WHERE id = :spool AND archived_at IS NOT NULL", want, 0))
        return why_fail(why, ERR_CONFLICT, "spool_archived", "spool_id",
                        "the roll is archived; restore it first");
    return db_status(db, why);
}

static enum err write_row(struct db *db, const json_t *want, struct why *why)
{
    db_exec(db,
            "UPDATE slot_assignment SET spool = :spool, assigned_at = :from, unassigned_at = :to, "
            "reason = :reason, by_user = 1, updated_at = :now WHERE id = :id",
            want);
    return db_status(db, why);
}

/* Charges follow where the row was and where it is. */
static enum err follow(struct db *db, const json_t *row, const json_t *want, struct why *why)
{
    int64_t now = db_now(db);
    int64_t was_from = args_int(row, "assigned_at", 0), from = args_int(want, "from", 0);
    int64_t was_to = args_int(row, "unassigned_at", now), to = args_int(want, "to", now);
    const struct ledger_span span = {
        .from = from < was_from ? from : was_from, .to = to > was_to ? to : was_to, .before = true};
    return ledger_follow(db, args_int(row, "slot", 0), &span, why);
}

static bool any_given(const json_t *args)
{
    return args_has(args, "spool_id") || args_has(args, "assigned_at") ||
           args_has(args, "unassigned_at") || args_has(args, "reason");
}

enum err slots_correct(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row = db_row(db, row_by_id, args, NULL);
    if (!row)
        return db_missing(db, why, "history_not_found", "history_id", "no such row of the history");
    json_auto_t *want = wanted(db, args, row);
    int64_t slot = args_int(row, "slot", 0);
    if (!any_given(args))
        return slots_stay(db, args, ret, why);
    enum err e = want_spool(db, args, want, why);
    if (e == OK)
        e = check_times(db, row, want, why);
    if (e == OK)
        e = check_roll(db, want, why);
    if (e == OK)
        e = move_neighbours(db, row, want, why);
    if (e == OK)
        e = write_row(db, want, why);
    if (e == OK)
        e = follow(db, row, want, why);
    if (e == OK)
        e = slots_refresh_match(db, slot, why);
    if (e)
        return e;
    return slots_stay(db, args, ret, why);
}
