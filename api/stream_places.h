/*
 * Places for live events: each stream holds a worker, so there are few, and one client (a key, or
 * an address where no keys are asked for) never gets all of them.
 * Owner: the api. Thread: any. Lock: its own, for a moment.
 */
#ifndef API_STREAM_PLACES_H
#define API_STREAM_PLACES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

enum { STREAM_OWNER = 48 };

struct stream_places {
    pthread_mutex_t lock;
    struct {
        bool taken;
        int64_t key; /* row id; 0: known by its address */
        char address[STREAM_OWNER];
    } list[LIMIT_STREAMS];
};

void stream_places_init(struct stream_places *places);
void stream_places_clear(struct stream_places *places);

enum {
    STREAM_PLACES_FULL = -1, /* all are taken */
    STREAM_PLACES_OWN = -2,  /* those of this client are taken: LIMIT_CLIENT_STREAMS */
};

/* Take a place for ${key}, or for ${address} where that is 0: its number, or one of the above. */
int stream_places_take(struct stream_places *places, int64_t key, const char *address);
void stream_places_give(struct stream_places *places, int place);

#endif
