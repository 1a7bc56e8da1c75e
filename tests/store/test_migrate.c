/* How a database gets its schema, and that the history of the schema stays as shipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/sha256.h"
#include "door_load.h"
#include "store/args.h"
#include "store/db.h"
#include "store/migrate.h"

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
        db_int(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'changed_told'", NULL, -1), 0);
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
