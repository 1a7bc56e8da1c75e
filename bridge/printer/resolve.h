/*
 * Names to addresses without blocking whoever asks: a few threads call the system's resolver, and
 * answers wait behind a file descriptor.
 * Owner: whoever opened it closes it; a lookup that still runs then ends on its own.
 * Thread: one owner; the lookups run on threads of their own, made when first needed.
 */
#ifndef BRIDGE_PRINTER_RESOLVE_H
#define BRIDGE_PRINTER_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct resolve;

enum { RESOLVE_HOST_SIZE = 256, RESOLVE_ADDRESSES = 4, RESOLVE_ADDRESS_SIZE = 64 };

struct resolve_answer {
    int64_t key;
    char host[RESOLVE_HOST_SIZE];
    char addresses[RESOLVE_ADDRESSES][RESOLVE_ADDRESS_SIZE]; /* numeric, best first */
    int count;                                               /* 0: there is none */
    char detail[128];                                        /* why there is none */
};

enum err resolve_open(struct resolve **ret_resolve, struct why *why);
void resolve_close(struct resolve *resolve); /* NULL is fine; never waits for a lookup */

/* Readable while an answer waits. */
int resolve_fd(const struct resolve *resolve);

/* Ask for ${host}; the answer bears ${key}. */
enum err resolve_ask(struct resolve *resolve, int64_t key, const char *host);
/* False: no answer waits. */
bool resolve_take(struct resolve *resolve, struct resolve_answer *ret_answer);

/* Is ${host} an address already? Needs no lookup and no resolve. */
bool resolve_numeric(const char *host);

#endif
