/* The schema: how a database gets it, what it looks like, and that its history stays as shipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/sha256.h"
#include "core/field.h"
#include "door_load.h"
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

enum { PATH_SIZE = 256 };

static char folder[PATH_SIZE], path[PATH_SIZE + 16];

static int enter(void **state)
{
    (void)state;
    load_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/db", folder);
    return 0;
}

static int leave(void **state)
{
    (void)state;
    load_remove(folder);
    return 0;
}

static struct db *opened(void)
{
    struct db *db = NULL;
    struct why why = {0};
    if (db_open(path, DB_WRITE, &db, &why) != OK)
        fail_msg("%s", why.text);
    return db;
}

static void an_empty_file_becomes_a_database(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = opened();
    assert_int_equal(migrate_run(db, path, &why), OK);
    assert_int_equal(db_version(db), migrate_newest());
    assert_int_equal(migrate_run(db, path, &why), OK);
    db_close(db);
    struct db *again = NULL;
    assert_int_equal(migrate_open(path, &again, &why), OK);
    json_auto_t *mode = db_row(again, "PRAGMA journal_mode", NULL, NULL);
    assert_string_equal(args_text(mode, "journal_mode"), "wal");
    assert_int_equal(db_int(again, "PRAGMA synchronous", NULL, 0), 2);
    assert_int_equal(db_int(again, "PRAGMA foreign_keys", NULL, 0), 1);
    db_close(again);
}

static void a_newer_database_is_refused(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = opened();
    assert_int_equal(migrate_run(db, path, &why), OK);
    db_script(db, "PRAGMA user_version = 9999");
    assert_int_equal(migrate_run(db, path, &why), ERR_CONFLICT);
    assert_string_equal(why.code, "database_too_new");
    assert_non_null(strstr(why.text, "9999"));
    db_close(db);
}

/* As an older program left it: the first migration only, with a row. */
static struct db *older(void)
{
    size_t count;
    const struct migration *list = migrate_list(&count);
    struct db *db = opened();
    db_script(db, list[0].sql);
    db_script(db, "PRAGMA user_version = 1");
    db_script(db, "INSERT INTO vendor (public_id, name, created_at, updated_at) "
                  "VALUES ('v', 'Old', 1, 1)");
    assert_false(db_failed(db));
    return db;
}

static void a_copy_is_made_before(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = older(), *copy = NULL;
    if (migrate_run(db, path, &why) != OK)
        fail_msg("%s", why.text);
    assert_int_equal(db_version(db), migrate_newest());
    assert_int_equal(db_int(db, "SELECT count(*) FROM vendor", NULL, 0), 1);
    db_close(db);
    char name[PATH_SIZE + 64];
    snprintf(name, sizeof name, "%s.before-0002", path);
    assert_int_equal(db_open(name, DB_READ, &copy, &why), OK);
    assert_int_equal(db_version(copy), 1);
    assert_int_equal(db_int(copy, "SELECT count(*) FROM vendor", NULL, 0), 1);
    db_close(copy);
}

static void without_a_copy_nothing_is_migrated(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = older();
    char nowhere[PATH_SIZE + 64];
    snprintf(nowhere, sizeof nowhere, "%s/missing/db", folder);
    assert_int_not_equal(migrate_run(db, nowhere, &why), OK);
    db_rollback(db);
    assert_int_equal(db_version(db), 1);
    db_close(db);
}

