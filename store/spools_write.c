#include "store/spools_inside.h"

#include <stdbool.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/args.h"
#include "store/db.h"
#include "store/ledger.h"

/* Facts of a roll itself: key of the API, column, what stands for NULL. */
static const char *const columns[][3] = {
    {"initial_weight_grams", "initial_mg", NULL},
    {"purchase_date", "purchase_date", NULL},
    {"cost_usd", "price_cents", NULL},
    {"notes", "notes", NULL},
    {"spool_weight_grams", "tare_mg", NULL},
    {"threshold_grams", "threshold_mg", NULL},
    {"lot", "lot", NULL},
    {"location", "location", NULL},
    {"opened_at", "opened_at", NULL},
    {"dried_at", "dried_at", NULL},
    {"first_used_at", "first_used_at", NULL},
    {"last_used_at", "last_used_at", NULL},
    {"external_id", "external_id", NULL},
    {"draft", "draft", "0"},
    {"extra", "extra", "'{}'"},
    {"tray_uuid", "tray_uuid", NULL},
    {"tag_uid_1", "tag_uid_1", NULL},
    {"tag_uid_2", "tag_uid_2", NULL},
};

enum { TAG_SIZE = 64, TAGS = 2 };

/* In upper case; a tag of zeros or blanks is none. */
static json_t *tag_json(const char *text)
{
    char tag[TAG_SIZE];
    if (!text || !text_copy(tag, sizeof tag, text))
        return json_null();
    text_trim(tag);
    text_upper(tag);
    return strspn(tag, "0") == strlen(tag) ? json_null() : json_string(tag);
}

static enum err take_tags(struct db *db, json_t *args, struct why *why)
{
    static const char *const keys[TAGS] = {"tag_uid_1", "tag_uid_2"};
    const json_t *list = json_object_get(args, "tag_uids");
    if (json_array_size(list) > TAGS)
        return why_fail(why, ERR_INVALID, "too_many_tags", "tag_uids", "a roll has two tags");
    for (size_t i = 0; list && i < TAGS; i++)
        db_put(db, args, keys[i], tag_json(json_string_value(json_array_get(list, i))));
    if (args_has(args, "tray_uuid"))
        db_put(db, args, "tray_uuid", tag_json(args_text(args, "tray_uuid")));
    return OK;
}

static enum err refuse_twin(struct db *db, const json_t *args, struct why *why)
{
    if (!args_given(args, "tray_uuid") ||
        !db_int(db,
                "SELECT 1 FROM spool WHERE tray_uuid = :tray_uuid AND deleted_at IS NULL "
                "AND id <> :id",
                args, 0))
        return OK;
    return why_fail(why, ERR_CONFLICT, "tray_uuid_taken", "tray_uuid",
                    "another roll has this RFID identity");
}

enum err spools_write(struct db *db, int64_t id, const json_t *args, struct why *why)
{
    json_auto_t *copy = db_args(db, args_copy(args));
    db_put(db, copy, "id", json_integer(id));
    enum err e = take_tags(db, copy, why);
    if (e == OK)
        e = refuse_twin(db, copy, why);
    if (e)
        return e;
    auto_buf sql = {0};
    for (size_t i = 0; i < LEN(columns); i++)
        if (args_has(copy, columns[i][0]))
            buf_format(&sql, "%s, %s = coalesce(:%s, %s)",
                       sql.len ? "" : "UPDATE spool SET updated_at = :now", columns[i][1],
                       columns[i][0], columns[i][2] ? columns[i][2] : "NULL");
    if (sql.len) {
        buf_text(&sql, " WHERE id = :id");
        db_exec(db, db_sql(db, &sql), copy);
    }
    return db_status(db, why);
}

static enum err refuse_weight(const struct spools_weight *weight, int64_t initial, struct why *why)
{
    const char *field = weight->field ? weight->field : "current_weight_grams";
    if (weight->mg < 0)
        return why_fail(why, ERR_INVALID, "weight_below_zero", field,
                        "this would leave less than nothing on the roll");
    if (weight->mg > initial && !weight->raise_initial)
        return why_fail(why, ERR_INVALID, "current_above_initial", field,
                        "more than the initial weight of %g g; pass raise_initial to raise that",
                        (double)initial / 1000);
    return OK;
}

static void raise_initial(struct db *db, int64_t id, int64_t mg)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:I}", "id", (json_int_t)id, "mg", (json_int_t)mg));
    db_exec(db, "UPDATE spool SET initial_mg = :mg, updated_at = :now WHERE id = :id", args);
}

enum err spools_weigh(struct db *db, int64_t id, const struct spools_weight *weight,
                      char ret_event[ID_SIZE], struct why *why)
{
    json_auto_t *read = weight->base ? NULL : spools_base(db, id);
    const json_t *base = weight->base ? weight->base : read;
    if (!base)
        return spools_missing(db, why);
    int64_t initial = args_int(base, "initial_mg", 0), used = args_int(base, "used_mg", 0);
    enum err e = refuse_weight(weight, initial, why);
    if (e)
        return e;
    if (weight->mg > initial) {
        raise_initial(db, id, weight->mg);
        initial = weight->mg;
    }
    struct ledger_entry entry = {
        .spool = id,
        .mg = initial - used - weight->mg,
        .kind = weight->kind,
        .source = weight->source,
        .note = weight->note,
    };
    ret_event[0] = '\0';
    if (!entry.mg && !weight->always)
        return db_status(db, why);
    return ledger_add(db, &entry, ret_event, why);
}
