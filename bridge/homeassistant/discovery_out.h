/*
 * What is published at Home Assistant's broker: only what differs from what is there already, and
 * nothing stays that is gone.
 * Owner: struct discovery; members are borrowed but for published.
 * Thread: the discovery thread.
 */
#ifndef BRIDGE_HOMEASSISTANT_DISCOVERY_OUT_H
#define BRIDGE_HOMEASSISTANT_DISCOVERY_OUT_H

#include <jansson.h>
#include <stdbool.h>

struct discovery_act;
struct discovery_names;
struct mosquitto;
struct mosquitto_message;

struct discovery_out {
    struct mosquitto *client;
    const struct discovery_names *names;
    struct discovery_act *act;
    json_t *published; /* {topic: payload text}: what the broker retains of ours */
};

bool discovery_out_send(struct discovery_out *out, const char *topic, const char *text,
                        bool retain);
/* Bring the broker up to date. Where the store does not answer, the news stay for the next look. */
void discovery_out_publish(struct discovery_out *out);
/* Retained from before a restart: what is there already, and what we may have to take back. */
void discovery_out_remember(struct discovery_out *out, const struct mosquitto_message *message);

#endif
