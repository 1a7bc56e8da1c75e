/*
 * What an app needs at its launch, as members of one JSON object, from the snapshot of the
 * connection: lists go from rows straight into the buffer.
 * Owner: the caller's buffer. Thread: the connection's. Lock: none.
 */
#ifndef STORE_LAUNCH_H
#define STORE_LAUNCH_H

#include "base/err.h"

struct buf;
struct db;

/* Append `"cursor":n,"slots":[..],"spools":[..],...`: the place in the feed, slots, rolls that are
 * not archived, those that are low, open questions and alerts, running prints, thresholds and
 * settings. */
enum err launch_write(struct db *db, struct buf *out, struct why *why);

#endif
