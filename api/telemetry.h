/*
 * What a printer tells all the time and the store does not keep: connection, progress,
 * temperatures. For the launch of an app and for live events.
 * Owner: what is returned is the caller's. Thread: any. Lock: none held by the caller.
 */
#ifndef API_TELEMETRY_H
#define API_TELEMETRY_H

#include <jansson.h>
#include <stdint.h>

struct api;
struct field_shape;

extern const struct field_shape telemetry_shape, telemetry_connection_shape;

/* {state, reason, since} of the link; NULL: out of memory. ${printer}: its row id. */
json_t *telemetry_connection(const struct api *api, int64_t printer);

/* What telemetry_shape says; NULL: out of memory. */
json_t *telemetry_read(const struct api *api, int64_t printer, const char *printer_id);

/* A number that differs when there is something new to tell. */
int64_t telemetry_mark(const struct api *api, int64_t printer);

#endif
