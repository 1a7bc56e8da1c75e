#include "store/ledger.h"

#include "base/auto.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/spools.h"
#include "store/spools_inside.h"

const char *const ledger_kinds[] = {"print", "manual_adjustment", "waste", "correction", "runout",
                                    NULL};

static const struct field fields[] = {
    {.name = "event_id", .kind = K_TEXT, .doc = "Identifier of the row of the ledger"},
    {.name = "job_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Print; null: by hand"},
    {.name = "spool_id", .kind = K_TEXT, .doc = "Roll"},
    {.name = "ams_slot_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Slot; null: by hand"},
    {.name = "grams_used", .kind = K_GRAMS, .doc = "Above 0: consumed"},
    {.name = "timestamp", .kind = K_TIME, .doc = "When it was used"},
    {.name = "event_type", .kind = K_TEXT, .words = ledger_kinds, .doc = "Why it was booked"},
    {.name = "source", .kind = K_TEXT, .doc = "What the figure comes from"},
    {.name = "estimate", .kind = K_BOOL, .doc = "The figure is an estimate"},
    {.name = "cost_usd",
     .kind = K_MONEY,
     .flags = FIELD_NULLABLE,
     .doc = "At the roll's price when it was booked"},
    {.name = "filament_index",
     .kind = K_INT,
     .flags = FIELD_NULLABLE,
     .doc = "In the print, from 1"},
    {.name = "segment", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "Part of that filament"},
    {.name = "revision", .kind = K_INT, .doc = "Counts corrections of the same segment"},
    {.name = "reverses",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Event that it takes back"},
    {.name = "reversed_by",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Event that took it back"},
    {.name = "note", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Free text"},
};
const struct field_shape ledger_shape = {"usage_events", fields, LEN(fields), "UsageEvent"};

static const struct field booked_fields[] = {
    {.name = "event_id", .kind = K_TEXT, .doc = "Identifier of the row of the ledger"},
    {.name = "spool_id", .kind = K_TEXT, .doc = "Roll"},
    {.name = "new_weight", .kind = K_GRAMS, .doc = "Filament on it now"},
    {.name = "event", .kind = K_OBJECT, .doc = "The row of the ledger", .of = &ledger_shape},
    {.name = "spool", .kind = K_OBJECT, .doc = "The roll as it is now", .of = &spools_shape},
};
const struct field_shape ledger_booked_shape = {NULL, booked_fields, LEN(booked_fields),
                                                "UsageBooked"};

/* VALUES: what a SELECT gives goes through a table of SQLite's own, as usage has triggers. */
static const char insert_row[] =
    "INSERT INTO usage (public_id, spool, job, slot, filament, segment, revision, mg, kind, at, "
    "source, estimate, price_cents, price_mg, note, evidence, weighed, created_at) "
    "VALUES (:public_id, :spool, :job, :slot, :filament, :segment, coalesce(:revision, 0), :mg, "
    ":kind, coalesce(:at, :now), :source, coalesce(:estimate, 0), "
    "(SELECT coalesce(s.price_cents, f.price_cents) FROM spool s JOIN filament f "
    "ON f.id = s.filament WHERE s.id = :spool), "
    "(SELECT nullif(initial_mg, 0) FROM spool WHERE id = :spool), :note, "
    "coalesce(:evidence, '{}'), :weighed, :now)";

enum err ledger_add(struct db *db, const struct ledger_entry *entry, char ret_event_id[ID_SIZE],
                    struct why *why)
{
    db_new_id(db, ret_event_id);
    json_auto_t *args =
        db_args(db, json_pack("{s:s, s:I, s:I, s:s, s:s, s:s?}", "public_id", ret_event_id, "spool",
                              (json_int_t)entry->spool, "mg", (json_int_t)entry->mg, "kind",
                              entry->kind, "source", entry->source, "note", entry->note));
    if (entry->at)
        db_put(db, args, "at", json_integer(entry->at));
    if (entry->slot)
        db_put(db, args, "slot", json_integer(entry->slot));
    if (entry->weighed)
        db_put(db, args, "weighed", json_integer(entry->weighed));
    if (entry->evidence)
        db_put(db, args, "evidence", json_deep_copy(entry->evidence));
    db_exec(db, insert_row, args);
    return db_status(db, why);
}

enum err ledger_reverse(struct db *db, const struct ledger_reversal *reversal,
                        char ret_event_id[ID_SIZE], struct why *why)
{
    db_new_id(db, ret_event_id);
    json_auto_t *args =
        db_args(db, json_pack("{s:s, s:I, s:s?, s:s?, s:s?}", "public_id", ret_event_id, "row",
                              (json_int_t)reversal->row, "kind", reversal->kind, "source",
                              reversal->source, "note", reversal->note));
    db_exec(
        db,
        "INSERT INTO usage (public_id, spool, job, slot, filament, segment, revision, mg, kind, "
        "at, source, estimate, price_cents, price_mg, reverses, note, evidence, weighed, "
        "created_at) SELECT :public_id, o.spool, o.job, o.slot, o.filament, o.segment, "
        "(SELECT coalesce(max(r.revision) + 1, 0) FROM usage r WHERE r.job = o.job "
        "AND r.filament = o.filament AND r.segment = o.segment), -o.mg, coalesce(:kind, o.kind), "
        "o.at, coalesce(:source, o.source), o.estimate, o.price_cents, o.price_mg, o.id, :note, "
        "'{}', o.weighed, :now FROM usage o WHERE o.id = :row",
        args);
    return db_status(db, why);
}

/* --- prints --- */

static json_t *segment_args(struct db *db, const struct ledger_charge *charge)
{
    return db_args(db, json_pack("{s:I, s:i, s:i}", "job", (json_int_t)charge->job, "filament",
                                 charge->filament, "segment", charge->segment));
}

/* The row of the segment that counts now: not a reversal, not reversed. */
static json_t *standing(struct db *db, const json_t *args)
{
    return db_row(
        db,
        "SELECT u.id, u.spool, u.mg, u.slot, u.kind, u.at FROM usage u WHERE u.job = :job "
        "AND u.filament = :filament AND u.segment = :segment AND u.reverses IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM usage r WHERE r.reverses = u.id)",
        args, NULL);
}

static int64_t next_revision(struct db *db, const json_t *args)
{
    return db_int(db,
                  "SELECT max(revision) + 1 FROM usage WHERE job = :job AND filament = :filament "
                  "AND segment = :segment",
                  args, 0);
}

static void add_charge(struct db *db, json_t *args, const struct ledger_charge *charge)
{
    char id[ID_SIZE];
    db_new_id(db, id);
    db_put(db, args, "public_id", json_string(id));
    db_put(db, args, "revision", json_integer(next_revision(db, args)));
    db_put(db, args, "spool", json_integer(charge->spool));
    db_put(db, args, "slot", charge->slot ? json_integer(charge->slot) : json_null());
    db_put(db, args, "mg", json_integer(charge->mg));
    db_put(db, args, "kind", json_string(charge->kind));
    db_put(db, args, "source", json_string(charge->source));
    db_put(db, args, "estimate", json_boolean(charge->estimate));
    db_put(db, args, "at", charge->at ? json_integer(charge->at) : json_null());
    if (charge->evidence)
        db_put(db, args, "evidence", json_deep_copy(charge->evidence));
    db_exec(db, insert_row, args);
}

enum err ledger_book(struct db *db, const struct ledger_charge *charge, struct why *why)
{
    json_auto_t *args = segment_args(db, charge);
    json_auto_t *row = standing(db, args);
    bool same =
        row && args_int(row, "spool", 0) == charge->spool && args_int(row, "mg", -1) == charge->mg;
    if (same || (!row && (!charge->spool || !charge->mg)))
        return db_status(db, why);
    char event_id[ID_SIZE];
    const struct ledger_reversal reversal = {.row = args_int(row, "id", 0)};
    enum err e = row ? ledger_reverse(db, &reversal, event_id, why) : OK;
    if (e == OK && charge->spool && charge->mg)
        add_charge(db, args, charge);
    return db_status(db, why);
}

/* --- by hand --- */

static enum err missing(struct db *db, struct why *why)
{
    return db_missing(db, why, "event_not_found", "event_id", "no such usage event");
}

static enum err event_row(struct db *db, const char *event_id, json_t **ret, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:s}", "id", event_id));
    *ret =
        db_row(db, "SELECT * FROM usage_events WHERE event_id = lower(:id)", args, &ledger_shape);
    return *ret ? OK : missing(db, why);
}

static enum err answer(struct db *db, int64_t spool, const char *event_id, json_t **ret,
                       struct why *why)
{
    json_auto_t *event = NULL;
    json_auto_t *row = NULL;
    enum err e = event_row(db, event_id, &event, why);
    if (e == OK)
        e = spools_row(db, spool, &row, why);
    if (e)
        return e;
    *ret = db_args(db, json_pack("{s:s, s:O, s:O, s:O, s:O}", "event_id", event_id, "spool_id",
                                 json_object_get(row, "spool_id"), "new_weight",
                                 json_object_get(row, "current_weight_grams"), "event", event,
                                 "spool", row));
    return db_status(db, why);
}

enum err ledger_record(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t spool;
    json_auto_t *base = spools_base_named(db, json_object_get(args, "spool_id"), &spool);
    if (!base)
        return spools_missing(db, why);
    const char *kind = args_text(args, "event_type");
    int64_t balance = args_int(base, "initial_mg", 0) - args_int(base, "used_mg", 0);
    struct ledger_entry entry = {
        .spool = spool,
        .mg = args_int(args, "grams_used", 0),
        .kind = kind ? kind : "manual_adjustment",
        .source = "api",
        .note = args_text(args, "note"),
        .at = args_int(args, "timestamp", 0),
    };
    if (entry.mg > 0 && entry.mg > (balance > 0 ? balance : 0))
        return why_fail(why, ERR_INVALID, "weight_below_zero", "grams_used",
                        "this would leave less than nothing on the roll");
    if (balance - entry.mg > args_int(base, "initial_mg", 0))
        return why_fail(why, ERR_INVALID, "current_above_initial", "grams_used",
                        "this would leave more than the initial weight on the roll");
    char event_id[ID_SIZE];
    enum err e = ledger_add(db, &entry, event_id, why);
    return e ? e : answer(db, spool, event_id, ret, why);
}

static enum err refuse_undo(const json_t *row, struct why *why)
{
    if (args_given(row, "reversed"))
        return why_fail(why, ERR_CONFLICT, "already_undone", "event_id",
                        "this event was taken back already");
    if (args_given(row, "reverses"))
        return why_fail(why, ERR_CONFLICT, "is_reversal", "event_id",
                        "this event takes another one back; record the usage anew instead");
    if (args_given(row, "job"))
        return why_fail(
            why, ERR_CONFLICT, "event_of_job", "event_id",
            "this event belongs to a print; correct the slot history or rebook the job");
    return OK;
}

enum err ledger_undo(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *row =
        db_row(db,
               "SELECT u.id, u.spool, u.job, u.reverses, r.id AS reversed FROM usage u "
               "LEFT JOIN usage r ON r.reverses = u.id WHERE u.public_id = lower(:event_id)",
               args, NULL);
    if (!row)
        return missing(db, why);
    enum err e = refuse_undo(row, why);
    if (e)
        return e;
    const struct ledger_reversal reversal = {
        .row = args_int(row, "id", 0),
        .kind = "correction",
        .source = "undo",
        .note = args_text(args, "note"),
    };
    char event_id[ID_SIZE];
    e = ledger_reverse(db, &reversal, event_id, why);
    return e ? e : answer(db, args_int(row, "spool", 0), event_id, ret, why);
}

enum err ledger_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *id = args_text(args, "event_id");
    return id ? event_row(db, id, ret, why) : missing(db, why);
}
