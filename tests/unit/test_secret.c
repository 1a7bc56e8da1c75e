#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/printer/secret.h"

static const char serial[] = "00M00A6C0D00071";
static const char code[] = "k7Zp2w9Q";

struct place {
    char dir[64], key[96];
};

static int set_up(void **state)
{
    static struct place place;
    snprintf(place.dir, sizeof place.dir, "/tmp/secret-XXXXXX");
    if (!mkdtemp(place.dir))
        return -1;
    snprintf(place.key, sizeof place.key, "%s/secret.key", place.dir);
    *state = &place;
    return 0;
}

static int tear_down(void **state)
{
    const struct place *place = *state;
    unlink(place->key);
    return rmdir(place->dir); /* fails when anything else was left behind */
}

static struct secret *opened(const struct place *place)
{
    struct secret *secret = NULL;
    struct why why = {0};
    assert_int_equal(secret_open(place->dir, &secret, &why), OK);
    return secret;
}

static void makes_a_key_that_only_the_owner_reads(void **state)
{
    const struct place *place = *state;
    struct stat st;
    secret_close(opened(place));
    assert_int_equal(stat(place->key, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 65);
}

static void opens_what_it_sealed_also_after_a_restart(void **state)
{
    char sealed[SECRET_SEALED_SIZE], plain[64];
    struct why why = {0};
    struct secret *secret = opened(*state);
    assert_int_equal(secret_seal(secret, serial, code, sealed, &why), OK);
    secret_close(secret);
    assert_true(text_starts(sealed, "v1:"));
    assert_null(strstr(sealed, code));
    secret = opened(*state);
    assert_int_equal(secret_unseal(secret, serial, sealed, plain, sizeof plain, &why), OK);
    assert_string_equal(plain, code);
    secret_close(secret);
}

static void never_seals_alike(void **state)
{
    char first[SECRET_SEALED_SIZE], second[SECRET_SEALED_SIZE];
    struct secret *secret = opened(*state);
    assert_int_equal(secret_seal(secret, serial, code, first, NULL), OK);
    assert_int_equal(secret_seal(secret, serial, code, second, NULL), OK);
    assert_string_not_equal(first, second);
    secret_close(secret);
}

static void holds_every_length(void **state)
{
    char plain[SECRET_PLAIN_MAX + 2], sealed[SECRET_SEALED_SIZE], back[SECRET_PLAIN_MAX + 1];
    struct secret *secret = opened(*state);
    for (size_t len = 0; len <= SECRET_PLAIN_MAX; len++) {
        memset(plain, 'x', len);
        plain[len] = 0;
        assert_int_equal(secret_seal(secret, serial, plain, sealed, NULL), OK);
        assert_int_equal(secret_unseal(secret, serial, sealed, back, sizeof back, NULL), OK);
        assert_string_equal(back, plain);
    }
    memset(plain, 'x', SECRET_PLAIN_MAX + 1);
    plain[SECRET_PLAIN_MAX + 1] = 0;
    assert_int_equal(secret_seal(secret, serial, plain, sealed, NULL), ERR_TOO_BIG);
    assert_int_equal(secret_seal(secret, serial, code, sealed, NULL), OK);
    assert_int_equal(secret_unseal(secret, serial, sealed, back, 4, NULL), ERR_TOO_BIG);
    secret_close(secret);
}

static void refuses_what_was_changed(void **state)
{
    char sealed[SECRET_SEALED_SIZE], plain[64];
    struct secret *secret = opened(*state);
    assert_int_equal(secret_seal(secret, serial, code, sealed, NULL), OK);
    assert_int_equal(secret_unseal(secret, "00M00A6C0D00072", sealed, plain, sizeof plain, NULL),
                     ERR_CORRUPT);
    for (size_t i = 0; i < strlen(sealed) - 1; i++) {
        char changed[SECRET_SEALED_SIZE];
        text_copy(changed, sizeof changed, sealed);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_int_equal(secret_unseal(secret, serial, changed, plain, sizeof plain, NULL),
                         ERR_CORRUPT);
    }
    for (const char *const *bad = (const char *const[]){"", "v1:", "v1:AAAA", "v1:=", "v2:x", NULL};
         *bad; bad++)
        assert_int_equal(secret_unseal(secret, serial, *bad, plain, sizeof plain, NULL),
                         ERR_CORRUPT);
    secret_close(secret);
}

static void refuses_another_key(void **state)
{
    const struct place *place = *state;
    char sealed[SECRET_SEALED_SIZE], plain[64];
    struct secret *secret = opened(place);
    assert_int_equal(secret_seal(secret, serial, code, sealed, NULL), OK);
    secret_close(secret);
    unlink(place->key);
    secret = opened(place);
    assert_int_equal(secret_unseal(secret, serial, sealed, plain, sizeof plain, NULL), ERR_CORRUPT);
    secret_close(secret);
}

static void refuses_a_key_that_others_can_read(void **state)
{
    const struct place *place = *state;
    struct secret *secret = NULL;
    struct why why = {0};
    secret_close(opened(place));
    for (const mode_t *mode = (const mode_t[]){0640, 0604, 0660, 0700 | 04, 0}; *mode; mode++) {
        assert_int_equal(chmod(place->key, *mode), 0);
        assert_int_equal(secret_open(place->dir, &secret, &why), ERR_DENIED);
        assert_non_null(strstr(why.text, place->key));
    }
}

static void refuses_a_file_that_is_no_key(void **state)
{
    const struct place *place = *state;
    struct secret *secret = NULL;
    struct why why = {0};
    for (const char *const *text = (const char *const[]){"", "abc\n", NULL}; *text; text++) {
        auto_fd fd = open(place->key, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
        assert_int_equal(write(fd, *text, strlen(*text)), strlen(*text));
        assert_int_equal(secret_open(place->dir, &secret, &why), ERR_CORRUPT);
    }
}

static void refuses_a_link_in_the_place_of_the_key(void **state)
{
    const struct place *place = *state;
    struct secret *secret = NULL;
    assert_int_equal(symlink("/dev/zero", place->key), 0);
    assert_int_equal(secret_open(place->dir, &secret, NULL), ERR_IO);
}

static void tells_that_the_directory_is_missing(void **state)
{
    struct secret *secret = NULL;
    struct why why = {0};
    (void)state;
    assert_int_equal(secret_open("/no/such/place", &secret, &why), ERR_IO);
    assert_non_null(strstr(why.text, "/no/such/place"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(makes_a_key_that_only_the_owner_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(opens_what_it_sealed_also_after_a_restart, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(never_seals_alike, set_up, tear_down),
        cmocka_unit_test_setup_teardown(holds_every_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_was_changed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_another_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_key_that_others_can_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_file_that_is_no_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_a_link_in_the_place_of_the_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_that_the_directory_is_missing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
