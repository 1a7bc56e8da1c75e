/*
 * The row behind a change of the feed, as clients see it.
 * Owner: the caller's buffer. Thread: the connection's. Lock: none.
 */
#ifndef STORE_CHANGES_ROW_H
#define STORE_CHANGES_ROW_H

#include <stdbool.h>

struct buf;
struct db;

/* Append the row of its view as a JSON object; false (and nothing appended) where it is gone or the
 * entity has no rows that clients see. */
bool changes_row(struct db *db, const char *entity, const char *public_id, struct buf *ret_row);

#endif
