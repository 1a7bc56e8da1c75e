#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/limits.h"
#include "base/text.h"
#include "store/args.h"
#include "store/db.h"
#include "store/number.h"
#include "store/transfer_inside.h"

/*
 * Spoolman's own export of its spools: a list of objects, each with its filament and that with its
 * vendor inside. Weights are grams; `remaining_weight` is what is left of `initial_weight`, or of
 * the `weight` of the filament where the spool has none; `used_weight` is what was taken from it.
 */

const char transfer_spoolman[] = "spoolman:";

enum { COLOR_SIZE = 10, ID_TEXT = 64, NOZZLE_LEAST = 100 };

static const json_t *inside(const json_t *row, const char *object)
{
    return json_object_get(row, object);
}

/* The first that is a number; NULL: none. */
static json_t *number_of(const json_t *const *rows, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_t *value = json_object_get(rows[i], keys[i]);
        if (json_is_number(value))
            return value;
    }
    return NULL;
}

/* Spoolman computes with floating point: 999.9999999 g is 1000 g. */
static json_t *grams(const json_t *value)
{
    return json_real((double)number_thousandths(value) / 1000.0);
}

static void put_text(struct db *db, json_t *body, const char *as, const json_t *row,
                     const char *key)
{
    const char *text = args_text(row, key);
    if (text && *text)
        db_put(db, body, as, json_string(text));
}

static void put_number(struct db *db, json_t *body, const char *as, const json_t *row,
                       const char *key)
{
    json_t *value = json_object_get(row, key);
    if (json_is_number(value))
        db_put(db, body, as, json_incref(value));
}

static void put_grams(struct db *db, json_t *body, const char *as, const json_t *value)
{
    if (value)
        db_put(db, body, as, grams(value));
}

/* "FF0000,00FF00" */
static void put_colors(struct db *db, json_t *body, const json_t *filament)
{
    const char *list = args_text(filament, "multi_color_hexes");
    put_text(db, body, "color_hex", filament, "color_hex");
    if (!list || !*list)
        return;
    json_t *colors = db_args(db, json_array());
    while (*list) {
        size_t len = strcspn(list, ",");
        char color[COLOR_SIZE] = "#";
        bool fits =
            text_copy_len(color + 1, sizeof color - 1, list + (*list == '#'), len - (*list == '#'));
        text_upper(color);
        if (len && fits && json_array_append_new(colors, json_string(color)) != 0)
            db_fail(db, ERR_NOMEM, NULL, "", "no memory for colours");
        list += len + (list[len] == ',');
    }
    db_put(db, body, "color_hexes", colors);
    put_text(db, body, "multi_color_direction", filament, "multi_color_direction");
}

/* One temperature is all it knows. Zero stands for none. */
static void put_temperature(struct db *db, json_t *body, const char *low, const char *high,
                            const json_t *value, double least)
{
    if (!json_is_number(value) || json_number_value(value) < least)
        return;
    json_int_t degrees = (json_int_t)lround(json_number_value(value));
    db_put(db, body, low, json_integer(degrees));
    db_put(db, body, high, json_integer(degrees));
}

static void put_product(struct db *db, json_t *body, const json_t *filament, const json_t *vendor)
{
    const char *material = args_text(filament, "material");
    const char *name = args_text(filament, "name");
    const char *brand = args_text(vendor, "name");
    material = material && *material ? material : "Unknown";
    db_put(db, body, "material_type", json_string(material));
    db_put(db, body, "product_name", json_string(name && *name ? name : material));
    db_put(db, body, "brand", json_string(brand && *brand ? brand : "Unknown"));
    put_colors(db, body, filament);
    put_number(db, body, "density_g_cm3", filament, "density");
    put_number(db, body, "diameter_mm", filament, "diameter");
    put_text(db, body, "article_number", filament, "article_number");
    put_temperature(db, body, "nozzle_temp_min_c", "nozzle_temp_max_c",
                    inside(filament, "settings_extruder_temp"), NOZZLE_LEAST);
    put_temperature(db, body, "bed_temp_min_c", "bed_temp_max_c",
                    inside(filament, "settings_bed_temp"), 1);
}

/* What is told to be left decides: it is what people look at. Spoolman lets a spool be used further
 * than to its end and shows 0 then; where more is left than there was, only the use can be right.
 */
static int64_t used_of(const json_t *full, const json_t *left, const json_t *used)
{
    int64_t told = json_is_number(used) ? number_thousandths(used) : 0;
    if (!full || !json_is_number(left))
        return told;
    int64_t gone = number_thousandths(full) - number_thousandths(left);
    bool overdrawn = number_thousandths(left) == 0 && told > gone;
    return gone < 0 || overdrawn ? told : gone;
}

static void put_weights(struct db *db, const json_t *row, const json_t *filament,
                        const json_t *vendor, struct transfer_roll *roll)
{
    const json_t *const full_of[] = {row, filament}, *const empty_of[] = {row, filament, vendor},
                        *const price_of[] = {row, filament};
    static const char *const full_keys[] = {"initial_weight", "weight"};
    static const char *const empty_keys[] = {"spool_weight", "spool_weight", "empty_spool_weight"};
    static const char *const price_keys[] = {"price", "price"};
    const json_t *used = inside(row, "used_weight"), *left = inside(row, "remaining_weight");
    const json_t *full = number_of(full_of, full_keys, LEN(full_keys));
    roll->used_mg = used_of(full, left, used);
    if (full)
        put_grams(db, roll->body, "initial_weight_grams", full);
    else if (json_is_number(left))
        db_put(db, roll->body, "initial_weight_grams",
               json_real((double)(number_thousandths(left) + roll->used_mg) / 1000.0));
    put_grams(db, roll->body, "spool_weight_grams",
              number_of(empty_of, empty_keys, LEN(empty_keys)));
    const json_t *price = number_of(price_of, price_keys, LEN(price_keys));
    if (price)
        db_put(db, roll->body, "cost_usd", json_real((double)number_hundredths(price) / 100.0));
}

