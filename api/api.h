/*
 * The REST surface: civetweb's listeners, one table of routes, and what they share.
 *
 * Owner: whoever started it stops it. Everything in struct api_context is borrowed and must outlive
 * it; on stop first hub_refuse (wakes waiting handlers), then api_stop, then the links.
 * Thread: api_start, api_tick and api_stop on the main thread; handlers run on civetweb's workers.
 */
#ifndef API_API_H
#define API_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct api;
struct discover;
struct entities;
struct fetch;
struct hub;
struct links;
struct poll;
struct readers;

struct api_listener {
    const char *address; /* "127.0.0.1:8480", "[::1]:0", "*:8443"; port 0: any free one */
    bool tls;
    bool webhooks_only; /* every other route is unknown there; it has a port of its own */
};

struct api_context {
    struct hub *hub;
    struct links *links;            /* NULL: no printer links (status says disabled) */
    struct discover *discover;      /* NULL: nothing is discovered */
    struct fetch *fetch;            /* NULL: no file is fetched */
    struct secret *secret;          /* seals access codes; NULL: they are refused */
    struct readers *readers;        /* connections to read with */
    const char *database;           /* its file: imports are tried on a copy of it */
    const char *state_dir;          /* for uploads while they are looked at */
    const char *tls_dir;            /* where the generated certificate lives; made when missing */
    const char *tls_cert, *tls_key; /* PEM files of the user's own; NULL: generate */
    const char *const *hosts;       /* more names accepted in Host, NULL-terminated; may be NULL */
    const char *const *origins;     /* Origins that may read and write; NULL: none but our own */
    const char *name;               /* of this installation; NULL: the host's */
    const char *external_url;       /* under which phones reach us, for QR codes; NULL: none */
    const char *ios_app_id;         /* team and bundle id of the iOS app; NULL: none */
    const char *webpush_key;        /* what browsers subscribe with; NULL: not configured */
    const char *const *webhook_secrets; /* NULL-terminated; NULL: webhooks need a key */
    struct poll *poll;                  /* of Home Assistant; NULL: it is never asked */
    const struct entities *entities;    /* slots by entity of Home Assistant; NULL: none */
    const char *certs_dir;              /* anchors of printer certificates, for probes */
    bool require_if_match;              /* a write to an item must name the state it was read in */
    bool open;                          /* true: no key is asked for. For loopback alone. */
};

/* Listen and serve. On failure nothing listens. */
enum err api_start(const struct api_context *context, const struct api_listener *listeners,
                   size_t count, struct api **ret_api, struct why *why);
/* Flush what is recorded lazily (last use of keys) and renew the certificate in time. */
void api_tick(struct api *api, int64_t now);
void api_stop(struct api *api); /* NULL is fine */

/* URL of a listener with its real port, such as "https://[::1]:41234". ${index} < count. */
void api_url(const struct api *api, size_t index, char *ret_url, size_t size);
/* The URL that phones are given, for links and buttons; false: there is none. */
bool api_base_url(const struct api *api, char *ret_url, size_t size);

/* What people call this installation. */
const char *api_name(const struct api *api);

/* One line for each route, "METHOD PATH ACCESS OPERATION doc", for --print-routes and tests. */
void api_print_routes(void);

#endif
