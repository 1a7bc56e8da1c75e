#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "bridge/notify/tokens.h"

enum { NOW = 1000000, MOST = 1000, LEAST = 500 };

static void keep(struct tokens *tokens, const char *audience, int64_t now, const char *text)
{
    snprintf(tokens_place(tokens, audience, now), JWT_TOKEN_SIZE, "%s", text);
}

static void test_one_is_used_while_it_is_young(void **state)
{
    (void)state;
    struct tokens tokens = {0};
    assert_null(tokens_find(&tokens, "a", NOW, MOST));
    keep(&tokens, "a", NOW, "first");
    assert_string_equal(tokens_find(&tokens, "a", NOW, MOST), "first");
    assert_string_equal(tokens_find(&tokens, "a", NOW + MOST, MOST), "first");
    assert_null(tokens_find(&tokens, "a", NOW + MOST + 1, MOST));
    assert_null(tokens_find(&tokens, "a", NOW - 1, MOST)); /* the clock was set back */
    assert_null(tokens_find(&tokens, "b", NOW, MOST));
    keep(&tokens, "a", NOW + MOST + 1, "second");
    assert_string_equal(tokens_find(&tokens, "a", NOW + MOST + 1, MOST), "second");
}

static void test_the_oldest_makes_place(void **state)
{
    (void)state;
    struct tokens tokens = {0};
    char audience[2] = "a";
    for (int i = 0; i <= TOKENS_KEPT; i++, audience[0]++)
        keep(&tokens, audience, NOW + i, audience);
    assert_null(tokens_find(&tokens, "a", NOW + TOKENS_KEPT, MOST));
    for (audience[0] = 'b'; audience[0] <= 'a' + TOKENS_KEPT; audience[0]++)
        assert_string_equal(tokens_find(&tokens, audience, NOW + TOKENS_KEPT, MOST), audience);
}

static void test_a_refused_one_is_renewed_now_and_then(void **state)
{
    (void)state;
    struct tokens tokens = {0};
    keep(&tokens, "a", NOW, "first");
    assert_true(tokens_renew(&tokens, "a", NOW, LEAST));
    assert_null(tokens_find(&tokens, "a", NOW, MOST));
    keep(&tokens, "a", NOW, "second");
    assert_false(tokens_renew(&tokens, "a", NOW + LEAST - 1, LEAST));
    assert_string_equal(tokens_find(&tokens, "a", NOW, MOST), "second");
    assert_true(tokens_renew(&tokens, "a", NOW + LEAST, LEAST));
    tokens_clear(&tokens);
    assert_true(memcmp(&tokens, &(struct tokens){0}, sizeof tokens) == 0);
}

/* Signing may fail: what the place held before was for somebody else, or is too old. */
static void test_a_place_that_is_not_filled_is_empty(void **state)
{
    (void)state;
    struct tokens tokens = {0};
    char audience[2] = "a";
    for (int i = 0; i < TOKENS_KEPT; i++, audience[0]++)
        keep(&tokens, audience, NOW + i, audience);
    tokens_place(&tokens, "new", NOW + TOKENS_KEPT);
    assert_null(tokens_find(&tokens, "new", NOW + TOKENS_KEPT, MOST));
    tokens_place(&tokens, "b", NOW + TOKENS_KEPT);
    assert_null(tokens_find(&tokens, "b", NOW + TOKENS_KEPT, MOST));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_is_used_while_it_is_young),
        cmocka_unit_test(test_the_oldest_makes_place),
        cmocka_unit_test(test_a_refused_one_is_renewed_now_and_then),
        cmocka_unit_test(test_a_place_that_is_not_filled_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
