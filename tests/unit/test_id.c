/* base/id: public identifiers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/id.h"

static const int64_t now_ms = 1790000000123;

static void they_hold_their_time(void **state)
{
    (void)state;
    struct id_source source = {0};
    char id[ID_SIZE];
    id_make(&source, now_ms, id);
    assert_true(id_valid(id));
    assert_memory_equal(id, "01a0c450-6c7b-7", 15); /* 1790000000123 in hexadecimal */
    assert_non_null(strchr("89ab", id[19]));
}

static void they_ascend_within_a_millisecond(void **state)
{
    (void)state;
    struct id_source source = {0};
    char last[ID_SIZE] = "", id[ID_SIZE];
    for (int i = 0; i < 100000; i++) {
        id_make(&source, now_ms + i / 20000 - i % 7, id);
        assert_true(id_valid(id));
        assert_true(strcmp(last, id) < 0);
        memcpy(last, id, sizeof id);
    }
}

/* A clock that was wrong by far is no time to keep. */
static void a_large_step_back_is_followed(void **state)
{
    (void)state;
    struct id_source source = {0};
    char id[ID_SIZE];
    id_make(&source, now_ms + 86400000, id);
    id_make(&source, now_ms, id);
    assert_memory_equal(id, "01a0c450-6c7b-7", 15);
}

static void two_sources_share_none(void **state)
{
    (void)state;
    struct id_source a = {0}, b = {0};
    char of_a[ID_SIZE], of_b[ID_SIZE];
    id_make(&a, now_ms, of_a);
    id_make(&b, now_ms, of_b);
    assert_string_not_equal(of_a + 24, of_b + 24);
}

static void counted_ones_can_be_made_again(void **state)
{
    (void)state;
    struct id_source a = {.counted = true}, b = {.counted = true};
    char of_a[ID_SIZE], of_b[ID_SIZE];
    for (int i = 0; i < 300; i++) {
        id_make(&a, now_ms, of_a);
        id_make(&b, now_ms, of_b);
        assert_string_equal(of_a, of_b);
    }
    assert_string_equal(of_a, "01a0c450-6c7b-7000-8000-00000000012c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_hold_their_time),
        cmocka_unit_test(they_ascend_within_a_millisecond),
        cmocka_unit_test(a_large_step_back_is_followed),
        cmocka_unit_test(two_sources_share_none),
        cmocka_unit_test(counted_ones_can_be_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
