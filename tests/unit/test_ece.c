/* bridge/notify/ece: the example of RFC 8291, the limits, and subscriptions that are none. That a
 * browser could read what is random here is shown in tests/notify. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "base/auto.h"
#include "base/text.h"
#include "bridge/notify/ece.h"

/* RFC 8291, section 5 (the body) and Appendix A (the rest). */
static const char plain[] = "When I grow up, I want to be a watermelon";
static const char own_private[] = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
static const char own_public[] =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
static const char p256dh[] =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
static const char auth[] = "BTBZMqHH6r4Tts7J_aSIgg";
static const char salt[] = "DGv6ra1nlYgDCS1FRnbzlw";
static const char body[] =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS"
    "6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qu"
    "lcy4a-fN";

static void bytes_of(const char *text, uint8_t *to, size_t size)
{
    size_t len = 0;
    assert_true(text_unbase64(to, size, text, &len) && len == size);
}

static EVP_PKEY *own_key(void)
{
    uint8_t number[P256_NUMBER_BYTES], native[P256_NUMBER_BYTES], point[P256_POINT_BYTES];
    char group[] = "prime256v1";
    EVP_PKEY *key = NULL;
    bytes_of(own_private, number, sizeof number);
    bytes_of(own_public, point, sizeof point);
    BIGNUM *secret = BN_bin2bn(number, sizeof number, NULL);
    assert_int_equal(BN_bn2nativepad(secret, native, sizeof native), sizeof native);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof native),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY_CTX *from = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(from), 1);
    assert_int_equal(EVP_PKEY_fromdata(from, &key, EVP_PKEY_KEYPAIR, parameters), 1);
    EVP_PKEY_CTX_free(from);
    BN_clear_free(secret);
    return key;
}

static void the_example_of_rfc_8291_is_met(void **state)
{
    (void)state;
    struct ece_subscription to;
    uint8_t random[ECE_SALT_BYTES], made[ECE_BODY_MAX];
    char text[2 * ECE_BODY_MAX];
    size_t len = 0;
    bytes_of(salt, random, sizeof random);
    EVP_PKEY *own = own_key();
    assert_int_equal(ece_subscription_read(p256dh, auth, &to, NULL), OK);
    assert_int_equal(ece_encrypt_with(&to, plain, sizeof plain - 1, random, own, made, &len, NULL),
                     OK);
    text_base64url(text, made, len);
    assert_string_equal(text, body);
    EVP_PKEY_free(own);
}

static void a_record_has_room_for_3993_bytes(void **state)
{
    (void)state;
    struct why why;
    struct ece_subscription to;
    uint8_t made[ECE_BODY_MAX];
    static char text[ECE_PLAIN_MAX + 1];
    size_t len = 0;
    assert_int_equal(ece_subscription_read(p256dh, auth, &to, NULL), OK);
    assert_int_equal(ece_encrypt(&to, text, 3993, made, &len, NULL), OK);
    assert_int_equal(len, 4096);
    assert_int_equal(ece_encrypt(&to, text, 0, made, &len, NULL), OK);
    assert_int_equal(len, 86 + 1 + 16);
    assert_int_equal(ece_encrypt(&to, text, 3994, made, &len, &why), ERR_TOO_BIG);
    assert_non_null(strstr(why.text, "3993"));
    assert_int_equal(ece_encrypt(&to, text, SIZE_MAX, made, &len, &why), ERR_TOO_BIG);
}

/* A salt or a key used twice would give two messages one nonce. */
static void each_message_has_its_own_salt_and_key(void **state)
{
    (void)state;
    struct ece_subscription to;
    uint8_t one[ECE_BODY_MAX], other[ECE_BODY_MAX];
    size_t len = 0;
    assert_int_equal(ece_subscription_read(p256dh, auth, &to, NULL), OK);
    assert_int_equal(ece_encrypt(&to, plain, sizeof plain, one, &len, NULL), OK);
    assert_int_equal(ece_encrypt(&to, plain, sizeof plain, other, &len, NULL), OK);
    assert_memory_not_equal(one, other, ECE_SALT_BYTES);
    assert_memory_equal(one + ECE_SALT_BYTES, other + ECE_SALT_BYTES, 5);
    assert_memory_not_equal(one + ECE_SALT_BYTES + 5, other + ECE_SALT_BYTES + 5, P256_POINT_BYTES);
    assert_memory_not_equal(one + ECE_HEADER_BYTES, other + ECE_HEADER_BYTES,
                            len - ECE_HEADER_BYTES);
}

