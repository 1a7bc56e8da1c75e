#include "store/product.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/id.h"
#include "core/color.h"
#include "store/args.h"
#include "store/db.h"
#include "store/materials.h"
#include "store/vendors.h"

/* One fact: its key in the API, its column, and what stands for NULL there. A fact without a key
 * is worked out below.  */
struct fact {
    const char *key, *column, *otherwise;
    bool any_case;
};

static const struct fact facts_table[] = {
    {NULL, "vendor", NULL, false},
    {"product_name", "name", NULL, true},
    {NULL, "material", NULL, true},
    {NULL, "color", NULL, false},
    {NULL, "alpha", "255", false},
    {NULL, "colors", "'[]'", false},
    {"multi_color_direction", "color_direction", NULL, false},
    {"profile", "profile", NULL, false},
    {"density_g_cm3", "density", NULL, false},
    {"diameter_mm", "diameter", "1.75", false},
    {"nozzle_temp_min_c", "nozzle_min", NULL, false},
    {"nozzle_temp_max_c", "nozzle_max", NULL, false},
    {"bed_temp_min_c", "bed_min", NULL, false},
    {"bed_temp_max_c", "bed_max", NULL, false},
    {"drying_requirements", "drying", NULL, false},
    {"article_number", "article_number", NULL, false},
};

/* --- from arguments --- */

static enum err bad_color(struct why *why, const char *field)
{
    return why_fail(why, ERR_INVALID, "invalid_color", field,
                    "a colour is #RGB, #RRGGBB or #RRGGBBAA");
}

static enum err take_color(struct db *db, const json_t *args, json_t *facts, struct why *why)
{
    const char *text = args_text(args, "color_hex");
    if (args_has(args, "color_hex") && !text)
        db_put(db, facts, "color", json_null());
    if (text) {
        struct color color;
        char shown[COLOR_TEXT_SIZE];
        if (!color_parse(text, &color))
            return bad_color(why, "color_hex");
        color_text(color, shown);
        db_put(db, facts, "color", json_string(shown));
        db_put(db, facts, "alpha", json_integer(color.a));
    }
    args_take(facts, "alpha", args, "color_alpha");
    return OK;
}

static enum err take_colors(struct db *db, const json_t *args, json_t *facts, struct why *why)
{
    const json_t *list = json_object_get(args, "color_hexes");
    if (!list)
        return OK;
    json_auto_t *colors = db_args(db, json_array());
    if (json_array_size(list) > COLORS_MAX)
        return why_fail(why, ERR_INVALID, "too_many_colors", "color_hexes",
                        "a roll has at most %d colours", COLORS_MAX);
    size_t i;
    const json_t *entry;
    json_array_foreach (list, i, entry) {
        struct color color;
        char shown[COLOR_TEXT_SIZE];
        if (!json_is_string(entry) || !color_parse(json_string_value(entry), &color))
            return bad_color(why, "color_hexes");
        color_text(color, shown);
        if (json_array_append_new(colors, json_string(shown)))
            return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for colours");
    }
    json_t *first = json_array_get(colors, 0);
    if (first && !args_has(args, "color_hex"))
        db_put(db, facts, "color", json_incref(first));
    db_put(db, facts, "colors", json_incref(colors));
    return OK;
}

static enum err take_material(struct db *db, const json_t *args, json_t *facts, struct why *why)
{
    const char *given = args_text(args, "material_type");
    if (!given)
        return OK;
    char name[MATERIALS_NAME_SIZE];
    enum err e = materials_normal(db, given, name, why);
    if (e == OK)
        e = materials_ensure(db, name);
    if (e == OK)
        db_put(db, facts, "material", json_string(name));
    return e;
}

enum err product_facts(struct db *db, const json_t *args, json_t **ret_facts, struct why *why)
{
    json_auto_t *facts = db_args(db, json_object());
    for (size_t i = 0; i < LEN(facts_table); i++)
        if (facts_table[i].key)
            args_take(facts, facts_table[i].column, args, facts_table[i].key);
    enum err e = take_color(db, args, facts, why);
    if (e == OK)
        e = take_colors(db, args, facts, why);
    if (e == OK)
        e = take_material(db, args, facts, why);
    if (e)
        return e;
    const char *brand = args_text(args, "brand");
    if (brand)
        db_put(db, facts, "vendor", json_integer(vendors_find_or_make(db, brand)));
    if (!db_failed(db))
        *ret_facts = json_incref(facts);
    return db_status(db, why);
}

json_t *product_of(struct db *db, int64_t filament)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)filament));
    json_t *row = db_row(db,
                         "SELECT vendor, name, material, color, alpha, colors, color_direction, "
                         "profile, density, diameter, nozzle_min, nozzle_max, bed_min, bed_max, "
                         "drying, article_number FROM filament WHERE id = :id",
                         args, NULL);
    return row;
}

