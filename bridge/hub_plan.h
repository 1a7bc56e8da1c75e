/*
 * From one state of a printer to the next: the rows that follow, in the caller's transaction.
 * A part of bridge/hub, split off for its size; nobody else includes it.
 * Thread: the door's leader.
 */
#ifndef BRIDGE_HUB_PLAN_H
#define BRIDGE_HUB_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct hub_told;
struct track;

struct hub_step {
    struct db *db;
    int64_t printer; /* row id */
    int64_t now;
    int64_t since;            /* the newest place in the change feed before the plan's group */
    unsigned rejected_fields; /* results add up over the steps of one plan */
    bool job_changed;
    bool wrote; /* something durable */
};

/* Let time pass, or fold one message in, and write what changed: reported slots, the print, the
 * decisions about rolls, the state. Nothing durable changed: nothing is written. */
enum err hub_plan_time(struct hub_step *step, struct track *track, struct why *why);
enum err hub_plan_message(struct hub_step *step, const json_t *message, struct track *track,
                          struct why *why);
enum err hub_plan_told(struct hub_step *step, struct hub_told *told, struct track *track,
                       struct why *why);

#endif
