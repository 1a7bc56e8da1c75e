#include "bridge/notify/jwt.h"

#include <jansson.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bridge/notify/p256.h"

enum {
    SIGNATURE_BYTES = 2 * P256_NUMBER_BYTES,
    DER_MAX = 72,   /* a sequence of two numbers of up to 33 bytes, each with tag and length */
    PART_MAX = 720, /* of JSON: two of them and a signature fit into a token as base64url */
};

_Static_assert(2 * 4 * ((PART_MAX + 2) / 3) + 4 * ((SIGNATURE_BYTES + 2) / 3) + 3 <= JWT_TOKEN_SIZE,
               "a token holds its parts, two dots and the end");

struct jwt_key {
    EVP_PKEY *pkey;
};

/* What openssl leaves in its queue would be taken for a fault of the next connection by TLS. */
static enum err openssl_fail(struct why *why, const char *what)
{
    ERR_clear_error();
    return why_fail(why, ERR_IO, "jwt_openssl", "", "openssl could not %s", what);
}

/* ---- keys ---- */

static enum err wrap(EVP_PKEY *pkey, struct jwt_key **ret_key, struct why *why)
{
    struct jwt_key *key = calloc(1, sizeof *key);
    if (!key) {
        EVP_PKEY_free(pkey);
        return why_fail(why, ERR_NOMEM, "no_memory", "", "out of memory");
    }
    key->pkey = pkey;
    *ret_key = key;
    return OK;
}

/* Both halves are on the curve and belong together. */
static bool is_sound(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *check = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    bool sound = check && EVP_PKEY_check(check) == 1;
    EVP_PKEY_CTX_free(check);
    return sound;
}

static const char *fault_of(const char *pem, EVP_PKEY *pkey)
{
    if (!pkey && strstr(pem, "ENCRYPTED"))
        return "the key is encrypted: decrypt it with openssl pkey -in FILE -out NEW";
    if (!pkey)
        return "this is no private key in PEM: it begins with -----BEGIN PRIVATE KEY-----";
    if (!p256_is(pkey))
        return "the key is of another kind: ES256 needs one on the curve P-256, as Apple's .p8 "
               "files are and openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 makes";
    if (!is_sound(pkey))
        return "the key is damaged: its public half does not belong to the private one";
    return NULL;
}

enum err jwt_key_read(const char *pem, struct jwt_key **ret_key, struct why *why)
{
    char no_password[] = ""; /* else openssl asks at the terminal */
    BIO *from = BIO_new_mem_buf(pem, -1);
    if (!from)
        return openssl_fail(why, "read a key");
    EVP_PKEY *pkey = PEM_read_bio_PrivateKey(from, NULL, NULL, no_password);
    BIO_free(from);
    const char *fault = fault_of(pem, pkey);
    ERR_clear_error();
    if (!fault)
        return wrap(pkey, ret_key, why);
    EVP_PKEY_free(pkey);
    return why_fail(why, ERR_INVALID, "push_key", "key", "%s", fault);
}

enum err jwt_key_new(struct jwt_key **ret_key, struct why *why)
{
    EVP_PKEY *pkey = p256_new();
    return pkey ? wrap(pkey, ret_key, why) : openssl_fail(why, "make a key");
}

void jwt_key_close(struct jwt_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->pkey);
    free(key);
}

enum err jwt_key_pem(const struct jwt_key *key, char ret_pem[JWT_PEM_SIZE], struct why *why)
{
    char *text = NULL;
    BIO *to = BIO_new(BIO_s_mem());
    bool good = to && PEM_write_bio_PKCS8PrivateKey(to, key->pkey, NULL, NULL, 0, NULL, NULL) == 1;
    long len = good ? BIO_get_mem_data(to, &text) : 0;
    good = len > 0 && text_copy_len(ret_pem, JWT_PEM_SIZE, text, (size_t)len);
    BIO_free(to); /* wipes what it held */
    return good ? OK : openssl_fail(why, "write a key");
}

