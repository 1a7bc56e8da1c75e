/*
 * Tickets: one-use stand-ins for a key, for browsers, which cannot send headers with an
 * EventSource. A ticket is in memory only, as its hash, for TICKET_MS; it opens one stream and
 * nothing else. Owner: struct api. Thread: any. Lock: its own, held for a few lines.
 */
#ifndef API_TICKET_H
#define API_TICKET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"

enum {
    TICKET_MS = 60 * 1000,
    TICKET_MOST = 64, /* at once; beyond it the oldest is void */
    TICKET_SIZE = 48,
};

struct tickets {
    pthread_mutex_t lock;
    struct {
        char hash[SHA256_HEX_SIZE];
        int64_t key;   /* row id of the key it stands for */
        int64_t until; /* ms, monotonic; 0: free */
    } list[TICKET_MOST];
};

void ticket_init(struct tickets *tickets);
void ticket_clear(struct tickets *tickets);

/* A new one for ${key}. */
void ticket_make(struct tickets *tickets, int64_t key, int64_t mono, char ret_ticket[TICKET_SIZE]);
/* Use it up. False: it is not known, was used, or is too old. */
bool ticket_take(struct tickets *tickets, const char *ticket, int64_t mono, int64_t *ret_key);

#endif
