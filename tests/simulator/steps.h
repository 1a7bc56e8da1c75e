/*
 * What a printer is going to do, as a queue of small steps, each some time after the one before.
 * Owner: struct printer holds its queue. Thread: one. Lock: none. Too many steps are dropped and
 * make steps_push false: a script then asked for more at once than a printer can do.
 */
#ifndef TESTS_SIMULATOR_STEPS_H
#define TESTS_SIMULATOR_STEPS_H

#include "tests/simulator/model.h"

bool steps_push(struct printer *printer, enum step_kind kind, int delay_ms, int arg);
/* In front of all others, which keep their distance to each other. */
bool steps_front(struct printer *printer, const struct step *list, int count);
void steps_clear(struct printer *printer);
/* Wait until steps_release; what was due keeps its remaining time. */
void steps_hold(struct printer *printer);
bool steps_held(const struct printer *printer);
void steps_release(struct printer *printer);
/* Take the first step when it is due at printer->now. */
bool steps_next(struct printer *printer, struct step *ret_step);

#endif
