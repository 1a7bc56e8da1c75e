#include "store/stats.h"

#include "base/auto.h"
#include "core/field.h"
#include "core/rules.h"
#include "store/args.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/list.h"

/* These answers depend on the day too: it is part of their tag. */
enum { DAY_MS = 24 * 60 * 60 * 1000, SEQ_BITS = 40 };

static int64_t tag_of_day(struct db *db)
{
    return ((db_now(db) / DAY_MS) << SEQ_BITS) + changes_newest(db);
}

static enum err list_of(struct db *db, const char *sql, const json_t *args,
                        const struct field_shape *shape, struct list *ret_list, struct why *why)
{
    ret_list->total = (int64_t)db_text(db, sql, args, shape, &ret_list->body);
    ret_list->seq = tag_of_day(db);
    return db_status(db, why);
}

/* --- rolls that want drying --- */

static const struct field place_fields[] = {
    {.name = "printer_id", .kind = K_TEXT, .doc = "Printer"},
    {.name = "ams_unit_number", .kind = K_INT, .doc = "Unit"},
    {.name = "slot_number", .kind = K_INT, .doc = "Slot in it"},
};
static const struct field_shape place = {NULL, place_fields, LEN(place_fields), "ExpiringIn"};

static const struct field expiring_fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "Identifier of the roll (UUID)"},
    {.name = "spool_number", .kind = K_INT, .doc = "Short number"},
    {.name = "brand", .kind = K_TEXT, .doc = "Vendor"},
    {.name = "product_name", .kind = K_TEXT, .doc = "Product"},
    {.name = "material_type", .kind = K_TEXT, .doc = "Material"},
    {.name = "color_hex", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "#RRGGBB"},
    {.name = "remaining_grams", .kind = K_GRAMS, .doc = "What is left"},
    {.name = "dry_by", .kind = K_DATE, .doc = "Last day before it wants drying"},
    {.name = "days_left", .kind = K_INT, .doc = "Until then; below 0: it has passed"},
    {.name = "location", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Where it is kept"},
    {.name = "loaded_in",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "Its slot",
     .of = &place},
};
const struct field_shape stats_expiring_shape = {NULL, expiring_fields, LEN(expiring_fields),
                                                 "ExpiringSpool"};

enum err stats_expiring(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    json_auto_t *days = db_args(
        db, json_pack("{s:I}", "days", (json_int_t)args_int(args, "days", STATS_EXPIRING_DAYS)));
    return list_of(
        db,
        "SELECT /* scan */ v.spool_id, v.spool_number, v.brand, v.product_name, v.material_type, "
        "v.color_hex, v.current_weight_grams AS remaining_grams, v.dry_by, "
        "CAST(julianday(v.dry_by) - julianday(date(:now / 1000, 'unixepoch')) AS INTEGER) "
        "AS days_left, v.location, v.loaded_in FROM spools v WHERE v.archived_at IS NULL "
        "AND v.dry_by <= date(:now / 1000, 'unixepoch', :days || ' days') "
        "ORDER BY v.dry_by, v.spool_number",
        days, &stats_expiring_shape, ret_list, why);
}

/* --- how long a product lasts --- */

static const char *const reasons[] = {"too_little_history", "not_used", "weight_unknown", NULL};

static const struct field forecast_fields[] = {
    {.name = "filament_id", .kind = K_TEXT, .doc = "The product"},
    {.name = "brand", .kind = K_TEXT, .doc = "Vendor"},
    {.name = "product_name", .kind = K_TEXT, .doc = "Product"},
    {.name = "material_type", .kind = K_TEXT, .doc = "Material"},
    {.name = "color_hex", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "#RRGGBB"},
    {.name = "rolls", .kind = K_INT, .doc = "Rolls of it, without archived ones"},
    {.name = "remaining_grams",
     .kind = K_GRAMS,
     .flags = FIELD_NULLABLE,
     .doc = "Left on them; null: the weight of one is unknown"},
    {.name = "covered_days", .kind = K_INT, .doc = "Days that are known of those asked for"},
    {.name = "used_grams", .kind = K_GRAMS, .doc = "Used in those days"},
    {.name = "grams_per_day",
     .kind = K_GRAMS,
     .flags = FIELD_NULLABLE,
     .doc = "On the average of those days; null: see reason"},
    {.name = "days_left", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "It lasts, at that rate"},
    {.name = "empty_on",
     .kind = K_DATE,
     .flags = FIELD_NULLABLE,
     .doc = "The day on which it ends; null: unknown, or too far away"},
    {.name = "reason",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .words = reasons,
     .doc = "Why nothing can be foreseen; null: it can"},
};
const struct field_shape stats_forecast_shape = {NULL, forecast_fields, LEN(forecast_fields),
                                                 "ProductForecast"};

