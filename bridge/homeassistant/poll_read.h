/*
 * What a poll of Home Assistant reads, turned into the bodies that its webhooks would have sent.
 *
 * The template names no language: entities of the ha-bambulab integration are told apart by what
 * they carry (a tray has a tray_uuid, the status of a print has "running" among its options), and
 * printers by the names of their devices, which keep the serial: "P1S_<serial>",
 * "P1S_<serial>_AMS_<n>", "P1S_<serial>_ExternalSpool". Source: that integration's device names and
 * attributes. The names of files and tasks have no mark of their own; their entities are found by
 * the ending of the id, and missed where the user renamed them.
 *
 * Pure. Owner: results are the caller's. Thread: any. Lock: none.
 */
#ifndef BRIDGE_HOMEASSISTANT_POLL_READ_H
#define BRIDGE_HOMEASSISTANT_POLL_READ_H

#include <jansson.h>

#include "bridge/homeassistant/entities.h"

/* Body of POST /api/template: renders to a JSON array of entities. */
extern const char poll_read_template[];

/* That array as [{"print_event": body} | {"ams_update": body}], printers by their serial. What no
 * printer can be told of is left out. NULL: out of memory. */
json_t *poll_read_bodies(const json_t *rows);

/* One answer of GET /api/states/<entity> as such an entry; NULL where it says nothing. */
json_t *poll_read_state(const json_t *state, const struct entity *entity);

#endif
