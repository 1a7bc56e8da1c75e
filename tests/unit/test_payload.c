#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "bridge/notify/channel.h"
#include "bridge/notify/payload.h"

static void test_texts_are_cut_between_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t most;
        const char *cut;
    } rows[] = {
        {"", 4, ""},
        {"abcd", 4, "abcd"},
        {"abcde", 4, "a\xe2\x80\xa6"},
        {"\xc3\xa4\xc3\xa4\xc3\xa4", 5, "\xc3\xa4\xe2\x80\xa6"},
        {"\xc3\xa4\xc3\xa4\xc3\xa4", 6, "\xc3\xa4\xc3\xa4\xc3\xa4"},
        {"\xf0\x9f\xa7\xb5\xf0\x9f\xa7\xb5", 7, "\xf0\x9f\xa7\xb5\xe2\x80\xa6"},
        {"\xf0\x9f\xa7\xb5\xf0\x9f\xa7\xb5", 6, "\xe2\x80\xa6"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        json_auto_t *got = payload_text(rows[i].text, rows[i].most);
        assert_string_equal(json_string_value(got), rows[i].cut);
    }
}

static void test_what_is_spare_goes_first(void **state)
{
    (void)state;
    const struct channel_settings settings = {.base_url = "https://a"};
    json_auto_t *notice = json_pack("{s:s, s:n, s:s, s:{s:i}}", "type", "t", "spool_id", "printer",
                                    "pppppppppp", "data", "n", 12345);
    const struct channel_job job = {.settings = &settings, .notice = notice};
    static const char *const wanted[] = {
        "{\"url\":\"https://a\",\"type\":\"t\",\"printer\":\"pppppppppp\",\"data\":{\"n\":12345}}",
        "{\"url\":\"https://a\",\"type\":\"t\",\"printer\":\"pppppppppp\"}",
        "{\"url\":\"https://a\",\"type\":\"t\"}",
        "{\"type\":\"t\"}",
    };
    for (size_t i = 0; i < LEN(wanted); i++) {
        auto_buf body = {0};
        payload_write(payload_make(&job), strlen(wanted[i]), &body);
        assert_false(body.failed);
        assert_string_equal(body.data, wanted[i]);
    }
    auto_buf body = {0};
    payload_write(payload_make(&job), strlen(wanted[3]) - 1, &body);
    assert_true(body.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_are_cut_between_characters),
        cmocka_unit_test(test_what_is_spare_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
