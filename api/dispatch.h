/*
 * From a call to its answer: framing, host and origin, route, key, query, body, handler.
 * The order is part of the contract: an unknown path is 404 and a wrong method 405 before a key is
 * asked for; without a key nothing of the body is read.
 * Owner: the caller clears the reply. Thread: any worker.
 */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

struct api;
struct call;
struct reply;

void dispatch_serve(struct api *api, const struct call *call, struct reply *reply);

#endif
