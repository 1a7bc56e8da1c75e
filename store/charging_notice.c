#include <inttypes.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/alerts.h"
#include "store/args.h"
#include "store/charging_inside.h"
#include "store/db.h"

static const double mg_in_gram = 1000.0;

/* Open the alert while its cause lasts, else end it. */
static enum err tell(struct db *db, bool lasts, struct alert *alert, struct buf *cause,
                     struct buf *text, struct why *why)
{
    if (cause->failed || text->failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    alert->cause = cause->data;
    alert->text = text->data;
    return lasts ? alerts_open(db, alert, why) : alerts_end(db, cause->data, why);
}

static enum err tell_open(struct db *db, int64_t job, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    json_auto_t *row = db_row(
        db,
        "SELECT j.public_id, j.printer, count(g.id) AS parts, coalesce(sum(g.mg), 0) AS mg, "
        "count(g.id) - count(g.mg) AS unknown FROM job j LEFT JOIN job_segment g ON g.job = j.id "
        "AND (g.spool IS NULL AND g.mg > 0 OR g.mg IS NULL) WHERE j.id = :job GROUP BY j.id",
        args, NULL);
    auto_buf cause = {0}, text = {0};
    buf_format(&cause, "open_charge:%s", args_text(row, "public_id"));
    buf_format(&text, "%.1f g of a print await their roll",
               (double)args_int(row, "mg", 0) / mg_in_gram);
    if (args_int(row, "unknown", 0))
        buf_format(&text, "; of %d parts nobody knows how much they used",
                   (int)args_int(row, "unknown", 0));
    struct alert alert = {.kind = "open_charge",
                          .severity = "warning",
                          .data = row,
                          .printer = args_int(row, "printer", 0),
                          .job = job};
    return tell(db, args_int(row, "parts", 0) > 0, &alert, &cause, &text, why);
}

static enum err tell_balance(struct db *db, int64_t job, const json_t *row, struct why *why)
{
    int64_t mg = args_int(row, "mg", 0);
    auto_buf cause = {0}, text = {0};
    buf_format(&cause, "weight_mismatch:%s", args_text(row, "public_id"));
    buf_format(&text, "Roll %d was charged %.1f g more than it had; weigh it",
               (int)args_int(row, "number", 0), (double)-mg / mg_in_gram);
    struct alert alert = {.kind = "weight_mismatch",
                          .severity = "warning",
                          .data = row,
                          .spool = args_int(row, "id", 0),
                          .job = job};
    return tell(db, mg < 0, &alert, &cause, &text, why);
}

static enum err tell_low(struct db *db, const json_t *row, struct why *why)
{
    auto_buf cause = {0}, text = {0};
    buf_format(&cause, "low_spool:%s", args_text(row, "public_id"));
    buf_format(&text, "Roll %d has %.1f g left", (int)args_int(row, "number", 0),
               (double)(args_int(row, "mg", 0) > 0 ? args_int(row, "mg", 0) : 0) / mg_in_gram);
    struct alert alert = {
        .kind = "low_spool", .severity = "warning", .data = row, .spool = args_int(row, "id", 0)};
    return tell(db, args_int(row, "low", 0) != 0, &alert, &cause, &text, why);
}

/* Every roll that this print ever charged: a correction may have freed one. */
static const char rolls_of_job[] =
    "SELECT s.id, s.public_id, s.number, s.initial_mg - s.used_mg AS mg, v.low FROM spool s "
    "JOIN spools v ON v.spool_id = s.public_id WHERE s.initial_mg > 0 "
    "AND s.id IN (SELECT u.spool FROM usage u WHERE u.job = :job OR u.weighed = :job) "
    "ORDER BY s.id /* scan */";

enum err charging_notice(struct db *db, int64_t job, struct why *why)
{
    enum err e = tell_open(db, job, why);
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    json_auto_t *rows = db_rows(db, rolls_of_job, args, NULL);
    size_t i;
    const json_t *row;
    json_array_foreach (rows, i, row) {
        e = e ? e : tell_balance(db, job, row, why);
        e = e ? e : tell_low(db, row, why);
    }
    return e ? e : db_status(db, why);
}
