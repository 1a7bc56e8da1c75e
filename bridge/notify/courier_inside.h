/*
 * The inside of a courier, shared by its files: courier.c (its thread, and deliveries) and
 * courier_activities.c (Live Activities). Nobody else includes it.
 * Owner: the courier. Thread: its own, but for `stop`. Lock: none.
 */
#ifndef BRIDGE_NOTIFY_COURIER_INSIDE_H
#define BRIDGE_NOTIFY_COURIER_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "bridge/notify/activity.h"
#include "bridge/notify/attempt.h"
#include "bridge/notify/courier.h"
#include "bridge/notify/tokens.h"

struct db;
struct post_line;

/* What goes to one token: Apple counts by it, so that no token waits for another one's pause. And
 * the server behind many tokens: while it is ill, one message at a time tries it, not one of each.
 */
enum lane_kind { LANE_ALERTS, LANE_ACTIVITY, LANE_SERVER };

struct lane {
    enum lane_kind kind;
    int64_t row;   /* id of the device or activity, number of the server; 0: the channel itself */
    int64_t until; /* monotonic ms */
    int failures;  /* in a row; 0: free */
    int64_t sent;  /* what was taken, while the store could not note it: the delivery, or the print
                    * that an activity was started for; 0: nothing */
};

struct courier {
    struct courier_options options;
    pthread_t thread;
    atomic_bool stop;
    struct db *db; /* to read with, between courier_look and courier_looked */
    struct post_line *line;
    struct tokens tokens;
    struct lane lanes[COURIER_LANES];
    bool ill;            /* the last attempt failed: said once */
    int64_t trial;       /* the newest one that waits, and ended the pauses; 0: none does */
    int64_t activity_at; /* monotonic ms: no activity is looked at before */
};

/* Begin to read; false: no connection is to be had. What was read is ended by courier_looked. */
bool courier_look(struct courier *courier);
void courier_looked(struct courier *courier);

/* That of a device or activity, or a free one, which is taken only when it pauses; where all pause,
 * the first one is lost. */
struct lane *courier_lane(struct courier *courier, enum lane_kind kind, int64_t row);
/* End the pauses of all that is not in ${rows} ({id}): it is gone, and its number may be given
 * again. */
void courier_forget(struct courier *courier, enum lane_kind kind, const json_t *rows);
void courier_pause_lane(struct lane *lane, const struct attempt *attempt);
/* Monotonic ms before which nothing is sent to the server that serves ${device}; 0: it is open. */
int64_t courier_closed_until(struct courier *courier, const json_t *device);
/* What an attempt says of that server. True: it is to blame, and pauses; the device's own lane,
 * which may be the server's now, is left alone. */
bool courier_blame(struct courier *courier, const json_t *device, bool ill,
                   const struct attempt *attempt);
/* Say when trouble begins, and when it is over. */
void courier_tell(struct courier *courier, bool ill, const char *reason);
struct attempt_means courier_means(struct courier *courier);

/* What the printer itself says of a print; of both the rows. */
struct activity_live courier_live(struct courier *courier, int64_t printer, int64_t job);

/* Tell each activity what is news to it. Returns when to look again (monotonic ms) although nothing
 * happens; INT64_MAX: never. */
int64_t courier_activities(struct courier *courier);

#endif
