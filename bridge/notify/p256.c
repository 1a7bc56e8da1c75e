#include "bridge/notify/p256.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/params.h>
#include <string.h>

static const char curve[] = "prime256v1";

enum { CURVE_NAME_SIZE = 64, UNCOMPRESSED = 4 };

EVP_PKEY *p256_new(void)
{
    return EVP_EC_gen(curve);
}

bool p256_is(const EVP_PKEY *key)
{
    char name[CURVE_NAME_SIZE];
    size_t len = 0;
    return EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, name, sizeof name, &len) == 1 &&
           strcmp(name, curve) == 0;
}

EVP_PKEY *p256_from_point(const uint8_t point[P256_POINT_BYTES])
{
    /* The parameters of openssl are not const, though these are only read. */
    char name[sizeof curve];
    uint8_t copy[P256_POINT_BYTES];
    memcpy(name, curve, sizeof name);
    memcpy(copy, point, sizeof copy);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy),
        OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *from = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    /* The hybrid form of SEC 1 has as many bytes, and openssl would take it. */
    if (from && point[0] == UNCOMPRESSED && EVP_PKEY_fromdata_init(from) == 1)
        EVP_PKEY_fromdata(from, &key, EVP_PKEY_PUBLIC_KEY, parameters);
    EVP_PKEY_CTX_free(from);
    return key;
}

static bool coordinate(const EVP_PKEY *key, const char *name, uint8_t *ret_bytes)
{
    BIGNUM *number = NULL;
    bool good = EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
                BN_bn2binpad(number, ret_bytes, P256_NUMBER_BYTES) == P256_NUMBER_BYTES;
    BN_free(number);
    return good;
}

/* By coordinates: the encoded point of a key that was read has the form that its file has. */
bool p256_point(const EVP_PKEY *key, uint8_t ret_point[P256_POINT_BYTES])
{
    ret_point[0] = UNCOMPRESSED;
    return coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, ret_point + 1) &&
           coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, ret_point + 1 + P256_NUMBER_BYTES);
}
