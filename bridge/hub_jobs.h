/*
 * What befell a print, as rows. A part of bridge/hub, split off for its size; nobody else includes
 * it.
 * Thread: the door's leader.
 */
#ifndef BRIDGE_HUB_JOBS_H
#define BRIDGE_HUB_JOBS_H

#include <stdint.h>

#include "base/err.h"

struct hub_step;
struct job;
struct job_events;
struct printer;

/* Write ${events} in order; ${row} is the job they begin with, ${printer} what the printer shows
 * after them. The row of a new job goes into ${job}. An end is charged in the same transaction. */
enum err hub_write_job(struct hub_step *step, int64_t row, const struct job_events *events,
                       const struct printer *printer, struct job *job, struct why *why);

#endif
