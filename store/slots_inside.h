/*
 * What the files of the noun share among themselves. Nobody else includes this.
 * Owner: JSON that is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_SLOTS_INSIDE_H
#define STORE_SLOTS_INSIDE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/address.h"
#include "core/look.h"

struct db;
struct candidates;
struct roll;
struct tray;

/* A new row of the history; the open one of the slot ends with it. */
struct slots_put {
    int64_t slot, spool; /* row ids; spool 0: the slot is empty from now on */
    const char *event;   /* event_type */
    const char *reason;  /* NULL: none */
    const char *source;  /* api, mqtt, homeassistant */
    bool by_user;
    int confidence;          /* thousandths; -1: not by evidence */
    const char *fingerprint; /* what the slot showed; "" nothing */
    int64_t at;              /* ms; 0: now */
};
/* The roll leaves the slot where it is now, with event auto_moved. */
enum err slots_put(struct db *db, const struct slots_put *put, struct why *why);

/* The open row of the history of a slot: id, spool (null: emptied), assigned_at, event_type,
 * source, by_user, fingerprint, mismatch_asked, runout_at; NULL where there is none. */
json_t *slots_open_row(struct db *db, int64_t slot);
enum err slots_row(struct db *db, int64_t slot, json_t **ret, struct why *why);

/* The slot that ${args} names by printer_id, ams_unit_number, slot_number; an impossible or unseen
 * one is ERR_NOT_FOUND, but a possible one is made with ${make}. */
enum err slots_named(struct db *db, const json_t *args, bool make, int64_t *ret_slot,
                     struct why *why);

/* What the slot shows, from its row. */
enum err slots_tray(struct db *db, int64_t slot, struct tray *ret_tray, struct why *why);
void slots_look(struct db *db, int64_t slot, char ret_fingerprint[FINGERPRINT_SIZE]);

/* Rolls as core sees them: one by its row id (false: none), or all that are not deleted. */
bool slots_roll(struct db *db, int64_t spool, struct roll *ret_roll);
enum err slots_rolls(struct db *db, struct roll **ret_rolls, size_t *ret_count, struct why *why);

/* [{spool_id, spool_number, score 0..1, evidence, reason, elsewhere, archived, empty}] */
json_t *slots_candidates_json(struct db *db, const struct candidates *candidates);

/* Roll remembered for a fingerprint; 0: none. */
int64_t slots_learned(struct db *db, const char *fingerprint);
/* Give the roll the tag that the slot shows, unless either has or lacks one, or another roll has
 * it. */
enum err slots_bind(struct db *db, int64_t spool, const struct tray *tray, struct why *why);

/* Alerts about a slot that changed: the roll that was recognised in it, or what is asked. */
enum err slots_tell_roll(struct db *db, int64_t slot, struct why *why);
enum err slots_tell_question(struct db *db, int64_t slot, struct why *why);

#endif
