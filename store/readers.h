/*
 * Read-only connections for whoever reads, each used by one of them at a time. The one used last is
 * taken first, and those that nobody took for a while are closed: each holds the parsed schema and
 * its statements, about a megabyte, so a quiet daemon keeps one of them warm and a busy one few.
 * Owner: the pool owns its connections. Thread: any. Lock: its own, never held during SQL.
 */
#ifndef STORE_READERS_H
#define STORE_READERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct readers;

enum {
    READERS_EASY = 4, /* open at once; a request waits for one of them before it opens another */
    READERS_PATIENCE_MS = 50, /* for they may be held by clients that read a long list slowly */
    READERS_IDLE_MS = 5000,
};

enum err readers_open(const char *database, struct readers **ret_readers, struct why *why);
void readers_close(struct readers *readers); /* NULL is fine; all must have been given back */

/* A connection inside a snapshot of its own. */
enum err readers_take(struct readers *readers, struct db **ret_db, struct why *why);
void readers_give(struct readers *readers, struct db *db); /* ends the snapshot; NULL is fine */

/* Now and then: closes what is free for too long, but the last. Returns how many that were. */
size_t readers_tick(struct readers *readers, int64_t mono);

#endif
