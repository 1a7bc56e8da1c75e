/*
 * From one state of a printer to the next: the rows that follow, in the caller's transaction.
 * A part of bridge/hub, split off for its size; nobody else includes it.
 * Thread: the door's leader.
 */
#ifndef BRIDGE_HUB_PLAN_H
#define BRIDGE_HUB_PLAN_H

#include <stdint.h>

#include "base/err.h"

struct db;
struct printer;

/* Write what changed between ${old} and ${next}: reported slots, decisions about rolls, state.
 * Nothing durable changed: nothing is written. */
enum err hub_plan(struct db *db, int64_t printer, const struct printer *old,
                  const struct printer *next, int64_t now, struct why *why);

#endif
