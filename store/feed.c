#include "store/feed.h"

#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"
#include "store/alerts.h"
#include "store/args.h"
#include "store/changes.h"
#include "store/changes_row.h"
#include "store/db.h"
#include "store/filaments.h"
#include "store/jobs.h"
#include "store/keys.h"
#include "store/ledger.h"
#include "store/materials.h"
#include "store/printers.h"
#include "store/questions.h"
#include "store/slots.h"
#include "store/spools.h"
#include "store/thresholds.h"
#include "store/vendors.h"

enum { OPTIONAL = FIELD_OPTIONAL };

static const int64_t keep_ms = FEED_DROP_DAYS * 24LL * 3600 * 1000;

const char *const feed_ops[] = {"insert", "update", "delete", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc, of */
static const struct field data_fields[] = {
    {NULL, "spool", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A roll", &spools_shape},
    {NULL, "slot", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A slot with its roll", &slots_shape},
    {NULL, "slot_history", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A roll in a slot for some time",
     &slots_history_shape},
    {NULL, "printer", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A printer", &printers_shape},
    {NULL, "print_job", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A print", &jobs_shape},
    {NULL, "usage_event", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A row of the ledger",
     &ledger_shape},
    {NULL, "question", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A question", &questions_shape},
    {NULL, "alert", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "An alert", &alerts_shape},
    {NULL, "vendor", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A vendor", &vendors_shape},
    {NULL, "filament", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A product", &filaments_shape},
    {NULL, "material", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A material", &materials_shape},
    {NULL, "threshold", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A threshold", &thresholds_shape},
    {NULL, "setting", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A setting", &changes_row_setting},
    {NULL, "api_key", K_OBJECT, 0, 0, 0, 0, OPTIONAL, NULL, "A key, for the scope admin",
     &keys_shape},
};
const struct field_shape feed_data_shape = {NULL, data_fields, LEN(data_fields), "ChangeData"};

static const char *const entities[] = {
    "spool",       "slot",      "slot_history", "printer", "print_job",
    "usage_event", "question",  "alert",        "vendor",  "filament",
    "material",    "threshold", "setting",      "api_key", NULL};

static const struct field change_fields[] = {
    {.name = "entity", .kind = K_TEXT, .words = entities, .doc = "What changed"},
    {.name = "id", .kind = K_TEXT, .doc = "Its identifier"},
    {.name = "op",
     .kind = K_TEXT,
     .words = feed_ops,
     .doc = "insert: new behind the cursor; delete: forget it, whether known or not"},
    {.name = "seq", .kind = K_INT, .doc = "Place in the sequence of all changes"},
    {.name = "at", .kind = K_TIME, .doc = "When"},
    {.name = "data",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "The row as it is now, under the name of its entity; null: it is gone",
     .of = &feed_data_shape},
};
const struct field_shape feed_change_shape = {NULL, change_fields, LEN(change_fields), "Change"};

static const struct field sync_fields[] = {
    {.name = "changes",
     .kind = K_LIST,
     .doc = "Oldest first, each entity once",
     .of = &feed_change_shape},
    {.name = "cursor", .kind = K_INT, .doc = "since of the next call"},
    {.name = "has_more", .kind = K_BOOL, .doc = "Call again at once"},
    {.name = "reset",
     .kind = K_BOOL,
     .doc = "The cursor was too old or not ours: forget everything, and load it again"},
};
const struct field_shape feed_sync_shape = {NULL, sync_fields, LEN(sync_fields), "Changes"};

/* A tombstone behind the cursor was dropped, or the cursor is from another database. */
static bool is_lost(struct db *db, int64_t since)
{
    int64_t dropped = db_int(db, "SELECT seq FROM change_dropped WHERE only = 1", NULL, 0);
    return since != 0 && (since < dropped || since > changes_newest(db));
}

enum err feed_read(struct db *db, const struct feed_ask *ask, struct feed_page *ret_page,
                   struct why *why)
{
    *ret_page = (struct feed_page){.reset = is_lost(db, ask->since)};
    if (ret_page->reset)
        return db_status(db, why);
    json_auto_t *args = db_args(db, json_pack("{s:I, s:I, s:O}", "since", (json_int_t)ask->since,
                                              "limit", (json_int_t)ask->limit, "entities",
                                              (json_t *)(uintptr_t)ask->entities));
    /* The + keeps the order of the sequence: the other index would have to be sorted. */
    json_auto_t *rows =
        db_rows(db,
                "SELECT seq, entity, public_id AS id, coalesce(born, seq) AS born, "
                "strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch') AS at FROM change "
                "WHERE seq > :since AND +entity IN (SELECT value FROM json_each(:entities)) "
                "ORDER BY seq LIMIT :limit + 1 /* scan */",
                args, NULL);
    size_t count = json_array_size(rows);
    ret_page->has_more = (int64_t)count > ask->limit;
    if (ret_page->has_more)
        json_array_remove(rows, --count);
    ret_page->cursor = ret_page->has_more && count
                           ? args_int(json_array_get(rows, count - 1), "seq", 0)
                           : changes_newest(db);
    if (!db_failed(db))
        ret_page->rows = json_incref(rows);
    return db_status(db, why);
}

static void add_text(struct buf *out, const char *key, const char *text)
{
    buf_format(out, ",\"%s\":", key);
    buf_json(out, text, strlen(text));
}

const char *feed_write(struct db *db, const json_t *row, int64_t since, struct buf *out)
{
    const char *entity = args_text(row, "entity"), *id = args_text(row, "id");
    auto_buf data = {0};
    bool there = changes_row(db, entity, id, &data);
    bool fresh = args_int(row, "born", 0) > since;
    const char *op = !there ? "delete" : fresh ? "insert" : "update";
    buf_format(out, "{\"entity\":\"%s\"", entity);
    add_text(out, "id", id);
    buf_format(out, ",\"op\":\"%s\",\"seq\":%lld,\"at\":\"%s\",\"data\":", op,
               (long long)args_int(row, "seq", 0), args_text(row, "at"));
    if (there)
        buf_format(out, "{\"%s\":", entity);
    buf_text(out, there ? data.data : "null");
    buf_text(out, there ? "}}" : "}");
    out->failed = out->failed || data.failed;
    return op;
}

enum err feed_sync(struct db *db, const struct feed_ask *ask, struct buf *out, struct why *why)
{
    struct feed_page page;
    enum err e = feed_read(db, ask, &page, why);
    json_auto_t *rows = page.rows;
    size_t i;
    const json_t *row;
    if (e != OK)
        return e;
    buf_text(out, "{\"changes\":[");
    json_array_foreach (rows, i, row) {
        if (i)
            buf_char(out, ',');
        feed_write(db, row, ask->since, out);
    }
    buf_format(out, "],\"cursor\":%lld,\"has_more\":%s,\"reset\":%s}", (long long)page.cursor,
               page.has_more ? "true" : "false", page.reset ? "true" : "false");
    return db_status(db, why);
}

/* Never the newest row: its place would be given again. */
#define OLD_TOMBSTONES                                                                             \
    "(SELECT seq FROM change WHERE op = 'delete' AND at < :before "                                \
    "AND seq < (SELECT max(seq) FROM change) ORDER BY at, seq LIMIT :most)"

enum err feed_drop(struct db *db, int64_t most, int64_t *ret_count, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I, s:I}", "most", (json_int_t)most, "before",
                                              (json_int_t)(db_now(db) - keep_ms)));
    db_exec(db,
            "INSERT INTO change_dropped (only, seq) SELECT 1, max(seq) FROM " OLD_TOMBSTONES
            " WHERE true HAVING max(seq) IS NOT NULL "
            "ON CONFLICT (only) DO UPDATE SET seq = max(seq, excluded.seq)",
            args);
    db_exec(db, "DELETE FROM change WHERE seq IN " OLD_TOMBSTONES, args);
    *ret_count = db_changes(db);
    return db_status(db, why);
}
