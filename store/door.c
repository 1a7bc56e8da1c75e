#include "store/door.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/db.h"

enum party_state { WAITING, LEADING, TAKEN, DONE };

/* What one caller brought: the requests that must share a COMMIT. It lives on the caller's stack.
 * Each waits by a semaphore of its own, which wakes it without the door's lock: else all of a group
 * that was committed would stand between the next leader and the queue. */
struct party {
    struct door_request *requests;
    size_t count;
    _Atomic enum party_state state; /* LEADING and DONE are final, and told by `turn` */
    sem_t turn;
    struct party *next;
};

struct door {
    pthread_mutex_t lock; /* of all below but db, which is the leader's, and hooks, which stay */
    struct party *first, **last;
    bool led, refusing;
    struct db *db;
    struct door_hooks hooks;
    atomic_uint_fast64_t version; /* without the lock; the leader alone writes it */
};

enum err door_open(struct db *db, const struct door_hooks *hooks, struct door **ret_door,
                   struct why *why)
{
    struct door *door = calloc(1, sizeof *door);
    if (!door)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "no memory for the door");
    pthread_mutex_init(&door->lock, NULL);
    door->last = &door->first;
    door->db = db;
    if (hooks)
        door->hooks = *hooks;
    *ret_door = door;
    return OK;
}

void door_refuse(struct door *door)
{
    pthread_mutex_lock(&door->lock);
    door->refusing = true;
    pthread_mutex_unlock(&door->lock);
}

void door_close(struct door *door)
{
    if (!door)
        return;
    db_checkpoint(door->db);
    db_close(door->db);
    pthread_mutex_destroy(&door->lock);
    free(door);
}

uint64_t door_version(const struct door *door)
{
    return atomic_load(&door->version);
}

/* --- one group, by the leader, without the lock --- */

static enum err failed(struct door_request *request, struct db *db)
{
    enum err e = db_status(db, &request->why);
    return e ? e : why_fail(&request->why, ERR_IO, "rolled_back", NULL, "the database rolled back");
}

/* Run one request; with ${alone} its failure is the transaction's. */
static void run_request(struct db *db, struct door_request *request, bool alone)
{
    if (!alone && db_savepoint(db) != OK) {
        request->result = failed(request, db);
        return;
    }
    request->why = (struct why){0};
    request->result = request->run(request->ctx, db, &request->why);
    if (request->result == OK && db_failed(db))
        request->result = failed(request, db);
    if (alone || !db_in_transaction(db))
        return;
    if (request->result != OK)
        db_revert(db);
    else if (db_release(db) != OK)
        request->result = failed(request, db);
}

static void fail_all(struct party *group, enum err e, const struct why *why)
{
    for (struct party *p = group; p; p = p->next)
        for (size_t i = 0; i < p->count; i++)
            if (p->requests[i].result == OK) {
                p->requests[i].result = e;
                p->requests[i].why = *why;
            }
}

/* False: the transaction is gone with everything in it (disk full, I/O error, no memory). */
static bool run_parties(struct db *db, struct party *group, bool alone)
{
    for (struct party *p = group; p; p = p->next)
        for (size_t i = 0; i < p->count; i++) {
            run_request(db, &p->requests[i], alone);
            if (!db_in_transaction(db) || (!alone && db_failed(db)))
                return false;
        }
    return true;
}

static bool any_done(const struct party *group)
{
    for (const struct party *p = group; p; p = p->next)
        for (size_t i = 0; i < p->count; i++)
            if (p->requests[i].result == OK)
                return true;
    return false;
}

static void tell_all(struct party *group)
{
    for (struct party *p = group; p; p = p->next)
        for (size_t i = 0; i < p->count; i++)
            if (p->requests[i].done)
                p->requests[i].done(p->requests[i].ctx, p->requests[i].result);
}

static enum err commit(struct door *door, struct why *why)
{
    atomic_fetch_add(&door->version, 1);
    enum err e = db_commit(door->db, why);
    atomic_fetch_add(&door->version, 1);
    return e;
}

static enum err begin(const struct door *door)
{
    enum err e = db_begin(door->db);
    if (e == OK && door->hooks.begin)
        door->hooks.begin(door->hooks.ctx, door->db);
    return e;
}

static enum err finish(struct door *door, struct why *why)
{
    const struct door_hooks *hooks = &door->hooks;
    enum err e = hooks->finish ? hooks->finish(hooks->ctx, door->db, why) : OK;
    if (e == OK)
        return commit(door, why);
    db_rollback(door->db);
    return e;
}

