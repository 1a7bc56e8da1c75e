/*
 * What a printer tells all the time and the store does not keep: connection, progress,
 * temperatures. For the launch of an app and for live events.
 * Owner: what is returned is the caller's. Thread: any. Lock: none held by the caller.
 */
#ifndef API_TELEMETRY_H
#define API_TELEMETRY_H

#include <jansson.h>
#include <stdint.h>

#include "bridge/printer/links.h"

struct api;
struct field_shape;

extern const struct field_shape telemetry_shape, telemetry_connection_shape;

/* State of the link; switched off where there are no links. ${printer}: its row id. */
struct link_status telemetry_link(const struct api *api, int64_t printer);

/* {state, reason, since} of the link; NULL: out of memory. */
json_t *telemetry_link_shown(const struct link_status *status);
json_t *telemetry_connection(const struct api *api, int64_t printer);

/* What telemetry_shape says; NULL: out of memory. */
json_t *telemetry_read(const struct api *api, int64_t printer, const char *printer_id);

/* A number that differs when there is something new to tell. */
int64_t telemetry_mark(const struct api *api, int64_t printer);

#endif
