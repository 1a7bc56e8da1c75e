#include "base/auto.h"
#include "core/told.h"
#include "store/args.h"
#include "store/db.h"
#include "store/slots.h"
#include "store/tracks.h"

/* One slot of the print: a row of its own, looking like what the slot reports. */
static bool add_slot(struct db *db, int64_t printer, int64_t job, struct slot_address at,
                     int64_t mg)
{
    int64_t slot = slots_find(db, printer, at, true);
    json_auto_t *args =
        db_args(db, json_pack("{s:I, s:I, s:o}", "job", (json_int_t)job, "slot", (json_int_t)slot,
                              "mg", mg >= 0 ? json_integer(mg) : json_null()));
    db_exec(db,
            "INSERT INTO job_filament (job, idx, slot, mapping_source, material, color, alpha, "
            "profile) SELECT :job, (SELECT coalesce(max(idx), 0) + 1 FROM job_filament "
            "WHERE job = :job), sl.id, 'homeassistant', sl.material, sl.color, sl.alpha, "
            "sl.profile FROM slot sl WHERE sl.id = :slot AND NOT EXISTS (SELECT 1 "
            "FROM job_filament WHERE job = :job AND slot = :slot)",
            args);
    bool added = db_changes(db) > 0;
    db_exec(db,
            "UPDATE job_filament SET estimated_mg = :mg WHERE job = :job AND slot = :slot "
            "AND :mg IS NOT NULL AND estimated_mg IS NOT :mg",
            args);
    return added || db_changes(db) > 0;
}

/* The sum over the slots, else what is said of the whole print. */
static bool sum_up(struct db *db, int64_t job, const struct told_print *told)
{
    json_auto_t *args = db_args(
        db, json_pack("{s:I, s:o, s:o}", "job", (json_int_t)job, "mg",
                      told->weight_mg >= 0 ? json_integer(told->weight_mg) : json_null(), "started",
                      told->started_at ? json_integer(told->started_at) : json_null()));
    db_exec(db,
            "UPDATE job SET estimated_mg = x.mg, updated_at = :now FROM (SELECT coalesce((SELECT "
            "sum(estimated_mg) FROM job_filament WHERE job = :job), :mg, (SELECT estimated_mg "
            "FROM job WHERE id = :job)) AS mg) x WHERE id = :job AND estimated_mg IS NOT x.mg",
            args);
    bool changed = db_changes(db) > 0;
    db_exec(db,
            "UPDATE job SET started_at = :started WHERE id = :job AND created_at = :now "
            "AND NOT start_seen AND :started < started_at",
            args);
    return changed || db_changes(db) > 0;
}

enum err tracks_told(struct db *db, int64_t printer, int64_t job, const struct told_print *told,
                     bool *ret_changed, struct why *why)
{
    *ret_changed = false;
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    if (!db_int(db, "SELECT source = 'homeassistant' FROM job WHERE id = :job", args, 0))
        return db_status(db, why);
    for (int i = 0; i < told->weight_count; i++)
        *ret_changed |= add_slot(db, printer, job, told->weights[i].at, told->weights[i].mg);
    if (!address_none(told->feeding))
        *ret_changed |= add_slot(db, printer, job, told->feeding, -1);
    *ret_changed |= sum_up(db, job, told);
    return db_status(db, why);
}

enum err tracks_heard(struct db *db, int64_t job, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I}", "job", (json_int_t)job));
    if (!db_int(db, "SELECT source = 'homeassistant' FROM job WHERE id = :job", args, 0))
        return db_status(db, why);
    db_exec(db,
            "DELETE FROM job_filament WHERE job = :job AND mapping_source = 'homeassistant' "
            "AND (SELECT sliced IS NULL FROM job WHERE id = :job) "
            "AND NOT EXISTS (SELECT 1 FROM job_segment g WHERE g.job = :job)",
            args);
    db_exec(db, "UPDATE job SET source = 'mqtt', updated_at = :now WHERE id = :job", args);
    return db_status(db, why);
}
