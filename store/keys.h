/*
 * API keys: shown once, stored as SHA-256. `fd_<prefix>_<256 bits, base64url>`.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape keys_shape;
extern const struct field_shape keys_created_shape; /* with the key */
extern const struct field_shape keys_scope_shape;   /* of a list of scopes */
extern const char *const keys_scopes[];             /* NULL-terminated */

/* Are all of ${scopes} names that there are, and is there one? */
enum err keys_check_scopes(const json_t *scopes, struct why *why);

/* {name, scopes [..], expires_at?, device_name?, platform?}. Returns the row of the view with
 * `key`, the only time. */
enum err keys_create(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err keys_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {key_id} (id or prefix, here and below). */
enum err keys_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {key_id, name?, expires_at?}; what is absent stays, null expires_at is never. Returns the row. */
enum err keys_update(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {key_id}. Devices that it registered are not sent to any more. Returns the row. */
enum err keys_revoke(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* The key a client sent: {id (row), key_id, name, scopes, last_used_at}. ERR_DENIED with code
 * invalid_key, key_expired or key_revoked. Reads only. */
enum err keys_find(struct db *db, const char *key, json_t **ret, struct why *why);
/* The same by its row, for what outlives the request that showed the key. */
enum err keys_still(struct db *db, int64_t key, json_t **ret, struct why *why);
/* Note that it was used; writes at most once an hour for each key. */
enum err keys_touch(struct db *db, int64_t key, struct why *why);
/* Is any key valid now? */
int64_t keys_count(struct db *db);

#endif
