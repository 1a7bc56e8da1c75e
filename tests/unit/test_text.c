/* base/text: times, numbers, UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "base/text.h"

static void times_round_trip(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
        {"2000-02-29T23:59:59Z", "2000-02-29T23:59:59Z"},
        {"2026-08-22T20:15:00+02:00", "2026-08-22T18:15:00Z"},
        {"2026-08-22 18:15:00.987Z", "2026-08-22T18:15:00Z"},
        {"1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"},
        {"2100-03-01T00:00:00-11:30", "2100-03-01T11:30:00Z"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        int64_t ms;
        char out[TEXT_TIME_SIZE];
        assert_true(text_to_time(cases[i].in, false, &ms));
        text_time(out, ms);
        assert_string_equal(out, cases[i].out);
    }
}

static void times_of_any_year_are_written(void **state)
{
    (void)state;
    static const struct {
        int64_t ms;
        const char *out;
    } cases[] = {
        {-62167219200000, "0000-01-01T00:00:00Z"}, {-62167219200001, "-001-12-31T23:59:59Z"},
        {253402300799999, "9999-12-31T23:59:59Z"}, {253402300800000, "10000-01-01T00:00:00Z"},
        {INT64_MAX, "292278994-08-17T07:12:55Z"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        char out[TEXT_TIME_SIZE];
        text_time(out, cases[i].ms);
        assert_string_equal(out, cases[i].out);
    }
}

static void bad_times_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01T00:00:00Zx",
        "2026-01-01T00:00:00.Z",
        "2026-1-1T00:00:00Z",
    };
    int64_t ms;
    for (size_t i = 0; i < LEN(cases); i++)
        assert_false(text_to_time(cases[i], false, &ms));
    assert_true(text_to_time("2026-01-01T00:00:00", true, &ms));
    assert_true(text_date_valid("2024-02-29"));
    assert_false(text_date_valid("2023-02-29"));
}

static void numbers_are_whole(void **state)
{
    (void)state;
    int64_t i;
    double d;
    uint64_t h;
    assert_true(text_to_int("-42", &i) && i == -42);
    assert_false(text_to_int("", &i) || text_to_int(" 1", &i) || text_to_int("1 ", &i));
    assert_false(text_to_int("9223372036854775808", &i));
    assert_true(text_to_double("1.5e3", &d) && d > 1499.9 && d < 1500.1);
    assert_false(text_to_double("nan", &d) || text_to_double("1e999", &d));
    assert_true(text_to_hex64("3FEFF", &h) && h == 0x3feff);
    assert_false(text_to_hex64("0x1", &h) || text_to_hex64("11223344556677889", &h));
}

/* RFC 4648, section 10, and the letters that differ between its alphabets. */
static void base64_of_either_alphabet_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *url, *padded;
    } cases[] = {
        {"", "", ""},
        {"f", "Zg", "Zg=="},
        {"fo", "Zm8", "Zm8="},
        {"foo", "Zm9v", "Zm9v"},
        {"foob", "Zm9vYg", "Zm9vYg=="},
        {"fooba", "Zm9vYmE", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\xbf", "-_-_", "+/+/"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        const uint8_t *bytes = (const uint8_t *)cases[i].bytes;
        size_t len = strlen(cases[i].bytes), read = 99;
        char text[16];
        uint8_t back[8];
        text_base64url(text, bytes, len);
        assert_string_equal(text, cases[i].url);
        assert_true(text_unbase64(back, sizeof back, cases[i].url, &read) && read == len);
        assert_memory_equal(back, bytes, len);
        assert_true(text_unbase64(back, sizeof back, cases[i].padded, &read) && read == len);
        assert_memory_equal(back, bytes, len);
        assert_true(!len || !text_unbase64(back, len - 1, cases[i].url, &read));
    }
    static const char *const bad[] = {"Z", "Zh", "Zm9", "Zg===", "Zg=v", "Z g", "Zg\n", "=Zg"};
    for (size_t i = 0; i < LEN(bad); i++) {
        uint8_t back[8];
        size_t read;
        assert_false(text_unbase64(back, sizeof back, bad[i], &read));
    }
}

static void base_names(void **state)
{
    (void)state;
    assert_string_equal(text_base_name("/data/Metadata/plate_1.gcode"), "plate_1.gcode");
    assert_string_equal(text_base_name("cube.3mf"), "cube.3mf");
    assert_string_equal(text_base_name("folder/"), "");
    assert_null(text_base_name(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_round_trip),
        cmocka_unit_test(times_of_any_year_are_written),
        cmocka_unit_test(bad_times_are_refused),
        cmocka_unit_test(numbers_are_whole),
        cmocka_unit_test(base64_of_either_alphabet_is_read),
        cmocka_unit_test(base_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
