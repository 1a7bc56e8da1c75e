/*
 * The store behind MQTT discovery: what is to be published, read in one snapshot, and commands
 * carried out through the hub by the same functions that REST calls.
 *
 * Owner: whoever opened it closes it; it owns a reading connection. Results are the caller's.
 * Thread: the discovery thread.
 */
#ifndef BRIDGE_HOMEASSISTANT_DISCOVERY_ACT_H
#define BRIDGE_HOMEASSISTANT_DISCOVERY_ACT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

struct discovery_act;
struct discovery_command;
struct discovery_names;
struct hub;
struct readers;

enum err discovery_act_open(struct hub *hub, struct readers *readers,
                            struct discovery_act **ret_act, struct why *why);
void discovery_act_close(struct discovery_act *act); /* NULL is fine */

/* Is there anything that the last topics and events did not tell yet? Cheap. */
bool discovery_act_news(struct discovery_act *act);

/* {topic: payload}, see discovery_make.h. NULL: the store did not answer. */
json_t *discovery_act_topics(struct discovery_act *act, const struct discovery_names *names);

/* Alerts opened since the last call, and commands that were refused: [{printer_id, event}]. The
 * first call only takes note of what is open already. */
json_t *discovery_act_events(struct discovery_act *act);

/* Carry out a command; what is refused becomes an event. */
void discovery_act_command(struct discovery_act *act, const struct discovery_command *command);
/* The event of one that could not even be tried. */
void discovery_act_refuse(struct discovery_act *act, const char *printer, const struct why *why);

#endif
