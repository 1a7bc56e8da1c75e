/* bridge/notify/jwt: keys of every kind but one are refused with a word of help, and each token can
 * be verified with the public key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/notify/jwt.h"
#include "bridge/notify/p256.h"

enum { TEXT_SIZE = 4096, RAW_BYTES = 2 * P256_NUMBER_BYTES, SIGNATURES_MOST = 20000 };

/* ---- keys as files have them ---- */

static void take_text(BIO *from, char to[TEXT_SIZE])
{
    char *text = NULL;
    long len = BIO_get_mem_data(from, &text);
    assert_true(text_copy_len(to, TEXT_SIZE, text, (size_t)len));
    BIO_free(from);
}

static void put_pkcs8(EVP_PKEY *key, const char *password, char to[TEXT_SIZE])
{
    BIO *out = BIO_new(BIO_s_mem());
    const EVP_CIPHER *cipher = password ? EVP_aes_128_cbc() : NULL;
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(out, key, cipher, password,
                                                   password ? (int)strlen(password) : 0, NULL,
                                                   NULL),
                     1);
    take_text(out, to);
    EVP_PKEY_free(key);
}

static void pkcs8(char to[TEXT_SIZE])
{
    put_pkcs8(p256_new(), NULL, to);
}

static void encrypted(char to[TEXT_SIZE])
{
    put_pkcs8(p256_new(), "secret", to);
}

static void rsa(char to[TEXT_SIZE])
{
    put_pkcs8(EVP_RSA_gen(1024), NULL, to);
}

static void ed25519(char to[TEXT_SIZE])
{
    put_pkcs8(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL, to);
}

static void p384(char to[TEXT_SIZE])
{
    put_pkcs8(EVP_EC_gen("P-384"), NULL, to);
}

static void secp256k1(char to[TEXT_SIZE])
{
    put_pkcs8(EVP_EC_gen("secp256k1"), NULL, to);
}

/* What openssl ecparam -genkey writes. */
static void sec1(char to[TEXT_SIZE])
{
    EVP_PKEY *key = p256_new();
    BIO *out = BIO_new(BIO_s_mem());
    BIO_puts(out, "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n");
    assert_int_equal(PEM_write_bio_PrivateKey_traditional(out, key, NULL, NULL, 0, NULL, NULL), 1);
    take_text(out, to);
    EVP_PKEY_free(key);
}

static void compressed(char to[TEXT_SIZE])
{
    EVP_PKEY *key = p256_new();
    assert_int_equal(EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                                    "compressed"),
                     1);
    put_pkcs8(key, NULL, to);
}

static void public_half(char to[TEXT_SIZE])
{
    EVP_PKEY *key = p256_new();
    BIO *out = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PUBKEY(out, key), 1);
    take_text(out, to);
    EVP_PKEY_free(key);
}

/* The private half of one key and the public half of another. */
static void mixed(char to[TEXT_SIZE])
{
    EVP_PKEY *one = p256_new(), *other = p256_new(), *both = NULL;
    char group[] = "prime256v1";
    uint8_t point[P256_POINT_BYTES], number[P256_NUMBER_BYTES];
    BIGNUM *secret = NULL;
    assert_true(p256_point(other, point));
    assert_int_equal(EVP_PKEY_get_bn_param(one, OSSL_PKEY_PARAM_PRIV_KEY, &secret), 1);
    assert_int_equal(BN_bn2nativepad(secret, number, sizeof number), sizeof number);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, number, sizeof number),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *from = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(from), 1);
    assert_int_equal(EVP_PKEY_fromdata(from, &both, EVP_PKEY_KEYPAIR, parameters), 1);
    put_pkcs8(both, NULL, to);
    EVP_PKEY_CTX_free(from);
    BN_clear_free(secret);
    EVP_PKEY_free(one);
    EVP_PKEY_free(other);
}

static void nothing(char to[TEXT_SIZE])
{
    to[0] = '\0';
}

static void words(char to[TEXT_SIZE])
{
    snprintf(to, TEXT_SIZE, "file:AuthKey.p8");
}

static void cut(char to[TEXT_SIZE])
{
    pkcs8(to);
    to[strlen(to) / 2] = '\0';
}

static void keys_of_any_form_are_read(void **state)
{
    (void)state;
    static void (*const makers[])(char[TEXT_SIZE]) = {pkcs8, sec1, compressed};
    for (size_t i = 0; i < LEN(makers); i++) {
        char text[TEXT_SIZE], pem[JWT_PEM_SIZE];
        char first[JWT_PUBLIC_SIZE], second[JWT_PUBLIC_SIZE];
        struct jwt_key *key = NULL, *again = NULL;
        makers[i](text);
        assert_int_equal(jwt_key_read(text, &key, NULL), OK);
        assert_int_equal(jwt_key_public(key, first, NULL), OK);
        assert_int_equal(strlen(first), JWT_PUBLIC_SIZE - 1);
        assert_int_equal(jwt_key_pem(key, pem, NULL), OK);
        assert_true(text_starts(pem, "-----BEGIN PRIVATE KEY-----\n"));
        assert_int_equal(jwt_key_read(pem, &again, NULL), OK);
        assert_int_equal(jwt_key_public(again, second, NULL), OK);
        assert_string_equal(first, second);
        jwt_key_close(key);
        jwt_key_close(again);
    }
}

