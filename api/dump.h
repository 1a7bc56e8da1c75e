/*
 * A tree of JSON as the text of an answer: compact, numbers as the store writes them
 * (store/number.h). Each answer that is built as a tree comes through here; jansson's own writer
 * calls back for each few bytes, and took as long as reading the row did. Owner: the caller.
 * Thread: any. Lock: none.
 */
#ifndef API_DUMP_H
#define API_DUMP_H

#include <jansson.h>

struct buf;

void dump_json(struct buf *out, json_t *value); /* NULL: "null" */

#endif
