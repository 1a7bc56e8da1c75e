/*
 * The life of a printer: jobs from their start to their end, pauses, cancels, reboots, and the
 * clock that drives them. Changes struct printer only; what is said about it is out.h's.
 * Owner: works on the caller's printer. Thread: one. Lock: none.
 * Times are process times in milliseconds; printer->now is set before each call.
 */
#ifndef TESTS_SIMULATOR_ENGINE_H
#define TESTS_SIMULATOR_ENGINE_H

#include "tests/simulator/model.h"

/* An idle printer of that family without units. */
void engine_init(struct printer *printer, const struct family *family, const char *name,
                 const char *serial, uint64_t seed);

/* Begin printer->job, which the caller has filled in. Whoever listens hears the echo first. */
void engine_start(struct printer *printer);
/* ${code}: what print_error shows, at once or some seconds later as the family does. */
void engine_cancel(struct printer *printer, uint32_t code);
void engine_fail(struct printer *printer, uint32_t code);
void engine_pause(struct printer *printer, uint32_t code, int stage);
bool engine_resume(struct printer *printer); /* false when nothing waits */
/* A feed that fails, pauses the job and goes on by itself. */
void engine_feed_error(struct printer *printer);
/* Pause, pull back, exchange the roll in ${place} by ${roll}, resume. */
void engine_swap(struct printer *printer, int place, const struct roll *roll);
/* Forget the job as a power cut does; ${recovers}: the printer finds it again, paused. */
void engine_boot(struct printer *printer, bool recovers);

int64_t engine_due(const struct printer *printer); /* INT64_MAX: nothing to come */
/* Do what is due at printer->now. Returns the kinds of steps done as a set of bits; STEP_ECHO has
 * to be answered by its message. */
uint64_t engine_run(struct printer *printer);

#endif
