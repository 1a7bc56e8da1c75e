/*
 * Alerts: what the user should know, once for each cause while it lasts. Rows only; delivery is
 * another matter. All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_ALERTS_H
#define STORE_ALERTS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape alerts_shape;

struct alert {
    const char *kind;                            /* low_spool, runout, slot_changed, ... */
    const char *severity;                        /* info, warning, critical */
    const char *cause;                           /* what must not be told twice while it lasts */
    const char *text;                            /* for people */
    const json_t *data;                          /* for programs; NULL: none */
    int64_t printer, slot, spool, job, question; /* row ids; 0: none */
};

/* Nothing happens where an alert of that cause has not ended. */
enum err alerts_open(struct db *db, const struct alert *alert, struct why *why);
/* The cause has gone. */
enum err alerts_end(struct db *db, const char *cause, struct why *why);
/* {alert_id}: the user has seen it. Returns the alert. */
enum err alerts_ack(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err alerts_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Filters kind, acked (default false), printer_id, spool_id, from. Newest first. */
enum err alerts_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);

#endif
