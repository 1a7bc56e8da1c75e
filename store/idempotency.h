/*
 * Answers kept for repeated requests, in the transaction of the change they answer. Kept 7 days.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

struct idempotency_request {
    int64_t principal;     /* row id of the key that asks; 0: none */
    const char *key;       /* of the client's own */
    const char *route;     /* "POST /api/spools" with its path */
    const char *body_hash; /* of what was asked, hex; NULL: any (to find only) */
};

/* The kept answer {status, headers, body} in ${ret_answer}, NULL where there is none yet. The same
 * key with another route or body is ERR_INVALID idempotency_key_reused. */
enum err idempotency_find(struct db *db, const struct idempotency_request *request,
                          json_t **ret_answer, struct why *why);
/* Keep an answer; ${body} is JSON text or NULL. Drops old ones on the way. */
enum err idempotency_keep(struct db *db, const struct idempotency_request *request, int status,
                          const json_t *headers, const char *body, struct why *why);

#endif
