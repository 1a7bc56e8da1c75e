#include "base/auto.h"
#include "store/db.h"
#include "store/spools.h"

/* The days are kept, because the daemon may have slept through some: rolls whose date lies between
 * the last one and today are told, whichever way the clock went. */
enum err spools_day(struct db *db, struct why *why)
{
    json_auto_t *days =
        db_row(db, "SELECT day, date(:now / 1000, 'unixepoch') AS today FROM instance", NULL, NULL);
    db_exec(db,
            "INSERT INTO changed (entity, public_id, op, at) SELECT 'spool', spool_id, 'update', "
            ":now FROM spools WHERE dry_by >= min(:day, :today) AND dry_by < max(:day, :today) "
            "ORDER BY spool_number /* scan */",
            days);
    db_exec(db, "UPDATE instance SET day = :today WHERE day IS NOT :today", days);
    return db_status(db, why);
}
