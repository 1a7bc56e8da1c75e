/* api/memo: what was read holds until the next COMMIT, half a second, or the end of a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/memo.h"
#include "api/reply.h"
#include "base/auto.h"
#include "base/buf.h"

static struct memo memo;

static int begin(void **state)
{
    (void)state;
    memo_init(&memo);
    return 0;
}

static int end(void **state)
{
    (void)state;
    memo_clear(&memo);
    return 0;
}

static const struct {
    const char *what;
    struct memo_moment kept, asked;
    bool holds;
} moments[] = {
    {"at once", {.version = 4, .mono = 1000}, {.version = 4, .mono = 1000}, true},
    {"a moment later",
     {.version = 4, .mono = 1000},
     {.version = 4, .mono = 1000 + MEMO_MS - 1},
     true},
    {"too late", {.version = 4, .mono = 1000}, {.version = 4, .mono = 1000 + MEMO_MS}, false},
    {"a COMMIT is under way", {.version = 4, .mono = 1000}, {.version = 5, .mono = 1001}, false},
    {"a COMMIT was since", {.version = 4, .mono = 1000}, {.version = 6, .mono = 1001}, false},
    {"read during a COMMIT", {.version = 5, .mono = 1000}, {.version = 5, .mono = 1001}, false},
    {"read during a COMMIT that has ended",
     {.version = 5, .mono = 1000},
     {.version = 6, .mono = 1001},
     false},
};

static void keep(const struct memo_moment *at, const char *path, size_t len)
{
    struct reply reply = {0};
    for (size_t i = 0; i < len; i++)
        buf_char(&reply.body, 'x');
    reply_etag(&reply, 7);
    memo_keep(&memo, at, path, &reply);
    reply_clear(&reply);
}

static bool found(const struct memo_moment *at, const char *path, size_t len)
{
    struct reply reply = {0};
    bool there = memo_find(&memo, at, path, &reply);
    if (there) {
        assert_int_equal(reply.body.len, len);
        assert_int_equal(reply.etag, 7);
    }
    reply_clear(&reply);
    return there;
}

static void answers_hold_for_a_moment(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(moments); i++) {
        memo_clear(&memo);
        memo_init(&memo);
        keep(&moments[i].kept, "/api/spools/1", 10);
        if (found(&moments[i].asked, "/api/spools/1", 10) != moments[i].holds)
            fail_msg("%s", moments[i].what);
        assert_false(found(&moments[i].asked, "/api/spools/2", 10));
    }
}

static void only_small_answers_are_kept(void **state)
{
    (void)state;
    char path[MEMO_PATH + 2];
    struct memo_moment at = {2, 0, 1};
    memset(path, 'p', sizeof path);
    path[MEMO_PATH - 1] = '\0';
    keep(&at, path, MEMO_BYTES);
    assert_true(found(&at, path, MEMO_BYTES));
    keep(&at, "/large", MEMO_BYTES + 1);
    assert_false(found(&at, "/large", 0));
    keep(&at, "/empty", 0);
    assert_false(found(&at, "/empty", 0));
    path[MEMO_PATH - 1] = 'p';
    path[MEMO_PATH] = '\0';
    keep(&at, path, 1);
    assert_false(found(&at, path, 1));
}

static void the_place_of_another_is_taken(void **state)
{
    (void)state;
    char path[16];
    struct memo_moment at = {2, 0, 1};
    for (int i = 0; i < 10 * MEMO_ANSWERS; i++) {
        snprintf(path, sizeof path, "/%d", i);
        keep(&at, path, 3);
        assert_true(found(&at, path, 3));
    }
}

static void keys_hold_until_they_end(void **state)
{
    (void)state;
    struct memo_moment at = {2, 0, 1}, later = {4, 0, 2}, late = {4, 0, 1 + MEMO_MS},
                       changed = {4, 1, 2};
    json_auto_t *ends = json_pack("{s:i, s:i}", "id", 1, "expires_at", 5000);
    json_auto_t *stays = json_pack("{s:i, s:n}", "id", 2, "expires_at");
    memo_keep_principal(&memo, &at, "fd_a", ends);
    memo_keep_principal(&memo, &at, "fd_b", stays);
    json_auto_t *a = memo_principal(&memo, &at, "fd_a", 4999);
    json_auto_t *b = memo_principal(&memo, &at, "fd_b", 9999);
    assert_ptr_equal(a, ends);
    assert_ptr_equal(b, stays);
    assert_null(memo_principal(&memo, &at, "fd_a", 5000));
    assert_null(memo_principal(&memo, &at, "fd_c", 1));
    json_auto_t *after_a_write = memo_principal(&memo, &later, "fd_b", 1);
    assert_ptr_equal(after_a_write, stays);
    assert_null(memo_principal(&memo, &late, "fd_b", 1));
    assert_null(memo_principal(&memo, &changed, "fd_b", 1));
    /* who read it before the change, and keeps it after */
    memo_keep_principal(&memo, &at, "fd_b", stays);
    assert_null(memo_principal(&memo, &changed, "fd_b", 1));
    struct memo_moment before = memo_moment(&memo, 2);
    memo_keys_changed(&memo);
    assert_int_not_equal(before.keys, memo_moment(&memo, 2).keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_hold_for_a_moment, begin, end),
        cmocka_unit_test_setup_teardown(only_small_answers_are_kept, begin, end),
        cmocka_unit_test_setup_teardown(the_place_of_another_is_taken, begin, end),
        cmocka_unit_test_setup_teardown(keys_hold_until_they_end, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
