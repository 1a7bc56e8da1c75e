#include "store/changes_row.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "core/field.h"
#include "store/alerts.h"
#include "store/db.h"
#include "store/filaments.h"
#include "store/jobs.h"
#include "store/ledger.h"
#include "store/printers.h"
#include "store/questions.h"
#include "store/slots.h"
#include "store/spools.h"
#include "store/vendors.h"

static const struct {
    const char *entity, *key;
    const struct field_shape *shape;
} views[] = {
    {"spool", "spool_id", &spools_shape},
    {"slot", "ams_slot_id", &slots_shape},
    {"slot_history", "history_id", &slots_history_shape},
    {"printer", "printer_id", &printers_shape},
    {"print_job", "job_id", &jobs_shape},
    {"usage_event", "event_id", &ledger_shape},
    {"question", "question_id", &questions_shape},
    {"alert", "alert_id", &alerts_shape},
    {"vendor", "vendor_id", &vendors_shape},
    {"filament", "filament_id", &filaments_shape},
};

bool changes_row(struct db *db, const char *entity, const char *public_id, struct buf *ret_row)
{
    for (size_t i = 0; i < LEN(views); i++) {
        if (strcmp(views[i].entity, entity) != 0)
            continue;
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE %s = :id", views[i].shape->view,
                 views[i].key);
        json_auto_t *args = json_pack("{s:s}", "id", public_id);
        return db_text_row(db, sql, args, views[i].shape, ret_row);
    }
    return false;
}
