#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "core/color.h"
#include "core/match.h"
#include "core/tray.h"
#include "store/args.h"
#include "store/db.h"
#include "store/slots.h"
#include "store/slots_inside.h"

/* What a slot shows, and the rolls that may be behind it, as core sees them. */

static void copy(char *to, size_t size, const json_t *row, const char *key)
{
    const char *text = args_text(row, key);
    if (!text || !text_copy(to, size, text))
        memset(to, 0, size);
}

static enum slot_state state_of(const char *slug)
{
    for (int state = SLOT_UNSEEN; slug && state <= SLOT_PRESENT; state++)
        if (strcmp(slot_state_slug((enum slot_state)state), slug) == 0)
            return (enum slot_state)state;
    return SLOT_UNSEEN;
}

static void fill_colors(const json_t *row, struct tray *tray)
{
    struct color color;
    const char *text = args_text(row, "color");
    if (text && color_parse(text, &color)) {
        color.a = (uint8_t)args_int(row, "alpha", 255);
        tray->has_color = 1;
        tray->rgba = color_rgba(color);
    }
    const char *list = args_text(row, "colors");
    json_auto_t *colors = list ? json_loads(list, 0, NULL) : NULL;
    for (size_t i = 0; i < json_array_size(colors) && i < TRAY_COLORS_MAX; i++)
        if (color_parse(json_string_value(json_array_get(colors, i)), &color))
            tray->colors[tray->color_count++] = color_rgba(color);
}

enum err slots_tray(struct db *db, int64_t slot, struct tray *ret_tray, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)slot));
    json_auto_t *row =
        db_row(db,
               "SELECT CASE WHEN reported_at IS NULL THEN '' ELSE state END AS state, "
               "color, alpha, colors, material, profile, name, tag_uid, tray_uuid "
               "FROM slot WHERE id = :id",
               args, NULL);
    if (!row)
        return db_missing(db, why, "slot_not_found", "slot_number", "no such slot");
    tray_init(ret_tray);
    ret_tray->state = state_of(args_text(row, "state"));
    fill_colors(row, ret_tray);
    copy(ret_tray->material, sizeof ret_tray->material, row, "material");
    copy(ret_tray->profile, sizeof ret_tray->profile, row, "profile");
    copy(ret_tray->name, sizeof ret_tray->name, row, "name");
    copy(ret_tray->tag_uid, sizeof ret_tray->tag_uid, row, "tag_uid");
    copy(ret_tray->tray_uuid, sizeof ret_tray->tray_uuid, row, "tray_uuid");
    return OK;
}

void slots_look(struct db *db, int64_t slot, char ret_fingerprint[FINGERPRINT_SIZE])
{
    struct tray tray;
    ret_fingerprint[0] = '\0';
    if (slots_tray(db, slot, &tray, NULL) == OK)
        match_fingerprint(&tray, ret_fingerprint);
}

/* --- rolls --- */

static const char roll_columns[] =
    "SELECT s.id, s.number, v.name AS brand, f.name AS product, f.material, f.profile, f.color, "
    "f.alpha, f.colors, s.tray_uuid, s.tag_uid_1, s.tag_uid_2, "
    "s.initial_mg - s.used_mg AS remaining, s.archived_at IS NOT NULL AS archived, s.draft, "
    "sl.printer, sl.unit, sl.slot, coalesce(s.last_used_at, 0) AS last_used_at FROM spool s "
    "JOIN filament f ON f.id = s.filament JOIN vendor v ON v.id = f.vendor "
    "LEFT JOIN slot_assignment a ON a.spool = s.id AND a.unassigned_at IS NULL "
    "LEFT JOIN slot sl ON sl.id = a.slot WHERE s.deleted_at IS NULL ";

static void fill_roll_colors(const json_t *row, struct roll *roll)
{
    struct color color;
    const char *list = args_text(row, "colors"), *one = args_text(row, "color");
    json_auto_t *colors = list ? json_loads(list, 0, NULL) : NULL;
    for (size_t i = 0; i < json_array_size(colors) && i < COLORS_MAX; i++)
        if (color_parse(json_string_value(json_array_get(colors, i)), &color))
            roll->colors.list[roll->colors.count++] = color;
    if (roll->colors.count || !one || !color_parse(one, &color))
        return;
    color.a = (uint8_t)args_int(row, "alpha", 255);
    roll->colors.list[roll->colors.count++] = color;
}

