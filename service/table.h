/*
 * Rows of JSON as an aligned table for people, or as they are for programs.
 * Owner: nothing is kept. Thread: any. Lock: none.
 */
#ifndef SERVICE_TABLE_H
#define SERVICE_TABLE_H

#include <stdbool.h>

struct buf;

struct table_column {
    const char *key, *title; /* a row with key NULL ends the list */
};

/* ${rows} is the text of a JSON array of objects. Returns the exit code. */
int table_print(const struct buf *rows, const struct table_column *columns, bool json);

#endif
