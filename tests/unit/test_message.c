/* bridge/message: bytes of printers to JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/limits.h"
#include "bridge/message.h"

static json_t *parse(const char *text)
{
    return message_parse(text, strlen(text));
}

static void objects_are_taken(void **state)
{
    (void)state;
    json_auto_t *plain = parse("{\"print\":{\"name\":\"a\\\\\\\"[[{{\",\"n\":1}}");
    assert_string_equal(json_string_value(json_object_get(json_object_get(plain, "print"), "name")),
                        "a\\\"[[{{");
}

/* One stray byte was seen in reports of an A1 mini with firmware 01.07.02. */
static void bad_bytes_are_replaced(void **state)
{
    (void)state;
    json_auto_t *mended = parse("{\"name\":\"a\xFFz\",\"n\":1}");
    assert_string_equal(json_string_value(json_object_get(mended, "name")), "a\xEF\xBF\xBDz");
    assert_int_equal(json_integer_value(json_object_get(mended, "n")), 1);
}

static void a_huge_number_costs_only_itself(void **state)
{
    (void)state;
    json_auto_t *root = parse("{\"big\":99999999999999999999,\"n\":7}");
    assert_true(json_number_value(json_object_get(root, "n")) == 7.0);
}

/* Brackets behind a text that ends in an escaped backslash still count. */
static void escapes_do_not_hide_depth(void **state)
{
    (void)state;
    char deep[256] = "{\"a\":\"b\\\\\",\"c\":";
    size_t at = strlen(deep);
    memset(deep + at, '[', LIMIT_JSON_DEPTH);
    memset(deep + at + LIMIT_JSON_DEPTH, ']', LIMIT_JSON_DEPTH);
    deep[at + 2 * LIMIT_JSON_DEPTH] = '}';
    assert_null(parse(deep));
}

static void garbage_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",           "[1]",      "7",    "{",
                                        "{\"a\":1}x", "\xFF\xFE", "null", "{\"a\":\"\\u0000\"}"};
    for (size_t i = 0; i < LEN(cases); i++)
        assert_null(parse(cases[i]));
}

static void depth_and_size_have_limits(void **state)
{
    (void)state;
    char deep[256];
    for (int depth = 30; depth < 36; depth++) {
        memset(deep, 0, sizeof deep);
        size_t at = 0;
        for (int i = 0; i < depth - 1; i++, at += 5)
            memcpy(deep + at, "{\"a\":", 5);
        memcpy(deep + at, "{}", 2);
        memset(deep + at + 2, '}', (size_t)depth - 1);
        json_auto_t *root = parse(deep);
        assert_true((root != NULL) == (depth <= LIMIT_JSON_DEPTH));
    }
    size_t len = LIMIT_REPORT_BYTES + 1;
    char *big auto_free = malloc(len);
    memset(big, ' ', len);
    big[0] = '{';
    big[len - 1] = '}';
    assert_null(message_parse(big, len));
    big[len - 2] = '}';
    json_auto_t *fits = message_parse(big, len - 1);
    assert_non_null(fits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_taken),
        cmocka_unit_test(bad_bytes_are_replaced),
        cmocka_unit_test(a_huge_number_costs_only_itself),
        cmocka_unit_test(escapes_do_not_hide_depth),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(depth_and_size_have_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