static void a_failed_migration_changes_nothing(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = older();
    db_script(db, "CREATE TABLE usage_in_the_way (x)");
    db_script(db, "CREATE TRIGGER usage_sum AFTER INSERT ON usage BEGIN SELECT 1; END");
    assert_int_not_equal(migrate_run(db, path, &why), OK);
    assert_string_equal(why.code, "migration_failed");
    assert_non_null(strstr(why.text, "0002"));
    assert_int_equal(db_version(db), 1);
    assert_int_equal(
        db_int(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'change_once'", NULL, -1), 0);
    assert_int_equal(db_int(db, "PRAGMA foreign_keys", NULL, 0), 1);
    db_close(db);
}

static void what_is_no_database_is_refused(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = NULL;
    auto_file *file = fopen(path, "wb");
    fputs("this is not a database, but it is long enough to look like something else entirely, "
          "so that the library reads a whole header of one hundred bytes",
          file);
    fclose(take(&file));
    assert_int_equal(migrate_open(path, &db, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, path));
}

static void a_reader_makes_nothing(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = NULL;
    assert_int_not_equal(db_open(path, DB_READ, &db, &why), OK);
    assert_int_equal(migrate_open(path, &db, &why), OK);
    struct db *reader = NULL;
    assert_int_equal(db_open(path, DB_READ, &reader, &why), OK);
    assert_int_equal(db_begin(reader), OK);
    assert_int_not_equal(
        db_exec(reader, "INSERT INTO setting (key, updated_at) VALUES ('a', 1)", NULL), OK);
    db_rollback(reader);
    db_close(reader);
    db_close(db);
}

/* --- the schema --- */

static char *read_file(const char *name)
{
    auto_file *file = fopen(name, "rb");
    if (!file)
        return NULL;
    auto_buf text = {0};
    char block[4096];
    size_t len;
    while ((len = fread(block, 1, sizeof block, file)) > 0)
        buf_add(&text, block, len);
    return buf_take(&text, NULL);
}

/* ${got} is what the file says; with UPDATE=1 in the environment the file is made so. */
static void golden(const char *name, const char *got)
{
    const char *update = getenv("UPDATE");
    if (update && update[0] == '1') {
        auto_file *file = fopen(name, "wb");
        assert_non_null(file);
        fputs(got, file);
        return;
    }
    auto_free char *wanted = read_file(name);
    if (!wanted || strcmp(wanted, got) != 0)
        fail_msg("%s is not what it was; if that is meant, run with UPDATE=1 and read the diff",
                 name);
}

static void the_schema_is_as_written_down(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = NULL;
    auto_buf text = {0};
    assert_int_equal(migrate_open(":memory:", &db, &why), OK);
    json_auto_t *rows = db_rows(db,
                                "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL "
                                "AND name NOT LIKE 'sqlite_%' ORDER BY type, name",
                                NULL, NULL);
    for (size_t i = 0; i < json_array_size(rows); i++)
        buf_format(&text, "%s;\n\n", args_text(json_array_get(rows, i), "sql"));
    golden(SOURCE_DIR "/tests/store/schema.sql", text.data);
    db_close(db);
}

static void shipped_migrations_do_not_change(void **state)
{
    (void)state;
    size_t count;
    const struct migration *list = migrate_list(&count);
    auto_buf text = {0};
    for (size_t i = 0; i < count; i++) {
        char hex[SHA256_HEX_SIZE];
        sha256_hex(list[i].sql, strlen(list[i].sql), hex);
        buf_format(&text, "%s  %s.sql\n", hex, list[i].name);
        assert_int_equal(list[i].version, i + 1);
    }
    golden(SOURCE_DIR "/tests/store/migrations.sha256", text.data);
}

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
    {"twice_in_feed", "DROP TRIGGER change_once; INSERT INTO change (entity, public_id, op, at) "
                      "VALUES ('slot', 'l', 'update', 1)"},
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
    assert_int_equal(migrate_open(path, &db, &why), OK);
    db_close(db);
    load_prepare(path, 1);
    db = opened();
    db_begin(db);
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
        cmocka_unit_test_setup_teardown(an_empty_file_becomes_a_database, enter, leave),
        cmocka_unit_test_setup_teardown(a_newer_database_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(a_copy_is_made_before, enter, leave),
        cmocka_unit_test_setup_teardown(without_a_copy_nothing_is_migrated, enter, leave),
        cmocka_unit_test_setup_teardown(a_failed_migration_changes_nothing, enter, leave),
        cmocka_unit_test_setup_teardown(what_is_no_database_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(a_reader_makes_nothing, enter, leave),
        cmocka_unit_test(the_schema_is_as_written_down),
        cmocka_unit_test(shipped_migrations_do_not_change),
        cmocka_unit_test(every_shape_is_its_view),
        cmocka_unit_test(documented_columns_come_first),
        cmocka_unit_test(violations_see),
        cmocka_unit_test_setup_teardown(the_ledger_is_append_only, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
