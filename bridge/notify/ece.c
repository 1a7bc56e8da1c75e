#include "bridge/notify/ece.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdbool.h>
#include <string.h>

#include "base/id.h"
#include "base/text.h"

enum { SECRET_BYTES = P256_NUMBER_BYTES, KEY_BYTES = 16, NONCE_BYTES = 12, TAG_BYTES = 16 };

_Static_assert(ECE_HEADER_BYTES == 86 && ECE_PLAIN_MAX == 3993, "as RFC 8291, section 4, reckons");

/* Ends the plain text: no padding follows, and no other record (RFC 8188 2). */
static const uint8_t last_record = 2;

/* Of the derivations; the zero at the end of each belongs to it. */
static const char info_start[] = "WebPush: info";
static const char key_info[] = "Content-Encoding: aes128gcm";
static const char nonce_info[] = "Content-Encoding: nonce";

/* ---- subscriptions ---- */

static enum err read_key(const char *name, const char *text, uint8_t *to, size_t size,
                         struct why *why)
{
    size_t len = 0;
    if (text_unbase64(to, size, text, &len) && len == size)
        return OK;
    return why_fail(
        why, ERR_INVALID, "push_subscription", name,
        "%s must be %zu bytes in base64url: take it from PushSubscription.toJSON().keys", name,
        size);
}

enum err ece_subscription_read(const char *p256dh, const char *auth,
                               struct ece_subscription *ret_subscription, struct why *why)
{
    struct ece_subscription read;
    enum err e = read_key("p256dh", p256dh, read.point, sizeof read.point, why);
    if (e == OK)
        e = read_key("auth", auth, read.auth, sizeof read.auth, why);
    if (e != OK)
        return e;
    EVP_PKEY *key = p256_from_point(read.point);
    ERR_clear_error();
    if (!key)
        return why_fail(why, ERR_INVALID, "push_subscription", "p256dh",
                        "p256dh is no uncompressed point on P-256: take it from "
                        "PushSubscription.toJSON().keys");
    EVP_PKEY_free(key);
    *ret_subscription = read;
    return OK;
}

/* ---- keys of a message ---- */

struct keys {
    uint8_t shared[SECRET_BYTES], input[SECRET_BYTES];
    uint8_t key[KEY_BYTES], nonce[NONCE_BYTES];
};

static bool agree(EVP_PKEY *own, EVP_PKEY *theirs, uint8_t ret_shared[SECRET_BYTES])
{
    size_t len = SECRET_BYTES;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    bool good = c && EVP_PKEY_derive_init(c) == 1 && EVP_PKEY_derive_set_peer(c, theirs) == 1 &&
                EVP_PKEY_derive(c, ret_shared, &len) == 1 && len == SECRET_BYTES;
    EVP_PKEY_CTX_free(c);
    return good;
}

static bool agree_at(const uint8_t point[P256_POINT_BYTES], EVP_PKEY *own,
                     uint8_t ret_shared[SECRET_BYTES])
{
    EVP_PKEY *theirs = p256_from_point(point);
    bool good = theirs && agree(own, theirs, ret_shared);
    EVP_PKEY_free(theirs);
    return good;
}

/* A text and how long it is. */
struct bytes {
    const void *at;
    size_t len;
};

static bool hkdf(struct bytes salt, const uint8_t secret[SECRET_BYTES], struct bytes info,
                 uint8_t *ret_bytes, size_t size)
{
    size_t len = size;
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
    bool good = c && EVP_PKEY_derive_init(c) == 1 &&
                EVP_PKEY_CTX_set_hkdf_md(c, EVP_sha256()) == 1 &&
                EVP_PKEY_CTX_set1_hkdf_salt(c, salt.at, (int)salt.len) == 1 &&
                EVP_PKEY_CTX_set1_hkdf_key(c, secret, SECRET_BYTES) == 1 &&
                EVP_PKEY_CTX_add1_hkdf_info(c, info.at, (int)info.len) == 1 &&
                EVP_PKEY_derive(c, ret_bytes, &len) == 1 && len == size;
    EVP_PKEY_CTX_free(c);
    return good;
}

