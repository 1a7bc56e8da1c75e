/*
 * THE tables of what this server answers: serving, documentation and tests all walk them. The rows
 * of a resource stand together in routes_<resource>.c, literal paths before those with parameters.
 * Thread: any; constant.
 */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include <stddef.h>

#include "api/route.h"

/* Short names for the rows. */
enum {
    GET = METHOD_GET,
    POST = METHOD_POST,
    PUT = METHOD_PUT | METHOD_PATCH, /* both are a merge */
    PATCH = METHOD_PATCH,
    STREAM = ROUTE_STREAM,
    DELETE = METHOD_DELETE,
    WRITE = ROUTE_WRITE,
    OUTSIDE = ROUTE_OUTSIDE,
    UPLOAD = ROUTE_UPLOAD,
    STORED = ROUTE_STORED,
    SHOWN_ONCE = ROUTE_SHOWN_ONCE,
    CONFLICT = ROUTE_CONFLICT,
    NAMES = ROUTE_NAMES,
    COMPUTED = ROUTE_COMPUTED,
    ANY_NAME = ROUTE_ANY_NAME,
    GUESSED = ROUTE_GUESSED,
    DATED = ROUTE_DATED,
    SECRET = ROUTE_SECRET,
    DRAWN = ROUTE_DRAWN,
    FILE_ANSWER = ROUTE_FILE,
    LENIENT = ROUTE_WRITE | ROUTE_BODY_OPTIONAL,
};

extern const struct route_table routes_alerts, routes_catalog, routes_devices, routes_jobs,
    routes_keys, routes_labels, routes_live, routes_notifications, routes_pairing, routes_printers,
    routes_slots, routes_spools, routes_stats, routes_system, routes_transfer, routes_usage,
    routes_webhook;

extern const struct route_table *const routes[];
extern const size_t routes_count; /* of tables */

#endif
