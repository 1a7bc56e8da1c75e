/* core/body: every kind, every fault, merge and creation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/limits.h"
#include "core/body.h"

static const char *const words[] = {"red", "green", NULL};

static const struct field fields[] = {
    {.name = "name", .kind = K_TEXT, .min = 1, .max = 8, .flags = FIELD_NEW},
    {.name = "notes", .kind = K_TEXT, .max = LIMIT_NOTES, .flags = FIELD_NULLABLE},
    {.name = "word", .kind = K_TEXT, .words = words},
    {.name = "count", .kind = K_INT, .min = 1, .max = 50, .flags = FIELD_NULLABLE},
    {.name = "real", .kind = K_REAL},
    {.name = "grams", .kind = K_GRAMS, .min = -1000, .max = 100000},
    {.name = "money", .kind = K_MONEY, .max = 1000},
    {.name = "color", .kind = K_COLOR},
    {.name = "time", .kind = K_TIME},
    {.name = "date", .kind = K_DATE, .flags = FIELD_NULLABLE},
    {.name = "flag", .kind = K_BOOL},
    {.name = "list", .kind = K_LIST, .min = 1, .max = 2},
    {.name = "object", .kind = K_OBJECT},
    {.name = "id", .flags = FIELD_READONLY},
    {.name = "meant", .kind = K_INT, .flags = FIELD_MEANT},
    {.name = "percent", .kind = K_INT, .flags = FIELD_READONLY | FIELD_MOMENT},
};
static const struct body_table table = {fields, LEN(fields)};

static json_t *errors;

static enum err check(enum body_mode mode, const char *body, const char *current, json_t **ret_args,
                      struct why *why)
{
    json_auto_t *parsed = json_loads(body, JSON_DECODE_ANY, NULL);
    json_auto_t *now = current ? json_loads(current, 0, NULL) : NULL;
    json_decref(errors);
    errors = json_array();
    *ret_args = json_object();
    assert_non_null(parsed);
    *why = (struct why){0};
    return body_check(&table, mode, parsed, now, *ret_args, errors, why);
}

static void values_are_normalised(void **state)
{
    (void)state;
    static const struct {
        const char *body, *args;
    } cases[] = {
        {"{\"name\":\"  PLA \"}", "{\"name\":\"PLA\"}"},
        {"{\"name\":\"\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\"}", NULL},
        {"{\"notes\":\"a\\n\\tb\"}", "{\"notes\":\"a\\n\\tb\"}"},
        {"{\"notes\":null}", "{\"notes\":null}"},
        {"{\"word\":\"green\"}", "{\"word\":\"green\"}"},
        {"{\"count\":5.0}", "{\"count\":5}"},
        {"{\"grams\":0.125}", "{\"grams\":125}"},
        {"{\"grams\":99999.999}", "{\"grams\":99999999}"},
        {"{\"grams\":-50}", "{\"grams\":-50000}"},
        {"{\"grams\":0.1}", "{\"grams\":100}"},
        {"{\"money\":29.99}", "{\"money\":2999}"},
        {"{\"color\":\"#f80\"}", "{\"color\":\"#FF8800\"}"},
        {"{\"color\":\"aabbcc\"}", "{\"color\":\"#AABBCC\"}"},
        {"{\"color\":\"#aAbBcC80\"}", "{\"color\":\"#AABBCC80\"}"},
        {"{\"time\":\"2026-08-22T20:15:00.5+02:00\"}", "{\"time\":1787422500500}"},
        {"{\"date\":\"2024-02-29\"}", "{\"date\":\"2024-02-29\"}"},
        {"{\"flag\":true}", "{\"flag\":true}"},
        {"{\"list\":[1]}", "{\"list\":[1]}"},
        {"{\"object\":{\"a\":1}}", "{\"object\":{\"a\":1}}"},
        {"{\"clear_fields\":[\"notes\",\"count\"]}", "{\"notes\":null,\"count\":null}"},
        {"{}", "{}"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct why why;
        json_auto_t *args = NULL;
        json_auto_t *want = json_loads(cases[i].args ? cases[i].args : cases[i].body, 0, NULL);
        assert_int_equal(check(BODY_MERGE, cases[i].body, NULL, &args, &why), OK);
        assert_true(json_equal(args, want));
        assert_int_equal(json_array_size(errors), 0);
    }
}

static const struct {
    const char *body, *field, *code;
} faults[] = {
    {"{\"nmae\":\"x\"}", "nmae", "unknown_field"},
    {"{\"name\":\"\"}", "name", "too_short"},
    {"{\"name\":\" \"}", "name", "too_short"},
    {"{\"name\":\"123456789\"}", "name", "too_long"},
    {"{\"name\":5}", "name", "wrong_type"},
    {"{\"name\":null}", "name", "not_nullable"},
    {"{\"name\":\"a\\nb\"}", "name", "control_character"},
    {"{\"name\":\"a\\u007f\"}", "name", "control_character"},
    {"{\"name\":\"a\\u0085\"}", "name", "control_character"},
    {"{\"notes\":\"a\\u0007\"}", "notes", "control_character"},
    {"{\"word\":\"blue\"}", "word", "not_allowed"},
    {"{\"count\":0}", "count", "out_of_range"},
    {"{\"count\":51}", "count", "out_of_range"},
    {"{\"count\":1.5}", "count", "wrong_type"},
    {"{\"count\":\"5\"}", "count", "wrong_type"},
    {"{\"count\":true}", "count", "wrong_type"},
    {"{\"grams\":0.0001}", "grams", "too_many_decimals"},
    {"{\"grams\":1000000}", "grams", "out_of_range"},
    {"{\"grams\":\"5\"}", "grams", "wrong_type"},
    {"{\"money\":1.999}", "money", "too_many_decimals"},
    {"{\"color\":\"#ggg\"}", "color", "invalid_color"},
    {"{\"color\":\"#ff\"}", "color", "invalid_color"},
    {"{\"color\":\"red\"}", "color", "invalid_color"},
    {"{\"color\":16}", "color", "wrong_type"},
    {"{\"time\":\"yesterday\"}", "time", "invalid_time"},
    {"{\"time\":\"2026-01-01T00:00:00\"}", "time", "invalid_time"},
    {"{\"date\":\"2026-02-30\"}", "date", "invalid_date"},
    {"{\"date\":\"2026-02-03T00:00:00Z\"}", "date", "invalid_date"},
    {"{\"flag\":1}", "flag", "wrong_type"},
    {"{\"flag\":\"true\"}", "flag", "wrong_type"},
    {"{\"list\":{}}", "list", "wrong_type"},
    {"{\"list\":[]}", "list", "too_short"},
    {"{\"list\":[1,2,3]}", "list", "too_long"},
    {"{\"object\":[]}", "object", "wrong_type"},
    {"{\"id\":\"x\"}", "id", "read_only"},
    {"{\"clear_fields\":[\"name\"]}", "name", "not_nullable"},
    {"{\"clear_fields\":[\"nope\"]}", "clear_fields", "unknown_field"},
    {"{\"clear_fields\":[\"id\"]}", "clear_fields", "unknown_field"},
    {"{\"clear_fields\":\"notes\"}", "clear_fields", "wrong_type"},
    {"{\"clear_fields\":[5]}", "clear_fields", "unknown_field"},
    {"{\"notes\":\"x\",\"clear_fields\":[\"notes\"]}", "notes", "contradiction"},
};

static void faults_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(faults); i++) {
        struct why why;
        json_auto_t *args = NULL;
        assert_int_equal(check(BODY_MERGE, faults[i].body, NULL, &args, &why), ERR_INVALID);
        assert_string_equal(why.field, faults[i].field);
        assert_string_equal(why.code, faults[i].code);
        assert_int_equal(json_array_size(errors), 1);
    }
}

static void all_faults_are_told_at_once(void **state)
{
    (void)state;
    struct why why;
    json_auto_t *args = NULL;
    assert_int_equal(check(BODY_CREATE, "{\"count\":99,\"flag\":2,\"what\":1}", NULL, &args, &why),
                     ERR_INVALID);
    assert_int_equal(json_array_size(errors), 4);
    const json_t *last = json_array_get(errors, 3);
    assert_string_equal(json_string_value(json_object_get(last, "field")), "name");
    assert_string_equal(json_string_value(json_object_get(last, "code")), "required");
}

static void creation_has_rules_of_its_own(void **state)
{
    (void)state;
    struct why why;
    json_auto_t *args = NULL, *more = NULL, *third = NULL, *fourth = NULL;
    assert_int_equal(check(BODY_CREATE, "{\"name\":\"x\"}", NULL, &args, &why), OK);
    assert_int_equal(check(BODY_CREATE, "{}", NULL, &more, &why), ERR_INVALID);
    assert_string_equal(why.code, "required");
    assert_int_equal(check(BODY_CREATE, "{\"name\":7}", NULL, &third, &why), ERR_INVALID);
    assert_int_equal(json_array_size(errors), 1); /* not required as well */
    assert_int_equal(
        check(BODY_CREATE, "{\"name\":\"x\",\"clear_fields\":[]}", NULL, &fourth, &why),
        ERR_INVALID);
}

