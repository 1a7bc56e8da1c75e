/* The life of the hub, its printers, and what readers see of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/cond.h"
#include "bridge/hub_inside.h"
#include "store/alerts.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/door.h"
#include "store/printers.h"

struct entry *hub_find(const struct hub *hub, int64_t printer)
{
    for (size_t i = 0; i < hub->count; i++)
        if (hub->entries[i]->id == printer)
            return hub->entries[i];
    return NULL;
}

static struct entry *find_locked(struct hub *hub, int64_t printer)
{
    pthread_mutex_lock(&hub->view);
    struct entry *entry = hub_find(hub, printer);
    pthread_mutex_unlock(&hub->view);
    return entry;
}

static bool insert(struct hub *hub, struct entry *entry)
{
    pthread_mutex_lock(&hub->view);
    struct entry **entries = realloc(hub->entries, (hub->count + 1) * sizeof *entries);
    if (entries) {
        hub->entries = entries;
        entries[hub->count++] = entry;
    }
    pthread_mutex_unlock(&hub->view);
    return entries != NULL;
}

enum err hub_load_state(struct db *db, int64_t printer, struct track *ret_track, struct why *why)
{
    json_auto_t *state = NULL;
    enum err e = printers_state(db, printer, &state, why);
    if (e != OK)
        return e;
    memset(ret_track, 0, sizeof *ret_track);
    printer_init(&ret_track->printer);
    if (!json_is_object(state))
        return OK;
    /* What an older program left may be unreadable: the next full report fills it again. */
    if (!printer_load(&ret_track->printer, json_object_get(state, "printer")))
        printer_init(&ret_track->printer);
    job_load(&ret_track->job, json_object_get(state, "job"));
    return OK;
}

int64_t hub_track_deadline(const struct track *track)
{
    int64_t printer = printer_deadline(&track->printer), job = job_deadline(&track->job);
    return printer < job ? printer : job;
}

enum err hub_entry(struct hub *hub, struct db *db, int64_t printer, struct entry **ret_entry,
                   struct why *why)
{
    struct entry *entry = find_locked(hub, printer);
    if (entry) {
        *ret_entry = entry;
        return OK;
    }
    entry = calloc(1, sizeof *entry);
    if (!entry)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    entry->id = printer;
    enum err e = hub_load_state(db, printer, &entry->committed, why);
    entry->deadline = hub_track_deadline(&entry->committed);
    if (e == OK && !insert(hub, entry))
        e = why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    if (e != OK) {
        free(entry);
        return e;
    }
    *ret_entry = entry;
    return OK;
}

bool hub_printer(struct hub *hub, int64_t printer, struct printer *ret_printer)
{
    pthread_mutex_lock(&hub->view);
    const struct entry *entry = hub_find(hub, printer);
    if (entry)
        *ret_printer = entry->committed.printer;
    pthread_mutex_unlock(&hub->view);
    return entry != NULL;
}

bool hub_job(struct hub *hub, int64_t printer, struct job *ret_job)
{
    pthread_mutex_lock(&hub->view);
    const struct entry *entry = hub_find(hub, printer);
    if (entry)
        *ret_job = entry->committed.job;
    pthread_mutex_unlock(&hub->view);
    return entry != NULL;
}

bool hub_counters(struct hub *hub, int64_t printer, struct hub_counts *ret_counts)
{
    pthread_mutex_lock(&hub->view);
    const struct entry *entry = hub_find(hub, printer);
    if (entry)
        *ret_counts = entry->counts;
    pthread_mutex_unlock(&hub->view);
    return entry != NULL;
}

uint64_t hub_generation(struct hub *hub)
{
    pthread_mutex_lock(&hub->view);
    uint64_t generation = hub->generation;
    pthread_mutex_unlock(&hub->view);
    return generation;
}

uint64_t hub_version(const struct hub *hub)
{
    return door_version(hub->door);
}

