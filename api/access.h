/*
 * The line of the log that each request leaves: who asked for what, how it ended, how long it took.
 * Neither queries nor bodies nor keys are in it; a key is named by its id.
 * Thread: the worker's. Lock: none.
 */
#ifndef API_ACCESS_H
#define API_ACCESS_H

#include <stdint.h>

struct reply;
struct request;

/* ${started}: clock_mono when the request came. Reads that went well are for debugging only. */
void access_log(const struct request *request, const struct reply *reply, int64_t started);

#endif
