/*
 * Requests that come twice: `Idempotency-Key` on everything that writes. The first one's answer is
 * kept in the transaction of its change (but see repeat_keep_apart); the same request again gets
 * that answer and changes nothing. Kept for each API key apart, for 7 days (store/idempotency.h).
 *
 * Only successes are kept. What was refused has changed nothing, whether it was wrong or in
 * conflict with what the store held then: asked again it is judged by what holds now, so that an
 * app may repeat its queue without being bound to a "no" of yesterday.
 *
 * Nothing secret is kept: of an answer that shows a key only the fact is (ROUTE_SHOWN_ONCE), and of
 * a body an HMAC under the client's own key, which the store does not know. Calls that need no key
 * prove themselves by secrets of one use, and take no part.
 *
 * Owner: struct repeats belongs to the api; struct repeat to its request, whose head it points
 * into. Thread: the worker's; repeat_keep that of whoever leads the door. Lock: its own, held for a
 * few lines.
 */
#ifndef API_REPEAT_H
#define API_REPEAT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/sha256.h"

struct db;
struct reply;
struct request;

struct repeat {
    const char *key; /* as the client chose it; NULL: none, and nothing else is used */
    int64_t principal;
    char body_hash[SHA256_HEX_SIZE]; /* "": not known yet */
    bool kept;
    struct repeat *next; /* among those under way */
};

struct repeats {
    pthread_mutex_t lock;
    struct repeat *under_way;
};

void repeat_init(struct repeats *repeats);
void repeat_clear(struct repeats *repeats);

/* Take the header in, once it is known who asks. ERR_INVALID where it cannot be a key (400),
 * ERR_CONFLICT while a request of the same key is under way. Always followed by repeat_leave. */
enum err repeat_enter(struct request *request, struct reply *reply, struct why *why);
void repeat_leave(struct request *request);

/* The body is known: answer from what was kept, if it was (${ret_done}). request->db is
 * NULL or a snapshot that began after repeat_enter. ERR_INVALID: the key was used for another
 * request. */
enum err repeat_find(struct request *request, struct reply *reply, bool *ret_done, struct why *why);
/* The body of an upload is known by its SHA-256 only. */
enum err repeat_body(struct request *request, const char *content, struct why *why);

/* Keep the answer with the change, inside its transaction. */
enum err repeat_keep(struct request *request, struct reply *reply, struct db *db, struct why *why);
/* The same in a transaction of its own, for a call that is harmless to do twice: it changed
 * nothing, or made a code or token that ends by itself. A large answer is not kept. */
void repeat_keep_apart(struct request *request, struct reply *reply);

#endif
