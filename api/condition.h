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

/* A write to an item that says nothing of the state it was read in is refused where the
 * configuration demands it: 428. request->current is known. */
enum err condition_demand(const struct request *request, struct reply *reply, struct why *why);

/* Inside the door, because what was read before may have changed meanwhile: 412 with the current
 * tag unless If-Match names it. */
enum err condition_match(struct request *request, struct reply *reply, struct db *db,
                         struct why *why);

/* Tag what has none yet, and send no body where the client has it: 304. */
void condition_finish(const struct request *request, struct reply *reply);

#endif
