/*
 * Products: a filament once, rolls of it many times; and their vendors (store/vendors.h).
 * All functions run inside the caller's transaction. Columns as in the view `filaments`.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_FILAMENTS_H
#define STORE_FILAMENTS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape filaments_shape;

enum err filaments_create(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err filaments_update(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* ERR_CONFLICT filament_in_use while rolls of it exist. */
enum err filaments_delete(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err filaments_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Filters material, brand, vendor_id, profile, article_number, barcode, external_id, q. */
enum err filaments_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);

/* Take `barcode` of ${args}, where it is given, as that of the product: the user scanned its box.
 * ERR_CONFLICT barcode_taken where another product has it. */
enum err filaments_learn_barcode(struct db *db, int64_t filament, const json_t *args,
                                 struct why *why);

#endif
