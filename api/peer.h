/*
 * What the kernel knows of the other end of a connection.
 * Owner: descriptors stay the caller's; -1 is one of which nothing is known. Thread: any. Lock:
 * none.
 */
#ifndef API_PEER_H
#define API_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer {
    bool gone;         /* it has closed its end, or the connection is broken */
    size_t backlog;    /* bytes written that it has not acknowledged */
    uint64_t received; /* bytes that it has acknowledged */
};

struct peer peer_look(int fd);
/* Let about ${bytes} be written to one that takes nothing in. */
void peer_make_room(int fd, int bytes);

#endif
