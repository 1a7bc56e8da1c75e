/*
 * At which weight a roll is low: its own threshold, else its material's, else the global one.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_THRESHOLDS_H
#define STORE_THRESHOLDS_H

#include <jansson.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape thresholds_shape;

/* {"": grams, "PLA": grams, ...}: defaults of the configuration; "" is the global one. */
enum err thresholds_configure(struct db *db, const json_t *defaults, struct why *why);
/* Rows {material (null: global), threshold_grams, default_grams, origin}. */
enum err thresholds_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {material (a name, or global)}: its row; without a weight where nobody set one. */
enum err thresholds_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {material (null or absent: global), threshold_grams (null: back to the default)}. */
enum err thresholds_set(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Back to the default, which is what it returns. */
enum err thresholds_reset(struct db *db, const json_t *args, json_t **ret, struct why *why);

#endif
