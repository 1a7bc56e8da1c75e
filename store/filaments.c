#include "store/filaments.h"

#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/product.h"

static const struct field fields[] = {
    {.name = "filament_id", .kind = K_TEXT, .doc = "Identifier of the product"},
    {.name = "vendor_id", .kind = K_TEXT, .doc = "Identifier of its vendor"},
    {.name = "brand", .kind = K_TEXT, .doc = "Name of its vendor"},
    {.name = "product_name", .kind = K_TEXT, .doc = "Name of the product"},
    {.name = "material_type", .kind = K_TEXT, .doc = "Material"},
    {.name = "color_hex", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "#RRGGBB"},
    {.name = "color_alpha", .kind = K_INT, .doc = "0 clear to 255 opaque"},
    {.name = "color_hexes", .kind = K_LIST, .doc = "Colours of a multi-colour product"},
    {.name = "multi_color_direction",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "coaxial or longitudinal"},
    {.name = "profile",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Id that printers report for it, such as GFA00"},
    {.name = "density_g_cm3", .kind = K_REAL, .flags = FIELD_NULLABLE, .doc = "Density"},
    {.name = "diameter_mm", .kind = K_REAL, .doc = "Diameter"},
    {.name = "net_weight_grams",
     .kind = K_GRAMS,
     .flags = FIELD_NULLABLE,
     .doc = "Filament on a new roll"},
    {.name = "spool_weight_grams",
     .kind = K_GRAMS,
     .flags = FIELD_NULLABLE,
     .doc = "Weight of the empty spool"},
    {.name = "cost_usd", .kind = K_MONEY, .flags = FIELD_NULLABLE, .doc = "Usual price of a roll"},
    {.name = "nozzle_temp_min_c", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "degC"},
    {.name = "nozzle_temp_max_c", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "degC"},
    {.name = "bed_temp_min_c", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "degC"},
    {.name = "bed_temp_max_c", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "degC"},
    {.name = "drying_requirements",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "How to dry it, as text"},
    {.name = "article_number", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "To order it by"},
    {.name = "reorder_url", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Where to order it"},
    {.name = "notes", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Free text"},
    {.name = "external_id",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Identifier in another inventory"},
    {.name = "extra", .kind = K_OBJECT, .doc = "Fields of the user's own"},
    {.name = "rolls", .kind = K_INT, .doc = "Rolls of it that are not archived"},
    {.name = "remaining_grams", .kind = K_GRAMS, .doc = "What is left on all of them"},
    {.name = "created_at", .kind = K_TIME, .doc = "When it was entered"},
    {.name = "updated_at", .kind = K_TIME, .doc = "When it last changed"},
};
const struct field_shape filaments_shape = {"filaments", fields, LEN(fields), "Filament"};

/* What a product knows beyond the facts that a roll tells: key of the API, column. */
static const char *const more[][2] = {
    {"net_weight_grams", "net_mg"}, {"spool_weight_grams", "tare_mg"},
    {"cost_usd", "price_cents"},    {"reorder_url", "reorder_url"},
    {"notes", "comment"},           {"external_id", "external_id"},
};

static enum err missing(struct db *db, struct why *why)
{
    return db_missing(db, why, "filament_not_found", "filament_id", "no such filament");
}

static int64_t find(struct db *db, const json_t *args)
{
    return db_int(db, "SELECT id FROM filament WHERE public_id = lower(:filament_id)", args, 0);
}

static enum err row_of(struct db *db, int64_t id, json_t **ret, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    *ret = db_row(db,
                  "SELECT * FROM filaments WHERE filament_id = "
                  "(SELECT public_id FROM filament WHERE id = :id)",
                  args, &filaments_shape);
    return *ret ? OK : missing(db, why);
}

static enum err facts_of(struct db *db, const json_t *args, json_t **ret_facts, struct why *why)
{
    json_t *facts = NULL;
    enum err e = product_facts(db, args, &facts, why);
    if (e)
        return e;
    for (size_t i = 0; i < LEN(more); i++)
        args_take(facts, more[i][1], args, more[i][0]);
    args_take(facts, "extra", args, "extra");
    *ret_facts = facts;
    return OK;
}

enum err filaments_create(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *facts = NULL;
    enum err e = facts_of(db, args, &facts, why);
    if (e == OK)
        e = product_check(facts, why);
    return e ? e : row_of(db, product_make(db, facts), ret, why);
}

static void write_more(struct db *db, int64_t id, const json_t *facts)
{
    json_auto_t *args = db_args(db, args_copy(facts));
    db_put(db, args, "id", json_integer(id));
    for (size_t i = 0; i < LEN(more); i++) {
        auto_buf sql = {0};
        buf_format(&sql, "UPDATE filament SET %s = :%s WHERE id = :id", more[i][1], more[i][1]);
        if (args_has(facts, more[i][1]) && !sql.failed)
            db_exec(db, sql.data, args);
    }
    if (args_has(facts, "extra"))
        db_exec(db, "UPDATE filament SET extra = coalesce(:extra, '{}') WHERE id = :id", args);
}

enum err filaments_update(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = find(db, args);
    if (!id)
        return missing(db, why);
    json_auto_t *facts = NULL;
    json_auto_t *merged = product_of(db, id);
    enum err e = facts_of(db, args, &facts, why);
    if (e)
        return e;
    if (!merged || json_object_update(merged, facts))
        return db_missing(db, why, "filament_not_found", "filament_id", "no such filament");
    e = product_check(merged, why);
    if (e)
        return e;
    product_write(db, id, facts);
    write_more(db, id, facts);
    return row_of(db, id, ret, why);
}

enum err filaments_delete(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = find(db, args);
    if (!id)
        return missing(db, why);
    json_auto_t *copy = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    if (db_int(db, "SELECT 1 FROM spool WHERE filament = :id LIMIT 1", copy, 0))
        return why_fail(why, ERR_CONFLICT, "filament_in_use", "filament_id",
                        "rolls of this product exist, or existed and have a history");
    db_exec(db, "DELETE FROM filament WHERE id = :id", copy);
    *ret = db_args(db, json_pack("{s:O, s:s}", "filament_id", json_object_get(args, "filament_id"),
                                 "status", "deleted"));
    return db_status(db, why);
}

enum err filaments_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = find(db, args);
    return id ? row_of(db, id, ret, why) : missing(db, why);
}

enum err filaments_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {
        {"material", "lower(material_type) = lower(:material)"},
        {"brand", "lower(brand) = lower(:brand)"},
        {"vendor_id", "vendor_id = lower(:vendor_id)"},
        {"profile", "profile = :profile"},
        {"external_id", "external_id = :external_id"},
        {"q", "instr(lower(brand || ' ' || product_name || ' ' || material_type), lower(:q)) > 0"},
    };
    static const struct list_sort sorts[] = {
        {"created_at", "created_at"},           {"brand", "brand"},
        {"product_name", "product_name"},       {"material_type", "material_type"},
        {"remaining_grams", "remaining_grams"}, {"updated_at", "updated_at"}};
    static const struct list_kind kind = {
        .shape = &filaments_shape,
        .entity = "filament",
        .key = "filament_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    return list_read(db, &kind, args, ret_list, why);
}
