#include "base/clock.h"
#include "store/db.h"
#include "store/door_inside.h"

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

static void fail_all(const struct group *group, enum err e, const struct why *why)
{
    for (struct party *p = group->first; p; p = p->next)
        for (size_t i = 0; i < p->count; i++)
            if (p->requests[i].result == OK) {
                p->requests[i].result = e;
                p->requests[i].why = *why;
            }
}

/* False: the transaction is gone with everything in it (disk full, I/O error, no memory). */
static bool run_parties(struct db *db, struct party *first, bool alone)
{
    for (struct party *p = first; p; p = p->next)
        for (size_t i = 0; i < p->count; i++) {
            run_request(db, &p->requests[i], alone);
            if (!db_in_transaction(db) || (!alone && db_failed(db)))
                return false;
        }
    return true;
}

static bool any_done(const struct group *group)
{
    for (const struct party *p = group->first; p; p = p->next)
        for (size_t i = 0; i < p->count; i++)
            if (p->requests[i].result == OK)
                return true;
    return false;
}

void door_tell(const struct party *party)
{
    for (size_t i = 0; i < party->count; i++)
        if (party->requests[i].done)
            party->requests[i].done(party->requests[i].ctx, party->requests[i].result);
}

static void tell_all(const struct group *group)
{
    for (struct party *p = group->first; p; p = p->next)
        door_tell(p);
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
    int64_t begun = clock_mono_us();
    enum err e = hooks->finish ? hooks->finish(hooks->ctx, door->db, why) : OK;
    if (e == OK)
        e = commit(door, why);
    else
        db_rollback(door->db);
    door->spent_us = clock_mono_us() - begun;
    return e;
}

/* Those who come while others are run share their COMMIT. False: as of run_parties. */
static bool run_group(struct door *door, struct group *group)
{
    struct party *next = group->first;
    bool alone = group->count == 1;
    while (next && run_parties(door->db, next, alone)) {
        if (alone && next->requests->result != OK)
            return true; /* without a savepoint, it can only be undone with all else */
        alone = false;
        next = door_take(door, group);
    }
    return !next;
}

void door_settle(struct door *door, struct group *group)
{
    struct db *db = door->db;
    struct why why = {0};
    enum err e = begin(door);
    bool whole = e == OK && run_group(door, group);
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
