/* base/buf: what was appended is there, up to the limit, and texts are JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"

static void pieces_follow_each_other(void **state)
{
    (void)state;
    auto_buf out = {0};
    buf_room(&out, 10);
    assert_string_equal(out.data, "");
    buf_add(&out, "ab", 2);
    buf_add(&out, NULL, 0);
    buf_text(&out, "cd");
    buf_char(&out, ',');
    buf_format(&out, "%d-%s", 7, "x");
    assert_string_equal(out.data, "abcd,7-x");
    assert_int_equal(out.len, 8);
    buf_reset(&out);
    assert_string_equal(out.data, "");
    buf_add(&out, "a\0b", 3);
    assert_int_equal(out.len, 3);
    assert_memory_equal(out.data, "a\0b", 4);
}

/* Within the room that is there, at its very end, and beyond it. */
static void formats_of_any_length(void **state)
{
    (void)state;
    char text[1200];
    for (int len = 0; len < (int)sizeof text; len++) {
        auto_buf out = {0};
        memset(text, 'f', sizeof text);
        text[len] = '\0';
        buf_format(&out, "%s", "");
        assert_string_equal(out.data, "");
        buf_format(&out, "%s%d", text, len);
        buf_format(&out, "<%s>", text);
        assert_int_equal(out.len, strlen(out.data));
        auto_buf wanted = {0};
        buf_text(&wanted, text);
        buf_int(&wanted, len);
        buf_char(&wanted, '<');
        buf_text(&wanted, text);
        buf_char(&wanted, '>');
        assert_string_equal(out.data, wanted.data);
    }
}

static void bytes_go_before_all(void **state)
{
    (void)state;
    for (size_t len = 0; len < 600; len += 53) {
        auto_buf out = {0};
        char head[600], wanted[1201] = "";
        memset(head, 'h', len);
        memset(wanted, 'h', len);
        for (size_t i = 0; i < len; i++)
            buf_char(&out, 'b');
        memset(wanted + len, 'b', len);
        buf_before(&out, len ? head : NULL, len);
        assert_int_equal(out.len, 2 * len);
        assert_string_equal(out.data ? out.data : "", wanted);
    }
    auto_buf first = {0};
    buf_before(&first, "head", 4);
    assert_string_equal(first.data, "head");
    auto_buf full = {.limit = 5};
    buf_text(&full, "body");
    buf_before(&full, "xy", 2);
    assert_true(full.failed);
    assert_string_equal(full.data, "body");
}

static void it_grows_by_any_step(void **state)
{
    (void)state;
    for (size_t step = 1; step < 700; step += 37) {
        auto_buf out = {0};
        char piece[700];
        memset(piece, 'x', sizeof piece);
        for (size_t i = 0; i < 200; i++) {
            buf_add(&out, piece, step - 1);
            buf_char(&out, 'y');
        }
        assert_false(out.failed);
        assert_int_equal(out.len, 200 * step);
        assert_true(out.len < out.size);
        for (size_t i = 0; i < out.len; i++)
            assert_int_equal(out.data[i], i % step == step - 1 ? 'y' : 'x');
        assert_int_equal(out.data[out.len], '\0');
    }
}

static void room_is_made_once(void **state)
{
    (void)state;
    auto_buf out = {0};
    buf_room(&out, 5000);
    const char *data = out.data;
    for (size_t i = 0; i < 5000; i++)
        buf_char(&out, 'x');
    assert_ptr_equal(out.data, data);
    assert_int_equal(out.len, 5000);
}

static void add_byte(struct buf *out)
{
    buf_char(out, 'x');
}

static void add_text(struct buf *out)
{
    buf_text(out, "xyz");
}

static void add_json(struct buf *out)
{
    buf_json(out, "x", 1);
}

static void add_escape(struct buf *out)
{
    buf_json(out, "\n", 1);
}

static void add_number(struct buf *out)
{
    buf_format(out, "%d", 1000);
}

static void make_room(struct buf *out)
{
    buf_room(out, 5);
    if (!out->failed)
        buf_text(out, "12345");
}

/* Up to the limit all goes, and nothing at all behind the first failure. */
static void the_limit_holds(void **state)
{
    (void)state;
    static const struct {
        void (*add)(struct buf *out);
        size_t len;
    } rows[] = {{add_byte, 1},   {add_text, 3},   {add_json, 3},
                {add_escape, 4}, {add_number, 4}, {make_room, 5}};
    for (size_t i = 0; i < LEN(rows); i++)
        for (size_t limit = 1; limit < 12; limit++) {
            auto_buf out = {.limit = limit};
            while (!out.failed)
                rows[i].add(&out);
            assert_true(out.len <= limit && out.len + rows[i].len > limit);
            size_t len = out.len;
            assert_true(!out.data || strlen(out.data) == len);
            buf_char(&out, 'x');
            assert_int_equal(out.len, len);
            assert_null(buf_take(&out, NULL));
        }
}

