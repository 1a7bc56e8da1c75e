/*
 * What operations of the OpenAPI document refer to: parameters and headers that many have, and the
 * refusals, which are all of one form (RFC 9457).
 * Thread: the caller's. Lock: none.
 */
#ifndef API_OPENAPI_COMMON_H
#define API_OPENAPI_COMMON_H

#include <stdbool.h>
#include <stddef.h>

struct openapi_schema;
struct route;

struct openapi_refusal {
    int status;
    const char *name, *doc;
    bool (*applies)(const struct route *route); /* can this operation answer it? */
};

extern const struct openapi_refusal openapi_common_refusals[];
extern const size_t openapi_common_refusal_count;

/* A write whose row may be held against If-Match. */
bool openapi_common_matches(const struct route *route);
/* A body of JSON with fields, or of anything. */
bool openapi_common_takes_json(const struct route *route);
bool openapi_common_takes_body(const struct route *route);

/* components/parameters, components/headers and components/responses. */
void openapi_common_write(struct openapi_schema *schema);

#endif
