/*
 * Keys on P-256 (FIPS 186-4, D.1.2.3), the one curve of APNs, VAPID and Web Push. A point is
 * uncompressed (SEC 1, 2.3.3): 0x04, X, Y.
 * Owner: a returned key is the caller's (EVP_PKEY_free, which wipes it).
 * Thread: any; a key is only read once it is made, and may be shared. Lock: none.
 */
#ifndef BRIDGE_NOTIFY_P256_H
#define BRIDGE_NOTIFY_P256_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    P256_NUMBER_BYTES = 32, /* a coordinate, or half a signature */
    P256_POINT_BYTES = 1 + 2 * P256_NUMBER_BYTES,
};

EVP_PKEY *p256_new(void); /* NULL: the library failed */

bool p256_is(const EVP_PKEY *key); /* a key on this curve, public or private */

/* The public key at ${point}; NULL: none on the curve, or the library failed. */
EVP_PKEY *p256_from_point(const uint8_t point[P256_POINT_BYTES]);

bool p256_point(const EVP_PKEY *key, uint8_t ret_point[P256_POINT_BYTES]);

#endif
