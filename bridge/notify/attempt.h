/*
 * One message on its way: written by its channel, sent, and what the answer means; again at once
 * where the channel knows how to do better.
 * Owner: the caller's. Thread: that of the channel's courier. Lock: none.
 */
#ifndef BRIDGE_NOTIFY_ATTEMPT_H
#define BRIDGE_NOTIFY_ATTEMPT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "bridge/notify/channel.h"

struct post_line;
struct secret;

/* What is the same for all messages of a courier. */
struct attempt_means {
    const struct channel *channel;
    const struct channel_settings *settings;
    const struct secret *secret; /* signs the answers behind buttons */
    struct post_line *line;
    struct tokens *tokens;
};

/* What came of it. */
struct attempt {
    enum channel_verdict verdict;
    bool reached; /* somebody has answered */
    bool ill;     /* nobody has, or one who cannot serve: it is not about this message */
    bool moved;   /* sent, but in the device's other environment */
    int wait_s;   /* as he asked for; 0: he did not */
    struct why reason;
};

/* ${row}: of store/deliveries_next; ${device}: of store/devices_of, NULL: none. */
void attempt_send(const struct attempt_means *means, const json_t *row, const json_t *device,
                  const char *home_url, struct attempt *ret_attempt);
/* The same for a Live Activity, see bridge/notify/activity.h. */
void attempt_activity(const struct attempt_means *means, const json_t *activity,
                      const json_t *device, struct attempt *ret_attempt);

#endif