static void settle_group(struct door *door, struct party *group)
{
    struct db *db = door->db;
    struct why why = {0};
    bool alone = !group->next && group->count == 1;
    enum err e = begin(door);
    bool whole = e == OK && run_parties(db, group, alone);
    if (whole && !any_done(group))
        db_rollback(db);
    else if (whole)
        e = finish(door, &why);
    else {
        e = db_status(db, &why);
        if (e == OK)
            e = why_fail(&why, ERR_IO, "rolled_back", NULL, "the database rolled the group back");
        db_rollback(db);
    }
    if (e != OK)
        fail_all(group, e, &why);
    tell_all(group);
}

/* --- the queue, under the lock --- */

static void enter_queue(struct door *door, struct party *party)
{
    *door->last = party;
    door->last = &party->next;
}

static void leave_queue(struct door *door, struct party *party)
{
    struct party **at = &door->first;
    while (*at != party)
        at = &(*at)->next;
    *at = party->next;
    if (!*at)
        door->last = at;
    party->next = NULL;
}

/* Cut up to LIMIT_GROUP requests off the queue's head; a party is never split. */
static struct party *take_group(struct door *door)
{
    struct party *group = door->first, *end = group;
    size_t count = end->count;
    end->state = TAKEN;
    while (end->next && count + end->next->count <= LIMIT_GROUP) {
        end = end->next;
        end->state = TAKEN;
        count += end->count;
    }
    door->first = end->next;
    if (!door->first)
        door->last = &door->first;
    end->next = NULL;
    return group;
}

static void wake_all(struct party *group, const struct party *but)
{
    for (struct party *p = group, *next; p; p = next) {
        next = p->next; /* its owner may be gone right after the signal */
        if (p == but)
            continue;
        p->state = DONE;
        sem_post(&p->turn);
    }
}

/* The next leader first: the others have answers to write, it has a disk to keep busy. */
static void lead(struct door *door, const struct party *self)
{
    pthread_mutex_lock(&door->lock);
    struct party *group = take_group(door);
    pthread_mutex_unlock(&door->lock);
    settle_group(door, group);
    pthread_mutex_lock(&door->lock);
    struct party *next = door->first;
    door->led = next != NULL;
    if (next)
        next->state = LEADING;
    pthread_mutex_unlock(&door->lock);
    if (next)
        sem_post(&next->turn);
    wake_all(group, self);
}

static int wait_until(sem_t *turn, int64_t until)
{
    const struct timespec at = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
    int rc;
    do
        rc = until == INT64_MAX ? sem_wait(turn) : sem_clockwait(turn, CLOCK_MONOTONIC, &at);
    while (rc != 0 && errno == EINTR);
    return rc;
}

/* True: nobody took it, and it has left the queue. */
static bool gave_up(struct door *door, struct party *party)
{
    pthread_mutex_lock(&door->lock);
    bool waits = party->state == WAITING;
    if (waits)
        leave_queue(door, party);
    pthread_mutex_unlock(&door->lock);
    return waits;
}

/* True: its turn came (it leads, or somebody committed for it). Once taken, only the outcome ends
 * the wait: a timeout then would leave the caller without knowing it. */
static bool wait_turn(struct door *door, struct party *party)
{
    if (wait_until(&party->turn, clock_mono() + LIMIT_DOOR_MS) == 0)
        return true;
    if (gave_up(door, party))
        return false;
    wait_until(&party->turn, INT64_MAX);
    return true;
}

static void refuse(struct party *party, const char *code, const char *text)
{
    for (size_t i = 0; i < party->count; i++)
        party->requests[i].result =
            why_fail(&party->requests[i].why, ERR_BUSY, code, NULL, "%s", text);
}

/* False: the door is closing. */
static bool enter(struct door *door, struct party *party)
{
    pthread_mutex_lock(&door->lock);
    bool open = !door->refusing;
    if (open)
        enter_queue(door, party);
    if (open && !door->led) {
        door->led = true;
        party->state = LEADING;
        sem_post(&party->turn);
    }
    pthread_mutex_unlock(&door->lock);
    return open;
}

static bool pass(struct door *door, struct party *party)
{
    if (!enter(door, party)) {
        refuse(party, "stopping", "the daemon is stopping; try again in a moment");
        return false;
    }
    if (!wait_turn(door, party)) {
        refuse(party, "busy", "the database is busy; try again in a moment");
        return false;
    }
    if (party->state == LEADING)
        lead(door, party);
    return true;
}

void door_run_all(struct door *door, struct door_request *requests, size_t count)
{
    if (!count)
        return;
    struct party party = {.requests = requests, .count = count};
    for (size_t i = 0; i < count; i++)
        requests[i].result = OK;
    sem_init(&party.turn, 0, 0);
    bool passed = pass(door, &party);
    sem_destroy(&party.turn);
    if (!passed)
        tell_all(&party);
}

enum err door_run(struct door *door, struct door_request *request)
{
    door_run_all(door, request, 1);
    return request->result;
}
