#include "store/spools.h"

#include <stdlib.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "core/color.h"
#include "core/rules.h"
#include "store/args.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/list.h"
#include "store/search.h"
#include "store/slots.h"
#include "store/spools_inside.h"

enum err spools_missing(const struct db *db, struct why *why)
{
    return db_missing(db, why, "spool_not_found", "spool_id", "no such spool");
}

/* A name as it is written, then as ids are made, then a number. */
#define BY_NAME                                                                                    \
    "coalesce((SELECT id FROM spool WHERE public_id = :name AND deleted_at IS NULL), "             \
    "(SELECT id FROM spool WHERE public_id = lower(:name) AND deleted_at IS NULL), "               \
    "(SELECT id FROM spool WHERE number = :number AND deleted_at IS NULL))"
#define BASE                                                                                       \
    "SELECT s.id, s.public_id, s.filament, s.initial_mg, s.used_mg, s.archived_at, "               \
    "coalesce(s.tare_mg, f.tare_mg, v.tare_mg) AS tare_mg, "                                       \
    "coalesce(f.density, m.chosen_density, m.density) AS density, f.diameter "                     \
    "FROM spool s JOIN filament f ON f.id = s.filament JOIN vendor v ON v.id = f.vendor "          \
    "LEFT JOIN material m ON m.name = f.material WHERE s.id = "

static json_t *name_args(struct db *db, const json_t *spool_id)
{
    int64_t number = json_is_integer(spool_id) ? json_integer_value(spool_id) : 0;
    const char *text = json_string_value(spool_id);
    if (text)
        text_to_int(text, &number);
    return db_args(db, json_pack("{s:o, s:I}", "name", text ? json_string(text) : json_null(),
                                 "number", (json_int_t)number));
}

int64_t spools_find(struct db *db, const json_t *spool_id)
{
    json_auto_t *args = name_args(db, spool_id);
    return db_int(db, "SELECT " BY_NAME, args, 0);
}

json_t *spools_base(struct db *db, int64_t id)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    return db_row(db, BASE ":id", args, NULL);
}

json_t *spools_base_named(struct db *db, const json_t *spool_id, int64_t *ret_id)
{
    json_auto_t *args = name_args(db, spool_id);
    json_t *base = db_row(db, BASE BY_NAME, args, NULL);
    *ret_id = args_int(base, "id", 0);
    return base;
}

enum err spools_row(struct db *db, int64_t id, json_t **ret, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    *ret = db_row(
        db, "SELECT * FROM spools WHERE spool_id = (SELECT public_id FROM spool WHERE id = :id)",
        args, &spools_shape);
    return *ret ? OK : spools_missing(db, why);
}

enum err spools_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = spools_find(db, json_object_get(args, "spool_id"));
    return id ? spools_row(db, id, ret, why) : spools_missing(db, why);
}

enum err spools_row_text(struct db *db, int64_t id, struct buf *out, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    db_text_row(
        db, "SELECT * FROM spools WHERE spool_id = (SELECT public_id FROM spool WHERE id = :id)",
        args, &spools_shape, out);
    return db_status(db, why);
}

enum err spools_text(struct db *db, const json_t *args, struct buf *ret_body, int64_t *ret_seq,
                     struct why *why)
{
    int64_t id = spools_find(db, json_object_get(args, "spool_id"));
    if (!id)
        return spools_missing(db, why);
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    *ret_seq = db_int(db,
                      "SELECT seq FROM change WHERE entity = 'spool' AND public_id = "
                      "(SELECT public_id FROM spool WHERE id = :id)",
                      keys, 0);
    return spools_row_text(db, id, ret_body, why);
}

/* --- list --- */

static const int whole_delta_e = 100; /* hundredths */

/* Ids of the products whose colour is near ${wanted}. */
static json_t *near_products(struct db *db, struct color wanted, int limit)
{
    json_auto_t *rows = db_rows(
        db, "SELECT /* scan */ public_id AS id, color FROM filament WHERE color IS NOT NULL", NULL,
        NULL);
    json_t *near = json_array();
    size_t i;
    const json_t *row;
    json_array_foreach (rows, i, row) {
        struct color color;
        const char *text = args_text(row, "color");
        if (text && color_parse(text, &color) && color_distance(wanted, color) <= limit)
            json_array_append(near, json_object_get(row, "id"));
    }
    return near;
}

static enum err prepare_filters(struct db *db, json_t *args, struct why *why)
{
    const char *text = args_text(args, "color");
    search_prepare(db, args);
    if (!text)
        return OK;
    struct color wanted;
    if (!color_parse(text, &wanted))
        return why_fail(why, ERR_INVALID, "invalid_color", "color",
                        "a colour is #RGB, #RRGGBB or #RRGGBBAA");
    int limit = RULE_COLOR_SAME;
    if (args_given(args, "max_delta_e"))
        limit = (int)(json_number_value(json_object_get(args, "max_delta_e")) * whole_delta_e);
    db_put(db, args, "near", near_products(db, wanted, limit));
    return OK;
}

static const char search[] = "spool_id IN (SELECT public_id FROM spool WHERE id IN "
                             "(SELECT rowid FROM spool_search WHERE spool_search MATCH :match))";

static const struct list_filter filters[] = {
    {"archived", "!archived_at IS NULL"},
    {"archived", "(:archived OR archived_at IS NULL)"},
    {"material", "lower(material_type) = lower(:material)"},
    {"brand", "lower(brand) = lower(:brand)"},
    {"match", search},
    {"near", "filament_id IN (SELECT value FROM json_each(:near))"},
    {"loaded", "(loaded_in IS NOT NULL) = :loaded"},
    {"low", "low = :low"},
    {"draft", "draft = :draft"},
    {"expired", "expired = :expired"},
    {"location", "location = :location"},
    {"lot", "lot = :lot"},
    {"filament_id", "filament_id = lower(:filament_id)"},
    {"external_id", "external_id = :external_id"},
    {"tray_uuid", "tray_uuid = upper(:tray_uuid)"},
};
static const struct list_sort sorts[] = {{"spool_number", "spool_number"},
                                         {"created_at", "created_at"},
                                         {"updated_at", "updated_at"},
                                         {"brand", "brand"},
                                         {"product_name", "product_name"},
                                         {"material_type", "material_type"},
                                         {"color_hex", "color_hex"},
                                         {"initial_weight_grams", "initial_weight_grams"},
                                         {"current_weight_grams", "current_weight_grams"},
                                         {"remaining_percent", "remaining_percent"},
                                         {"location", "location"},
                                         {"purchase_date", "purchase_date"},
                                         {"dry_by", "dry_by"},
                                         {"cost_usd", "cost_usd"},
                                         {"last_used_at", "last_used_at"}};
static const struct list_kind kind = {
    .shape = &spools_shape,
    .entity = "spool",
    .key = "spool_id",
    .filters = filters,
    .filter_count = LEN(filters),
    .sorts = sorts,
    .sort_count = LEN(sorts),
    .order = "ASC",
};

enum err spools_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    json_auto_t *copy = db_args(db, args_copy(args));
    enum err e = prepare_filters(db, copy, why);
    return e ? e : list_read(db, &kind, copy, ret_list, why);
}

enum err spools_history(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    if (!spools_find(db, json_object_get(args, "spool_id")))
        return spools_missing(db, why);
    return slots_history(db, args, ret_list, why);
}
