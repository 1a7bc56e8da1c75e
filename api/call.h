/*
 * One HTTP request as the server hands it to the dispatcher: plain texts and a way to read the
 * body, nothing of civetweb.
 * Owner: texts live until the call returns. Thread: the worker's. Lock: none.
 */
#ifndef API_CALL_H
#define API_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/guard.h"

enum { CALL_ID_SIZE = 17 };

struct call {
    const char *method, *version;
    const char *authority; /* of an absolute request target; NULL: none */
    const char *path;      /* raw, without the query */
    const char *query;     /* raw; NULL: none */
    const struct guard_header *headers;
    size_t header_count;
    size_t head_len;     /* about: bytes of target and headers */
    const char *address; /* numeric address of the client */
    bool tls;
    bool webhooks_only; /* it came in where nothing else is served */
    int64_t body_len;   /* Content-Length; -1: chunked */
    /* Read up to ${len} bytes of the body; 0: its end; negative: lost or too slow. */
    int (*read)(void *ctx, void *bytes, size_t len);
    /* Give the rest of the body this much time from now on; NULL: it needs none. */
    void (*allow)(void *ctx, int ms);
    void *ctx;
    int64_t now;
    char id[CALL_ID_SIZE]; /* of this request, for answers and logs */
};

/* The first header of that name, NULL where there is none. */
const char *call_header(const struct call *call, const char *name);

#endif
