/*
 * Slots of printers and which roll is in them, with its history.
 *
 * First part: REST, JSON in and out, like store/spools.h. `printer_id` is a printer's id, serial or
 * alias in any case. Second part: the hub, values in and out.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_SLOTS_H
#define STORE_SLOTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/address.h"

struct db;
struct field_shape;
struct decision;
struct list;
struct slot;
struct slot_facts;
struct tray;

extern const struct field_shape slots_shape;
extern const struct field_shape slots_history_shape;
extern const struct field_shape slots_shape_place;     /* printer, unit, slot */
extern const struct field_shape slots_shape_address;   /* unit, slot */
extern const struct field_shape slots_shape_reported;  /* what a printer says of a slot */
extern const struct field_shape slots_shape_assigned;  /* the answer of a write */
extern const struct field_shape slots_shape_candidate; /* of slots_candidates */
extern const char *const slots_events[];               /* event_type of the history */

/* {printer_id, ams_unit_number, slot_number}. */
enum err slots_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* The same; a slot that the printer may have but was not seen yet is NULL. */
enum err slots_expected(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* One stay of a roll: {history_id}. */
enum err slots_stay(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* `printer_id` (optional: all printers). */
enum err slots_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {printer_id, ams_unit_number, slot_number, spool_id, event_type?, if_loaded?, assigned_at?,
 * reason?}; returns {ams_slot_id, spool_id, previous_spool_id, moved_from, slot}. */
enum err slots_assign(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Returns {ams_slot_id, spool_id: null, previous_spool_id, slot}; empty already: the same. */
enum err slots_unassign(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Filters printer_id, ams_unit_number, slot_number, spool_id, from, to. Newest first. */
enum err slots_history(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
/* {history_id, spool_id (null: it was empty), assigned_at?, unassigned_at?, reason?}: who was
 * really there. Returns the corrected row. Charges follow in ledger_follow. */
enum err slots_correct(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Ranked rolls for a slot: [{spool, score, reason}]. */
enum err slots_candidates(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* Row id of a slot, made where it is missing and ${make}; 0 where there is none. */
int64_t slots_find(struct db *db, int64_t printer, struct slot_address at, bool make);
/* The row of the view; ERR_NOT_FOUND where the slot was never seen. */
enum err slots_at(struct db *db, int64_t printer, struct slot_address at, json_t **ret,
                  struct why *why);

/* Keep what a printer reports of one slot. ${source}: "mqtt", "homeassistant", "api". */
enum err slots_save(struct db *db, int64_t printer, const struct slot *slot, int nozzles,
                    bool feeding, const char *source, struct why *why);
/* All that core/decide.h wants to know of a slot; slots_facts_clear frees the rolls. */
enum err slots_facts(struct db *db, int64_t printer, struct slot_address at,
                     const struct tray *tray, bool printing, struct slot_facts *ret_facts,
                     struct why *why);
void slots_facts_clear(struct slot_facts *facts);
/* Execute a decision: assignment, end, question, draft, learned answers, history. */
enum err slots_apply_decision(struct db *db, int64_t printer, struct slot_address at,
                              const struct tray *before, const struct tray *after,
                              const struct decision *decision, struct why *why);
/* Bring the column that says whether report and assigned roll agree up to date. */
enum err slots_refresh_match(struct db *db, int64_t slot, struct why *why);

/* The same for the slot that holds a roll, if any. */
enum err slots_refresh_spool(struct db *db, int64_t spool, struct why *why);
/* Row id of the slot that holds a roll; 0: none does. */
int64_t slots_holding(struct db *db, int64_t spool);
/* End the assignment of a roll, by the user. */
enum err slots_take_out(struct db *db, int64_t spool, struct why *why);

enum err slots_learn(struct db *db, const char *fingerprint, int64_t spool, struct why *why);
enum err slots_forget(struct db *db, const char *fingerprint, struct why *why);

#endif
