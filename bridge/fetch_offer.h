/*
 * A sliced file that was fetched for a print: does it fit, and what does it say? A part of
 * bridge/fetch, split off for its size; nobody else includes it.
 * Owner: nothing is kept. Thread: any. Lock: none.
 */
#ifndef BRIDGE_FETCH_OFFER_H
#define BRIDGE_FETCH_OFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct hub;

/* Read the file at ${local} and keep it with print ${job} of ${printer}; a print that has ended is
 * charged. ${proved}: its MD5 is that of the print command, so that it is this print's. Errors of
 * sliced_read, and "other_layers" or "other_filaments" for a file of another print. */
enum err fetch_offer(struct hub *hub, int64_t printer, int64_t job, const char *local, bool proved,
                     struct why *why);

#endif