static void fill_roll(const json_t *row, struct roll *roll)
{
    memset(roll, 0, sizeof *roll);
    roll->id = args_int(row, "id", 0);
    roll->number = args_int(row, "number", 0);
    copy(roll->brand, sizeof roll->brand, row, "brand");
    copy(roll->product, sizeof roll->product, row, "product");
    copy(roll->material, sizeof roll->material, row, "material");
    copy(roll->profile, sizeof roll->profile, row, "profile");
    copy(roll->tray_uuid, sizeof roll->tray_uuid, row, "tray_uuid");
    copy(roll->tag_uids[0], sizeof roll->tag_uids[0], row, "tag_uid_1");
    copy(roll->tag_uids[1], sizeof roll->tag_uids[1], row, "tag_uid_2");
    fill_roll_colors(row, roll);
    roll->remaining_mg = args_int(row, "remaining", 0);
    roll->archived = args_int(row, "archived", 0) != 0;
    roll->draft = args_int(row, "draft", 0) != 0;
    roll->loaded_printer = args_int(row, "printer", 0);
    roll->loaded_at.unit = (int16_t)args_int(row, "unit", 0);
    roll->loaded_at.slot = (int16_t)args_int(row, "slot", 0);
    roll->last_used_at = args_int(row, "last_used_at", 0);
}

bool slots_roll(struct db *db, int64_t spool, struct roll *ret_roll)
{
    char sql[sizeof roll_columns + 32];
    snprintf(sql, sizeof sql, "%sAND s.id = :id", roll_columns);
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)spool));
    json_auto_t *row = db_row(db, sql, args, NULL);
    if (row)
        fill_roll(row, ret_roll);
    return row != NULL;
}

enum err slots_rolls(struct db *db, struct roll **ret_rolls, size_t *ret_count, struct why *why)
{
    char sql[sizeof roll_columns + 32];
    snprintf(sql, sizeof sql, "%sORDER BY s.id /* scan */", roll_columns);
    json_auto_t *rows = db_rows(db, sql, NULL, NULL);
    size_t count = json_array_size(rows);
    struct roll *rolls = calloc(count + 1, sizeof *rolls);
    if (!rolls)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for the rolls");
    for (size_t i = 0; i < count; i++)
        fill_roll(json_array_get(rows, i), &rolls[i]);
    *ret_rolls = rolls;
    *ret_count = count;
    return db_status(db, why);
}

/* --- what agrees --- */

enum err slots_refresh_match(struct db *db, int64_t slot, struct why *why)
{
    struct tray tray;
    enum err e = slots_tray(db, slot, &tray, why);
    if (e)
        return e;
    struct roll roll;
    json_auto_t *open = slots_open_row(db, slot);
    int64_t spool = args_int(open, "spool", 0);
    bool assigned = spool && slots_roll(db, spool, &roll);
    const char *match = match_slug(slot_match(&tray, assigned ? &roll : NULL));
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:s}", "id", (json_int_t)slot, "match", match));
    db_exec(db,
            "UPDATE slot SET match = :match, updated_at = :now WHERE id = :id AND match <> :match",
            args);
    return db_status(db, why);
}

enum err slots_refresh_spool(struct db *db, int64_t spool, struct why *why)
{
    int64_t slot = slots_holding(db, spool);
    return slot ? slots_refresh_match(db, slot, why) : db_status(db, why);
}

enum err slots_bind(struct db *db, int64_t spool, const struct tray *tray, struct why *why)
{
    struct look look;
    look_of(tray, &look);
    if (!look_tagged(&look))
        return OK;
    json_auto_t *args = db_args(db, json_pack("{s:I, s:s, s:s}", "id", (json_int_t)spool, "uuid",
                                              look.tray_uuid, "uid", look.tag_uid));
    db_exec(db,
            "UPDATE spool SET tray_uuid = nullif(:uuid, ''), updated_at = :now WHERE id = :id "
            "AND tray_uuid IS NULL AND :uuid <> '' AND NOT EXISTS (SELECT 1 FROM spool o "
            "WHERE o.tray_uuid = :uuid AND o.deleted_at IS NULL)",
            args);
    db_exec(
        db,
        "UPDATE spool SET tag_uid_2 = CASE WHEN tag_uid_1 IS NULL THEN NULL ELSE :uid END, "
        "tag_uid_1 = coalesce(tag_uid_1, :uid), updated_at = :now WHERE id = :id "
        "AND :uid <> '' AND tag_uid_2 IS NULL AND tag_uid_1 IS NOT :uid "
        "AND NOT EXISTS (SELECT 1 FROM spool o WHERE o.tag_uid_1 = :uid AND o.deleted_at IS NULL) "
        "AND NOT EXISTS (SELECT 1 FROM spool o WHERE o.tag_uid_2 = :uid AND o.deleted_at IS NULL)",
        args);
    return db_status(db, why);
}
