/*
 * Our slots, rolls and questions as entities of Home Assistant: one device for each printer by its
 * MQTT discovery (device form, 2024.11 and later), one retained state for each slot.
 *
 * Topics: PREFIX/device/filamentd_ID/config announces; BASE/status and BASE/ID/availability say
 * what is alive; BASE/ID/UNIT_SLOT/state is a slot; BASE/ID/UNIT_SLOT/{set,confirm,clear,threshold}
 * are commands; BASE/ID/event carries alerts, not retained. Source: Home Assistant's documentation
 * of MQTT discovery.
 *
 * Pure. Owner: results are the caller's. Thread: any. Lock: none.
 */
#ifndef BRIDGE_HOMEASSISTANT_DISCOVERY_MAKE_H
#define BRIDGE_HOMEASSISTANT_DISCOVERY_MAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "core/address.h"

enum {
    DISCOVERY_OPTIONS = 100,
    DISCOVERY_TOPIC_SIZE = 256,
    DISCOVERY_ID_SIZE = 96,
    DISCOVERY_PAYLOAD_SIZE = 256
};

struct discovery_names {
    const char *prefix; /* of discovery: "homeassistant" */
    const char *base;   /* of our own topics: "filamentd" */
};

/* Rows of the views printers, ams_slots and spools (DISCOVERY_OPTIONS - 1 to choose from first,
 * then every other one that is in a slot). Result: {topic: payload}, payloads as JSON values or
 * texts, all retained. NULL: out of memory. */
json_t *discovery_make(const struct discovery_names *names, const json_t *printers,
                       const json_t *slots, const json_t *spools);

/* A configuration like ${next}, with the components of ${before} that are gone named by their
 * platform alone: Home Assistant drops those. NULL: nothing is gone. */
json_t *discovery_make_removal(const json_t *before, const json_t *next);

/* The text of a roll in a choice: "#12 Prusament PLA Galaxy Black". */
void discovery_make_option(const json_t *spool, char *ret_text, size_t size);

/* The event of an alert's row: {event_type, ...}, the type its kind. */
json_t *discovery_make_event(const json_t *alert);
/* That of a command that was refused. */
json_t *discovery_make_refusal(const struct why *why);

enum discovery_verb { DISCOVERY_SET, DISCOVERY_CONFIRM, DISCOVERY_CLEAR, DISCOVERY_THRESHOLD };

struct discovery_command {
    enum discovery_verb verb;
    char printer[DISCOVERY_ID_SIZE];
    struct slot_address at;
    char payload[DISCOVERY_PAYLOAD_SIZE];
};

/* A command's topic taken apart, the payload left empty; false: it is none of ours. */
bool discovery_make_command(const struct discovery_names *names, const char *topic,
                            struct discovery_command *ret_command);

#endif
