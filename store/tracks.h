/*
 * Prints as the hub follows them: from struct job to rows, and the slots that were seen feeding.
 * What clients ask of print jobs is in store/jobs.h, what they cost in store/charging.h.
 * All functions run inside the caller's transaction.
 * Owner: values are the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_TRACKS_H
#define STORE_TRACKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct job;
struct job_part;
struct told_print;
struct tray;

/* A print begins. One that a client or Home Assistant reported as active on this printer is taken
 * over where it bears the same name, else ended as unknown. */
enum err tracks_start(struct db *db, int64_t printer, const struct job *job, const char *source,
                      int64_t *ret_job, struct why *why);

/* Status, names, layer (with the time at which it was reached) and mapping as they are now.
 * job->row names the row. A print that a client ended stays ended so. */
enum err tracks_update(struct db *db, int64_t printer, const struct job *job, struct why *why);

/* job->source feeds from now on; what fed until now is ${before} (none: nothing did). ${left} and
 * ${fed}: what the slots of both show now; NULL: nothing. */
enum err tracks_feed(struct db *db, int64_t printer, const struct job *job,
                     const struct job_part *before, const struct tray *left, const struct tray *fed,
                     struct why *why);
/* The printer says since ${since} (ms) that the roll that feeds ran out: not one that came in after
 * it said so. */
enum err tracks_ran_out(struct db *db, int64_t job, int64_t since, struct why *why);
/* The slot that feeds became empty while it did; whether its roll ran out shows what comes next. */
enum err tracks_emptied(struct db *db, int64_t job, struct why *why);
/* What Home Assistant tells of a print that it alone knows: the slots in use, and the slicer's
 * grams for each or for all. What is known already is kept, and only added to. */
enum err tracks_told(struct db *db, int64_t printer, int64_t job, const struct told_print *told,
                     bool *ret_changed, struct why *why);
/* The printer itself tells of it from now on: filaments by number take the place of slots with
 * weights, unless a sliced file or something booked names them. */
enum err tracks_heard(struct db *db, int64_t job, struct why *why);

/* The print has ended; ${last} is what fed to the end, ${left} what its slot shows now (NULL:
 * nothing). Charging comes after. */
enum err tracks_end(struct db *db, int64_t printer, const struct job *job,
                    const struct job_part *last, const struct tray *left, struct why *why);

/* What the sliced file says: {plate, total_layers, tools: [[layer, filament]], filaments: [{index,
 * material, color_hex, profile, estimated_mg, curve: [[layer, percent, used]]}]}; filaments of
 * tools count from 0, of the list from 1. Replaces what was known; a print that has ended is
 * charged by it. */
enum err tracks_sliced(struct db *db, int64_t job, const json_t *sliced, struct why *why);
/* Is a sliced file wanted for this print, and what must it say? */
struct tracks_wish {
    bool known;              /* there is one */
    bool on;                 /* it may be fetched: the printer's own switch, else the setting */
    bool plain_data;         /* in the clear where encryption fails: ditto */
    bool ended, failed;      /* the print; the search before */
    int plate, total_layers; /* 0: unknown */
};
enum err tracks_sliced_wish(struct db *db, int64_t job, struct tracks_wish *ret_wish,
                            struct why *why);

/* How far the search for the sliced file is: state and reason, shown with the job. */
enum err tracks_sliced_state(struct db *db, int64_t job, const char *state, const char *reason,
                             struct why *why);

#endif
