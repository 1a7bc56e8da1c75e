/*
 * Every invariant of a database, checked and told in plain words.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include <jansson.h>

#include "base/err.h"

struct db;

/* ${ret_problems}: [{rule, entity, id, detail, meaning}], empty in a healthy database. The file
 * itself (integrity), references between rows, then the rules of the view `violations`. Reads only.
 */
enum err verify_run(struct db *db, json_t **ret_problems, struct why *why);

/* What a rule of the view means for the user; "" for an unknown one. */
const char *verify_meaning(const char *rule);

#endif
