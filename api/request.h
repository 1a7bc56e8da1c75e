/*
 * A request that found its route: what handlers see.
 *
 * Owner: the dispatcher. Handlers add nothing to it but what helpers here do for them.
 * Thread: the worker's; in a ROUTE_WRITE handler that of whoever leads the door at the moment.
 */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include <jansson.h>
#include <stdint.h>

#include "api/call.h"
#include "api/memo.h"
#include "api/repeat.h"
#include "api/reply.h"
#include "api/route.h"
#include "base/err.h"

struct api;
struct db;
struct list;

struct request {
    struct api *api;
    const struct call *call;
    const struct route *route;
    struct route_match match;
    unsigned method;
    json_t *args;              /* path, query and body, checked and normalised */
    json_t *query;             /* as texts; NULL: none */
    json_t *body;              /* as it was sent; NULL: none */
    json_t *current;           /* what a write is about to change, as the client sees it */
    json_t *errors;            /* faults of query and body */
    json_t *principal;         /* row of the key; NULL: none was asked for */
    struct memo_moment moment; /* when its reading began */
    struct repeat repeat;      /* its Idempotency-Key */
    struct db *db;             /* a snapshot to read, the writer inside the door, or NULL */
};

/* Functions of store/ by shape. */
typedef enum err request_row(struct db *db, const json_t *args, json_t **ret, struct why *why);
typedef enum err request_rows(struct db *db, const json_t *args, struct list *ret_list,
                              struct why *why);

/* A snapshot to read, where there is none yet: most writes need none before the door. */
enum err request_reader(struct request *request, struct why *why);
void request_no_reader(struct request *request); /* gives it back; without one nothing happens */

/* Answer with a row and its ETag (route's entity and key). */
enum err request_reply_row(struct request *request, struct reply *reply, request_row *row,
                           struct why *why);
/* Answer with a list, its total, its ETag and the link to its next page. */
enum err request_reply_list(struct request *request, struct reply *reply, request_rows *rows,
                            struct why *why);
/* Do a write and answer with what it returns. The ETag is that of the route's item, where the
 * answer names it. */
enum err request_reply_write(struct request *request, struct reply *reply, request_row *write,
                             int status, struct why *why);

/* Number of the last change of the route's item, where ${row} names it; 0: unknown. */
int64_t request_seq(const struct request *request, struct db *db, const json_t *row);
/* The ETag of the route's item, where ${row} names it. */
void request_tag(struct request *request, struct reply *reply, const json_t *row);

/* For ROUTE_OUTSIDE: the write that the answer is about, inside the door with its conditions and
 * with what is kept for a repetition. It answers with the row that ${write} returns; ${location}:
 * its path without the id, NULL: none. */
enum err request_answer_write(struct request *request, struct reply *reply, request_row *write,
                              const json_t *args, int status, const char *location,
                              struct why *why);

/* For ROUTE_OUTSIDE: any other function inside the door, or in a snapshot. */
enum err request_write(struct request *request, request_row *write, const json_t *args,
                       json_t **ret, struct why *why);
enum err request_read(struct request *request, request_row *read, const json_t *args, json_t **ret,
                      struct why *why);

const char *request_text(const struct request *request, const char *name); /* "" where absent */

#endif