static void what_cannot_be_counted_is_a_failure(void **state)
{
    (void)state;
    auto_buf out = {0};
    buf_room(&out, SIZE_MAX);
    assert_true(out.failed);
    buf_reset(&out);
    buf_text(&out, "x");
    buf_room(&out, SIZE_MAX - 1);
    assert_true(out.failed);
    buf_text(&out, "y");
    assert_string_equal(out.data, "x");
}

static void integers_are_written_whole(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 1, -1, 9, 10, -10, 1234567890123, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < LEN(values); i++) {
        auto_buf out = {0};
        char text[32];
        buf_int(&out, values[i]);
        snprintf(text, sizeof text, "%lld", (long long)values[i]);
        assert_string_equal(out.data, text);
    }
}

static void texts_are_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text, *json;
    } rows[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {" !#[]~/'<>", "\" !#[]~/'<>\""},
        {"\"", "\"\\\"\""},
        {"\\", "\"\\\\\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
        {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
        {"end\n", "\"end\\n\""},
        {"\nbegin", "\"\\nbegin\""},
        {"\"\"\"", "\"\\\"\\\"\\\"\""},
        {"\xC3\xA4", "\"\xC3\xA4\""},
        {"a\xE2\x82\xAC\nb", "\"a\xE2\x82\xAC\\nb\""},
        {"\xF0\x9F\x96\xA8", "\"\xF0\x9F\x96\xA8\""},
        {"\xC2\x80\xF4\x8F\xBF\xBF", "\"\xC2\x80\xF4\x8F\xBF\xBF\""},
        {"\xFF", "\"\xEF\xBF\xBD\""},
        {"a\x80z", "\"a\xEF\xBF\xBDz\""},
        {"\xC3", "\"\xEF\xBF\xBD\""},                                 /* cut off */
        {"\xC3\"", "\"\xEF\xBF\xBD\\\"\""},                           /* it takes no quote along */
        {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                 /* too long a form */
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}, /* half of a pair */
        {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        auto_buf out = {0};
        buf_json(&out, rows[i].text, strlen(rows[i].text));
        assert_string_equal(out.data, rows[i].json);
        json_auto_t *read = json_loads(out.data, JSON_DECODE_ANY, NULL);
        assert_true(json_is_string(read));
    }
    auto_buf out = {0};
    buf_json(&out, "a\0b\xC3\xA4", 4); /* only half of the last character */
    assert_string_equal(out.data, "\"a\\u0000b\xEF\xBF\xBD\"");
}

/* Whatever the byte and wherever it stands, the text that is read is the one that was written, but
 * for what is no UTF-8. */
static void each_byte_comes_back(void **state)
{
    (void)state;
    for (size_t len = 1; len < 20; len++)
        for (size_t at = 0; at < len; at++)
            for (int c = 0; c < 256; c++) {
                char text[20], wanted[24] = {0};
                auto_buf out = {0};
                memset(text, 'x', sizeof text);
                text[at] = (char)c;
                buf_json(&out, text, len);
                json_auto_t *read = json_loads(out.data, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
                size_t width = c < 0x80 ? 1 : 3;
                memset(wanted, 'x', len - 1 + width);
                memcpy(wanted + at, c < 0x80 ? text + at : "\xEF\xBF\xBD", width);
                assert_int_equal(json_string_length(read), len - 1 + width);
                assert_memory_equal(json_string_value(read), wanted, len - 1 + width);
            }
}

static void bytes_are_handed_over(void **state)
{
    (void)state;
    struct buf out = {0};
    size_t len = 1;
    auto_free char *nothing = buf_take(&out, &len);
    assert_string_equal(nothing, "");
    assert_int_equal(len, 0);
    buf_text(&out, "some");
    auto_free char *some = buf_take(&out, NULL);
    assert_string_equal(some, "some");
    assert_null(out.data);
    assert_int_equal(out.len, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_follow_each_other),
        cmocka_unit_test(it_grows_by_any_step),
        cmocka_unit_test(bytes_go_before_all),
        cmocka_unit_test(formats_of_any_length),
        cmocka_unit_test(room_is_made_once),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(what_cannot_be_counted_is_a_failure),
        cmocka_unit_test(integers_are_written_whole),
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(each_byte_comes_back),
        cmocka_unit_test(bytes_are_handed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
