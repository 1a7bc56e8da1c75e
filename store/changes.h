/*
 * The change feed: one global sequence, told by triggers, one current row for each entity, with
 * tombstones. Its numbers are the ETags and the ids of live events.
 * Entities: spool, slot, slot_history, printer, print_job, usage_event, question, alert, vendor,
 * filament, setting, threshold, material, api_key, device.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_CHANGES_H
#define STORE_CHANGES_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* The newest number; 0: nothing ever changed. It never goes back, though tombstones are dropped. */
int64_t changes_newest(struct db *db);
/* The newest number that rows of one entity have had; 0: there never was one. */
int64_t changes_newest_of(struct db *db, const char *entity);
/* The number of one row; 0: unknown. */
int64_t changes_of(struct db *db, const char *entity, const char *public_id);
/* Up to ${limit} after ${since}: [{seq, entity, id, op: insert|update|delete, at}]. */
json_t *changes_since(struct db *db, int64_t since, int64_t limit);

#endif
