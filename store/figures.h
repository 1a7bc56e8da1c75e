/*
 * Grams that a client tells of a print: by roll or slot, or in one sum. They win over what is
 * computed, and stay when the print is charged again.
 * Runs inside the caller's transaction.
 * Owner: nothing is kept. Thread: the connection's. Lock: none.
 */
#ifndef STORE_FIGURES_H
#define STORE_FIGURES_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* Book an ended print by `usage` or `actual_grams_used` of ${args} (see store/jobs_client.h): as
 * told; what the hub followed is charged by that, stretched to the sum; else the sum is split by
 * the estimates, else to the one known slot, else open. Without either: the estimates of a
 * completed print; of another one every part stays open, with its estimate to be seen. */
enum err figures_book(struct db *db, int64_t job, const json_t *args, struct why *why);

/* The same for a print that was booked before: figures of ${args} replace all that was told or
 * computed. What changes is reversed and booked again, the rest is not touched. */
enum err figures_rebook(struct db *db, int64_t job, const json_t *args, struct why *why);

#endif
