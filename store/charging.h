/*
 * What a print costs its rolls: from the tray log, the mapping and the sliced file to parts of
 * filaments, and from those to rows of the ledger.
 * All functions run inside the caller's transaction.
 * Owner: nothing is kept. Thread: the connection's. Lock: none.
 */
#ifndef STORE_CHARGING_H
#define STORE_CHARGING_H

#include <stdint.h>

#include "base/err.h"

struct db;

/* Charge a print that has ended, or charge it anew after something became known: the sliced file,
 * who was in a slot. Parts that stay the same are not touched, others are reversed and booked
 * again. Figures that a user or client gave explicitly stay. */
enum err charging_book(struct db *db, int64_t job, struct why *why);

#endif