static void a_body_is_an_object(void **state)
{
    (void)state;
    static const char *const cases[] = {"[]", "5", "null", "\"x\"", "true"};
    for (size_t i = 0; i < LEN(cases); i++) {
        struct why why;
        json_auto_t *args = NULL;
        assert_int_equal(check(BODY_MERGE, cases[i], NULL, &args, &why), ERR_INVALID);
        assert_string_equal(why.code, "wrong_type");
    }
}

static void what_was_read_may_be_sent_back(void **state)
{
    (void)state;
    struct why why;
    json_auto_t *args = NULL, *more = NULL;
    const char *current = "{\"id\":7,\"color\":null,\"name\":\"x\"}";
    assert_int_equal(
        check(BODY_MERGE, "{\"id\":7.0,\"color\":null,\"name\":\"y\"}", current, &args, &why), OK);
    assert_null(json_object_get(args, "id"));
    assert_null(json_object_get(args, "color"));
    assert_int_equal(check(BODY_MERGE, "{\"id\":8}", current, &more, &why), ERR_INVALID);
    assert_string_equal(why.code, "read_only");
}

static void what_an_item_shows_is_no_change(void **state)
{
    (void)state;
    static const char current[] =
        "{\"id\": \"a\", \"word\": \"purple\", \"count\": 99, \"notes\": \"n\", \"list\": [], \"object\": {\"a\": [1.0, {}]}, "
        "\"meant\": 5, \"percent\": 40, \"real\": 5.0}";
    static const struct {
        enum body_mode mode;
        const char *body, *args; /* NULL: refused */
    } cases[] = {
        {BODY_PATCH, "{\"word\": \"purple\", \"count\": 99, \"list\": [], \"real\": 5}", "{}"},
        {BODY_PATCH, "{\"word\": \"purple\", \"notes\": \"m\"}", "{\"notes\": \"m\"}"},
        {BODY_PATCH, "{\"object\": {\"a\": [1, {}]}}", "{}"},
        {BODY_PATCH, "{\"object\": {\"a\": [2, {}]}}", "{\"object\": {\"a\": [2, {}]}}"},
        {BODY_PATCH, "{\"object\": {\"a\": [1]}}", "{\"object\": {\"a\": [1]}}"},
        {BODY_PATCH, "{\"notes\": \"n\", \"clear_fields\": [\"notes\"]}", "{\"notes\": null}"},
        {BODY_PATCH, "{\"meant\": 5, \"percent\": 41, \"id\": \"a\"}", "{\"meant\": 5}"},
        {BODY_PATCH, "{\"word\": \"pink\"}", NULL},
        {BODY_PATCH, "{\"count\": 98}", NULL},
        {BODY_PATCH, "{\"id\": \"b\"}", NULL},
        {BODY_MERGE, "{\"word\": \"purple\"}", NULL},
        {BODY_MERGE, "{\"notes\": \"n\"}", "{\"notes\": \"n\"}"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct why why;
        json_auto_t *args = NULL, *wanted = NULL;
        enum err e = check(cases[i].mode, cases[i].body, current, &args, &why);
        assert_int_equal(e, cases[i].args ? OK : ERR_INVALID);
        wanted = cases[i].args ? json_loads(cases[i].args, 0, NULL) : json_incref(args);
        assert_true(json_equal(args, wanted));
    }
}

static void some_fields_are_always_needed(void **state)
{
    (void)state;
    static const struct field ends[] = {
        {.name = "status", .kind = K_TEXT, .flags = FIELD_REQUIRED},
        {.name = "title", .kind = K_TEXT, .flags = FIELD_NEW},
    };
    static const struct body_table end = {ends, LEN(ends)};
    struct why why = {0};
    json_auto_t *args = json_object(), *wrong = json_array();
    json_auto_t *good = json_pack("{s:s}", "status", "failed");
    json_auto_t *bad = json_pack("{s:s}", "title", "x");
    assert_int_equal(body_check(&end, BODY_MERGE, good, NULL, args, wrong, &why), OK);
    assert_int_equal(body_check(&end, BODY_CREATE, good, NULL, args, wrong, &why), ERR_INVALID);
    json_object_clear(args);
    json_array_clear(wrong);
    assert_int_equal(body_check(&end, BODY_MERGE, bad, NULL, args, wrong, &why), ERR_INVALID);
    assert_string_equal(why.field, "status");
}

static void queries_are_read_by_kind(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *args; /* NULL: refused */
    } cases[] = {
        {"count", "5", "{\"count\":5}"},
        {"count", "x", NULL},
        {"count", "", NULL},
        {"count", "5 ", NULL},
        {"real", "1.5", "{\"real\":1.5}"},
        {"flag", "true", "{\"flag\":true}"},
        {"flag", "0", "{\"flag\":false}"},
        {"flag", "yes", NULL},
        {"name", "PLA", "{\"name\":\"PLA\"}"},
        {"color", "f80", "{\"color\":\"#FF8800\"}"},
        {"what", "1", NULL},
        {"word", "blue", NULL},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct why why;
        json_auto_t *texts = json_pack("{s:s}", cases[i].name, cases[i].text);
        json_auto_t *args = json_object(), *found = json_array();
        json_auto_t *want = cases[i].args ? json_loads(cases[i].args, 0, NULL) : json_object();
        enum err e = body_query(&table, texts, args, found, &why);
        assert_int_equal(e, cases[i].args ? OK : ERR_INVALID);
        assert_true(json_equal(args, want));
    }
}

static int forget(void **state)
{
    (void)state;
    json_decref(errors);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_normalised),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(all_faults_are_told_at_once),
        cmocka_unit_test(creation_has_rules_of_its_own),
        cmocka_unit_test(a_body_is_an_object),
        cmocka_unit_test(what_was_read_may_be_sent_back),
        cmocka_unit_test(what_an_item_shows_is_no_change),
        cmocka_unit_test(some_fields_are_always_needed),
        cmocka_unit_test(queries_are_read_by_kind),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
