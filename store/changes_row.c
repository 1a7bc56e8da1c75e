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
#include "store/keys.h"
#include "store/ledger.h"
#include "store/materials.h"
#include "store/printers.h"
#include "store/questions.h"
#include "store/slots.h"
#include "store/spools.h"
#include "store/thresholds.h"
#include "store/vendors.h"

static const char *const origins[] = {"default", "api", NULL};

static const struct field setting_fields[] = {
    {.name = "key", .kind = K_TEXT, .doc = "Name of the setting"},
    {.name = "value", .kind = K_ANY, .flags = FIELD_NULLABLE, .doc = "What is in force"},
    {.name = "default_value",
     .kind = K_ANY,
     .flags = FIELD_NULLABLE,
     .doc = "What the configuration says, or is built in"},
    {.name = "origin", .kind = K_TEXT, .words = origins, .doc = "Who set it"},
};
const struct field_shape changes_row_setting = {"settings", setting_fields, LEN(setting_fields),
                                                "KeyedSetting"};

const struct changes_view changes_row_views[] = {
    {"spool", "spool_id", &spools_shape, false},
    {"slot", "ams_slot_id", &slots_shape, false},
    {"slot_history", "history_id", &slots_history_shape, false},
    {"printer", "printer_id", &printers_shape, false},
    {"print_job", "job_id", &jobs_shape, false},
    {"usage_event", "event_id", &ledger_shape, false},
    {"question", "question_id", &questions_shape, false},
    {"alert", "alert_id", &alerts_shape, false},
    {"vendor", "vendor_id", &vendors_shape, false},
    {"filament", "filament_id", &filaments_shape, false},
    {"material", "material_type", &materials_shape, false},
    {"threshold", "threshold_id", &thresholds_shape, false},
    {"setting", "key", &changes_row_setting, false},
    {"api_key", "key_id", &keys_shape, true},
};
const size_t changes_row_view_count = LEN(changes_row_views);

const struct changes_view *changes_row_view(const char *entity)
{
    for (size_t i = 0; i < LEN(changes_row_views); i++)
        if (strcmp(changes_row_views[i].entity, entity) == 0)
            return &changes_row_views[i];
    return NULL;
}

bool changes_row(struct db *db, const char *entity, const char *public_id, struct buf *ret_row)
{
    const struct changes_view *view = changes_row_view(entity);
    char sql[128];
    if (!view)
        return false;
    /* thresholds have no index of their computed key; there are few of them */
    snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE %s = :id /* scan */", view->shape->view,
             view->key);
    json_auto_t *args = json_pack("{s:s}", "id", public_id);
    return db_text_row(db, sql, args, view->shape, ret_row);
}
