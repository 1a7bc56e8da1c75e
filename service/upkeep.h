/*
 * What is due now and then: names of old prints are erased where the user asked for it, and what
 * was sent long ago is forgotten, copies from before a migration are removed. Small pieces through
 * the door, so that nobody waits for them. Owner: the caller zeroes it. Thread: main. Lock: none.
 */
#ifndef SERVICE_UPKEEP_H
#define SERVICE_UPKEEP_H

#include <stdint.h>

struct hub;

struct upkeep {
    int64_t due; /* monotonic ms; 0: at once */
};

/* ${database}: its file. ${mono}: the monotonic clock, ${now}: the time of day. */
void upkeep_tick(struct upkeep *upkeep, struct hub *hub, const char *database, int64_t mono,
                 int64_t now);

#endif