static enum err check_range(const json_t *facts, const char *low, const char *high, int from,
                            int to, const char *field, struct why *why)
{
    int64_t least = args_int(facts, low, from), most = args_int(facts, high, to);
    if (least < from || most > to || least > to || most < from)
        return why_fail(why, ERR_INVALID, "out_of_range", field,
                        "temperatures here are between %d and %d", from, to);
    if (least > most)
        return why_fail(why, ERR_INVALID, "min_above_max", field,
                        "the lowest temperature is above the highest");
    return OK;
}

enum err product_check(const json_t *facts, struct why *why)
{
    enum err e = check_range(facts, "nozzle_min", "nozzle_max", 100, 400, "nozzle_temp_min_c", why);
    return e ? e : check_range(facts, "bed_min", "bed_max", 0, 150, "bed_temp_min_c", why);
}

/* --- to rows --- */

static void add_condition(struct buf *sql, const struct fact *fact, enum product_search search)
{
    if (search == PRODUCT_GIVEN && fact->any_case)
        buf_format(sql, " AND lower(%s) = lower(:%s)", fact->column, fact->column);
    else if (fact->otherwise)
        buf_format(sql, " AND %s = coalesce(:%s, %s)", fact->column, fact->column, fact->otherwise);
    else
        buf_format(sql, " AND %s IS :%s", fact->column, fact->column);
}

int64_t product_match(struct db *db, const json_t *facts, enum product_search search,
                      int64_t net_mg)
{
    auto_buf sql = {0};
    json_auto_t *args = db_args(db, args_copy(facts));
    buf_text(&sql, "SELECT id FROM filament WHERE vendor = :vendor AND lower(name) = lower(:name) "
                   "AND lower(material) = lower(:material)");
    for (size_t i = 0; i < LEN(facts_table); i++)
        if (search == PRODUCT_EXACT || args_has(facts, facts_table[i].column))
            add_condition(&sql, &facts_table[i], search);
    buf_text(&sql, " ORDER BY id LIMIT 1");
    int64_t id = db_int(db, db_sql(db, &sql), args, 0);
    if (id || db_failed(db))
        return id;
    db_put(db, args, "net_mg", json_integer(net_mg));
    return product_make(db, args);
}

int64_t product_make(struct db *db, const json_t *facts)
{
    json_auto_t *args = db_args(db, args_copy(facts));
    char id[ID_SIZE];
    db_new_id(db, id);
    db_put(db, args, "public_id", json_string(id));
    db_exec(
        db,
        "INSERT INTO filament (public_id, vendor, name, material, color, alpha, colors, "
        "color_direction, profile, density, diameter, net_mg, tare_mg, price_cents, nozzle_min, "
        "nozzle_max, bed_min, bed_max, drying, article_number, reorder_url, barcode, "
        "comment, external_id, extra, created_at, updated_at) VALUES (:public_id, :vendor, :name, "
        ":material, :color, coalesce(:alpha, 255), coalesce(:colors, '[]'), :color_direction, "
        ":profile, :density, coalesce(:diameter, 1.75), :net_mg, :tare_mg, :price_cents, "
        ":nozzle_min, :nozzle_max, :bed_min, :bed_max, :drying, :article_number, :reorder_url, "
        ":barcode, :comment, :external_id, coalesce(:extra, '{}'), :now, :now)",
        args);
    return db_last_row(db);
}

/* All in one statement, because the ranges are checked after each. */
enum err product_write(struct db *db, int64_t filament, const json_t *facts)
{
    json_auto_t *args = db_args(db, args_copy(facts));
    db_put(db, args, "id", json_integer(filament));
    auto_buf sql = {0};
    buf_text(&sql, "UPDATE filament SET updated_at = :now");
    for (size_t i = 0; i < LEN(facts_table); i++) {
        const struct fact *fact = &facts_table[i];
        if (args_has(facts, fact->column))
            buf_format(&sql, ", %s = coalesce(:%s, %s)", fact->column, fact->column,
                       fact->otherwise ? fact->otherwise : "NULL");
    }
    buf_text(&sql, " WHERE id = :id");
    return db_exec(db, db_sql(db, &sql), args);
}

static void give_barcode(struct db *db, json_t *args)
{
    json_auto_t *row = db_row(
        db, "SELECT barcode FROM filament WHERE id = :id AND barcode IS NOT NULL", args, NULL);
    if (!row)
        return;
    db_put(db, args, "barcode", json_incref(json_object_get(row, "barcode")));
    db_exec(db, "UPDATE filament SET barcode = NULL, updated_at = :now WHERE id = :id", args);
    db_exec(db,
            "UPDATE filament SET barcode = :barcode, updated_at = :now "
            "WHERE id = :to AND barcode IS NULL",
            args);
}

void product_leave(struct db *db, int64_t from, int64_t to)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:I}", "id", (json_int_t)from, "to", (json_int_t)to));
    if (db_int(db, "SELECT 1 FROM spool WHERE filament = :id LIMIT 1", args, 0))
        return;
    give_barcode(db, args);
    db_exec(db,
            "DELETE FROM filament WHERE id = :id AND reorder_url IS NULL AND comment IS NULL "
            "AND external_id IS NULL AND extra = '{}'",
            args);
}
