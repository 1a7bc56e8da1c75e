#include "service/upkeep.h"

#include "base/log.h"
#include "bridge/hub.h"
#include "store/activities.h"
#include "store/backup.h"
#include "store/deliveries.h"
#include "store/jobs.h"

enum { EVERY_MS = 10 * 60 * 1000, COPY_DAYS = 30 };

static const int64_t day_ms = 24 * 60 * 60 * 1000;

static enum err run_erase(void *ctx, struct db *db, struct why *why)
{
    return jobs_erase_old_names(db, ctx, why);
}

static enum err run_trim(void *ctx, struct db *db, struct why *why)
{
    (void)ctx;
    enum err e = deliveries_trim(db, why);
    return e ? e : activities_trim(db, why);
}

static void drop_copies(const char *database, int64_t now)
{
    size_t count = backup_drop_old(database, now - COPY_DAYS * day_ms);
    if (count)
        log_line(LOG_INFO, "backup.drop", "copies=%zu days=%d", count, COPY_DAYS);
}

void upkeep_tick(struct upkeep *upkeep, struct hub *hub, const char *database, int64_t mono,
                 int64_t now)
{
    struct why why;
    int64_t count = 0;
    if (mono < upkeep->due)
        return;
    upkeep->due = mono + EVERY_MS;
    drop_copies(database, now);
    if (hub_write(hub, now, run_trim, NULL, &why) != OK)
        log_line(LOG_WARN, "deliveries.trim", "detail=\"%s\"", why.text);
    if (hub_write(hub, now, run_erase, &count, &why) != OK)
        log_line(LOG_WARN, "privacy.erase", "detail=\"%s\"", why.text);
    else if (count)
        log_line(LOG_INFO, "privacy.erase", "rows=%lld", (long long)count);
    if (count >= JOBS_ERASE_BATCH)
        upkeep->due = mono; /* the next piece at the next tick */
}
