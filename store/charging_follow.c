#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "store/args.h"
#include "store/charging.h"
#include "store/db.h"
#include "store/jobs.h"
#include "store/ledger.h"

bool charging_followed(struct db *db, int64_t job)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    return db_int(db,
                  "SELECT EXISTS (SELECT 1 FROM job_feed WHERE job = :job) OR (SELECT "
                  "sliced IS NOT NULL OR source = 'mqtt' FROM job WHERE id = :job)",
                  args, 0) != 0;
}

/* The print ran while the history changed, be it in the middle of a feed; or the roll of a feed, or
 * of a segment that no feed tells of, is not the one it was charged to. As in charging_feeds.c: who
 * was there when it began, else the first roll that was named afterwards. */
static const char jobs_to_follow[] =
    "SELECT DISTINCT x.job FROM ("
    "SELECT f.job, f.slot, f.spool, f.from_at AS at FROM job_feed f WHERE f.slot = :slot "
    "UNION ALL SELECT g.job, g.slot, g.spool, g.from_at FROM job_segment g WHERE g.slot = :slot "
    "AND NOT EXISTS (SELECT 1 FROM job_feed f WHERE f.job = g.job AND f.slot = g.slot)"
    ") x JOIN job j ON j.id = x.job WHERE j.kind = 'print' "
    "AND (j.source = 'mqtt' OR j.sliced IS NOT NULL "
    "OR EXISTS (SELECT 1 FROM job_feed f WHERE f.job = j.id)) "
    "AND (j.ended_at > :from AND j.started_at < :to "
    "OR (j.ended_at >= :since OR j.ended_at IS NOT NULL AND x.spool IS NULL) "
    "AND x.spool IS NOT coalesce("
    "(SELECT a.spool FROM slot_assignment a WHERE a.slot = x.slot AND a.spool IS NOT NULL "
    "AND a.assigned_at <= x.at AND coalesce(a.unassigned_at, x.at + 1) > x.at "
    "ORDER BY a.assigned_at DESC, a.id DESC LIMIT 1), "
    "(SELECT a.spool FROM slot_assignment a WHERE a.slot = x.slot AND a.spool IS NOT NULL "
    "AND a.assigned_at > x.at ORDER BY a.assigned_at, a.id LIMIT 1))) ORDER BY x.job /* scan */";

enum err charging_follow(struct db *db, int64_t slot, const struct ledger_span *span,
                         struct why *why)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:I, s:I, s:I}", "slot", (json_int_t)slot, "from",
                              (json_int_t)span->from, "to", (json_int_t)span->to, "since",
                              (json_int_t)(span->before ? 0 : span->from)));
    json_auto_t *rows = db_rows(db, jobs_to_follow, args, NULL);
    size_t i;
    const json_t *row;
    enum err e = OK;
    json_array_foreach (rows, i, row)
        e = e ? e : charging_book(db, args_int(row, "job", 0), why);
    return e ? e : db_status(db, why);
}

enum err charging_rebook(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *id = args_text(args, "job_id");
    int64_t job = id ? jobs_find(db, id) : 0;
    if (!job)
        return db_missing(db, why, "job_not_found", "job_id", "no such print job");
    json_auto_t *keys = db_args(db, json_pack("{s:I}", "id", (json_int_t)job));
    if (db_int(db, "SELECT ended_at IS NULL FROM job WHERE id = :id", keys, 0))
        return why_fail(why, ERR_CONFLICT, "job_active", "job_id",
                        "the print has not ended; it is charged when it does");
    enum err e = charging_followed(db, job) ? charging_book(db, job, why) : OK;
    return e ? e : jobs_get(db, args, ret, why);
}
