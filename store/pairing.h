/*
 * Pairing: a code that is shown once, as a QR code, and that one device swaps for an API key of its
 * own. A code lives five minutes and is stored as SHA-256. A wrong one counts against every open
 * code, since it cannot be known which one was meant; the fifth is the end of it.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_PAIRING_H
#define STORE_PAIRING_H

#include <jansson.h>

#include "base/err.h"
#include "base/id.h"

struct db;

enum {
    PAIRING_CODE_LEN = 10, /* of 32 letters and digits: 50 bits */
    PAIRING_MS = 5 * 60 * 1000,
    PAIRING_TRIES = 5,
    PAIRING_OPEN = 8, /* codes at once; more would make guessing easier */
};

/* {name?, scopes? [..]}: name of the key to be, default the device's own; scopes default to what a
 * phone needs. Returns {code, name, scopes, expires_at}: the code, this once. */
enum err pairing_offer(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* {code, device_name, platform?}: blanks, dashes and case of the code do not matter. Returns the
 * row of the new key with `key`. For a code that is not good it returns OK and JSON null: that it
 * was tried must be committed. */
enum err pairing_redeem(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* {}: {id} of this installation. */
enum err pairing_instance(struct db *db, const json_t *args, json_t **ret, struct why *why);

#endif
