/*
 * Vendors (brands). All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_VENDORS_H
#define STORE_VENDORS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape vendors_shape;

enum err vendors_create(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err vendors_update(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* ERR_CONFLICT vendor_in_use while products of it exist. */
enum err vendors_delete(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err vendors_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err vendors_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);

/* Row id by name (case does not matter), made where there is none. */
int64_t vendors_find_or_make(struct db *db, const char *name);

#endif
