/*
 * Who calls: the key a client sent, what it may do, and how often an address may be wrong.
 *
 * Only a key that was given and is wrong counts as a failure; a right key always passes, so that
 * one misconfigured client does not lock out the others behind the same address.
 * Owner: struct auth belongs to the api. Thread: any. Lock: its own, held for a few lines.
 */
#ifndef API_AUTH_H
#define API_AUTH_H

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    SCOPE_READ = 1 << 0,
    SCOPE_SPOOLS_WRITE = 1 << 1,
    SCOPE_SLOTS_WRITE = 1 << 2,
    SCOPE_JOBS_WRITE = 1 << 3,
    SCOPE_DEVICES = 1 << 4,
    SCOPE_WEBHOOK = 1 << 5,
    SCOPE_METRICS = 1 << 6,
    SCOPE_ADMIN = 1 << 7, /* everything */
};

enum {
    AUTH_ADDRESSES = 256, /* remembered for their failures; the least guilty makes room */
    AUTH_BURST = 60,      /* failures before an address is refused */
    AUTH_PER_SECOND = 1,  /* failures forgiven each second */
    AUTH_PAIRING = 6,     /* wrong keys that a wrong pairing code weighs as much as */
    AUTH_TOUCHES = 64,    /* keys whose last use waits to be written */
    AUTH_TOUCH_MS = 60 * 60 * 1000,
    AUTH_KEY_SIZE = 128,
};

struct auth_address {
    char address[48];
    double failures;
    int64_t at; /* ms when failures was right */
};

struct auth {
    pthread_mutex_t lock;
    struct auth_address addresses[AUTH_ADDRESSES];
    int64_t touches[AUTH_TOUCHES]; /* row ids of keys */
    size_t touch_count;
};

void auth_init(struct auth *auth);
void auth_clear(struct auth *auth);

enum auth_given { AUTH_NONE, AUTH_KEY, AUTH_MALFORMED };

/* The key of the two headers, either may be NULL. Two different keys are AUTH_MALFORMED. */
enum auth_given auth_key(const char *x_api_key, const char *authorization,
                         char ret_key[AUTH_KEY_SIZE]);

/* Bits of a list of scope names; unknown names give none. */
unsigned auth_scopes(const json_t *names);
/* Name of one bit, "admin" for anything else. */
const char *auth_scope_name(unsigned scope);

/* Seconds until ${address} may try again; 0: now. */
int auth_blocked(struct auth *auth, const char *address, int64_t now);
void auth_failed(struct auth *auth, const char *address, int64_t now);
/* A wrong pairing code, which is shorter than a key, weighs more. */
void auth_failed_pairing(struct auth *auth, const char *address, int64_t now);

/* Remember that a key was used; false when it is remembered already or there is no room. */
bool auth_note_use(struct auth *auth, int64_t key);
/* Hand out what is remembered and forget it. Returns how many. */
size_t auth_take_uses(struct auth *auth, int64_t ret_keys[AUTH_TOUCHES]);

#endif