enum err jwt_key_public(const struct jwt_key *key, char ret_public[JWT_PUBLIC_SIZE],
                        struct why *why)
{
    uint8_t point[P256_POINT_BYTES];
    if (!p256_point(key->pkey, point))
        return openssl_fail(why, "tell a public key");
    text_base64url(ret_public, point, sizeof point);
    return OK;
}

/* ---- tokens ---- */

/* r and s side by side, each of 32 bytes; openssl gives them as DER. */
static bool to_raw(const uint8_t *der, size_t len, uint8_t ret_raw[SIGNATURE_BYTES])
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
    uint8_t *s = ret_raw + P256_NUMBER_BYTES;
    bool good = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), ret_raw, P256_NUMBER_BYTES) > 0 &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), s, P256_NUMBER_BYTES) > 0;
    ECDSA_SIG_free(pair);
    return good;
}

static bool sign(EVP_PKEY *pkey, const char *text, uint8_t ret_raw[SIGNATURE_BYTES])
{
    uint8_t der[DER_MAX];
    size_t len = sizeof der;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool good = c && EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, pkey) == 1 &&
                EVP_DigestSign(c, der, &len, (const uint8_t *)text, strlen(text)) == 1 &&
                to_raw(der, len, ret_raw);
    EVP_MD_CTX_free(c);
    return good;
}

static enum err add_part(const json_t *part, char *to, struct why *why)
{
    char text[PART_MAX];
    size_t len = part ? json_dumpb(part, text, sizeof text, JSON_COMPACT) : 0;
    if (!len)
        return why_fail(why, ERR_INVALID, "jwt_text", "", "a token is made of UTF-8 texts alone");
    if (len > sizeof text)
        return why_fail(why, ERR_TOO_BIG, "jwt_too_long", "",
                        "a token would have %zu bytes of JSON in one part, the limit is %d", len,
                        PART_MAX);
    text_base64url(to, (const uint8_t *)text, len);
    return OK;
}

static enum err write_token(const struct jwt_key *key, const json_t *header, const json_t *claims,
                            char ret_token[JWT_TOKEN_SIZE], struct why *why)
{
    uint8_t raw[SIGNATURE_BYTES];
    enum err e = add_part(header, ret_token, why);
    if (e != OK)
        return e;
    char *at = ret_token + strlen(ret_token);
    *at++ = '.';
    e = add_part(claims, at, why);
    if (e != OK)
        return e;
    if (!sign(key->pkey, ret_token, raw))
        return openssl_fail(why, "sign a token");
    at += strlen(at);
    *at++ = '.';
    text_base64url(at, raw, sizeof raw);
    return OK;
}

/* Takes both objects; either may be NULL. */
static enum err make_token(const struct jwt_key *key, json_t *header, json_t *claims,
                           char ret_token[JWT_TOKEN_SIZE], struct why *why)
{
    enum err e = write_token(key, header, claims, ret_token, why);
    if (e != OK)
        *ret_token = '\0';
    json_decref(header);
    json_decref(claims);
    return e;
}

static json_int_t seconds(int64_t ms)
{
    return ms / 1000;
}

enum err jwt_apns(const struct jwt_key *key, const char *key_id, const char *team_id, int64_t now,
                  char ret_token[JWT_TOKEN_SIZE], struct why *why)
{
    json_t *header = json_pack("{s:s, s:s}", "alg", "ES256", "kid", key_id);
    json_t *claims = json_pack("{s:s, s:I}", "iss", team_id, "iat", seconds(now));
    return make_token(key, header, claims, ret_token, why);
}

enum err jwt_vapid(const struct jwt_key *key, const char *audience, const char *subject,
                   int64_t expires, char ret_token[JWT_TOKEN_SIZE], struct why *why)
{
    if (!text_starts(subject, "mailto:") && !text_starts(subject, "https:"))
        return why_fail(
            why, ERR_INVALID, "vapid_subject", "subject",
            "give an address that push services may write to, as mailto:you@example.org "
            "or https://example.org/contact");
    json_t *header = json_pack("{s:s, s:s}", "typ", "JWT", "alg", "ES256");
    json_t *claims =
        json_pack("{s:s, s:I, s:s}", "aud", audience, "exp", seconds(expires), "sub", subject);
    return make_token(key, header, claims, ret_token, why);
}
