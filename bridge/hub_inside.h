/*
 * The inside of the hub, shared by its files: hub.c (plans through the door) and hub_view.c (life
 * of the hub, its printers, what readers see). Nobody else includes it. Thread and locks: as told
 * at each member.
 */
#ifndef BRIDGE_HUB_INSIDE_H
#define BRIDGE_HUB_INSIDE_H

#include <jansson.h>
#include <pthread.h>

#include "base/limits.h"
#include "bridge/hub.h"
#include "core/job.h"
#include "core/printer.h"

struct db;
struct door;

/* All that is kept of one printer in memory. */
struct track {
    struct printer printer;
    struct job job;
};

/* One printer. Readers see `committed`, under the view lock. `ahead` is what the plans of the group
 * that is running have made of it, NULL: nothing; it is the last plan's own, and only the door's
 * leader touches it. */
struct entry {
    int64_t id;
    struct hub_counts counts;
    int64_t deadline;
    struct track committed;
    const struct track *ahead;
};

/* One step of a printer's state on its way through the door. */
struct plan {
    struct hub *hub;
    int64_t printer;
    json_t *message;       /* NULL: only time passes, or ... */
    struct hub_told *told; /* ... Home Assistant tells something; borrowed */
    int64_t now;
    unsigned rejected_fields;
    bool was_refused;
    bool job_changed; /* a print began, ended or got another name */
    bool wrote;       /* something durable */
    struct track next;
};

/* The group that is in the door. */
struct hub_group {
    int64_t now;     /* the latest time of its plans and writes that succeeded; 0: none yet */
    int64_t since;   /* the newest place in the change feed before it */
    int64_t changes; /* db_total_changes before it */
};

struct hub {
    struct hub_options options;
    struct door *door;
    struct hub_group group; /* the door's leader only */

    pthread_mutex_t view; /* entries, their committed side, generation, refuses */
    pthread_cond_t woken;
    struct entry **entries;
    size_t count;
    uint64_t generation;
    bool refuses;

    struct plan *pending[LIMIT_GROUP]; /* of the feeding thread */
    size_t pending_count;
};

/* The entry of a printer or NULL. Under the view lock. */
struct entry *hub_find(const struct hub *hub, int64_t printer);

/* The entry of a printer, loaded from the store the first time. The door's leader only; entries
 * live as long as the hub, so that the pointer stays good. */
enum err hub_entry(struct hub *hub, struct db *db, int64_t printer, struct entry **ret_entry,
                   struct why *why);
enum err hub_load_state(struct db *db, int64_t printer, struct track *ret_track, struct why *why);
int64_t hub_track_deadline(const struct track *track);

void hub_free_plan(struct plan *plan);

#endif
