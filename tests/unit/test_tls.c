/* api/tls: a certificate is made once, kept, and renewed with the same key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/x509v3.h>

#include "api/tls.h"
#include "api/tls_cert.h"

static const int64_t day = 86400000;
static const int64_t start = 1780000000000;

static char dir[64], cert[128], key[128];

static int make_dir(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/filamentd-tls-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(cert, sizeof cert, "%s/cert.pem", dir);
    snprintf(key, sizeof key, "%s/key.pem", dir);
    return 0;
}

static int remove_dir(void **state)
{
    (void)state;
    unlink(cert);
    unlink(key);
    return rmdir(dir);
}

static void pin_at(int64_t now, char ret_pin[TLS_PIN_SIZE])
{
    struct why why;
    struct tls *tls = NULL;
    const struct tls_options options = {.dir = dir};
    assert_int_equal(tls_open(&options, now, &tls, &why), OK);
    tls_pin(tls, ret_pin);
    tls_close(tls);
}

static void it_names_this_machine(void **state)
{
    (void)state;
    struct why why;
    struct tls_cert read = {0};
    char pin[TLS_PIN_SIZE];
    struct stat info;
    pin_at(start, pin);
    assert_int_equal(stat(key, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(tls_cert_read(cert, key, &read, &why), OK);
    assert_int_equal(X509_check_host(read.leaf, "localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_ip_asc(read.leaf, "127.0.0.1", 0), 1);
    assert_int_equal(X509_check_ip_asc(read.leaf, "::1", 0), 1);
    assert_int_not_equal(X509_check_host(read.leaf, "example.org", 0, 0, NULL), 1);
    assert_int_equal(EVP_PKEY_get_bits(read.key), 256);
    int64_t days = (tls_cert_end(read.leaf) - start) / day;
    assert_in_range(days, TLS_DAYS - 1, TLS_DAYS);
    tls_cert_free(&read);
}

static void it_is_renewed_with_the_same_key(void **state)
{
    (void)state;
    struct why why;
    struct tls *tls = NULL;
    const struct tls_options options = {.dir = dir};
    struct tls_cert before = {0}, after = {0};
    char first[TLS_PIN_SIZE], second[TLS_PIN_SIZE];
    pin_at(start, first);
    assert_int_equal(tls_cert_read(cert, key, &before, &why), OK);
    assert_int_equal(tls_open(&options, start + day, &tls, &why), OK);
    assert_int_equal(tls_tick(tls, start + (TLS_DAYS - TLS_RENEW_DAYS + 1) * day, &why), OK);
    tls_pin(tls, second);
    assert_string_equal(first, second);
    tls_close(tls);
    assert_int_equal(tls_cert_read(cert, key, &after, &why), OK);
    assert_true(tls_cert_end(after.leaf) > tls_cert_end(before.leaf));
    tls_cert_free(&before);
    tls_cert_free(&after);
}

static void a_readable_key_is_refused(void **state)
{
    (void)state;
    struct why why;
    struct tls *tls = NULL;
    char pin[TLS_PIN_SIZE];
    const struct tls_options options = {.dir = dir};
    pin_at(start, pin);
    assert_int_equal(chmod(key, 0644), 0);
    assert_int_equal(tls_open(&options, start, &tls, &why), ERR_DENIED);
    const struct tls_options missing = {.cert = "/nonexistent/cert.pem", .key = key};
    assert_int_equal(tls_open(&missing, start, &tls, &why), ERR_NOT_FOUND);
}

static X509 *leaf_at(int64_t now)
{
    struct why why;
    struct tls_cert read = {0};
    char pin[TLS_PIN_SIZE];
    pin_at(now, pin);
    assert_int_equal(tls_cert_read(cert, key, &read, &why), OK);
    X509_up_ref(read.leaf);
    X509 *leaf = read.leaf;
    tls_cert_free(&read);
    return leaf;
}

/* Long after its end (and beyond 2049, where the notation of dates changes), and after a start with
 * a clock that was wrong. */
static void any_clock_gets_a_valid_one_with_the_same_key(void **state)
{
    (void)state;
    static const int64_t times[] = {
        start, start + 3 * TLS_DAYS * day, start + 40 * 365 * day, start, 1000, start};
    char first[TLS_PIN_SIZE], pin[TLS_PIN_SIZE];
    pin_at(start, first);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        X509 *leaf = leaf_at(times[i]);
        assert_true(tls_cert_begin(leaf) <= times[i]);
        assert_in_range((tls_cert_end(leaf) - times[i]) / day, TLS_RENEW_DAYS, TLS_DAYS);
        X509_free(leaf);
        pin_at(times[i], pin);
        assert_string_equal(pin, first);
    }
}

static void a_new_name_is_taken_up(void **state)
{
    (void)state;
    struct why why;
    struct tls *tls = NULL;
    struct tls_cert read = {0};
    const char *const names[] = {"filament.example.net", NULL};
    const struct tls_options options = {.dir = dir, .names = names};
    char first[TLS_PIN_SIZE], second[TLS_PIN_SIZE];
    pin_at(start, first);
    assert_int_equal(tls_open(&options, start + day, &tls, &why), OK);
    tls_pin(tls, second);
    tls_close(tls);
    assert_string_equal(first, second);
    assert_int_equal(tls_cert_read(cert, key, &read, &why), OK);
    assert_int_equal(X509_check_host(read.leaf, names[0], 0, 0, NULL), 1);
    assert_true(tls_cert_names_us(read.leaf, names));
    tls_cert_free(&read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(it_names_this_machine, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(it_is_renewed_with_the_same_key, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(any_clock_gets_a_valid_one_with_the_same_key, make_dir,
                                        remove_dir),
        cmocka_unit_test_setup_teardown(a_new_name_is_taken_up, make_dir, remove_dir),
        cmocka_unit_test_setup_teardown(a_readable_key_is_refused, make_dir, remove_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
