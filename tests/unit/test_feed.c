/* The feed behind a cursor: pages, what an op means to whom, what is hidden, tombstones. */
#include "store_case.h"

#include <string.h>

#include "base/buf.h"
#include "core/field.h"
#include "store/changes.h"
#include "store/changes_row.h"
#include "store/feed.h"
#include "store/keys.h"
#include "store/launch.h"
#include "store/spools.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static json_t *make(struct db *db)
{
    json_auto_t *made = case_ok(db, spools_create,
                                json_pack("{s:s, s:s, s:s, s:s, s:i}", "brand", "Bambu Lab",
                                          "product_name", "PLA Basic", "material_type", "PLA",
                                          "color_hex", "#FF0000", "initial_weight_grams", 1000000));
    return json_incref(json_object_get(json_object_get(made, "spool"), "spool_id"));
}

static void change(struct db *db, json_t *id)
{
    json_auto_t *done = case_ok(db, case_adjust,
                                json_pack("{s:O, s:i}", "spool_id", id, "adjustment_grams", -1000));
}

static void drop(struct db *db, json_t *id)
{
    json_auto_t *done = case_ok(db, spools_delete, json_pack("{s:O}", "spool_id", id));
}

static json_t *sync_of(struct db *db, int64_t since, int64_t limit, json_t *entities)
{
    struct why why = {0};
    auto_buf text = {0};
    struct feed_ask ask = {.since = since, .limit = limit, .entities = entities};
    if (feed_sync(db, &ask, &text, &why) != OK)
        fail_msg("%s", why.text);
    json_t *answer = json_loadb(text.data, text.len, 0, NULL);
    assert_non_null(answer);
    json_decref(entities);
    return answer;
}

static json_t *spools_only(void)
{
    return json_pack("[s]", "spool");
}

static const json_t *nth(const json_t *answer, size_t i)
{
    return json_array_get(json_object_get(answer, "changes"), i);
}

static size_t count(const json_t *answer)
{
    return json_array_size(json_object_get(answer, "changes"));
}

static void an_op_says_what_the_client_missed(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t before = changes_newest(db);
    json_auto_t *id = make(db);
    int64_t made = changes_newest(db);
    change(db, id);
    json_auto_t *new = sync_of(db, before, 10, spools_only());
    json_auto_t *known = sync_of(db, made, 10, spools_only());
    assert_int_equal(count(new), 1);
    assert_string_equal(case_text(nth(new, 0), "op"), "insert");
    assert_int_equal(count(known), 1);
    assert_string_equal(case_text(nth(known, 0), "op"), "update");
    const json_t *roll = json_object_get(json_object_get(nth(known, 0), "data"), "spool");
    assert_int_equal(case_number(roll, "current_weight_grams"), 999);
    drop(db, id);
    json_auto_t *gone = sync_of(db, before, 10, spools_only());
    assert_string_equal(case_text(nth(gone, 0), "op"), "delete");
    assert_true(json_is_null(json_object_get(nth(gone, 0), "data")));
    case_close(db);
}

static void pages_come_to_an_end(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t cursor = changes_newest(db);
    for (int i = 0; i < 5; i++) {
        json_auto_t *id = make(db);
    }
    size_t seen = 0;
    for (bool more = true; more;) {
        json_auto_t *page = sync_of(db, cursor, 2, spools_only());
        seen += count(page);
        assert_true(count(page) <= 2);
        cursor = json_integer_value(json_object_get(page, "cursor"));
        more = json_is_true(json_object_get(page, "has_more"));
    }
    assert_int_equal(seen, 5);
    assert_int_equal(cursor, changes_newest(db));
    case_close(db);
}

static void hidden_entities_are_passed_by(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t before = changes_newest(db);
    json_auto_t *key =
        case_ok(db, keys_create, json_pack("{s:s, s:[s]}", "name", "phone", "scopes", "read"));
    json_auto_t *without = sync_of(db, before, 10, spools_only());
    json_auto_t *with = sync_of(db, before, 10, json_pack("[s, s]", "spool", "api_key"));
    assert_int_equal(count(without), 0);
    assert_int_equal(json_integer_value(json_object_get(without, "cursor")), changes_newest(db));
    assert_int_equal(count(with), 1);
    const json_t *shown = json_object_get(json_object_get(nth(with, 0), "data"), "api_key");
    assert_string_equal(case_text(shown, "name"), "phone");
    assert_null(json_object_get(shown, "key"));
    assert_null(json_object_get(shown, "hash"));
    case_close(db);
}

static bool resets(struct db *db, int64_t since)
{
    json_auto_t *answer = sync_of(db, since, 10, spools_only());
    return json_is_true(json_object_get(answer, "reset"));
}

static int64_t dropped(struct db *db, int64_t most)
{
    int64_t count = -1;
    struct why why = {0};
    assert_int_equal(feed_drop(db, most, &count, &why), OK);
    case_sound(db);
    return count;
}

static void old_tombstones_are_dropped(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *a = make(db), *b = make(db), *c = make(db);
    int64_t before = changes_newest(db);
    drop(db, a);
    drop(db, b);
    int64_t after = changes_newest(db);
    case_later(db, (int64_t)(FEED_DROP_DAYS - 1) * DAY_MS);
    assert_int_equal(dropped(db, 10), 0);
    assert_false(resets(db, before));
    case_later(db, 2LL * DAY_MS);
    assert_int_equal(dropped(db, 1), 1);
    assert_int_equal(dropped(db, 10), 1);
    assert_int_equal(dropped(db, 10), 0);
    assert_true(resets(db, before));
    assert_false(resets(db, 0));
    assert_false(resets(db, after));
    assert_true(resets(db, after + 1));
    assert_true(changes_newest(db) >= after);
    assert_true(changes_newest_of(db, "spool") > before);
    json_auto_t *all = sync_of(db, 0, 100, spools_only());
    assert_int_equal(count(all), 1);
    case_close(db);
}

