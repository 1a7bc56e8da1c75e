/* What the schema promises: views that are the shapes of JSON, and invariants that are seen broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/field.h"
#include "store/alerts.h"
#include "store/args.h"
#include "store/db.h"
#include "store/filaments.h"
#include "store/jobs.h"
#include "store/keys.h"
#include "store/ledger.h"
#include "store/materials.h"
#include "store/migrate.h"
#include "store/printers.h"
#include "store/questions.h"
#include "store/slots.h"
#include "store/spools.h"
#include "store/thresholds.h"
#include "store/vendors.h"

static void every_shape_is_its_view(void **state)
{
    (void)state;
    static const struct field_shape *const shapes[] = {
        &spools_shape,   &slots_shape,      &slots_history_shape, &ledger_shape,    &jobs_shape,
        &printers_shape, &vendors_shape,    &filaments_shape,     &questions_shape, &alerts_shape,
        &keys_shape,     &thresholds_shape, &materials_shape,
    };
    struct why why = {0};
    struct db *db = NULL;
    assert_int_equal(migrate_open(":memory:", &db, &why), OK);
    for (size_t s = 0; s < LEN(shapes); s++) {
        json_auto_t *args = json_pack("{s:s}", "view", shapes[s]->view);
        json_auto_t *columns = db_rows(db, "SELECT name FROM pragma_table_info(:view)", args, NULL);
        if (json_array_size(columns) != shapes[s]->count)
            fail_msg("%s: %zu columns, %zu fields", shapes[s]->view, json_array_size(columns),
                     shapes[s]->count);
        for (size_t i = 0; i < shapes[s]->count; i++) {
            assert_string_equal(shapes[s]->fields[i].name,
                                args_text(json_array_get(columns, i), "name"));
            assert_non_null(shapes[s]->fields[i].doc);
        }
    }
    db_close(db);
}

static void documented_columns_come_first(void **state)
{
    (void)state;
    static const struct {
        const char *view, *columns;
    } documented[] = {
        {"spools", "spool_id,brand,product_name,material_type,color_hex,initial_weight_grams,"
                   "current_weight_grams,purchase_date,cost_usd,nozzle_temp_min_c,"
                   "nozzle_temp_max_c,bed_temp_min_c,bed_temp_max_c,drying_requirements,notes,"
                   "created_at,updated_at,"},
        {"ams_slots", "ams_slot_id,printer_id,ams_unit_number,slot_number,spool_id,"
                      "current_ha_color,current_ha_material,last_updated,"},
        {"slot_history", "history_id,ams_slot_id,spool_id,assigned_at,unassigned_at,event_type,"},
        {"print_jobs", "job_id,printer_id,gcode_file_name,start_time,end_time,status,"
                       "total_estimated_grams,total_actual_grams,cost_usd,created_at,updated_at,"},
        {"usage_events", "event_id,job_id,spool_id,ams_slot_id,grams_used,timestamp,event_type,"},
    };
    struct why why = {0};
    struct db *db = NULL;
    assert_int_equal(migrate_open(":memory:", &db, &why), OK);
    for (size_t i = 0; i < LEN(documented); i++) {
        json_auto_t *args = json_pack("{s:s}", "view", documented[i].view);
        json_auto_t *row =
            db_row(db, "SELECT group_concat(name) || ',' AS names FROM pragma_table_info(:view)",
                   args, NULL);
        const char *names = args_text(row, "names");
        if (!names || strncmp(names, documented[i].columns, strlen(documented[i].columns)) != 0)
            fail_msg("%s begins %s", documented[i].view, names);
    }
    db_close(db);
}

static const struct {
    const char *rule, *sql;
} wrongs[] = {
    {"cached_sum", "UPDATE spool SET used_mg = 5"},
    {"unusable_roll_loaded", "UPDATE spool SET archived_at = 1"},
    {"match_of_loaded_slot", "UPDATE slot SET match = 'unassigned'"},
    {"match_of_empty_slot",
     "UPDATE slot_assignment SET spool = NULL; UPDATE slot SET match = 'ok'"},
    {"slot_overlap", "INSERT INTO slot_assignment (public_id, slot, assigned_at, unassigned_at, "
                     "event_type, source, created_at, updated_at) "
                     "VALUES ('b', 1, 150, 160, 'manual', 'api', 1, 1)"},
    {"feeds_overlap", "INSERT INTO job_feed (job, slot, from_layer, from_at, to_layer, to_at) "
                      "VALUES (1, 1, 0, 100, 2, 150), (1, 1, 1, 149, 2, 200)"},
    {"parts_of_filament", "UPDATE job_filament SET used_mg = 8"},
    {"segment_booking", "UPDATE job_segment SET spool = 1"},
    {"segment_without_filament", "DELETE FROM job_filament"},
    {"alert_of_closed_question",
     "INSERT INTO question (id, public_id, kind, state, closed_at, opened_at, updated_at) VALUES "
     "(1, 'q', 'which_spool', 'closed', 2, 1, 2); INSERT INTO alert (public_id, kind, cause, text, "
     "question, opened_at, updated_at) VALUES ('t', 'slot_changed', 'c', 'x', 1, 1, 1)"},
    {"alert_end", "INSERT INTO alert (public_id, kind, cause, text, opened_at, ended_at, "
                  "updated_at) VALUES ('t', 'runout', 'c', 'x', 5, 4, 5)"},
    {"not_in_feed", "DELETE FROM change WHERE entity = 'slot'"},
    {"deleted_in_feed", "UPDATE spool SET deleted_at = 5; "
                        "UPDATE change SET op = 'update' WHERE entity = 'spool'"},
    {"place_in_feed", "UPDATE change_newest SET seq = 0 WHERE entity = 'slot'"},
    {"waits_for_nobody",
     "INSERT INTO device (id, public_id, installation, name, platform, channel, address, enabled, "
     "last_seen_at, created_at, updated_at) VALUES (1, 'd', 'i', 'n', 'ios', 'apns', '{}', 0, 1, "
     "1, 1); INSERT INTO channel (name, ready) VALUES ('apns', 1); INSERT INTO delivery (public_id, "
     "channel, device, due_at, created_at) VALUES ('t', 'apns', 1, 1, 1)"},
    {"search", "UPDATE spool_search SET words = 'other'"},
    {"search", "DELETE FROM filament_search"},
    {"search", "INSERT INTO vendor_search (rowid, words) VALUES (9, 'nobody')"},
    {"search", "UPDATE job_search SET words = 'benchy'"},
    {"orphan", "PRAGMA foreign_keys = OFF; DELETE FROM filament"},
};
static const char sound_rows[] =
    "INSERT INTO vendor VALUES (1, 'v', 'V', NULL, NULL, NULL, '{}', 1, 1);"
    "INSERT INTO filament (id, public_id, vendor, name, material, created_at, updated_at) "
    "VALUES (1, 'f', 1, 'F', 'PLA', 1, 1);"
    "INSERT INTO spool (id, public_id, number, filament, initial_mg, created_at, updated_at) "
    "VALUES (1, 's', 1, 1, 1000, 1, 1);"
    "INSERT INTO printer (id, public_id, name, source, created_at, updated_at) "
    "VALUES (1, 'p', 'P', 'mqtt', 1, 1);"
    "INSERT INTO slot (id, public_id, printer, unit, slot, label, created_at, updated_at) "
    "VALUES (1, 'l', 1, 1, 1, 'A1', 1, 1);"
    "INSERT INTO slot_assignment (public_id, slot, spool, assigned_at, event_type, source, "
    "created_at, updated_at) VALUES ('a', 1, 1, 100, 'manual', 'api', 1, 1);"
    "INSERT INTO job (id, public_id, printer, status, started_at, ended_at, source, created_at, "
    "updated_at) VALUES (1, 'j', 1, 'completed', 100, 200, 'mqtt', 1, 1);"
    "INSERT INTO job_filament (job, idx, used_mg) VALUES (1, 1, 7);"
    "INSERT INTO job_segment (job, filament, segment, slot, mg) VALUES (1, 1, 0, 1, 7);";

/* A violation of each kind can be seen: the view is no decoration. */
static void violations_see(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(wrongs); i++) {
        struct why why = {0};
        struct db *db = NULL;
        assert_int_equal(migrate_open(":memory:", &db, &why), OK);
        db_script(db, sound_rows);
        json_auto_t *none = ledger_violations(db);
        assert_int_equal(json_array_size(none), 0);
        db_script(db, wrongs[i].sql);
        json_auto_t *args = json_pack("{s:s}", "rule", wrongs[i].rule);
        if (!db_int(db, "SELECT count(*) FROM violations WHERE rule = :rule", args, 0) ||
            db_failed(db))
            fail_msg("%s was not seen", wrongs[i].rule);
        db_close(db);
    }
}

static void the_ledger_is_append_only(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = NULL;
    assert_int_equal(migrate_open(":memory:", &db, &why), OK);
    db_script(db, sound_rows);
    assert_int_equal(db_begin(db), OK);
    struct ledger_entry entry = {.spool = 1, .mg = 5, .kind = "waste", .source = "api"};
    char event[ID_SIZE];
    assert_int_equal(ledger_add(db, &entry, event, &why), OK);
    assert_int_equal(db_commit(db, &why), OK);
    static const char *const forbidden[] = {"UPDATE usage SET mg = 4", "UPDATE usage SET spool = 2",
                                            "DELETE FROM usage"};
    for (size_t i = 0; i < LEN(forbidden); i++) {
        db_begin(db);
        assert_int_equal(db_exec(db, forbidden[i], NULL), ERR_CONFLICT);
        db_rollback(db);
    }
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_is_its_view),
        cmocka_unit_test(documented_columns_come_first),
        cmocka_unit_test(violations_see),
        cmocka_unit_test(the_ledger_is_append_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