uint64_t hub_wait(struct hub *hub, uint64_t seen, int timeout_ms)
{
    int64_t until = clock_mono() + timeout_ms;
    int rc = 0;
    pthread_mutex_lock(&hub->view);
    while (hub->generation <= seen && !hub->refuses && rc != ETIMEDOUT)
        rc = cond_wait(&hub->woken, &hub->view, until);
    uint64_t generation = hub->generation;
    pthread_mutex_unlock(&hub->view);
    return generation;
}

void hub_nudge(struct hub *hub)
{
    pthread_mutex_lock(&hub->view);
    hub->generation++;
    pthread_cond_broadcast(&hub->woken);
    pthread_mutex_unlock(&hub->view);
}

void hub_refuse(struct hub *hub)
{
    pthread_mutex_lock(&hub->view);
    hub->refuses = true;
    pthread_cond_broadcast(&hub->woken);
    pthread_mutex_unlock(&hub->view);
}

bool hub_refuses(struct hub *hub)
{
    pthread_mutex_lock(&hub->view);
    bool refuses = hub->refuses;
    pthread_mutex_unlock(&hub->view);
    return refuses;
}

/* The state of every known printer, so that readers see it before its first message. */
static enum err load_all(struct hub *hub, struct db *db, struct why *why)
{
    json_auto_t *targets = printers_targets(db);
    enum err e = db_status(db, why);
    for (size_t i = 0; e == OK && i < json_array_size(targets); i++) {
        struct entry *entry;
        int64_t id = json_integer_value(json_object_get(json_array_get(targets, i), "id"));
        e = hub_entry(hub, db, id, &entry, why);
    }
    return e;
}

static enum err run_restart(void *ctx, struct db *db, struct why *why)
{
    struct hub *hub = ctx;
    pthread_mutex_lock(&hub->view);
    size_t count = hub->count;
    hub->count = 0;
    for (size_t i = 0; i < count; i++)
        free(hub->entries[i]);
    pthread_mutex_unlock(&hub->view);
    return load_all(hub, db, why);
}

enum err hub_restart(struct hub *hub, struct why *why)
{
    struct door_request request = {.run = run_restart, .ctx = hub};
    enum err e = door_run(hub->door, &request);
    if (e != OK && why)
        *why = request.why;
    return e;
}

static void init_locks(struct hub *hub)
{
    cond_init(&hub->woken);
    pthread_mutex_init(&hub->view, NULL);
}

static void free_hub(struct hub *hub)
{
    for (size_t i = 0; i < hub->pending_count; i++)
        hub_free_plan(hub->pending[i]);
    for (size_t i = 0; i < hub->count; i++)
        free(hub->entries[i]);
    free(hub->entries);
    pthread_cond_destroy(&hub->woken);
    pthread_mutex_destroy(&hub->view);
    free(hub);
}

static void begin_group(void *ctx, struct db *db)
{
    struct hub *hub = ctx;
    hub->group = (struct hub_group){.since = changes_newest(db), .changes = db_total_changes(db)};
}

/* Once for all that a group changed: the alerts that follow are of the same COMMIT. */
static enum err finish_group(void *ctx, struct db *db, struct why *why)
{
    const struct hub_group *group = &((const struct hub *)ctx)->group;
    if (db_total_changes(db) == group->changes)
        return OK;
    db_set_now(db, group->now);
    return alerts_follow(db, group->since, why);
}

enum err hub_open(struct db *writer, const struct hub_options *options, struct hub **ret_hub,
                  struct why *why)
{
    struct hub *hub = calloc(1, sizeof *hub);
    if (!hub)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "memory ran out");
    init_locks(hub);
    if (options)
        hub->options = *options;
    enum err e = load_all(hub, writer, why);
    struct door_hooks hooks = {.begin = begin_group, .finish = finish_group, .ctx = hub};
    if (e == OK)
        e = door_open(writer, &hooks, &hub->door, why);
    if (e != OK) {
        free_hub(hub);
        return e;
    }
    *ret_hub = hub;
    return OK;
}

void hub_close(struct hub *hub)
{
    if (!hub)
        return;
    hub_refuse(hub);
    door_refuse(hub->door);
    door_close(hub->door);
    free_hub(hub);
}
