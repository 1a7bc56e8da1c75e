#include "store/filaments.h"

#include "base/auto.h"
#include "base/buf.h"
#include "core/code.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/product.h"
#include "store/search.h"
#include "store/slots.h"

static const char *const directions[] = {"coaxial", "longitudinal", NULL};

static const struct field fields[] = {
    {.name = "filament_id", .kind = K_TEXT, .doc = "Identifier of the product"},
    {.name = "vendor_id", .kind = K_TEXT, .doc = "Identifier of its vendor"},
    {.name = "brand", .kind = K_TEXT, .doc = "Name of its vendor"},
    {.name = "product_name", .kind = K_TEXT, .doc = "Name of the product"},
    {.name = "material_type", .kind = K_TEXT, .doc = "Material"},
    {.name = "color_hex", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "#RRGGBB"},
    {.name = "color_alpha", .kind = K_INT, .doc = "0 clear to 255 opaque"},
    {.name = "color_hexes",
     .kind = K_LIST,
     .doc = "Colours of a multi-colour product",
     .of = &field_colors},
    {.name = "multi_color_direction",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .words = directions,
     .doc = "How several colours run"},
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
    {.name = "barcode",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "EAN or UPC on its box, as digits; no other product has it"},
    {.name = "reorder_url", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Where to order it"},
    {.name = "notes", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Free text"},
    {.name = "external_id",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Identifier in another inventory"},
    {.name = "extra", .kind = K_OBJECT, .doc = "Fields of the user's own", .of = &field_any},
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
    {"barcode", "barcode"},
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

/* A product names its vendor by brand (made where it is new) or by vendor_id. Where a client sends
 * both, as it read them, that which differs from ${current} (0: a new product) counts. */
static enum err take_vendor(struct db *db, const json_t *args, int64_t current, json_t *facts,
                            struct why *why)
{
    if (!args_given(args, "vendor_id"))
        return OK;
    int64_t named =
        db_int(db, "SELECT id FROM vendor WHERE public_id = lower(:vendor_id)", args, 0);
    if (!named && !db_failed(db))
        return why_fail(why, ERR_INVALID, "vendor_not_found", "vendor_id", "no such vendor");
    int64_t branded = args_int(facts, "vendor", current);
    if (named == current || named == branded)
        return db_status(db, why);
    if (branded != current)
        return why_fail(why, ERR_INVALID, "vendor_mismatch", "vendor_id",
                        "brand and vendor_id name different vendors; send one of them");
    db_put(db, facts, "vendor", json_integer(named));
    return db_status(db, why);
}

static enum err refuse_barcode(struct db *db, const json_t *facts, int64_t self, struct why *why)
{
    json_auto_t *args = db_args(db, args_copy(facts));
    db_put(db, args, "self", json_integer(self));
    json_auto_t *other = db_row(db,
                                "SELECT v.name || ' ' || f.name AS name FROM filament f "
                                "JOIN vendor v ON v.id = f.vendor "
                                "WHERE f.barcode = :barcode AND f.id <> :self",
                                args, NULL);
    return other ? why_fail(why, ERR_CONFLICT, "barcode_taken", "barcode",
                            "this barcode is that of %s", args_text(other, "name"))
                 : db_status(db, why);
}

static enum err take_barcode(struct db *db, const json_t *args, int64_t self, json_t *facts,
                             struct why *why)
{
    char code[CODE_BARCODE_SIZE];
    const char *given = args_text(args, "barcode");
    args_take(facts, "barcode", args, "barcode");
    if (!given)
        return OK;
    if (!code_barcode(given, code))
        return why_fail(why, ERR_INVALID, "invalid_barcode", "barcode",
                        "a barcode has 8, 12, 13 or 14 digits, of which the last is their check");
    db_put(db, facts, "barcode", json_string(code));
    return refuse_barcode(db, facts, self, why);
}

static enum err facts_of(struct db *db, const json_t *args, int64_t self, int64_t vendor,
                         json_t **ret_facts, struct why *why)
{
    json_auto_t *facts = NULL;
    enum err e = product_facts(db, args, &facts, why);
    if (e)
        return e;
    for (size_t i = 0; i < LEN(more); i++)
        args_take(facts, more[i][1], args, more[i][0]);
    args_take(facts, "extra", args, "extra");
    e = take_vendor(db, args, vendor, facts, why);
    if (e == OK)
        e = take_barcode(db, args, self, facts, why);
    if (e == OK)
        *ret_facts = json_incref(facts);
    return e;
}

enum err filaments_learn_barcode(struct db *db, int64_t filament, const json_t *args,
                                 struct why *why)
{
    json_auto_t *facts = db_args(db, json_object());
    enum err e = take_barcode(db, args, filament, facts, why);
    if (e || !args_given(facts, "barcode"))
        return e;
    db_put(db, facts, "id", json_integer(filament));
    db_exec(db,
            "UPDATE filament SET barcode = :barcode, updated_at = :now "
            "WHERE id = :id AND barcode IS NOT :barcode",
            facts);
    return db_status(db, why);
}

enum err filaments_create(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *facts = NULL;
    enum err e = facts_of(db, args, 0, 0, &facts, why);
    if (e == OK && !args_int(facts, "vendor", 0))
        e = why_fail(why, ERR_INVALID, "required", "brand", "brand or vendor_id is required");
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
        if (args_has(facts, more[i][1]))
            db_exec(db, db_sql(db, &sql), args);
    }
    if (args_has(facts, "extra"))
        db_exec(db, "UPDATE filament SET extra = coalesce(:extra, '{}') WHERE id = :id", args);
}

/* What the product shows for its material or vendor is not its own when it is sent back. */
static void drop_inherited(struct db *db, int64_t id, json_t *args)
{
    json_auto_t *keys = db_args(db, args_copy(args));
    db_put(db, keys, "id", json_integer(id));
    static const char same[] =
        "SELECT f.density IS NULL AND round(:density_g_cm3, 4) = round(coalesce("
        "m.chosen_density, m.density), 4) AS density_g_cm3, f.tare_mg IS NULL AND v.tare_mg = "
        ":spool_weight_grams AS spool_weight_grams FROM filament f JOIN vendor v ON v.id = "
        "f.vendor LEFT JOIN material m ON m.name = f.material WHERE f.id = :id";
    json_auto_t *inherited = db_row(db, same, keys, NULL);
    const char *name;
    json_t *value;
    json_object_foreach (inherited, name, value)
        if (json_integer_value(value))
            json_object_del(args, name);
}

/* The rolls of it that are in slots now fit what those show, or no longer. */
static enum err refresh_rolls(struct db *db, int64_t id, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)id));
    json_auto_t *rows = db_rows(db,
                                "SELECT s.id FROM spool s JOIN slot_assignment a ON a.spool = s.id "
                                "AND a.unassigned_at IS NULL WHERE s.filament = :id",
                                args, NULL);
    enum err e = db_status(db, why);
    size_t i;
    json_t *row;
    json_array_foreach (rows, i, row)
        e = e ? e : slots_refresh_spool(db, args_int(row, "id", 0), why);
    return e;
}

enum err filaments_update(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    int64_t id = find(db, args);
    json_auto_t *merged = id ? product_of(db, id) : NULL;
    if (!merged)
        return missing(db, why);
    json_auto_t *facts = NULL, *own = db_args(db, args_copy(args));
    drop_inherited(db, id, own);
    enum err e = facts_of(db, own, id, args_int(merged, "vendor", 0), &facts, why);
    if (e || !json_object_size(facts))
        return e ? e : row_of(db, id, ret, why);
    if (json_object_update(merged, facts))
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for a product");
    e = product_check(merged, why);
    if (e)
        return e;
    product_write(db, id, facts);
    write_more(db, id, facts);
    e = refresh_rolls(db, id, why);
    return e ? e : row_of(db, id, ret, why);
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
        {"article_number", "article_number = :article_number"},
        {"barcode", "barcode = :barcode"},
        {"external_id", "external_id = :external_id"},
        {"match", "filament_id IN (SELECT public_id FROM filament WHERE id IN (SELECT rowid FROM "
                  "filament_search WHERE filament_search MATCH :match))"},
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
    json_auto_t *copy = db_args(db, args_copy(args));
    search_prepare(db, copy);
    return list_read(db, &kind, copy, ret_list, why);
}
