/*
 * What came from outside, as it came, and what was made of it: for diagnosis. Bounded: the oldest
 * make room.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_SOURCE_EVENTS_H
#define STORE_SOURCE_EVENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape source_events_shape;

struct source_event {
    const char *source;  /* webhook or poll */
    int64_t printer;     /* row id; 0: none that is known */
    const char *kind;    /* print_event or ams_update */
    int64_t occurred_at; /* ms; 0: not told */
    const json_t *body;  /* NULL: it was no JSON */
    const char *action;  /* what was done */
    const char *reason;  /* why; "" or NULL: none */
    bool once;           /* what is told again and again: see below */
};

/* With ${once}, one that does nothing for the same reason as the last of that source, printer, kind
 * and slot that did nothing is not kept again. */
enum err source_events_record(struct db *db, const struct source_event *event, struct why *why);
/* Filters source, printer_id, kind, action. Newest first. */
enum err source_events_list(struct db *db, const json_t *args, struct list *ret_list,
                            struct why *why);

#endif
