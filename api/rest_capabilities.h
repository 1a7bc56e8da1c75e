/*
 * What this program can do, by name, for clients that adapt to it.
 * Owner: what is returned is the caller's. Thread: any. Lock: none.
 */
#ifndef API_REST_CAPABILITIES_H
#define API_REST_CAPABILITIES_H

#include <jansson.h>

/* A list of texts; NULL: out of memory. */
json_t *rest_capabilities_list(void);

#endif
