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

extern const struct field_shape stats_low_shape, stats_cost_shape, stats_usage_shape,
    stats_expiring_shape, stats_forecast_shape, stats_low_filaments_shape;

enum { STATS_EXPIRING_DAYS = 14, STATS_FORECAST_DAYS = 30, STATS_FAR_DAYS = 100000 };

extern const char *const stats_groups[]; /* what usage is summed by; NULL-terminated */

/* Rolls at or below their threshold, the emptiest first: without archived and deleted ones. */
enum err stats_low_inventory(struct db *db, const json_t *args, struct list *ret_list,
                             struct why *why);

/* {from?, to?}: what the grams of that time cost, in all and by printer, material and month (UTC).
 * Grams without a price are told as unknown, never as free. */
enum err stats_cost(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {group_by?, from?, to?}: grams by material (where absent), brand, printer or month. */
enum err stats_usage(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {days?}: rolls whose dry-by day has passed or comes within that time, the first one first.
 * Without a date a roll is not among them. */
enum err stats_expiring(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {days?}: how long each product lasts at the rate of that time, of which only the days count that
 * the product is known for. */
enum err stats_forecast(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* Products whose rolls together are at or below their threshold (material's, else the global one),
 * the least first. */
enum err stats_low_filaments(struct db *db, const json_t *args, struct list *ret_list,
                             struct why *why);

#endif
