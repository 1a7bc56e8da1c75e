/*
 * One channel at work: a thread that takes what waits for it from the store, in order, and sends
 * one after the other. A lane is the channel, one of its devices, or a Live Activity of one. While
 * a lane fails, it pauses, twice as long each time (up to a minute where nobody answers, else ten),
 * with some chance in it; what waits behind stays in order. Each answer is written down before the
 * next one is sent: after a kill at most the one under way is sent again, under the same id.
 *
 * Owner: struct notify. Thread: its own. The store is read over a connection of its own and written
 * through the hub.
 */
#ifndef BRIDGE_NOTIFY_COURIER_H
#define BRIDGE_NOTIFY_COURIER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct channel;
struct channel_settings;
struct courier;
struct hub;
struct readers;
struct secret;

enum {
    COURIER_FIRST_PAUSE_MS = 1000,
    COURIER_AWAY_MS = 60000,     /* the longest one while nobody answers */
    COURIER_REFUSED_MS = 600000, /* while somebody does, but takes nothing */
    COURIER_LANES = 256,         /* what can pause at once */
};

struct courier_options {
    struct hub *hub;
    struct readers *readers;
    const struct secret *secret; /* signs the answers behind buttons */
    const struct channel *channel;
    const struct channel_settings *settings;
};

enum err courier_open(const struct courier_options *options, struct courier **ret_courier,
                      struct why *why);
/* NULL is fine; before the hub is closed, so that the answer to what goes on is still noted. */
void courier_close(struct courier *courier);

/* The pause (ms) after the ${failures}th failure in a row. ${reached}: somebody has answered;
 * ${told_s}: and asked for so long; ${chance}: any number. */
int64_t courier_pause(int failures, bool reached, int told_s, uint32_t chance);

#endif
