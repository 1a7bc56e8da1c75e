/*
 * Read-only connections for the workers, each used by one request at a time. The one used last is
 * taken first, so that a quiet daemon keeps one warm connection instead of one for each worker.
 * Owner: the pool owns its connections. Thread: any. Lock: its own, never held during SQL.
 */
#ifndef API_READERS_H
#define API_READERS_H

#include <stddef.h>

#include "base/err.h"

struct db;
struct readers;

/* ${limit}: connections kept at most; more are opened for a moment and closed again. */
enum err readers_open(const char *database, size_t limit, struct readers **ret_readers,
                      struct why *why);
void readers_close(struct readers *readers); /* NULL is fine; all must have been given back */

/* A connection inside a snapshot of its own. */
enum err readers_take(struct readers *readers, struct db **ret_db, struct why *why);
void readers_give(struct readers *readers, struct db *db); /* ends the snapshot; NULL is fine */

#endif
