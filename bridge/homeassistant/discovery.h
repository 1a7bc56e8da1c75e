/*
 * Home Assistant's broker: our slots and rolls announced there, kept up to date, and its commands
 * carried out as if they were calls of the API. A second MQTT client, apart from the links to
 * printers.
 *
 * Owner: whoever opened it closes it; options are borrowed and must outlive it.
 * Thread: a thread of its own with a loop of its own; discovery_status from any.
 */
#ifndef BRIDGE_HOMEASSISTANT_DISCOVERY_H
#define BRIDGE_HOMEASSISTANT_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct discovery;
struct hub;
struct readers;

struct discovery_options {
    struct hub *hub;
    struct readers *readers; /* connections to read with */
    const char *host;        /* name or address of the broker */
    int port;
    bool tls;
    const char *ca_file;  /* PEM; NULL: the system's */
    const char *username; /* NULL: none */
    const char *password;
    const char *prefix; /* of discovery, "homeassistant" */
    const char *base;   /* of our own topics, "filamentd" */
};

enum discovery_state {
    DISCOVERY_CONNECTING,
    DISCOVERY_CONNECTED,
    DISCOVERY_UNREACHABLE,
    DISCOVERY_REFUSED, /* wrong user or password */
};

enum err discovery_open(const struct discovery_options *options, struct discovery **ret_discovery,
                        struct why *why);
void discovery_close(struct discovery *discovery); /* says goodbye first; NULL is fine */
enum discovery_state discovery_status(struct discovery *discovery);
const char *discovery_state_slug(enum discovery_state state);

#endif
