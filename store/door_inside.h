/*
 * What the queue (door.c) and the transaction of one group (door_group.c) share. Nobody else
 * includes it.
 * Owner: parties live on their callers' stacks, groups on their leaders'. Thread: the leader's,
 * where a function does not say otherwise.
 */
#ifndef STORE_DOOR_INSIDE_H
#define STORE_DOOR_INSIDE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/door.h"

enum party_state { WAITING, LEADING, TAKEN, DONE };

/* What one caller brought: the requests that must share a COMMIT. Each waits by a semaphore of its
 * own, which wakes it without the door's lock: else all of a group that was committed would stand
 * between the next leader and the queue. */
struct party {
    struct door_request *requests;
    size_t count;
    _Atomic enum party_state state; /* LEADING and DONE are final, and told by `turn` */
    sem_t turn;
    struct party *next;
};

/* What shares one COMMIT. */
struct group {
    struct party *first, **last;
    size_t count, parties; /* requests, and who brought them */
    int64_t closes;        /* by clock_mono_us: who comes later waits for the next group */
    int64_t patience;      /* microseconds that may yet be waited for those who are expected */
    sem_t *turn;           /* of the leader */
};

struct door {
    pthread_mutex_t lock; /* of these: */
    struct party *first, **last;
    bool led, refusing;
    sem_t *awaiting; /* to post when somebody comes; NULL: the leader does not wait for it */

    /* The leader's, from the one to the next under the lock: */
    struct db *db;
    size_t expected;  /* parties of the last group */
    int64_t spent_us; /* on the end of the last group: its `finish` and COMMIT */

    struct door_hooks hooks;
    atomic_uint_fast64_t version; /* only the leader writes it */
};

/* Move what fits from the queue to the end of ${group}; waits for those who are expected while its
 * patience lasts. Returns the first of them, NULL: it is closed. */
struct party *door_take(struct door *door, struct group *group);
/* Run all of ${group} and those that door_take adds, commit, and call `done` of each. */
void door_settle(struct door *door, struct group *group);
void door_tell(const struct party *party); /* calls `done` of its requests */

#endif
