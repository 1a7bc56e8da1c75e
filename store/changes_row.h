/*
 * The row behind a change of the feed, as clients see it, and the table of all that the feed names.
 * Owner: the caller's buffer; tables are constant. Thread: the connection's. Lock: none.
 */
#ifndef STORE_CHANGES_ROW_H
#define STORE_CHANGES_ROW_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct db;
struct field_shape;

struct changes_view {
    const char *entity, *key; /* name in the feed; column of its public id */
    const struct field_shape *shape;
    bool admin; /* shown to the scope admin alone */
};

/* Every entity that clients see. Registrations for notifications (`device`) are not among them. */
extern const struct changes_view changes_row_views[];
extern const size_t changes_row_view_count;

/* NULL: clients see no such entity. */
const struct changes_view *changes_row_view(const char *entity);

/* Append the row of its view as a JSON object; false (and nothing appended) where it is gone or the
 * entity has no rows that clients see. */
bool changes_row(struct db *db, const char *entity, const char *public_id, struct buf *ret_row);

/* A setting as a row of its own, with its key. */
extern const struct field_shape changes_row_setting;

#endif
