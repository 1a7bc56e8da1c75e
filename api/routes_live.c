#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "api/stream.h"
#include "base/auto.h"
#include "store/feed.h"

/* An event stream shows the object that each of its events holds: the shape of the answer. */
/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/bootstrap", SCOPE_READ, NULL, NULL, 0, NULL, rest_launch_get, "getBootstrap",
     "All that an app needs at its launch, from one moment.",
     .answer = {200, ONE, &rest_launch_shape}},
    {GET, "/api/sync", SCOPE_READ, NULL, &rest_live_sync_query, 0, NULL, rest_live_sync,
     "syncChanges", "What changed behind a cursor, with tombstones.",
     .answer = {200, ONE, &feed_sync_shape}},
    {GET, "/api/events", SCOPE_READ, NULL, &rest_live_events_query, OUTSIDE | STREAM, NULL,
     rest_live_events, "streamEvents",
     "Live events; Last-Event-ID continues where the last stream ended.",
     .answer = {200, ONE, &stream_event_shape, "text/event-stream"}},
    {POST, "/api/events/token", SCOPE_READ, &rest_none, NULL,
     OUTSIDE | ROUTE_BODY_OPTIONAL | SHOWN_ONCE, NULL, rest_live_token, "createEventsToken",
     "A token for one stream of a browser, which cannot send a key.",
     .answer = {201, ONE, &rest_live_token_shape}},
};
const struct route_table routes_live = {rows, LEN(rows)};
