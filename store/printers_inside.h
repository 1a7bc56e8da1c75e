/*
 * What the files of the noun share among themselves. Nobody else includes this.
 * Owner: the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_PRINTERS_INSIDE_H
#define STORE_PRINTERS_INSIDE_H

#include <stdint.h>

#include "base/err.h"

struct db;

/* Move slots, their history, jobs and events of ${from} to ${to}, then drop ${from}. */
enum err printers_merge(struct db *db, int64_t from, int64_t to, struct why *why);

#endif
