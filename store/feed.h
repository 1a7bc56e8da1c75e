/*
 * The change feed as clients follow it: what is new behind a cursor, as JSON with the rows
 * themselves, for /api/sync and for live events.
 *
 * A cursor is the number of the last change that a client has seen; 0: none. What a client gets is
 * the state of now, told once for each entity that changed: so a client that is far behind is told
 * no more than one that knows nothing.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_FEED_H
#define STORE_FEED_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct buf;
struct db;
struct field_shape;

enum { FEED_DROP_DAYS = 90 }; /* tombstones are kept that long */

struct feed_ask {
    int64_t since;          /* cursor */
    int64_t limit;          /* changes at most */
    const json_t *entities; /* names that are wanted and may be seen */
};

struct feed_page {
    json_t *rows;   /* for feed_write; the caller's */
    int64_t cursor; /* behind the last row, or behind all that there is */
    bool has_more;
    bool reset; /* the cursor says nothing any more: drop everything and start again. No rows, and
                   the cursor is 0. */
};

enum err feed_read(struct db *db, const struct feed_ask *ask, struct feed_page *ret_page,
                   struct why *why);

/* Append one row as {entity, id, op, seq, at, data}, of the same snapshot. The op is what it means
 * to whoever has seen everything up to ${since}: insert, update or delete; it is returned. */
const char *feed_write(struct db *db, const json_t *row, int64_t since, struct buf *out);

/* Append {changes, cursor, has_more, reset}. */
enum err feed_sync(struct db *db, const struct feed_ask *ask, struct buf *out, struct why *why);

/* Drop up to ${most} tombstones older than FEED_DROP_DAYS; ${ret_count}: how many. */
enum err feed_drop(struct db *db, int64_t most, int64_t *ret_count, struct why *why);

/* For OpenAPI. Values of several types behind one key cannot be read by generated clients, so
 * `data` has one member, named as the entity, and its shape has an optional member for each. */
extern const struct field_shape feed_change_shape, feed_data_shape, feed_sync_shape;
extern const char *const feed_ops[]; /* NULL-terminated */

#endif
