/*
 * Settings and thresholds: the configuration file gives defaults, a value set through the API wins.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_SETTINGS_H
#define STORE_SETTINGS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;

extern const struct field_shape settings_shape; /* what settings_list returns */

/* {key: value} of all that the file or a built-in default gives; keys not in it lose theirs. */
enum err settings_configure(struct db *db, const json_t *defaults, struct why *why);
/* {key: {value, default, origin: "default"|"api"}}. */
enum err settings_list(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {key: value, ...}; null goes back to the default. Unknown keys are ERR_INVALID. */
enum err settings_update(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* The value in force; NULL where there is none. */
json_t *settings_get(struct db *db, const char *key);

#endif