static void other_keys_are_refused_with_the_way_to_mend_it(void **state)
{
    (void)state;
    static const struct {
        void (*make)(char[TEXT_SIZE]);
        const char *told;
    } cases[] = {
        {encrypted, "openssl pkey -in"},
        {rsa, "P-256"},
        {ed25519, "P-256"},
        {p384, "P-256"},
        {secp256k1, "P-256"},
        {public_half, "BEGIN PRIVATE KEY"},
        {mixed, "damaged"},
        {nothing, "BEGIN PRIVATE KEY"},
        {words, "BEGIN PRIVATE KEY"},
        {cut, "BEGIN PRIVATE KEY"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        char text[TEXT_SIZE];
        struct why why;
        struct jwt_key *key = NULL;
        cases[i].make(text);
        assert_int_equal(jwt_key_read(text, &key, &why), ERR_INVALID);
        assert_null(key);
        assert_string_equal(why.field, "key");
        assert_non_null(strstr(why.text, cases[i].told));
        assert_true(!*text || !strstr(why.text, text));
        assert_int_equal(ERR_peek_error(), 0); /* or TLS would stumble over it */
    }
    jwt_key_close(NULL);
}

static void new_keys_differ(void **state)
{
    (void)state;
    struct jwt_key *one = NULL, *other = NULL;
    char first[JWT_PUBLIC_SIZE], second[JWT_PUBLIC_SIZE];
    assert_int_equal(jwt_key_new(&one, NULL), OK);
    assert_int_equal(jwt_key_new(&other, NULL), OK);
    assert_int_equal(jwt_key_public(one, first, NULL), OK);
    assert_int_equal(jwt_key_public(other, second, NULL), OK);
    assert_string_not_equal(first, second);
    jwt_key_close(one);
    jwt_key_close(other);
}

/* ---- tokens ---- */

static EVP_PKEY *verifier(const struct jwt_key *key)
{
    char text[JWT_PUBLIC_SIZE];
    uint8_t point[P256_POINT_BYTES];
    size_t len = 0;
    assert_int_equal(jwt_key_public(key, text, NULL), OK);
    assert_true(text_unbase64(point, sizeof point, text, &len) && len == sizeof point);
    EVP_PKEY *pkey = p256_from_point(point);
    assert_non_null(pkey);
    return pkey;
}

static bool verifies(EVP_PKEY *pkey, const char *signed_text, size_t len, const char *signature)
{
    uint8_t raw[RAW_BYTES], *der = NULL;
    size_t raw_len = 0;
    if (!text_unbase64(raw, sizeof raw, signature, &raw_len) || raw_len != sizeof raw)
        return false;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    assert_int_equal(ECDSA_SIG_set0(pair, BN_bin2bn(raw, RAW_BYTES / 2, NULL),
                                    BN_bin2bn(raw + RAW_BYTES / 2, RAW_BYTES / 2, NULL)),
                     1);
    int der_len = i2d_ECDSA_SIG(pair, &der);
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    assert_int_equal(EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, pkey), 1);
    bool good = EVP_DigestVerify(c, der, (size_t)der_len, (const uint8_t *)signed_text, len) == 1;
    EVP_MD_CTX_free(c);
    OPENSSL_free(der);
    ECDSA_SIG_free(pair);
    return good;
}

static void assert_part(const char *part, size_t len, const char *expected)
{
    char text[JWT_TOKEN_SIZE];
    uint8_t json[JWT_TOKEN_SIZE] = {0};
    size_t json_len = 0;
    assert_true(text_copy_len(text, sizeof text, part, len));
    assert_true(text_unbase64(json, sizeof json - 1, text, &json_len));
    assert_string_equal((const char *)json, expected);
}

static void assert_token(const struct jwt_key *key, const char *token, const char *header,
                         const char *claims)
{
    const char *first = strchr(token, '.'), *second = strrchr(token, '.');
    assert_true(first && second > first);
    assert_null(strpbrk(token, "=+/"));
    assert_part(token, (size_t)(first - token), header);
    assert_part(first + 1, (size_t)(second - first - 1), claims);
    EVP_PKEY *pkey = verifier(key);
    assert_true(verifies(pkey, token, (size_t)(second - token), second + 1));
    assert_false(verifies(pkey, token, (size_t)(second - token) - 1, second + 1));
    EVP_PKEY_free(pkey);
}

