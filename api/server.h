/*
 * The shell around civetweb: listeners, callbacks, bytes in and out. Everything else of api/ knows
 * nothing of civetweb.
 * Owner: struct api. Thread: start and stop on the main thread, callbacks on civetweb's workers.
 */
#ifndef API_SERVER_H
#define API_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "api/api.h"
#include "base/err.h"
#include "base/limits.h"

/* Streams hold theirs as long as they live: what is left is for requests. */
enum { SERVER_THREADS = 16 + LIMIT_STREAMS };

/* Fills api->server and the ports of api->listeners. */
enum err server_start(struct api *api, const struct api_listener *listeners, size_t count,
                      struct why *why);
void server_stop(struct api *api);
/* Does ${port} of ours serve nothing but webhooks? Any thread. */
bool server_webhooks_only(const struct api *api, int port);

#endif
