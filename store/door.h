/*
 * The door: many threads write, one transaction commits for all who wait.
 *
 * Whoever finds no leader becomes it, runs the queued requests in order inside one transaction, and
 * those that come meanwhile (each in a savepoint unless it began alone), commits once, calls `done`
 * of each in order and hands the lead on. Where fewer came than shared the last COMMIT, the leader
 * waits for the others, for half of the time that the end of a group last took (10 ms at most):
 * whoever is alone after company waits once in vain, and then no more. A failed request leaves no
 * trace and fails no neighbour; a failed COMMIT or `finish`, or a rollback of the library's own,
 * fails the whole group.
 *
 * Owner: the door owns its connection; requests belong to their callers, who block meanwhile.
 * Thread: any. `run`, `done` and the group's hooks are called on the leader's thread, one at a
 * time, with no lock held; they must not enter the door again.
 */
#ifndef STORE_DOOR_H
#define STORE_DOOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct door;

typedef enum err door_run_fn(void *ctx, struct db *db, struct why *why);

struct door_request {
    door_run_fn *run;
    /* After COMMIT (OK: durable) or after the request was dropped. NULL is fine. */
    void (*done)(void *ctx, enum err result);
    void *ctx;
    enum err result;
    struct why why; /* filled where the result is not OK */
};

/* Work that is done once for a whole group, in its transaction. */
struct door_hooks {
    /* Before the first request. NULL is fine. */
    void (*begin)(void *ctx, struct db *db);
    /* After the last one, before COMMIT; not where no request succeeded. What it writes is the
     * group's: where it fails, so does every request, and nothing of them stays. The time of the
     * connection is that of a request that began alone, else of the group's beginning. NULL is
     * fine. */
    door_run_fn *finish;
    void *ctx;
};

/* Takes over ${db} on success. ${hooks} may be NULL: none. */
enum err door_open(struct db *db, const struct door_hooks *hooks, struct door **ret_door,
                   struct why *why);
/* Later requests are ERR_BUSY; those inside are finished. */
void door_refuse(struct door *door);
/* No thread may be inside. Closes the connection. NULL is fine. */
void door_close(struct door *door);

/* Waits at most LIMIT_DOOR_MS for its turn, then ERR_BUSY: the request was not and will not be
 * run, and its `done` is called with ERR_BUSY on the caller's thread. */
enum err door_run(struct door *door, struct door_request *request);
/* All in one group, in this order: one COMMIT. Look at each result. */
void door_run_all(struct door *door, struct door_request *requests, size_t count);

/* Odd while a COMMIT is under way, and another even number after each: what was read after an even
 * number was seen is true for as long as that number stands. Costs no lock. */
uint64_t door_version(const struct door *door);

#endif
