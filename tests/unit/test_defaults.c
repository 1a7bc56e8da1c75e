#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/config.h"
#include "service/config_file.h"
#include "service/defaults.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/printers.h"
#include "store/settings.h"
#include "store/thresholds.h"

static char path[] = "/tmp/test-defaults-XXXXXX";

static struct config *from_text(const char *text)
{
    struct config *config = config_new();
    config_file_text(config, "a.conf", text, strlen(text));
    assert_int_equal(config_problem_count(config), 0);
    return config;
}

typedef enum err write_rows(struct db *db, const json_t *args, json_t **ret, struct why *why);

static void write_row(struct db *db, write_rows *write, const char *json)
{
    struct why why = {.text = ""};
    json_auto_t *args = json_loads(json, 0, NULL), *row = NULL;
    assert_non_null(args);
    assert_int_equal(db_begin(db), OK);
    if (write(db, args, &row, &why) != OK)
        fail_msg("%s", why.text);
    assert_int_equal(db_commit(db, &why), OK);
}

static void configure(struct db *db, const struct config *config)
{
    struct why why;
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(defaults_configure(db, config, &why), OK);
    assert_int_equal(db_commit(db, &why), OK);
}

static void expect(const struct config *config, const char *section, const char *key,
                   const char *text, enum config_origin origin)
{
    const struct config_value *value = config_value(config, section, key);
    assert_non_null(value);
    assert_string_equal(value->text, text);
    assert_int_equal(value->origin, origin);
}

static const char file[] = "[thresholds]\nglobal_grams = 120.5\n[thresholds.materials]\nPLA = 80\n"
                           "[homeassistant]\npoll_seconds = 7\n"
                           "[printer.a]\nserial = 01P00A000000001\nhost = h1\nname = A\n";

static void test_the_file_gives_defaults_and_the_api_wins(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct why why;
    assert_int_equal(migrate_open(path, &db, &why), OK);
    struct config *config = from_text(file);
    configure(db, config);
    json_auto_t *poll = settings_get(db, "homeassistant.poll_seconds");
    assert_int_equal(json_integer_value(poll), 7);
    assert_int_equal(defaults_overlay(config, path, &why), OK);
    expect(config, "thresholds", "global_grams", "120.5", CONFIG_FROM_FILE);
    expect(config, "homeassistant", "poll_seconds", "7", CONFIG_FROM_FILE);
    expect(config, "currency", "code", "USD", CONFIG_FROM_DEFAULT);
    write_row(db, settings_update,
              "{\"homeassistant.poll_seconds\": 9, \"currency.code\": \"EUR\"}");
    write_row(db, settings_update, "{\"printers.fetch_sliced_file\": false}");
    write_row(db, thresholds_set, "{\"threshold_grams\": 50000}");
    write_row(db, thresholds_set, "{\"material\": \"PETG\", \"threshold_grams\": 60500}");
    write_row(db, printers_create,
              "{\"printer_id\": \"b\", \"serial\": \"01P00A000000002\","
              "\"host\": \"h2\", \"name\": \"B\"}");
    assert_int_equal(defaults_overlay(config, path, &why), OK);
    expect(config, "homeassistant", "poll_seconds", "9", CONFIG_FROM_API);
    expect(config, "currency", "code", "EUR", CONFIG_FROM_API);
    expect(config, "printers", "fetch_sliced_file", "off", CONFIG_FROM_API);
    expect(config, "thresholds", "global_grams", "50", CONFIG_FROM_API);
    assert_int_equal(config_problem_count(config), 0);
    size_t at = 0;
    expect(config, "thresholds.materials", "*", "80", CONFIG_FROM_FILE);
    config_each(config, "thresholds.materials", "*", &at);
    const struct config_value *petg = config_each(config, "thresholds.materials", "*", &at);
    assert_string_equal(petg->name, "PETG");
    assert_string_equal(petg->text, "60.5");
    assert_string_equal(config_named(config, "printer", "b", "host"), "h2");
    assert_string_equal(config_named(config, "printer", "a", "host"), "h1");
    configure(db, config);
    config_free(config);
    db_close(db);
}

static void test_going_back_to_the_file(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct why why;
    assert_int_equal(migrate_open(path, &db, &why), OK);
    write_row(db, settings_update, "{\"currency.code\": null}");
    struct config *config = from_text("[currency]\ncode = CHF\n");
    configure(db, config);
    assert_int_equal(defaults_overlay(config, path, &why), OK);
    expect(config, "currency", "code", "CHF", CONFIG_FROM_FILE);
    expect(config, "homeassistant", "poll_seconds", "9", CONFIG_FROM_API);
    config_free(config);
    db_close(db);
}

static void test_no_database_yet(void **state)
{
    (void)state;
    struct why why;
    struct config *config = from_text(file);
    assert_int_equal(defaults_overlay(config, "/nowhere/at/all.db", &why), OK);
    expect(config, "thresholds", "global_grams", "120.5", CONFIG_FROM_FILE);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_file_gives_defaults_and_the_api_wins),
        cmocka_unit_test(test_going_back_to_the_file),
        cmocka_unit_test(test_no_database_yet),
    };
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
