#include "store/door.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/db.h"
#include "store/door_inside.h"

enum { GROUP_US = LIMIT_GROUP_MS * 1000, DOOR_US = LIMIT_DOOR_MS * 1000 };

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

static bool has_room(const struct group *group, const struct party *party)
{
    return !group->count || group->count + party->count <= LIMIT_GROUP;
}

/* A party is never split. NULL: nobody is there who fits. */
static struct party *take_more(struct door *door, struct group *group)
{
    struct party **end = group->last;
    pthread_mutex_lock(&door->lock);
    for (struct party *p = door->first; p && has_room(group, p); p = door->first) {
        leave_queue(door, p);
        p->state = TAKEN;
        group->count += p->count;
        group->parties++;
        *group->last = p;
        group->last = &p->next;
    }
    pthread_mutex_unlock(&door->lock);
    return *end;
}

/* --- leading, without the lock --- */

static int wait_until(sem_t *turn, int64_t until)
{
    const struct timespec at = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
    int rc;
    do
        rc = until == INT64_MAX ? sem_wait(turn) : sem_clockwait(turn, CLOCK_MONOTONIC, &at);
    while (rc != 0 && errno == EINTR);
    return rc;
}

/* False: somebody has come, and is about to post. */
static bool stop_awaiting(struct door *door)
{
    pthread_mutex_lock(&door->lock);
    bool stopped = door->awaiting != NULL;
    door->awaiting = NULL;
    pthread_mutex_unlock(&door->lock);
    return stopped;
}

/* Wait until somebody comes, as long as the group's patience lasts. False: no use. */
static bool await_one(struct door *door, struct group *group)
{
    int64_t begun = clock_mono_us();
    pthread_mutex_lock(&door->lock);
    bool empty = !door->first, fits = empty || has_room(group, door->first);
    door->awaiting = empty ? group->turn : NULL;
    pthread_mutex_unlock(&door->lock);
    if (!empty)
        return fits;
    if (wait_until(group->turn, begun + group->patience) != 0 && !stop_awaiting(door))
        wait_until(group->turn, INT64_MAX);
    group->patience -= clock_mono_us() - begun;
    return true;
}

struct party *door_take(struct door *door, struct group *group)
{
    struct party *taken = NULL;
    bool more = clock_mono_us() < group->closes;
    while (more && !(taken = take_more(door, group)))
        more = group->parties < door->expected && group->patience > 0 && await_one(door, group);
    return taken;
}

static void wake_all(const struct group *group, const struct party *but)
{
    for (struct party *p = group->first, *next; p; p = next) {
        next = p->next; /* its owner may be gone right after the signal */
        if (p == but)
            continue;
        p->state = DONE;
        sem_post(&p->turn);
    }
}

/* Those who shared the last COMMIT tend to come back at once, and the first of them would commit
 * alone: it waits for them, for half of what the end of a group takes. */
static int64_t patience_us(const struct door *door)
{
    return (door->spent_us < GROUP_US ? door->spent_us : GROUP_US) / 2;
}

/* The next leader first: the others have answers to write, it has a disk to keep busy. */
static void lead(struct door *door, struct party *self)
{
    struct group group = {.last = &group.first,
                          .closes = clock_mono_us() + GROUP_US,
                          .patience = patience_us(door),
                          .turn = &self->turn};
    take_more(door, &group);
    door_settle(door, &group);
    door->expected = group.parties;
    pthread_mutex_lock(&door->lock);
    struct party *next = door->first;
    door->led = next != NULL;
    if (next)
        next->state = LEADING;
    pthread_mutex_unlock(&door->lock);
    if (next)
        sem_post(&next->turn);
    wake_all(&group, self);
}

/* --- waiting --- */

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
    if (wait_until(&party->turn, clock_mono_us() + DOOR_US) == 0)
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
    sem_t *turn = NULL;
    pthread_mutex_lock(&door->lock);
    bool open = !door->refusing;
    if (open) {
        enter_queue(door, party);
        turn = door->awaiting;
        door->awaiting = NULL;
    }
    if (open && !door->led) {
        door->led = true;
        party->state = LEADING;
        turn = &party->turn;
    }
    pthread_mutex_unlock(&door->lock);
    if (turn) /* without the lock, which is the first that it asks for */
        sem_post(turn);
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
        door_tell(&party);
}

enum err door_run(struct door *door, struct door_request *request)
{
    door_run_all(door, request, 1);
    return request->result;
}
