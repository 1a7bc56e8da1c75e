/*
 * Questions to the user: which roll is this, with ranked candidates. A slot has at most one open
 * question. All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_QUESTIONS_H
#define STORE_QUESTIONS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape questions_shape;

/* Filters `state` (open, answered, closed, all; default open), `printer_id`. */
enum err questions_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);
enum err questions_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {question_id, spool_id | create: {body of a new spool} | confirm: true (what is assigned is
 * right) | dismiss: true, reason?}; assigns, learns, closes. Returns the question. Answered twice
 * the same way: the same answer again. */
enum err questions_answer(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* {question_id, answer: candidate|confirm|dismiss, choice: which candidate}: the same, tapped in a
 * notification. */
enum err questions_tap(struct db *db, const json_t *args, json_t **ret, struct why *why);

/* Open one for a slot, replacing an open one that asks something else. ${candidates}: as in the
 * view. */
enum err questions_open(struct db *db, int64_t slot, const char *kind, const char *reason,
                        const json_t *candidates, const json_t *reported, struct why *why);
/* Close what is open for a slot. ${spool}: the roll that answered it, 0 where the cause went. */
enum err questions_close(struct db *db, int64_t slot, int64_t spool, const char *reason,
                         struct why *why);

#endif
