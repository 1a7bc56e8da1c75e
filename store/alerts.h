/*
 * Alerts: what the user should know, once for each cause while it lasts. What is to be sent of one
 * is noted with it (store/deliveries.h). Most follow from what the store holds, so that every
 * writer has them (see alerts_follow); the others are opened where their cause is known. All
 * functions run inside the caller's transaction. Owner: what is returned is the caller's. Thread:
 * the connection's. Lock: none.
 */
#ifndef STORE_ALERTS_H
#define STORE_ALERTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/alert.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape alerts_shape, alerts_acked_shape;

struct alert {
    enum alert_kind kind;
    const char *cause;                           /* what must not be told twice while it lasts */
    const char *text;                            /* for people */
    const json_t *data;                          /* keys of alert_data; NULL: none */
    int64_t printer, slot, spool, job, question; /* row ids; 0: none */
};

/* Nothing happens where an alert of that cause has not ended, or was told and is told once. */
enum err alerts_open(struct db *db, const struct alert *alert, struct why *why);
/* The cause has gone. */
enum err alerts_end(struct db *db, const char *cause, struct why *why);

/* Open and end what follows from all that changed after ${since}, a place in the change feed: to be
 * called at the end of every transaction that writes, once for all its writes. Once more does no
 * harm: who ends alerts by himself calls it before, to find those of his own transaction. */
enum err alerts_follow(struct db *db, int64_t since, struct why *why);
/* A day has passed: dates that were to come may have gone by. */
enum err alerts_day(struct db *db, struct why *why);
/* The print goes on, whatever had run out. */
enum err alerts_fed(struct db *db, int64_t job, struct why *why);
/* What is wrong with a printer: ${kind} ALERT_PRINTER_UNREACHABLE, ALERT_WRONG_ACCESS_CODE,
 * ALERT_CERTIFICATE_CHANGED or ALERT_LOCKED_MODE, and whether it lasts. ${reason} is a code, and
 * ${since} (ms) when it began; NULL and 0: not told. Of one that is switched off nothing is. */
enum err alerts_printer(struct db *db, int64_t printer, enum alert_kind kind, bool lasts,
                        const char *reason, int64_t since, struct why *why);

/* {alert_id}: the user has seen it; again changes nothing. Returns the alert. */
enum err alerts_ack(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {alert_ids} or {opened_until, kind?}: the same for many. An unknown id leaves all as they were.
 * Returns {acked: how many were not yet}. */
enum err alerts_ack_many(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err alerts_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Filters kind, acked, open, printer_id, spool_id, job_id, from. Newest first. */
enum err alerts_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);

#endif