/* A tombstone at the end stays until something comes after it. */
static void no_place_is_given_twice(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *a = make(db);
    db_exec(db,
            "INSERT INTO changed (entity, public_id, op, at) VALUES ('threshold', 'PLA', "
            "'delete', 1)",
            NULL);
    int64_t newest = changes_newest(db);
    assert_int_equal(changes_newest_of(db, "threshold"), newest);
    case_later(db, (int64_t)(FEED_DROP_DAYS + 1) * DAY_MS);
    assert_int_equal(dropped(db, 10), 0);
    change(db, a);
    assert_int_equal(dropped(db, 10), 1);
    assert_true(changes_newest_of(db, "spool") > newest);
    assert_int_equal(changes_newest_of(db, "threshold"), newest);
    case_close(db);
}

static bool has_view(struct db *db, const char *entity)
{
    json_auto_t *args = json_pack("{s:s}", "entity", entity);
    int64_t placed =
        db_int(db, "SELECT count(*) FROM change_newest WHERE entity = :entity", args, 0);
    return placed && (changes_row_view(entity) || !strcmp(entity, "device"));
}

/* Triggers, views and the shape of `data` tell of the same entities. */
static void every_entity_can_be_told(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *triggers = db_rows(
        db, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' /* scan */", NULL, NULL);
    for (size_t i = 0; i < json_array_size(triggers); i++) {
        const char *at = case_text(json_array_get(triggers, i), "sql");
        while ((at = strstr(at, "(entity, public_id, op, at)")) && (at = strchr(at, '\''))) {
            char entity[32] = "";
            assert_int_equal(sscanf(at, "'%31[a-z_]'", entity), 1);
            if (!has_view(db, entity))
                fail_msg("%s cannot be told", entity);
        }
    }
    assert_int_equal(feed_data_shape.count, changes_row_view_count);
    for (size_t i = 0; i < changes_row_view_count; i++) {
        assert_string_equal(feed_data_shape.fields[i].name, changes_row_views[i].entity);
        assert_ptr_equal(feed_data_shape.fields[i].of, changes_row_views[i].shape);
    }
    case_close(db);
}

static void a_launch_is_one_object(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *id = make(db);
    struct why why = {0};
    auto_buf text = {0};
    buf_char(&text, '{');
    assert_int_equal(launch_write(db, &text, &why), OK);
    buf_char(&text, '}');
    json_auto_t *all = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
    assert_int_equal(json_array_size(json_object_get(all, "spools")), 1);
    assert_int_equal(case_number(all, "cursor"), changes_newest(db));
    case_close(db);
}

/* Rolls that are told when it is ${days} after the first one, in the order of their numbers. */
static void assert_told(struct db *db, int64_t start, int days, const char *const *wanted,
                        size_t wanted_count)
{
    struct why why = {0};
    int64_t cursor = changes_newest(db);
    db_set_now(db, start + days * (int64_t)DAY_MS);
    assert_int_equal(spools_day(db, &why), OK);
    json_auto_t *answer = sync_of(db, cursor, 10, spools_only());
    assert_int_equal(count(answer), wanted_count);
    for (size_t i = 0; i < wanted_count; i++) {
        assert_string_equal(json_string_value(json_object_get(nth(answer, i), "id")), wanted[i]);
        assert_string_equal(json_string_value(json_object_get(nth(answer, i), "op")), "update");
    }
    assert_int_equal(spools_day(db, &why), OK);
    assert_int_equal(changes_newest(db), cursor + (int64_t)wanted_count);
}

static void a_date_that_goes_by_is_told_once(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t start = db_now(db);
    json_auto_t *a = make(db), *b = make(db), *never = make(db);
    json_auto_t *days =
        db_row(db,
               "SELECT date(:now / 1000, 'unixepoch', '+2 days', '-' || dry_days || ' days') AS a, "
               "date(:now / 1000, 'unixepoch', '+5 days', '-' || dry_days || ' days') AS b "
               "FROM materials WHERE material_type = 'PLA'",
               NULL, NULL);
    json_auto_t *set_a = case_ok(
        db, spools_update,
        json_pack("{s:O, s:O}", "spool_id", a, "purchase_date", json_object_get(days, "a")));
    json_auto_t *set_b = case_ok(
        db, spools_update,
        json_pack("{s:O, s:O}", "spool_id", b, "purchase_date", json_object_get(days, "b")));
    const char *const both[] = {json_string_value(a), json_string_value(b)};
    db_lint(db, false); /* once a day it looks at all rolls */
    assert_told(db, start, 0, NULL, 0);
    assert_told(db, start, 2, NULL, 0); /* on its last day it is still good */
    assert_told(db, start, 3, both, 1);
    assert_told(db, start, 4, NULL, 0);
    assert_told(db, start, 2, both, 1);  /* the clock was put back */
    assert_told(db, start, 30, both, 2); /* and the machine was off */
    assert_non_null(never);
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_op_says_what_the_client_missed),
        cmocka_unit_test(pages_come_to_an_end),
        cmocka_unit_test(hidden_entities_are_passed_by),
        cmocka_unit_test(old_tombstones_are_dropped),
        cmocka_unit_test(no_place_is_given_twice),
        cmocka_unit_test(every_entity_can_be_told),
        cmocka_unit_test(a_launch_is_one_object),
        cmocka_unit_test(a_date_that_goes_by_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