/* RFC 8291 3.3 and 3.4: what both ends agree on, bound to the subscription and to both keys. */
static bool derive(const struct ece_subscription *to, const uint8_t salt[ECE_SALT_BYTES],
                   EVP_PKEY *own, const uint8_t own_point[P256_POINT_BYTES], struct keys *ret)
{
    uint8_t info[sizeof info_start + 2 * P256_POINT_BYTES];
    memcpy(info, info_start, sizeof info_start);
    memcpy(info + sizeof info_start, to->point, P256_POINT_BYTES);
    memcpy(info + sizeof info_start + P256_POINT_BYTES, own_point, P256_POINT_BYTES);
    const struct bytes first = {to->auth, ECE_AUTH_BYTES}, second = {salt, ECE_SALT_BYTES};
    const struct bytes both = {info, sizeof info};
    const struct bytes of_key = {key_info, sizeof key_info};
    const struct bytes of_nonce = {nonce_info, sizeof nonce_info};
    return agree_at(to->point, own, ret->shared) &&
           hkdf(first, ret->shared, both, ret->input, sizeof ret->input) &&
           hkdf(second, ret->input, of_key, ret->key, sizeof ret->key) &&
           hkdf(second, ret->input, of_nonce, ret->nonce, sizeof ret->nonce);
}

/* ---- the body ---- */

/* ${ret_record}: ${len} bytes, the delimiter, the tag. */
static bool seal(const struct keys *keys, const uint8_t *plain, size_t len, uint8_t *ret_record)
{
    int part = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    bool good =
        c && EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, keys->key, keys->nonce) == 1 &&
        EVP_EncryptUpdate(c, ret_record, &part, plain, (int)len) == 1 &&
        EVP_EncryptUpdate(c, ret_record + len, &part, &last_record, sizeof last_record) == 1 &&
        EVP_EncryptFinal_ex(c, ret_record + len + 1, &part) == 1 &&
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, ret_record + len + 1) == 1;
    EVP_CIPHER_CTX_free(c);
    return good;
}

/* Salt, size of records, length of the key's id, and as the id our point (RFC 8188 2.1). */
static void write_header(const uint8_t salt[ECE_SALT_BYTES], const uint8_t point[P256_POINT_BYTES],
                         uint8_t *ret_header)
{
    const uint8_t sizes[] = {0, 0, ECE_BODY_MAX >> 8, ECE_BODY_MAX & 0xFF, P256_POINT_BYTES};
    memcpy(ret_header, salt, ECE_SALT_BYTES);
    memcpy(ret_header + ECE_SALT_BYTES, sizes, sizeof sizes);
    memcpy(ret_header + ECE_SALT_BYTES + sizeof sizes, point, P256_POINT_BYTES);
}

enum err ece_encrypt_with(const struct ece_subscription *to, const void *plain, size_t len,
                          const uint8_t salt[ECE_SALT_BYTES], EVP_PKEY *own,
                          uint8_t ret_body[ECE_BODY_MAX], size_t *ret_len, struct why *why)
{
    struct keys keys;
    uint8_t point[P256_POINT_BYTES];
    if (len > ECE_PLAIN_MAX)
        return why_fail(why, ERR_TOO_BIG, "push_too_long", "",
                        "a push message has at most %d bytes, this one %zu: shorten its text",
                        ECE_PLAIN_MAX, len);
    bool good = own && p256_point(own, point) && derive(to, salt, own, point, &keys) &&
                seal(&keys, plain, len, ret_body + ECE_HEADER_BYTES);
    OPENSSL_cleanse(&keys, sizeof keys);
    if (!good) {
        ERR_clear_error(); /* else TLS takes it for a fault of the next connection */
        return why_fail(why, ERR_IO, "push_openssl", "", "openssl could not encrypt a message");
    }
    write_header(salt, point, ret_body);
    *ret_len = ECE_HEADER_BYTES + len + sizeof last_record + TAG_BYTES;
    return OK;
}

enum err ece_encrypt(const struct ece_subscription *to, const void *plain, size_t len,
                     uint8_t ret_body[ECE_BODY_MAX], size_t *ret_len, struct why *why)
{
    uint8_t salt[ECE_SALT_BYTES];
    id_random(salt, sizeof salt);
    EVP_PKEY *own = p256_new();
    enum err e = ece_encrypt_with(to, plain, len, salt, own, ret_body, ret_len, why);
    EVP_PKEY_free(own);
    return e;
}
