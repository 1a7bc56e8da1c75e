/* base/sha256: the digests that others make of the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <string.h>

#include "base/auto.h"
#include "base/sha256.h"

/* FIPS 180-4's examples, and the empty text. */
static void known_digests(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char hex[SHA256_HEX_SIZE];
        sha256_hex(rows[i].text, strlen(rows[i].text), hex);
        assert_string_equal(hex, rows[i].hex);
    }
}

/* Around the ends of blocks, where length and padding take another one. */
static void lengths_of_any_number_of_blocks(void **state)
{
    (void)state;
    uint8_t bytes[300], ours[SHA256_SIZE], theirs[EVP_MAX_MD_SIZE];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 151 + 7);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        sha256(bytes, len, ours);
        assert_int_equal(EVP_Digest(bytes, len, theirs, NULL, EVP_sha256(), NULL), 1);
        assert_memory_equal(ours, theirs, sizeof ours);
    }
}

static void digests_are_compared(void **state)
{
    (void)state;
    char a[SHA256_HEX_SIZE], b[SHA256_HEX_SIZE];
    sha256_hex("a", 1, a);
    for (size_t i = 0; i + 1 < sizeof b; i++) {
        sha256_hex("a", 1, b);
        assert_true(sha256_hex_same(a, b));
        b[i] ^= 1;
        assert_false(sha256_hex_same(a, b));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_digests),
        cmocka_unit_test(lengths_of_any_number_of_blocks),
        cmocka_unit_test(digests_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
