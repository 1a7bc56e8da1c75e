/*
 * Full-text search: what people type, and the indexes that the triggers of the schema keep.
 * Words are compared without case and accents, in any script; every word must be there, the last
 * one may be a beginning. Quotes, operators and other signs are no syntax here.
 * All functions run inside the caller's transaction.
 * Owner: nothing is kept. Thread: the connection's. Lock: none.
 */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include <jansson.h>

#include "base/err.h"

struct db;

/* For the filters of a list: `match` of ${args}, from `q` where that is given. Conditions compare
 * it as in "id IN (SELECT rowid FROM spool_search WHERE spool_search MATCH :match)". */
void search_prepare(struct db *db, json_t *args);

/* Bring the indexes up to date with their rows; writes only what differs. */
enum err search_refresh(struct db *db);

/* After names of prints were erased, once for all of them: a deleted word stays in the index until
 * its parts are merged. */
void search_forget(struct db *db);

#endif
