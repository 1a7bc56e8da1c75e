/*
 * Rows as CSV (RFC 4180): a head, CRLF, quotes where they are needed. A text that a spreadsheet
 * would take for a formula gets an apostrophe in front, so that what somebody once typed into a
 * name is never run.
 * Owner: the caller's. Thread: any. Lock: none.
 */
#ifndef STORE_CSV_H
#define STORE_CSV_H

#include <jansson.h>

struct buf;
struct field_shape;

extern const char csv_type[]; /* the media type */

/* One value; null is nothing at all, so that an empty cell is no text. */
void csv_cell(struct buf *out, const json_t *value);

/* One column for each field of ${shape}; null is an empty cell. */
void csv_write(struct buf *out, const struct field_shape *shape, const json_t *rows);

#endif
