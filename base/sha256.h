/*
 * SHA-256 (FIPS 180-4), for keys and for fingerprints of texts. Not for passwords.
 * Owner: the caller owns every buffer. Thread: any. Lock: none.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHA256_SIZE = 32, SHA256_HEX_SIZE = 65 };

void sha256(const void *bytes, size_t len, uint8_t ret_hash[SHA256_SIZE]);
void sha256_hex(const void *bytes, size_t len, char ret_hex[SHA256_HEX_SIZE]);

/* Are two texts of one hash the same? Takes as long wherever they differ. */
bool sha256_hex_same(const char a[SHA256_HEX_SIZE], const char b[SHA256_HEX_SIZE]);

#endif
