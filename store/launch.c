#include "store/launch.h"

#include "base/auto.h"
#include "base/buf.h"
#include "store/alerts.h"
#include "store/changes.h"
#include "store/changes_row.h"
#include "store/db.h"
#include "store/jobs.h"
#include "store/list.h"
#include "store/questions.h"
#include "store/slots.h"
#include "store/spools.h"
#include "store/stats.h"
#include "store/thresholds.h"

static const struct {
    const char *key, *sql;
    const struct field_shape *shape;
} parts[] = {
    {"slots",
     "SELECT /* scan */ * FROM ams_slots ORDER BY printer_id, ams_unit_number, slot_number",
     &slots_shape},
    {"spools", "SELECT /* scan */ * FROM spools WHERE archived_at IS NULL ORDER BY spool_number",
     &spools_shape},
    {"questions", "SELECT /* scan */ * FROM questions WHERE state = 'open' ORDER BY opened_at",
     &questions_shape},
    {"alerts",
     "SELECT /* scan */ * FROM alerts WHERE ended_at IS NULL AND acked_at IS NULL "
     "ORDER BY opened_at, alert_id",
     &alerts_shape},
    {"print_jobs", "SELECT /* scan */ * FROM print_jobs WHERE end_time IS NULL ORDER BY start_time",
     &jobs_shape},
    {"thresholds", "SELECT /* scan */ * FROM thresholds ORDER BY coalesce(material, '')",
     &thresholds_shape},
    {"settings", "SELECT /* scan */ * FROM settings ORDER BY key", &changes_row_setting},
};

enum err launch_write(struct db *db, struct buf *out, struct why *why)
{
    auto_list low = {0};
    enum err e = stats_low_inventory(db, NULL, &low, why);
    buf_format(out, "\"cursor\":%lld,\"low_stock\":", (long long)changes_newest(db));
    buf_add(out, low.body.data, low.body.len);
    out->failed = out->failed || low.body.failed;
    for (size_t i = 0; i < LEN(parts); i++) {
        buf_format(out, ",\"%s\":", parts[i].key);
        db_text(db, parts[i].sql, NULL, parts[i].shape, out);
    }
    return e == OK ? db_status(db, why) : e;
}
