#include "base/auto.h"
#include "store/args.h"
#include "store/charging.h"
#include "store/db.h"
#include "store/ledger.h"

/* What only a client told of: its segments move as a whole.
 * Who was in the slot when the segment began, by its history; for an open charge where nobody is
 * known to have been, the first roll that was named afterwards. */
static const char segments_of_slot[] =
    "SELECT g.id, g.job, g.filament, g.segment, g.mg, g.slot, g.spool, g.source, g.estimate, "
    "coalesce(g.to_at, j.ended_at) AS at, g.evidence, "
    "(SELECT a.spool FROM slot_assignment a WHERE a.slot = g.slot AND a.spool IS NOT NULL "
    "AND a.assigned_at <= coalesce(g.from_at, j.started_at) "
    "AND coalesce(a.unassigned_at, :now + 1) > coalesce(g.from_at, j.started_at) "
    "ORDER BY a.assigned_at DESC, a.id DESC LIMIT 1) AS present, "
    "(SELECT a.spool FROM slot_assignment a WHERE a.slot = g.slot AND a.spool IS NOT NULL "
    "AND a.assigned_at > coalesce(g.from_at, j.started_at) "
    "ORDER BY a.assigned_at, a.id LIMIT 1) AS later "
    "FROM job_segment g JOIN job j ON j.id = g.job WHERE g.slot = :slot AND g.mg > 0 "
    "AND (j.ended_at >= :since OR g.spool IS NULL AND j.ended_at IS NOT NULL) "
    "AND (coalesce(g.source, '') <> 'user' OR g.spool IS NULL) ORDER BY g.id";

static int64_t roll_of(const json_t *row)
{
    int64_t present = args_int(row, "present", 0), booked = args_int(row, "spool", 0);
    if (present)
        return present;
    return booked ? booked : args_int(row, "later", 0);
}

static enum err move(struct db *db, const json_t *row, int64_t spool, struct why *why)
{
    const char *text = args_text(row, "evidence"), *source = args_text(row, "source");
    json_auto_t *evidence = text ? json_loads(text, 0, NULL) : NULL;
    struct ledger_charge charge = {
        .job = args_int(row, "job", 0),
        .slot = args_int(row, "slot", 0),
        .spool = spool,
        .filament = (int)args_int(row, "filament", 0),
        .segment = (int)args_int(row, "segment", 0),
        .mg = args_int(row, "mg", 0),
        .kind = "print",
        .source = source ? source : "history",
        .estimate = args_int(row, "estimate", 0) != 0,
        .at = args_int(row, "at", 0),
        .evidence = evidence,
    };
    json_auto_t *args = db_args(
        db, json_pack("{s:O, s:I}", "id", json_object_get(row, "id"), "spool", (json_int_t)spool));
    db_exec(db, "UPDATE job_segment SET spool = :spool WHERE id = :id", args);
    return ledger_book(db, &charge, why);
}

static enum err move_segments(struct db *db, int64_t slot, int64_t since, struct why *why)
{
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:I}", "slot", (json_int_t)slot, "since", (json_int_t)since));
    json_auto_t *rows = db_rows(db, segments_of_slot, args, NULL);
    size_t i;
    const json_t *row;
    json_array_foreach (rows, i, row) {
        int64_t spool = roll_of(row);
        if (!spool || spool == args_int(row, "spool", 0))
            continue;
        enum err e = move(db, row, spool, why);
        if (e)
            return e;
    }
    return db_status(db, why);
}

enum err ledger_follow(struct db *db, int64_t slot, const struct ledger_span *span, struct why *why)
{
    enum err e = charging_follow(db, slot, span, why);
    return e ? e : move_segments(db, slot, span->before ? 0 : span->from, why);
}
