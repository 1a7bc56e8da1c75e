/*
 * Conditional requests (RFC 9110, 13): `If-Match` before a write, `If-None-Match` after a read.
 *
 * The tag of an item is the number of its last change, that of a list the number of the newest
 * change among its entities. What no change numbers (computed answers, live telemetry) has a digest
 * of its bytes.
 * Owner: nothing is kept. Thread: the worker's; condition_match that of whoever leads the door.
 */
#ifndef API_CONDITION_H
#define API_CONDITION_H

#include "base/err.h"

struct db;
struct reply;
struct request;

/* Make request->current known where the write's body is laid beside it, where a body would arrive
 * in vain, and where a state is demanded: there, a write that says nothing of the state it was read
 * in is refused (428). Any other write finds its item by itself, inside the door. */
enum err condition_find(struct request *request, struct reply *reply, struct why *why);
/* A body was refused. That its item is missing is told before what is wrong with it: ERR_NOT_FOUND,
 * else ERR_INVALID. */
enum err condition_refused(struct request *request, struct why *why);

/* Inside the door, because what was read before may have changed meanwhile: 412 with the current
 * tag unless If-Match names it. */
enum err condition_match(struct request *request, struct reply *reply, struct db *db,
                         struct why *why);

/* Tag what has none yet, and send no body where the client has it: 304. */
void condition_finish(const struct request *request, struct reply *reply);

#endif
