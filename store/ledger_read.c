#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"
#include "store/args.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/list.h"
#include "store/spools_inside.h"

enum err ledger_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {
        {"spool_id", "spool_id = lower(:spool_id)"},
        {"job_id", "job_id = lower(:job_id)"},
        {"ams_slot_id", "ams_slot_id = lower(:ams_slot_id)"},
        {"event_type", "event_type = :event_type"},
        {"from", "timestamp >= strftime('%Y-%m-%dT%H:%M:%SZ', :from / 1000, 'unixepoch')"},
        {"to", "timestamp < strftime('%Y-%m-%dT%H:%M:%SZ', :to / 1000, 'unixepoch')"},
    };
    static const struct list_sort sorts[] = {{"timestamp", "timestamp"},
                                             {"grams_used", "grams_used"}};
    static const struct list_kind kind = {
        .shape = &ledger_shape,
        .entity = "usage_event",
        .key = "event_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "DESC",
    };
    return list_read(db, &kind, args, ret_list, why);
}

static const char *const history_kinds[] = {
    "print", "manual_adjustment", "waste", "correction", "runout", "day", "week", "month", NULL};

static const struct field history_fields[] = {
    {.name = "event_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Row of the ledger"},
    {.name = "grams_used", .kind = K_GRAMS, .doc = "Above 0: consumed"},
    {.name = "event_type",
     .kind = K_TEXT,
     .words = history_kinds,
     .doc = "As in usage events; day: a sum"},
    {.name = "timestamp", .kind = K_TIME, .doc = "When it was used"},
    {.name = "job_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Print"},
    {.name = "balance_grams", .kind = K_GRAMS, .doc = "What was left afterwards, by the ledger"},
};
const struct field_shape ledger_history_shape = {NULL, history_fields, LEN(history_fields),
                                                 "UsageOfSpool"};

/* The running balance counts all rows, whatever is asked for; hence the window before the filter.
 */
static const char by_event[] =
    "SELECT h.event_id, h.mg / 1000.0 AS grams_used, h.event_type, "
    "strftime('%Y-%m-%dT%H:%M:%SZ', h.at / 1000, 'unixepoch') AS timestamp, h.job_id, "
    "h.balance / 1000.0 AS balance_grams FROM ("
    "SELECT u.id, u.public_id AS event_id, u.mg, u.kind AS event_type, u.at, j.public_id AS job_id, "
    "s.initial_mg - sum(u.mg) OVER (ORDER BY u.at, u.id) AS balance "
    "FROM usage u JOIN spool s ON s.id = u.spool LEFT JOIN job j ON j.id = u.job "
    "WHERE u.spool = :id) h WHERE (:from IS NULL OR h.at >= :from) AND (:to IS NULL OR h.at < :to) "
    "ORDER BY h.at DESC, h.id DESC /* scan */";

/* The beginning of the bucket, in UTC; weeks begin on Monday. */
static const struct {
    const char *name, *begin;
} buckets[] = {
    {"day", "date(at / 1000, 'unixepoch')"},
    {"week", "date(at / 1000, 'unixepoch', 'weekday 0', '-6 days')"},
    {"month", "date(at / 1000, 'unixepoch', 'start of month')"},
};

/* As above: the balance knows the buckets that are not shown. */
static void by_bucket(struct buf *sql, const char *name)
{
    size_t kind = 0;
    for (size_t i = 0; i < LEN(buckets); i++)
        if (strcmp(buckets[i].name, name) == 0)
            kind = i;
    buf_format(sql,
               "SELECT NULL AS event_id, h.mg / 1000.0 AS grams_used, '%s' AS event_type, "
               "h.begin || 'T00:00:00Z' AS timestamp, NULL AS job_id, "
               "h.balance / 1000.0 AS balance_grams FROM (SELECT b.begin, sum(b.wanted) AS rows, "
               "sum(CASE WHEN b.wanted THEN b.mg END) AS mg, (SELECT initial_mg FROM spool "
               "WHERE id = :id) - sum(sum(b.mg)) OVER (ORDER BY b.begin) AS balance "
               "FROM (SELECT mg, %s AS begin, (:from IS NULL OR at >= :from) "
               "AND (:to IS NULL OR at < :to) AS wanted FROM usage WHERE spool = :id) b "
               "GROUP BY b.begin) h WHERE h.rows > 0 ORDER BY h.begin DESC /* scan */",
               buckets[kind].name, buckets[kind].begin);
}

/* Of a deleted roll too. */
static int64_t find_any(struct db *db, const json_t *args)
{
    return db_int(db,
                  "SELECT id FROM spool WHERE public_id = lower(:spool_id) "
                  "UNION ALL SELECT id FROM spool WHERE number = CAST(:spool_id AS INTEGER) "
                  "AND CAST(:spool_id AS TEXT) NOT LIKE '%-%' LIMIT 1",
                  args, 0);
}

enum err ledger_history(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    int64_t id = find_any(db, args);
    if (!id)
        return spools_missing(db, why);
    json_auto_t *keys = db_args(db, args_copy(args));
    db_put(db, keys, "id", json_integer(id));
    const char *bucket = args_text(args, "bucket");
    auto_buf sql = {0};
    if (bucket)
        by_bucket(&sql, bucket);
    else
        buf_text(&sql, by_event);
    ret_list->total =
        (int64_t)db_text(db, db_sql(db, &sql), keys, &ledger_history_shape, &ret_list->body);
    ret_list->seq = changes_newest_of(db, "usage_event");
    return db_status(db, why);
}

json_t *ledger_violations(struct db *db)
{
    db_settle(db);
    return db_rows(db, "SELECT /* scan */ * FROM violations", NULL, NULL);
}
