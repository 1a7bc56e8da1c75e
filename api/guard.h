/*
 * What is refused before a route is asked: requests that two readers could understand differently,
 * hosts and origins that are not ours, and JSON that is not plain.
 * Pure: headers and bytes in, a refusal out.
 * Owner: nothing is kept. Thread: any. Lock: none.
 */
#ifndef API_GUARD_H
#define API_GUARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "api/refuse.h"
#include "base/err.h"

struct guard_header {
    const char *name, *value;
};

struct guard_names {
    const char *host;           /* this machine's name; "" unknown */
    const char *const *hosts;   /* more names, NULL-terminated; may be NULL */
    const char *const *origins; /* other sites that may call, NULL-terminated; may be NULL */
};

/* Transfer-Encoding beside Content-Length, two lengths, a missing or doubled Host, an Expect that
 * is not 100-continue. ${version}: "1.0" or "1.1". */
enum refusal guard_framing(const struct guard_header *headers, size_t count, const char *version,
                           struct why *why);

/* ${host}: the Host header or the authority of an absolute request target. IP literals, localhost,
 * .local names, the own name and configured ones pass: a name that an attacker's DNS points at us
 * does not. */
enum refusal guard_host(const struct guard_names *names, const char *host, struct why *why);

/* ${origin}: NULL when the client sent none (no browser). Only writes are refused: an answer to a
 * read cannot be seen by the other site. */
enum refusal guard_origin(const struct guard_names *names, const char *origin, const char *host,
                          bool write, struct why *why);
bool guard_origin_listed(const struct guard_names *names, const char *origin);

/* application/json or a +json type, with or without parameters. */
bool guard_is_json(const char *content_type);

/* Parse a body: no NUL bytes, at most LIMIT_JSON_DEPTH deep, no key twice, UTF-8. */
enum refusal guard_json(const char *bytes, size_t len, json_t **ret_json, struct why *why);

#endif