static bool used_fits(struct transfer_run *run, const struct transfer_roll *roll)
{
    if (roll->used_mg >= 0 && roll->used_mg <= LIMIT_GRAMS * 1000LL)
        return true;
    transfer_fault(run, &roll->where, "used_weight", "out_of_range",
                   "is no amount that can have been used");
    return false;
}

/* In ms; 0: it is not told, or (which is reported) nobody can read it. */
static int64_t put_time(struct transfer_run *run, const struct transfer_roll *roll, const char *as,
                        const json_t *row, const char *key)
{
    const char *text = args_text(row, key);
    int64_t ms = 0;
    if (!args_given(row, key))
        return 0;
    if (text && text_to_time(text, true, &ms)) {
        db_put(run->db, roll->facts, as, json_integer(ms));
        return ms;
    }
    transfer_problem(run, &roll->where, key, "invalid_time",
                     "is no time, such as 2026-12-31T00:00:00Z, and was left out");
    return 0;
}

/* What only the product or its brand has. */
static void enrich(struct db *db, int64_t spool, const json_t *filament, const json_t *vendor)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "spool", (json_int_t)spool));
    put_text(db, args, "comment", filament, "comment");
    put_text(db, args, "external_id", filament, "external_id");
    db_exec(db,
            "UPDATE filament SET comment = coalesce(comment, :comment), external_id = "
            "coalesce(external_id, :external_id), updated_at = :now "
            "WHERE id = (SELECT filament FROM spool WHERE id = :spool) "
            "AND (comment IS NULL AND :comment IS NOT NULL "
            "OR external_id IS NULL AND :external_id IS NOT NULL)",
            args);
    json_auto_t *brand = db_args(db, json_pack("{s:I}", "spool", (json_int_t)spool));
    put_text(db, brand, "comment", vendor, "comment");
    put_text(db, brand, "external_id", vendor, "external_id");
    db_exec(db,
            "UPDATE vendor SET comment = coalesce(comment, :comment), external_id = "
            "coalesce(external_id, :external_id), updated_at = :now "
            "WHERE id = (SELECT f.vendor FROM spool s JOIN filament f ON f.id = s.filament "
            "WHERE s.id = :spool) AND (comment IS NULL AND :comment IS NOT NULL "
            "OR external_id IS NULL AND :external_id IS NOT NULL)",
            brand);
}

static bool name_roll(struct transfer_run *run, const json_t *row, struct transfer_roll *roll)
{
    char id[ID_TEXT];
    const json_t *number = json_object_get(row, "id");
    if (!json_is_integer(number) || !json_is_object(json_object_get(row, "filament"))) {
        transfer_fault(run, &roll->where, json_is_integer(number) ? "filament" : "id", "required",
                       "is missing: this is no list of spools from Spoolman");
        return false;
    }
    snprintf(id, sizeof id, "%s%lld", transfer_spoolman, (long long)json_integer_value(number));
    db_put(run->db, roll->body, "external_id", json_string(id));
    roll->known = db_int(run->db,
                         "SELECT id FROM spool WHERE external_id = :external_id "
                         "ORDER BY deleted_at IS NOT NULL, id LIMIT 1",
                         roll->body, 0);
    return true;
}

static enum err pass_row(struct transfer_run *run, const json_t *row, struct transfer_roll *roll,
                         struct why *why)
{
    struct db *db = run->db;
    const json_t *filament = inside(row, "filament"), *vendor = inside(filament, "vendor");
    int64_t spool;
    if (!name_roll(run, row, roll))
        return db_status(db, why);
    put_product(db, roll->body, filament, vendor);
    put_weights(db, row, filament, vendor, roll);
    if (!used_fits(run, roll))
        return db_status(db, why);
    put_text(db, roll->body, "lot", row, "lot_nr");
    put_text(db, roll->body, "location", row, "location");
    put_text(db, roll->body, "notes", row, "comment");
    if (json_object_size(inside(row, "extra")))
        db_put(db, roll->body, "extra", json_incref(json_object_get(row, "extra")));
    roll->archived = args_true(row, "archived");
    put_time(run, roll, "first_used_at", row, "first_used");
    roll->used_at = put_time(run, roll, "last_used_at", row, "last_used");
    enum err e = transfer_spool(run, roll, &spool, why);
    if (e == OK && spool && !run->faulty)
        enrich(db, spool, filament, vendor);
    return e != OK ? e : db_status(db, why);
}

enum err transfer_import_spoolman(struct transfer_run *run, struct transfer_file *file,
                                  struct why *why)
{
    struct transfer_roll roll = {.note = "used before the import, by Spoolman's count",
                                 .where = {.entity = "spools"}};
    for (;; roll.where.index++) {
        json_auto_t *row = NULL, *body = db_args(run->db, json_object()),
                    *facts = db_args(run->db, json_object());
        enum err e = transfer_file_row(file, roll.where.index == 0, &row, &roll.where.line, why);
        if (e != OK || !row)
            return e;
        roll.body = body;
        roll.facts = facts;
        e = pass_row(run, row, &roll, why);
        if (e != OK)
            return e;
    }
}