static void subscriptions_that_are_none_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *p256dh, *auth, *field;
    } cases[] = {
        {"", auth, "p256dh"},
        {"no base64!", auth, "p256dh"},
        {auth, auth, "p256dh"},
        {own_private, auth, "p256dh"},
        /* a byte less, a byte more */
        {"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw",
         auth, "p256dh"},
        {"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4A",
         auth, "p256dh"},
        /* compressed: as many bits say less */
        {"AiVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx", auth, "p256dh"},
        {p256dh, "", "auth"},
        {p256dh, "BTBZMqHH6r4Tts7J_aSI", "auth"},
        {p256dh, "BTBZMqHH6r4Tts7J_aSIggA", "auth"},
        {p256dh, p256dh, "auth"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct why why;
        struct ece_subscription to;
        assert_int_equal(ece_subscription_read(cases[i].p256dh, cases[i].auth, &to, &why),
                         ERR_INVALID);
        assert_string_equal(why.field, cases[i].field);
    }
}

/* Points that would give our secret away, or that other libraries refuse (65 bytes each). */
static void points_beside_the_curve_are_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
    } cases[] = {{0, 6}, {0, 7}, {0, 0}, {0, 2}, {1, 0xFF}, {64, 0x0F}, {33, 0x69}};
    for (size_t i = 0; i <= LEN(cases); i++) {
        struct why why;
        struct ece_subscription to;
        uint8_t point[P256_POINT_BYTES] = {4}, made[ECE_BODY_MAX], random[ECE_SALT_BYTES] = {0};
        char text[2 * P256_POINT_BYTES];
        size_t len = 0;
        if (i < LEN(cases)) { /* the last one is 0, 0 */
            bytes_of(p256dh, point, sizeof point);
            point[cases[i].at] = cases[i].byte;
        }
        text_base64url(text, point, sizeof point);
        assert_int_equal(ece_subscription_read(text, auth, &to, &why), ERR_INVALID);
        assert_string_equal(why.field, "p256dh");
        assert_int_equal(ERR_peek_error(), 0); /* or TLS would stumble over it */
        memset(&to, 0, sizeof to);
        memcpy(to.point, point, sizeof point);
        EVP_PKEY *own = own_key();
        assert_int_equal(ece_encrypt_with(&to, plain, 1, random, own, made, &len, &why), ERR_IO);
        assert_int_equal(ERR_peek_error(), 0);
        EVP_PKEY_free(own);
    }
}

/* Some clients of this API encode what the browser gave them as plain base64. */
static void padding_and_the_other_alphabet_are_understood(void **state)
{
    (void)state;
    struct ece_subscription one, other;
    assert_int_equal(ece_subscription_read(p256dh, auth, &one, NULL), OK);
    assert_int_equal(ece_subscription_read("BCVxsr7N/eNgVRqvHtD0zTZsEc6+VV+JvLexhqUzORcxaOzi6+"
                                           "AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4=",
                                           "BTBZMqHH6r4Tts7J/aSIgg==", &other, NULL),
                     OK);
    assert_memory_equal(&one, &other, sizeof one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_rfc_8291_is_met),
        cmocka_unit_test(a_record_has_room_for_3993_bytes),
        cmocka_unit_test(each_message_has_its_own_salt_and_key),
        cmocka_unit_test(subscriptions_that_are_none_are_refused),
        cmocka_unit_test(points_beside_the_curve_are_refused),
        cmocka_unit_test(padding_and_the_other_alphabet_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