/* A product is known since its first roll was entered, or first used where that was told later. */
static const char forecast_sql[] =
    "SELECT /* scan */ z.filament_id, z.brand, z.product_name, z.material_type, z.color_hex, "
    "z.rolls, CASE WHEN z.known THEN z.remaining_mg / 1000.0 END AS remaining_grams, "
    "z.covered AS covered_days, z.used_mg / 1000.0 AS used_grams, "
    "CASE WHEN z.reason IS NULL OR z.reason = 'weight_unknown' "
    "THEN round(z.used_mg * 1.0 / z.covered) / 1000.0 END AS grams_per_day, "
    "CASE WHEN z.reason IS NULL THEN z.remaining_mg * z.covered / z.used_mg END AS days_left, "
    "CASE WHEN z.reason IS NULL AND z.remaining_mg * z.covered / z.used_mg <= :far "
    "THEN date(:now / 1000, 'unixepoch', (z.remaining_mg * z.covered / z.used_mg) || ' days') END "
    "AS empty_on, z.reason "
    "FROM (SELECT y.*, CASE WHEN y.covered < :least THEN 'too_little_history' "
    "WHEN y.used_mg <= 0 THEN 'not_used' WHEN NOT y.known THEN 'weight_unknown' END AS reason "
    "FROM (SELECT w.*, (SELECT coalesce(sum(u.mg), 0) FROM spool s JOIN usage u ON u.spool = s.id "
    "WHERE s.filament = w.filament AND u.source <> 'opening' "
    "AND u.at >= :now - w.covered * 86400000) AS used_mg FROM (SELECT k.*, f.id AS filament, "
    "NOT EXISTS (SELECT 1 FROM spool s WHERE s.filament = f.id AND s.deleted_at IS NULL "
    "AND s.archived_at IS NULL AND s.initial_mg = 0) AS known, "
    "max(0, min(:days, (:now - min((SELECT min(s.created_at) FROM spool s WHERE s.filament = f.id), "
    "coalesce((SELECT min(u.at) FROM spool s JOIN usage u ON u.spool = s.id "
    "WHERE s.filament = f.id AND u.source <> 'opening'), :now))) / 86400000)) AS covered "
    "FROM filament_stock k JOIN filament f ON f.public_id = k.filament_id WHERE k.rolls > 0) w) y) "
    "z ORDER BY z.reason IS NOT NULL, days_left, z.brand, z.product_name, z.filament_id";

enum err stats_forecast(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    json_auto_t *days = db_args(
        db, json_pack("{s:I, s:I, s:I}", "days",
                      (json_int_t)args_int(args, "days", STATS_FORECAST_DAYS), "least",
                      (json_int_t)RULE_FORECAST_LEAST_DAYS, "far", (json_int_t)STATS_FAR_DAYS));
    return list_of(db, forecast_sql, days, &stats_forecast_shape, ret_list, why);
}

/* --- what to order --- */

static const struct field stock_fields[] = {
    {.name = "filament_id", .kind = K_TEXT, .doc = "The product"},
    {.name = "brand", .kind = K_TEXT, .doc = "Vendor"},
    {.name = "product_name", .kind = K_TEXT, .doc = "Product"},
    {.name = "material_type", .kind = K_TEXT, .doc = "Material"},
    {.name = "color_hex", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "#RRGGBB"},
    {.name = "article_number", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "To order it by"},
    {.name = "reorder_url", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Where to order it"},
    {.name = "rolls", .kind = K_INT, .doc = "Rolls of it, without archived ones"},
    {.name = "remaining_grams", .kind = K_GRAMS, .doc = "Left on them all"},
    {.name = "threshold_grams", .kind = K_GRAMS, .doc = "At or below it: low"},
};
const struct field_shape stats_low_filaments_shape = {NULL, stock_fields, LEN(stock_fields),
                                                      "LowFilament"};

enum err stats_low_filaments(struct db *db, const json_t *args, struct list *ret_list,
                             struct why *why)
{
    return list_of(db,
                   "SELECT /* scan */ k.filament_id, k.brand, k.product_name, k.material_type, "
                   "k.color_hex, k.article_number, k.reorder_url, k.rolls, "
                   "k.remaining_mg / 1000.0 AS remaining_grams, "
                   "k.threshold_mg / 1000.0 AS threshold_grams FROM filament_stock k WHERE k.low "
                   "ORDER BY k.remaining_mg, k.brand, k.product_name, k.filament_id",
                   args, &stats_low_filaments_shape, ret_list, why);
}
