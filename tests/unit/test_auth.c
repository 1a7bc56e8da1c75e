/* api/auth: reading keys, scopes, the limit of failures, the record of use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/auth.h"
#include "base/auto.h"

static void keys_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *key, *authorization;
        enum auth_given given;
        const char *read;
    } cases[] = {
        {NULL, NULL, AUTH_NONE, ""},
        {"fd_a_b", NULL, AUTH_KEY, "fd_a_b"},
        {"  fd_a_b  ", NULL, AUTH_KEY, "fd_a_b"},
        {NULL, "Bearer fd_a_b", AUTH_KEY, "fd_a_b"},
        {NULL, "bEaReR   fd_a_b ", AUTH_KEY, "fd_a_b"},
        {NULL, "Bearer\tfd_a_b", AUTH_KEY, "fd_a_b"},
        {"k", "Bearer k", AUTH_KEY, "k"},
        {"k", "Bearer other", AUTH_MALFORMED, NULL},
        {"", NULL, AUTH_MALFORMED, NULL},
        {"a b", NULL, AUTH_MALFORMED, NULL},
        {NULL, "Bearer", AUTH_MALFORMED, NULL},
        {NULL, "Bearer ", AUTH_MALFORMED, NULL},
        {NULL, "Basic dXNlcjpwYXNz", AUTH_MALFORMED, NULL},
        {NULL, "Bearerfd_a_b", AUTH_MALFORMED, NULL},
        {NULL, "fd_a_b", AUTH_MALFORMED, NULL},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        char key[AUTH_KEY_SIZE];
        assert_int_equal(auth_key(cases[i].key, cases[i].authorization, key), cases[i].given);
        if (cases[i].read)
            assert_string_equal(key, cases[i].read);
    }
    char longer[300];
    char key[AUTH_KEY_SIZE];
    memset(longer, 'a', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(auth_key(longer, NULL, key), AUTH_MALFORMED);
}

static void scopes_are_bits(void **state)
{
    (void)state;
    json_auto_t *names = json_pack("[s, s, s, i]", "read", "slots:write", "nonsense", 5);
    assert_int_equal(auth_scopes(names), SCOPE_READ | SCOPE_SLOTS_WRITE);
    assert_int_equal(auth_scopes(NULL), 0);
    assert_string_equal(auth_scope_name(SCOPE_SPOOLS_WRITE), "spools:write");
}

static void failures_are_limited_by_address(void **state)
{
    (void)state;
    static struct auth auth;
    int64_t now = 1000000;
    auth_init(&auth);
    for (int i = 0; i < AUTH_BURST; i++) {
        assert_int_equal(auth_blocked(&auth, "10.0.0.1", now), 0);
        auth_failed(&auth, "10.0.0.1", now);
    }
    assert_true(auth_blocked(&auth, "10.0.0.1", now) > 0);
    assert_int_equal(auth_blocked(&auth, "10.0.0.2", now), 0);
    assert_int_equal(auth_blocked(&auth, "10.0.0.1", now + 5000), 0);
    for (int i = 0; i < 10000; i++)
        auth_failed(&auth, "10.0.0.1", now);
    assert_in_range(auth_blocked(&auth, "10.0.0.1", now), 1, 3);
    auth_clear(&auth);
}

static void many_addresses_make_room(void **state)
{
    (void)state;
    static struct auth auth;
    auth_init(&auth);
    for (int i = 0; i < AUTH_BURST + 1; i++)
        auth_failed(&auth, "10.0.0.1", 1000);
    for (int i = 0; i < 5 * AUTH_ADDRESSES; i++) {
        char address[48];
        snprintf(address, sizeof address, "10.1.%d.%d", i / 256, i % 256);
        auth_failed(&auth, address, 1000);
    }
    assert_true(auth_blocked(&auth, "10.0.0.1", 1000) > 0); /* the guilty stay */
    auth_clear(&auth);
}

static void uses_are_collected_once(void **state)
{
    (void)state;
    static struct auth auth;
    int64_t keys[AUTH_TOUCHES];
    auth_init(&auth);
    assert_true(auth_note_use(&auth, 7));
    assert_false(auth_note_use(&auth, 7));
    assert_true(auth_note_use(&auth, 8));
    assert_int_equal(auth_take_uses(&auth, keys), 2);
    assert_int_equal(keys[0], 7);
    assert_int_equal(auth_take_uses(&auth, keys), 0);
    for (int i = 0; i < 2 * AUTH_TOUCHES; i++)
        auth_note_use(&auth, i);
    assert_int_equal(auth_take_uses(&auth, keys), AUTH_TOUCHES);
    auth_clear(&auth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_read),
        cmocka_unit_test(scopes_are_bits),
        cmocka_unit_test(failures_are_limited_by_address),
        cmocka_unit_test(many_addresses_make_room),
        cmocka_unit_test(uses_are_collected_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
