/*
 * Rolls of filament: the noun of the documented `/api/spools`.
 *
 * All functions run inside the caller's transaction. ${args} is a checked body merged with path and
 * query, its values normalised as core/body.h does (weights in milligrams, money in cents, times in
 * milliseconds, under the names of the view's columns). `spool_id` is a public id or a spool number
 * (integer or text). Answers are the bodies that REST gives, in grams. Failures fill ${why} with a
 * stable code. Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_SPOOLS_H
#define STORE_SPOOLS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct buf;
struct db;
struct field_shape;
struct list;

extern const struct field_shape spools_shape;
/* Answers of writes. */
extern const struct field_shape spools_shape_created, spools_shape_updated, spools_shape_deleted,
    spools_shape_adjusted;

/* Columns of the view; `quantity` makes a box of rolls, `spool_id` (a UUID) names the first,
 * `raise_initial` lets current go beyond initial, `free_name` takes a spool_id that is no UUID (the
 * inventories of replay). Returns {spool_id, status, spool}, and `spools`
 * where quantity > 1. */
enum err spools_create(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Merge: absent = keep, null = clear. Product facts move the roll to the matching or a new
 * filament; a weight becomes a row of the ledger. Returns {spool_id, status, spool}. */
enum err spools_update(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* `unassign`, `purge`. Returns {spool_id, status}. */
enum err spools_delete(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err spools_archive(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err spools_restore(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Exactly one of adjustment_grams, new_weight_grams, gross_grams (with tare_grams, else the known
 * one), used_length_mm; `raise_initial`, `note`. Writes {spool_id, new_weight, event_id, spool} as
 * text;
 * ${ret_seq} is the roll's ETag. */
enum err spools_adjust(struct db *db, const json_t *args, struct buf *ret_body, int64_t *ret_seq,
                       struct why *why);

enum err spools_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* The same as text, for GET; ${ret_seq} is its ETag. */
enum err spools_text(struct db *db, const json_t *args, struct buf *ret_body, int64_t *ret_seq,
                     struct why *why);
/* Filters material, brand, color (+ max_delta_e), q, loaded, low, archived, draft, location. */
enum err spools_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* Where the roll has been: rows of the view slot_history, newest first. */
enum err spools_history(struct db *db, const json_t *args, struct list *ret_list, struct why *why);

/* A day has passed: a change for each roll whose dry_by has gone by since this was called last,
 * once. */
enum err spools_day(struct db *db, struct why *why);

/* Row id of a roll that is not deleted; 0 where there is none. */
int64_t spools_find(struct db *db, const json_t *spool_id);

#endif
