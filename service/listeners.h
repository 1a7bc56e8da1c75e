/*
 * From the configuration to what the HTTP server is told.
 * Owner: whoever filled it clears it; texts are borrowed from the configuration.
 * Thread: main. Lock: none.
 */
#ifndef SERVICE_LISTENERS_H
#define SERVICE_LISTENERS_H

#include <stddef.h>

#include "api/api.h"

struct config;

struct listeners {
    struct api_listener *list;
    size_t served; /* so many of them serve everything, the rest webhooks alone */
    size_t count;
    const char **hosts, **origins; /* NULL-terminated */
};

/* A default on an IPv6 address is left out where the system has no IPv6. */
enum err listeners_fill(const struct config *config, struct listeners *ret_listeners,
                        struct why *why);
void listeners_clear(struct listeners *listeners);

#endif
