/*
 * Access codes at rest: AES-256-GCM under a key file of the state directory. A sealed text is bound
 * to its printer: with another serial it does not open.
 * Owner: whoever opened it closes it, which wipes the key. Never log what goes in or out.
 * Thread: any, after opening. Lock: none.
 */
#ifndef BRIDGE_PRINTER_SECRET_H
#define BRIDGE_PRINTER_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct secret;

enum {
    SECRET_PLAIN_MAX = 256, /* bytes of a secret */
    SECRET_SEALED_SIZE = 448,
    SECRET_MAC_SIZE = 32,
};

/* Read ${state_dir}/secret.key, or make it (mode 0600). ERR_DENIED when its mode lets others read
 * it, ERR_CORRUPT when it is no key. */
enum err secret_open(const char *state_dir, struct secret **ret_secret, struct why *why);
void secret_close(struct secret *secret); /* NULL is fine */

/* Text "v1:<base64>" of ${plain}, bound to ${serial}. */
enum err secret_seal(const struct secret *secret, const char *serial, const char *plain,
                     char ret_sealed[SECRET_SEALED_SIZE], struct why *why);
/* ${size} is that of ${ret_plain}. ERR_CORRUPT when it was changed, or sealed for another serial
 * or by another key. */
enum err secret_unseal(const struct secret *secret, const char *serial, const char *sealed,
                       char *ret_plain, size_t size, struct why *why);

/* HMAC-SHA256 of bytes under a key of its own for each ${purpose}, for tokens that only we make. */
bool secret_mac(const struct secret *secret, const char *purpose, const void *bytes, size_t len,
                uint8_t ret_mac[SECRET_MAC_SIZE]);

#endif
