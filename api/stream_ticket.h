/*
 * A ticket in the query of a request for live events, in place of a key (api/ticket.h).
 * Owner: what it finds becomes part of the request. Thread: the worker's. Lock: none.
 */
#ifndef API_STREAM_TICKET_H
#define API_STREAM_TICKET_H

#include <stdbool.h>

#include "api/ticket.h"
#include "base/err.h"

struct request;

/* Only where a stream begins: no other route looks at it. */
bool stream_ticket_given(const struct request *request, char ret_ticket[TICKET_SIZE]);

/* Use it up; request->principal is the key that it stands for. ERR_DENIED: it is not good. */
enum err stream_ticket_use(struct request *request, const char *ticket, struct why *why);

#endif
