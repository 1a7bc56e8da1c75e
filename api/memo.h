/*
 * What was read a moment ago and still holds: keys and small answers, so that the busiest reads
 * touch no database. A WAL snapshot costs two system calls, a row of a view a dozen joins; a client
 * that polls pays them twice a second instead of each time.
 *
 * An answer holds while the door has committed nothing since (hub_version) and for MEMO_MS at most,
 * which bounds how long a write of another process (the command line) and the change of a date stay
 * unseen. A commit under way makes everything a miss, so that nobody sees new rows beside old ones.
 * A key holds until a key is changed over REST, and for MEMO_MS at most: who writes a lot is not
 * looked up after each of his own writes.
 *
 * Owner: struct api. Thread: any. Lock: its own, held for a copy.
 */
#ifndef API_MEMO_H
#define API_MEMO_H

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

struct reply;

enum { MEMO_KEYS = 32, MEMO_ANSWERS = 64, MEMO_BYTES = 8 * 1024, MEMO_PATH = 128, MEMO_MS = 500 };

/* When something was read: taken before its snapshot begins. */
struct memo_moment {
    uint64_t version; /* hub_version; odd: nothing can be kept or found */
    unsigned keys;    /* memo_keys_changed so far */
    int64_t mono;     /* ms */
};

struct memo_key {
    struct memo_moment at;
    uint8_t hash[SHA256_SIZE];
    json_t *principal; /* the row of the key; NULL: empty place */
};

struct memo_answer {
    struct memo_moment at;
    char path[MEMO_PATH];
    char *body; /* NULL: empty place */
    size_t len;
    int64_t etag;
};

struct memo {
    pthread_mutex_t lock;
    struct memo_key keys[MEMO_KEYS];
    struct memo_answer answers[MEMO_ANSWERS];
    atomic_uint keys_changed;
};

void memo_init(struct memo *memo);
void memo_clear(struct memo *memo);

/* ${version}: hub_version. */
struct memo_moment memo_moment(struct memo *memo, uint64_t version);
/* A key was changed or revoked: after its COMMIT, before anybody is told. */
void memo_keys_changed(struct memo *memo);

/* The row of a key that is valid at ${now} (ms since 1970), a reference of the caller's own; NULL:
 * not known. */
json_t *memo_principal(struct memo *memo, const struct memo_moment *at, const char *key,
                       int64_t now);
void memo_keep_principal(struct memo *memo, const struct memo_moment *at, const char *key,
                         json_t *principal);

/* The body and tag of ${path} into ${reply}; false: not known. */
bool memo_find(struct memo *memo, const struct memo_moment *at, const char *path,
               struct reply *reply);
/* Keep them, where they are small enough. */
void memo_keep(struct memo *memo, const struct memo_moment *at, const char *path,
               const struct reply *reply);

#endif
