/*
 * What a Live Activity shows of a print, whether that is news, and its payload.
 * Source: Apple, "Starting and updating Live Activities with ActivityKit push notifications". Dates
 * are seconds since 1970, as in `aps`.
 * Owner: what is returned is the caller's. Thread: any. Lock: none.
 */
#ifndef BRIDGE_NOTIFY_ACTIVITY_H
#define BRIDGE_NOTIFY_ACTIVITY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* What the printer itself says at the moment of a print that goes on; -1: nothing. */
struct activity_live {
    int percent, minutes;
};

/* ${row}: of store/activities.h; ${forecast}: of store/forecasts.h. Returns {status,
 * progress_percent, layer, total_layers, ends_at, runout_slot, runout_text}, null where nobody
 * knows; NULL: out of memory. */
json_t *activity_state(const json_t *row, const struct activity_live *live, const json_t *forecast,
                       int64_t now);

enum activity_news {
    ACTIVITY_OLD,    /* what was sent is still true, as far as it matters */
    ACTIVITY_NEWS,   /* it went on */
    ACTIVITY_URGENT, /* its status is another */
};
/* ${sent}: NULL or JSON null, nothing yet. The layer and the end come along with other news. */
enum activity_news activity_compare(const json_t *sent, const json_t *state);

/* What goes to Apple. ${activity}: a row of store/activities.h, with its `state`. */
json_t *activity_payload(const json_t *activity, int64_t now);

#endif
