#include "store/stats.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"
#include "store/args.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/list.h"

/* --- what was used, and what it cost --- */

/* Everything that left a roll, corrections with it, but for what was gone when the roll was
 * entered. Money is summed in thousandths of a cent and rounded once. A row without a price has
 * none, whatever others cost. */
#define USED_ROWS                                                                                  \
    "(SELECT u.id, u.mg, CASE WHEN u.kind = 'print' THEN u.mg ELSE 0 END AS print_mg, "            \
    "CASE WHEN u.price_cents IS NOT NULL "                                                         \
    "THEN CAST(round(u.mg * 1000.0 * u.price_cents / u.price_mg) AS INTEGER) END AS millicents, "  \
    "f.material AS material_type, v.name AS brand, p.public_id AS printer_id, "                    \
    "substr(date(u.at / 1000, 'unixepoch'), 1, 7) AS month "                                       \
    "FROM usage u JOIN spool s ON s.id = u.spool JOIN filament f ON f.id = s.filament "            \
    "JOIN vendor v ON v.id = f.vendor LEFT JOIN job j ON j.id = coalesce(u.job, u.weighed) "       \
    "LEFT JOIN slot sl ON sl.id = u.slot "                                                         \
    "LEFT JOIN printer p ON p.id = coalesce(j.printer, sl.printer) "                               \
    "WHERE u.source <> 'opening' AND (:from IS NULL OR u.at >= :from) "                            \
    "AND (:to IS NULL OR u.at < :to)) x"

#define USED_SUMS                                                                                  \
    "coalesce(sum(x.mg), 0) / 1000.0 AS grams_used, "                                              \
    "coalesce(sum(CASE WHEN x.millicents IS NULL THEN x.mg END), 0) / 1000.0 AS unknown_grams, "   \
    "CASE WHEN count(x.millicents) > 0 THEN round(sum(x.millicents) / 1000.0) / 100.0 "            \
    "WHEN count(x.id) = 0 THEN 0 END AS cost_usd"

#define SUM_FIELDS                                                                                 \
    {.name = "grams_used", .kind = K_GRAMS, .doc = "What left the rolls"},                         \
        {.name = "unknown_grams", .kind = K_GRAMS, .doc = "Of that, what has no price"},           \
    {                                                                                              \
        .name = "cost_usd", .kind = K_MONEY, .flags = FIELD_NULLABLE,                              \
        .doc = "What the rest cost; null: nothing of it has a price"                               \
    }

static const struct field printer_fields[] = {
    {.name = "printer_id",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Printer; null: used without one"},
    SUM_FIELDS,
};
static const struct field material_fields[] = {
    {.name = "material_type", .kind = K_TEXT, .doc = "Material"},
    SUM_FIELDS,
};
static const struct field month_fields[] = {
    {.name = "month", .kind = K_TEXT, .doc = "YYYY-MM, in UTC"},
    SUM_FIELDS,
};
static const struct field_shape by_printer = {NULL, printer_fields, LEN(printer_fields),
                                              "CostOfPrinter"};
static const struct field_shape by_material = {NULL, material_fields, LEN(material_fields),
                                               "CostOfMaterial"};
static const struct field_shape by_month = {NULL, month_fields, LEN(month_fields), "CostOfMonth"};

static const struct field cost_fields[] = {
    {.name = "from", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "Counted from then"},
    {.name = "to", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "Counted until before then"},
    SUM_FIELDS,
    {.name = "open_grams",
     .kind = K_GRAMS,
     .doc = "Grams of prints that no roll was named for: in no sum"},
    {.name = "by_printer", .kind = K_LIST, .doc = "The same by printer", .of = &by_printer},
    {.name = "by_material", .kind = K_LIST, .doc = "The same by material", .of = &by_material},
    {.name = "by_month", .kind = K_LIST, .doc = "The same by month", .of = &by_month},
};
const struct field_shape stats_cost_shape = {NULL, cost_fields, LEN(cost_fields), "Cost"};

static json_t *groups(struct db *db, const char *column, const struct field_shape *shape,
                      const json_t *args)
{
    auto_buf sql = {0};
    buf_format(&sql,
               "SELECT /* scan */ x.%s, " USED_SUMS " FROM " USED_ROWS
               " GROUP BY x.%s ORDER BY x.%s IS NULL, x.%s",
               column, column, column, column);
    return db_rows(db, db_sql(db, &sql), args, shape);
}

static const char total_sql[] =
    "SELECT /* scan */ strftime('%Y-%m-%dT%H:%M:%SZ', :from / 1000, 'unixepoch') AS \"from\", "
    "strftime('%Y-%m-%dT%H:%M:%SZ', :to / 1000, 'unixepoch') AS \"to\", " USED_SUMS
    ", (SELECT coalesce(sum(g.mg), 0) FROM job_segment g JOIN job j ON j.id = g.job "
    "WHERE g.spool IS NULL AND g.mg > 0 AND j.ended_at IS NOT NULL "
    "AND (:from IS NULL OR j.ended_at >= :from) AND (:to IS NULL OR j.ended_at < :to)) / 1000.0 "
    "AS open_grams FROM " USED_ROWS;

enum err stats_cost(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_t *row = db_row(db, total_sql, args, &stats_cost_shape);
    if (row) {
        db_put(db, row, "by_printer", groups(db, "printer_id", &by_printer, args));
        db_put(db, row, "by_material", groups(db, "material_type", &by_material, args));
        db_put(db, row, "by_month", groups(db, "month", &by_month, args));
    }
    *ret = row;
    return db_status(db, why);
}

/* --- the same as one list --- */

static const struct field usage_fields[] = {
    {.name = "group",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "Material, brand, printer_id or month; null: used without a printer"},
    SUM_FIELDS,
    {.name = "print_grams", .kind = K_GRAMS, .doc = "Of grams_used, what prints used"},
    {.name = "events", .kind = K_INT, .doc = "Rows of the ledger"},
};
const struct field_shape stats_usage_shape = {NULL, usage_fields, LEN(usage_fields), "UsageGroup"};

static const struct {
    const char *name, *column, *order;
} group_kinds[] = {
    {"material", "material_type", "sum(x.mg) DESC"},
    {"brand", "brand", "sum(x.mg) DESC"},
    {"printer", "printer_id", "sum(x.mg) DESC"},
    {"month", "month", "x.month"},
};
const char *const stats_groups[] = {"material", "brand", "printer", "month", NULL};

enum err stats_usage(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    const char *name = args_text(args, "group_by");
    size_t kind = 0;
    for (size_t i = 0; name && i < LEN(group_kinds); i++)
        if (strcmp(group_kinds[i].name, name) == 0)
            kind = i;
    auto_buf sql = {0};
    buf_format(&sql,
               "SELECT /* scan */ x.%s AS \"group\", " USED_SUMS
               ", sum(x.print_mg) / 1000.0 AS print_grams, count(x.id) AS events FROM " USED_ROWS
               " GROUP BY x.%s ORDER BY %s, x.%s",
               group_kinds[kind].column, group_kinds[kind].column, group_kinds[kind].order,
               group_kinds[kind].column);
    ret_list->total =
        (int64_t)db_text(db, db_sql(db, &sql), args, &stats_usage_shape, &ret_list->body);
    ret_list->seq = changes_newest(db);
    return db_status(db, why);
}
