/*
 * Reports on their way out: whole or delta, sequence numbers, and the faults of the road (silence,
 * loss, duplicates). Owner: works on the caller's simulator. Thread: one. Lock: none.
 */
#ifndef TESTS_SIMULATOR_OUT_H
#define TESTS_SIMULATOR_OUT_H

#include "tests/simulator/sim.h"

/* What the printer sends by itself: its dialect's ordinary report. */
void out_report(struct sim *sim, struct printer *printer);
/* The whole report that a pushall asks for. */
void out_full(struct sim *sim, struct printer *printer);
/* Any whole message; takes the reference. */
void out_message(struct sim *sim, struct printer *printer, json_t *message);
/* Bytes as they are: not always JSON. */
void out_bytes(struct sim *sim, struct printer *printer, const char *bytes, size_t len);
/* A request from the daemon, as JSON; the answer goes out. Returns its name for the log. */
const char *out_answer(struct sim *sim, struct printer *printer, const json_t *request);

#endif
