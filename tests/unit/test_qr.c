/* The shape of a QR code: modes, corners, half-blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/qr.h"
#include "base/auto.h"
#include "base/buf.h"

enum { SMALLEST = 21 };

static void size_follows_the_mode(void **state)
{
    static const struct {
        const char *text;
        int width;
    } rows[] = {
        {"FILTRK:S-123456789012345", SMALLEST}, /* 24 of the 25 that version 1-L holds */
        {"filtrk:s-123456789012345", SMALLEST + 4},
        {"HTTPS://FILAMENTS.LOCAL/S/4242", SMALLEST + 4},
    };
    (void)state;
    for (size_t i = 0; i < LEN(rows); i++) {
        auto_qr qr = {0};
        struct why why;
        assert_int_equal(qr_make(rows[i].text, &qr, &why), OK);
        assert_int_equal(qr.width, rows[i].width);
    }
}

/* Each of three corners is a dark ring, a light ring and a dark middle. */
static void assert_finder(const struct qr *qr, int left, int top)
{
    for (int y = 0; y < 7; y++) {
        for (int x = 0; x < 7; x++) {
            bool outer = x == 0 || y == 0 || x == 6 || y == 6;
            bool middle = x > 1 && x < 5 && y > 1 && y < 5;
            assert_int_equal(qr_dark(qr, left + x, top + y), outer || middle);
        }
    }
}

static void corners_are_rings(void **state)
{
    (void)state;
    auto_qr qr = {0};
    struct why why;
    assert_int_equal(qr_make("FILTRK:S-7", &qr, &why), OK);
    assert_finder(&qr, 0, 0);
    assert_finder(&qr, qr.width - 7, 0);
    assert_finder(&qr, 0, qr.width - 7);
    assert_false(qr_dark(&qr, -1, 0));
    assert_false(qr_dark(&qr, 0, qr.width));
}

static void impossible_texts_are_refused(void **state)
{
    (void)state;
    auto_qr qr = {0};
    struct why why;
    char long_text[3001];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(qr_make("", &qr, &why), ERR_INVALID);
    assert_int_equal(qr_make(long_text, &qr, &why), ERR_TOO_BIG);
    assert_string_equal(why.code, "code_too_long");
    auto_buf out = {0};
    assert_int_equal(qr_svg(&out, long_text, &why), ERR_TOO_BIG);
    assert_int_equal(qr_blocks(&out, "", true, &why), ERR_INVALID);
    assert_int_equal(out.len, 0);
}

/* The blocks say what the modules say: upper row and lower row of each line. */
static void blocks_show_the_modules(void **state)
{
    (void)state;
    static const char *const blocks[2][2] = {{"\u2588", "\u2580"}, {"\u2584", " "}};
    auto_qr qr = {0};
    auto_buf out = {0};
    auto_buf want = {0};
    struct why why;
    assert_int_equal(qr_make("FILTRK:S-7", &qr, &why), OK);
    assert_int_equal(qr_blocks(&out, "FILTRK:S-7", false, &why), OK);
    for (int y = -QR_QUIET; y < qr.width + QR_QUIET; y += 2) {
        for (int x = -QR_QUIET; x < qr.width + QR_QUIET; x++)
            buf_text(&want, blocks[qr_dark(&qr, x, y)][qr_dark(&qr, x, y + 1)]);
        buf_char(&want, '\n');
    }
    assert_string_equal(out.data, want.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_follows_the_mode),
        cmocka_unit_test(corners_are_rings),
        cmocka_unit_test(impossible_texts_are_refused),
        cmocka_unit_test(blocks_show_the_modules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
