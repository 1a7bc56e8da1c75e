/* api/dump: a tree as text is the same tree again, whatever is in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_what_was_meant),
        cmocka_unit_test(numbers_and_order_stand_as_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
