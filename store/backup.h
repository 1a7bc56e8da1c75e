/*
 * Copies of a database: made whole, written through to the disk, checked, and only then named.
 * Owner: nothing is kept. Thread: whoever holds the connection, outside a transaction. Lock: none.
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct db;

/* Copy ${db} to ${path}, replacing what is there. */
enum err backup_make(struct db *db, const char *path, struct why *why);

/* Remove the copies of ${database} that were made before a migration ("<database>.before-0002") and
 * last written before ${before} (ms since 1970). Returns how many. */
size_t backup_drop_old(const char *database, int64_t before);

#endif
