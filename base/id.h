/*
 * Public identifiers: UUID version 7 (RFC 9562), from time and randomness in the daemon, from time
 * and a counter in replay, where the same input must give the same bytes. Those of one source
 * ascend, also within a millisecond and over a small step back of the clock (section 6.2, method
 * 1): rows that are made together stay together in every index.
 *
 * Owner: struct id_source belongs to one connection or one test.
 * Thread: one at a time for each source. Lock: none.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_SIZE 37

struct id_source {
    bool counted; /* true: reproducible ids */
    uint64_t count;
    int64_t ms;     /* of the newest id */
    uint32_t order; /* its place in that millisecond */
};

void id_make(struct id_source *source, int64_t now_ms, char ret_id[ID_SIZE]);
bool id_valid(const char *text); /* any UUID, either case */

/* Fill with bytes of the system's random source; aborts where the system has none. */
void id_random(void *bytes, size_t len);

#endif
