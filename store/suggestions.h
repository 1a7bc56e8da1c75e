/*
 * Which roll to take for a print: the rolls of the right kind, ranked by core/suggest.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_SUGGESTIONS_H
#define STORE_SUGGESTIONS_H

#include <jansson.h>

#include "base/err.h"

struct db;
struct field_shape;

extern const struct field_shape suggestions_shape;

/* Rolls that are neither archived nor empty: `material`, `filament_id` or `profile` (one at least),
 * `color_hex` with `max_delta_e`, `printer_id`. Rows that the caller may complete: `humidity` is
 * the percentage in the AMS of `printer` (row) and `unit`. */
enum err suggestions_candidates(struct db *db, const json_t *args, json_t **ret_rows,
                                struct why *why);
/* `grams`, `limit`: the ranked list of ${rows}, an array. */
enum err suggestions_rank(struct db *db, const json_t *args, const json_t *rows, json_t **ret,
                          struct why *why);

#endif
