#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"
#include "store/alerts.h"
#include "store/args.h"
#include "store/db.h"
#include "store/slots_inside.h"

/* The slot, what it shows, the roll in it, and the question that waits. */
static const char slot_now[] =
    "SELECT sl.id, sl.printer, sl.label, sl.label || ' of ' || p.name AS place, "
    "json_object('ams_unit_number', sl.unit, 'slot_number', sl.slot) AS slot, "
    "coalesce(sl.material, 'filament') || coalesce(' ' || sl.color, '') AS shown, "
    "a.public_id AS stay, s.id AS spool, s.public_id AS spool_id, s.number AS spool_number, "
    "v.name AS brand, f.name AS product_name, f.material AS material_type, f.color AS color_hex, "
    "q.id AS asked, q.public_id AS question_id, q.kind AS question, q.reason FROM slot sl "
    "JOIN printer p ON p.id = sl.printer "
    "LEFT JOIN slot_assignment a ON a.slot = sl.id AND a.unassigned_at IS NULL "
    "LEFT JOIN spool s ON s.id = a.spool LEFT JOIN filament f ON f.id = s.filament "
    "LEFT JOIN vendor v ON v.id = f.vendor "
    "LEFT JOIN question q ON q.slot = sl.id AND q.state = 'open' WHERE sl.id = :slot";

static json_t *row_of(struct db *db, int64_t slot)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "slot", (json_int_t)slot));
    return db_row(db, slot_now, args, &alert_data);
}

/* The keys of ${row} that are named; a roll that there is not is left out. */
static json_t *data_of(const json_t *row, const char *const *names)
{
    json_t *data = json_object();
    for (; *names; names++) {
        json_t *value = json_object_get(row, *names);
        if (value && !json_is_null(value))
            json_object_set(data, *names, value);
    }
    return data;
}

static enum err tell(struct db *db, const json_t *row, const struct buf *cause,
                     const struct buf *text, int64_t question, struct why *why)
{
    static const char *const names[] = {"slot",          "label",     "spool_id",
                                        "spool_number",  "brand",     "product_name",
                                        "material_type", "color_hex", NULL};
    static const char *const asked[] = {
        "slot",          "label",     "spool_id", "spool_number", "brand", "product_name",
        "material_type", "color_hex", "question", "reason",       NULL};
    json_auto_t *data = db_args(db, data_of(row, question ? asked : names));
    if (cause->failed || text->failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for an alert");
    const struct alert alert = {
        .kind = ALERT_SLOT_CHANGED,
        .cause = cause->data,
        .text = text->data,
        .data = data,
        .printer = args_int(row, "printer", 0),
        .slot = args_int(row, "id", 0),
        .spool = args_int(row, "spool", 0),
        .question = question,
    };
    return alerts_open(db, &alert, why);
}

enum err slots_tell_roll(struct db *db, int64_t slot, struct why *why)
{
    json_auto_t *row = row_of(db, slot);
    const char *stay = args_text(row, "stay");
    if (!stay)
        return db_status(db, why);
    auto_buf cause = {0}, text = {0};
    buf_format(&cause, "slot_changed:%s", stay);
    if (args_given(row, "spool"))
        buf_format(&text, "%s now holds roll %d (%s %s)", args_text(row, "place"),
                   (int)args_int(row, "spool_number", 0), args_text(row, "brand"),
                   args_text(row, "product_name"));
    else
        buf_format(&text, "%s now holds no roll", args_text(row, "place"));
    return tell(db, row, &cause, &text, 0, why);
}

static void ask(struct buf *text, const json_t *row)
{
    const char *place = args_text(row, "place"), *shown = args_text(row, "shown");
    bool held = args_given(row, "spool");
    if (held && strcmp(args_text(row, "question"), "mismatch") == 0)
        buf_format(text, "%s shows %s, but is said to hold roll %d (%s %s). What is in it?", place,
                   shown, (int)args_int(row, "spool_number", 0), args_text(row, "brand"),
                   args_text(row, "product_name"));
    else if (held)
        buf_format(text, "%s holds a roll that was unknown: %s %s. Is that right?", place,
                   args_text(row, "brand"), args_text(row, "product_name"));
    else
        buf_format(text, "%s changed to %s. What spool did you load?", place, shown);
}

enum err slots_tell_question(struct db *db, int64_t slot, struct why *why)
{
    json_auto_t *row = row_of(db, slot);
    if (!args_given(row, "asked"))
        return db_status(db, why);
    auto_buf cause = {0}, text = {0};
    buf_format(&cause, "slot_question:%s", args_text(row, "question_id"));
    ask(&text, row);
    return tell(db, row, &cause, &text, args_int(row, "asked", 0), why);
}
