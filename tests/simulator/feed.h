/*
 * Filament on its way: changes, loads, unloads, runouts and refills, as the AMS states show them.
 * Owner: works on the caller's printer. Thread: one. Lock: none.
 */
#ifndef TESTS_SIMULATOR_FEED_H
#define TESTS_SIMULATOR_FEED_H

#include "tests/simulator/model.h"

/* Put the steps in front that bring the filament of ${place} into the nozzle; none where it is. */
void feed_change(struct printer *printer, int place);
/* The steps that pull back what is in the active nozzle; they go to the end of the queue. */
void feed_unload(struct printer *printer);
/* As feed_unload, in front of everything else. */
void feed_unload_now(struct printer *printer);

/* The roll of ${place} has come to its end: the AMS goes on with an equal roll, or the job pauses.
 */
void feed_runout(struct printer *printer, int place);

/* Grams of ${filament}'s share of the current layer leave its slot; true when that emptied it. */
bool feed_extrude(struct printer *printer, int filament);
/* ${mm} more of ${filament}: start line, purge. */
void feed_take(struct printer *printer, int filament, double mm);

#endif
