/*
 * Materials: density and how long a roll stays dry. The program's own facts, and the user's, which
 * win; every material that a product names has a row.
 * All functions but materials_seed run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_MATERIALS_H
#define STORE_MATERIALS_H

#include <jansson.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape materials_shape;

enum { MATERIALS_NAME_SIZE = 256 };

/* Bring the rows of the embedded facts up to date; writes only what differs. */
enum err materials_seed(struct db *db);

/* The one spelling of a material: a known one in any case is written as known, runs of blanks are
 * one. ERR_INVALID where nothing is left or it is too long. */
enum err materials_normal(struct db *db, const char *name, char ret_name[MATERIALS_NAME_SIZE],
                          struct why *why);
/* Make sure that ${name} (normalised) has a row. */
enum err materials_ensure(struct db *db, const char *name);

enum err materials_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err materials_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {material_type, density_g_cm3?, dry_days?}: null goes back to the program's own. */
enum err materials_set(struct db *db, const json_t *args, json_t **ret, struct why *why);

#endif