static struct jwt_key *key;

static int enter(void **state)
{
    (void)state;
    return jwt_key_new(&key, NULL) != OK;
}

static int leave(void **state)
{
    (void)state;
    jwt_key_close(key);
    return 0;
}

static void tokens_say_what_was_given(void **state)
{
    (void)state;
    char token[JWT_TOKEN_SIZE];
    assert_int_equal(jwt_apns(key, "ABC123DEFG", "DEF123GHIJ", 1437179036999, token, NULL), OK);
    assert_token(key, token, "{\"alg\":\"ES256\",\"kid\":\"ABC123DEFG\"}",
                 "{\"iss\":\"DEF123GHIJ\",\"iat\":1437179036}");
    assert_int_equal(jwt_vapid(key, "https://push.example.net", "mailto:push@example.com",
                               1453523768000, token, NULL),
                     OK);
    assert_token(key, token, "{\"typ\":\"JWT\",\"alg\":\"ES256\"}",
                 "{\"aud\":\"https://push.example.net\",\"exp\":1453523768,"
                 "\"sub\":\"mailto:push@example.com\"}");
}

/* One number in 256 begins with a zero byte, which DER leaves out: goes on until r and s both did.
 */
static void each_signature_has_64_bytes(void **state)
{
    (void)state;
    EVP_PKEY *pkey = verifier(key);
    bool short_r = false, short_s = false;
    for (int i = 0; i < SIGNATURES_MOST && !(short_r && short_s); i++) {
        char token[JWT_TOKEN_SIZE];
        uint8_t raw[RAW_BYTES];
        size_t len = 0;
        assert_int_equal(jwt_apns(key, "ABC123DEFG", "DEF123GHIJ", 1000L * i, token, NULL), OK);
        const char *signature = strrchr(token, '.') + 1;
        assert_true(text_unbase64(raw, sizeof raw, signature, &len));
        assert_int_equal(len, sizeof raw);
        assert_true(verifies(pkey, token, (size_t)(signature - 1 - token), signature));
        short_r = short_r || !raw[0];
        short_s = short_s || !raw[RAW_BYTES / 2];
    }
    assert_true(short_r && short_s);
    EVP_PKEY_free(pkey);
}

static void what_fits_no_token_is_refused(void **state)
{
    (void)state;
    struct why why;
    char token[JWT_TOKEN_SIZE], text[JWT_TOKEN_SIZE];
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    assert_int_equal(jwt_apns(key, text, "DEF123GHIJ", 0, token, &why), ERR_TOO_BIG);
    assert_string_equal(token, "");
    assert_int_equal(jwt_apns(key, "ABC123DEFG", text, 0, token, &why), ERR_TOO_BIG);
    assert_string_equal(token, "");
    assert_int_equal(jwt_apns(key, "\xff", "DEF123GHIJ", 0, token, &why), ERR_INVALID);
    assert_int_equal(jwt_vapid(key, "https://a.example", "you@example.org", 0, token, &why),
                     ERR_INVALID);
    assert_string_equal(why.field, "subject");
    assert_non_null(strstr(why.text, "mailto:"));
}

/* The longest that fits: a limit that is wrong by one would write beyond the token. */
static void the_longest_token_fits(void **state)
{
    (void)state;
    char token[JWT_TOKEN_SIZE], kid[JWT_TOKEN_SIZE], iss[JWT_TOKEN_SIZE];
    size_t kid_len = 720 - strlen("{\"alg\":\"ES256\",\"kid\":\"\"}");
    size_t iss_len = 720 - strlen("{\"iss\":\"\",\"iat\":1}");
    memset(kid, 'k', sizeof kid);
    memset(iss, 'i', sizeof iss);
    kid[kid_len] = iss[iss_len] = '\0';
    assert_int_equal(jwt_apns(key, kid, iss, 1000, token, NULL), OK);
    assert_int_equal(strlen(token), 960 + 1 + 960 + 1 + 86);
    iss[iss_len] = 'i';
    iss[iss_len + 1] = '\0';
    assert_int_equal(jwt_apns(key, kid, iss, 1000, token, NULL), ERR_TOO_BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_any_form_are_read),
        cmocka_unit_test(other_keys_are_refused_with_the_way_to_mend_it),
        cmocka_unit_test(new_keys_differ),
        cmocka_unit_test_setup_teardown(tokens_say_what_was_given, enter, leave),
        cmocka_unit_test_setup_teardown(each_signature_has_64_bytes, enter, leave),
        cmocka_unit_test_setup_teardown(what_fits_no_token_is_refused, enter, leave),
        cmocka_unit_test_setup_teardown(the_longest_token_fits, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
