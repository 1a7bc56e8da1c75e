/*
 * A message encrypted for one Web Push subscription: RFC 8291 (keys) over RFC 8188 (aes128gcm).
 * The push service that carries it cannot read it.
 * Owner: the caller owns every buffer. Thread: any. Lock: none.
 */
#ifndef BRIDGE_NOTIFY_ECE_H
#define BRIDGE_NOTIFY_ECE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "bridge/notify/p256.h"

enum {
    ECE_AUTH_BYTES = 16,
    ECE_SALT_BYTES = 16,
    ECE_BODY_MAX = 4096, /* what each push service takes (RFC 8030 7.2) */
    ECE_HEADER_BYTES = ECE_SALT_BYTES + 4 + 1 + P256_POINT_BYTES,
    ECE_PLAIN_MAX = ECE_BODY_MAX - ECE_HEADER_BYTES - 1 - 16, /* without delimiter and tag: 3993 */
};

/* What a browser gave: nothing secret of ours, but who has it can write to that browser. */
struct ece_subscription {
    uint8_t point[P256_POINT_BYTES]; /* p256dh */
    uint8_t auth[ECE_AUTH_BYTES];
};

/* From the base64url texts of PushSubscription.toJSON().keys. ERR_INVALID names the key at fault:
 * of another length, or no point of the curve. */
enum err ece_subscription_read(const char *p256dh, const char *auth,
                               struct ece_subscription *ret_subscription, struct why *why);

/* The body of a request with `Content-Encoding: aes128gcm`: one record. ERR_TOO_BIG for more than
 * ECE_PLAIN_MAX bytes. */
enum err ece_encrypt(const struct ece_subscription *to, const void *plain, size_t len,
                     uint8_t ret_body[ECE_BODY_MAX], size_t *ret_len, struct why *why);

/* The same with what must be random and new for each message: for tests against RFC 8291. */
enum err ece_encrypt_with(const struct ece_subscription *to, const void *plain, size_t len,
                          const uint8_t salt[ECE_SALT_BYTES], EVP_PKEY *own,
                          uint8_t ret_body[ECE_BODY_MAX], size_t *ret_len, struct why *why);

#endif
