/* api/dump: a tree as text is the same tree again, whatever is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "api/dump.h"
#include "base/auto.h"
#include "base/buf.h"

static void what_is_written_is_what_was_meant(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "[]",
        "[[],{},[{}]]",
        "{\"a\":null,\"b\":true,\"c\":false,\"d\":\"\"}",
        "{\"z\":1,\"a\":[2,{\"k\":[3]}],\"m\":-9223372036854775807}",
        "[0.5,-0.001,1000.123,12345.678,0.1]",
        "\"quote \\\" back \\\\ line \\n tab \\t bell \\u0007 \xC3\xA4 \xF0\x9F\x96\xA8\"",
        "{\"key \\\" \\n\":1}",
    };
    for (size_t i = 0; i < LEN(texts); i++) {
        auto_buf out = {0};
        json_auto_t *tree = json_loads(texts[i], JSON_DECODE_ANY, NULL);
        assert_non_null(tree);
        dump_json(&out, tree);
        json_auto_t *again = json_loads(out.data, JSON_DECODE_ANY, NULL);
        assert_true(json_equal(tree, again));
        assert_int_equal(strchr(out.data, '\n') != NULL, 0);
    }
}

static void numbers_and_order_stand_as_everywhere(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {{12, "12"},
                {-0.001, "-0.001"},
                {0.1, "0.1"},
                {1e15, "1e+15"},
                {1.0 / 3, "0.333333333333333"},
                {0, "0"},
                {-0.0, "0"},
                {-12.5, "-12.5"},
                {1.24, "1.24"},
                {99999.999, "99999.999"},
                {0.0005, "0.0005"},
                {1e-9, "1e-09"},
                {123456789.125, "123456789.125"},
                {999999999999, "999999999999"},
                {1e300, "1e+300"},
                {5e-324, "4.94065645841247e-324"},
                {812.25, "812.25"}};
    for (size_t i = 0; i < LEN(rows); i++) {
        auto_buf out = {0};
        json_auto_t *real = json_real(rows[i].value);
        dump_json(&out, real);
        assert_string_equal(out.data, rows[i].text);
    }
    auto_buf out = {0};
    json_auto_t *tree = json_pack("{s:i, s:n, s:[s]}", "z", 1, "a", "m", "x");
    dump_json(&out, tree);
    assert_string_equal(out.data, "{\"z\":1,\"a\":null,\"m\":[\"x\"]}");
    buf_reset(&out);
    dump_json(&out, NULL);
    assert_string_equal(out.data, "null");
}

static char *dumped(json_t *tree)
{
    struct buf out = {0};
    dump_json(&out, tree);
    json_decref(tree);
    return buf_take(&out, NULL);
}

static void integers_are_exact(void **state)
{
    (void)state;
    static const json_int_t values[] = {0, -1, 42, 9007199254740993, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < LEN(values); i++) {
        auto_free char *text = dumped(json_integer(values[i]));
        assert_true(strtoll(text, NULL, 10) == values[i]);
    }
}

/* Pairs of surrogates come as UTF-8, a NUL by its number; what is no UTF-8 does not get through. */
static void texts_of_any_bytes_are_json(void **state)
{
    (void)state;
    auto_free char *pair = dumped(json_loads("\"\\ud83d\\udda8\"", JSON_DECODE_ANY, NULL));
    assert_string_equal(pair, "\"\xF0\x9F\x96\xA8\"");
    auto_free char *nul = dumped(json_stringn("a\0b", 3));
    assert_string_equal(nul, "\"a\\u0000b\"");
    auto_free char *broken = dumped(json_stringn_nocheck("a\xE2\x82", 3));
    assert_string_equal(broken, "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
    auto_free char *key = dumped(json_pack("{s:[], s:{}}", "\t\"", "\xC3\xA4"));
    assert_string_equal(key, "{\"\\t\\\"\":[],\"\xC3\xA4\":{}}");
}

static void trees_may_be_deep(void **state)
{
    (void)state;
    enum { DEPTH = 500 };
    json_t *tree = json_array();
    for (size_t i = 0; i < DEPTH; i++)
        tree = i % 2 ? json_pack("[o, i]", tree, 1) : json_pack("{s:o}", "k", tree);
    json_auto_t *wanted = json_deep_copy(tree);
    auto_free char *text = dumped(tree);
    json_auto_t *again = json_loads(text, 0, NULL);
    assert_true(json_equal(again, wanted));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_what_was_meant),
        cmocka_unit_test(numbers_and_order_stand_as_everywhere),
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(texts_of_any_bytes_are_json),
        cmocka_unit_test(trees_may_be_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
