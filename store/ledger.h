/*
 * The ledger: every gram that left a roll, once, with its evidence. Append-only: a correction is a
 * reversing row and a new one. The sum is kept on the roll by a trigger.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/id.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape ledger_shape;
extern const struct field_shape ledger_booked_shape;  /* the answer of a write by hand */
extern const struct field_shape ledger_history_shape; /* of ledger_history */
extern const char *const ledger_kinds[];              /* event_type */

/* A row that belongs to no print. */
struct ledger_entry {
    int64_t spool;          /* row id */
    int64_t mg;             /* > 0: consumed */
    const char *kind;       /* manual_adjustment, waste, correction, runout */
    const char *source;     /* api, opening, scale, runout, ... */
    const char *note;       /* NULL: none */
    int64_t at;             /* ms; 0: now */
    int64_t slot;           /* row id; 0: none */
    int64_t weighed;        /* row id of the print in which the roll ran out; 0: none */
    const json_t *evidence; /* NULL: none */
};
enum err ledger_add(struct db *db, const struct ledger_entry *entry, char ret_event_id[ID_SIZE],
                    struct why *why);

/* Takes a row back that stands: the opposite at its time and price, so that whatever is summed by
 * month or cost is as if the row had never been. NULL: as in the row (note: none). */
struct ledger_reversal {
    int64_t row;
    const char *kind, *source, *note;
};
enum err ledger_reverse(struct db *db, const struct ledger_reversal *reversal,
                        char ret_event_id[ID_SIZE], struct why *why);

/* What one segment of one filament of a print costs a roll. Repeating it changes nothing; another
 * roll or weight reverses the former row and adds a new one. */
struct ledger_charge {
    int64_t job, slot, spool; /* row ids; slot 0: unknown; spool 0: open, nothing is booked */
    int filament, segment;    /* filament counts from 1 */
    int64_t mg;
    const char *kind;   /* print, runout */
    const char *source; /* slicer, client, ... */
    bool estimate;
    int64_t at;             /* end of the segment; 0: now */
    const json_t *evidence; /* NULL: none */
};
enum err ledger_book(struct db *db, const struct ledger_charge *charge, struct why *why);

/* A part of a slot's history that changed (ms). */
struct ledger_span {
    int64_t from, to;
    bool before; /* prints that ended before it are looked at, too */
};

/* Book, or move, the charges of ended prints in ${slot} to the roll that was there by its history:
 * of those in ${span} or later (with `before`: of all), and the open ones. Prints that the hub
 * followed are charged anew, so that their splits follow too. Open charges go to the first roll
 * that came after them. Explicit figures of the user stay where they named a roll. */
enum err ledger_follow(struct db *db, int64_t slot, const struct ledger_span *span,
                       struct why *why);

/* {spool_id, grams_used, event_type: waste|manual_adjustment, note?, timestamp?}. Returns
 * {event_id, spool_id, new_weight, event, spool}. */
enum err ledger_record(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {event_id, note?}: takes a manual row back. Returns the same; undone already: ERR_CONFLICT. */
enum err ledger_undo(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err ledger_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Filters spool_id, job_id, event_type, from, to. Newest first. */
enum err ledger_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {spool_id, from?, to?, bucket?: day, week, month}: [{event_id, grams_used, event_type, timestamp,
 * job_id, balance_grams}], newest first; also of a deleted roll. */
enum err ledger_history(struct db *db, const json_t *args, struct list *ret_list, struct why *why);

/* Rows of the view violations: [] in every healthy database. */
json_t *ledger_violations(struct db *db);

#endif
