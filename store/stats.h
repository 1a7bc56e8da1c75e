/*
 * What the inventory adds up to. All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include <jansson.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape stats_low_shape;

/* Rolls at or below their threshold, the emptiest first: without archived and deleted ones. */
enum err stats_low_inventory(struct db *db, const json_t *args, struct list *ret_list,
                             struct why *why);

#endif
