/*
 * What a print costs its rolls: from the tray log, the mapping, the sliced file and the tags to
 * parts of filaments, and from those to rows of the ledger; and why it came to that.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_CHARGING_H
#define STORE_CHARGING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;
struct ledger_span;

extern const struct field_shape charging_shape_print,
    charging_shape_event; /* of the explanations */

/* Charge a print that has ended, or charge it anew after something became known: the sliced file,
 * who was in a slot. Parts that stay the same are not touched, others are reversed and booked
 * again. Figures that a user gave explicitly stay. A roll that ran out in the print is brought to
 * nothing by a row of its own; alerts about its charges are opened and ended. */
enum err charging_book(struct db *db, int64_t job, struct why *why);

/* The same for every ended print that drew from ${slot} and ran in ${span}, and for those that were
 * charged to another roll than the slot's history names now: of the prints after ${span} (with
 * `before`: of all), and of those with an open charge. */
enum err charging_follow(struct db *db, int64_t slot, const struct ledger_span *span,
                         struct why *why);

/* Was it seen by the hub, or is its sliced file known? Else only a client tells of it. */
bool charging_followed(struct db *db, int64_t job);

/* {job_id}: charge it anew. Returns the job; one that prints is ERR_CONFLICT job_active. */
enum err charging_rebook(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* {job_id}: {job_id, status, text, open_grams, charges: [{index, segment, slot, spool_id, event_id,
 * grams (null: unknown), rule, source, estimate, evidence, basis (evidence of its filament), said:
 * {source: grams}, bounds: {low_grams, high_grams}, rejected: [{source, grams, why} | {slot, why}],
 * text}], runouts: [event]}. `text` and `why` are sentences. */
enum err charging_explain(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {event_id}: {event, text, stands, evidence, charge (as above; null: of no print)}. */
enum err charging_explain_event(struct db *db, const json_t *args, json_t **ret, struct why *why);

#endif
