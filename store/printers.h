/*
 * Printers: who they are, how they are reached, and the durable part of their state.
 *
 * `printer_id` in arguments is a printer's id, serial or alias in any case. The access code is
 * opaque text here (sealed by bridge/printer/secret.h before it comes) and is in no view.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_PRINTERS_H
#define STORE_PRINTERS_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

struct db;
struct field_shape;
struct list;

extern const struct field_shape printers_shape;
extern const struct field_shape printers_deleted_shape; /* the answer of printers_delete */
extern const char *const printers_sources[];            /* who tells about a printer */

/* {printer_id (default: the serial), aliases, name, source, serial, host, port, access_code
 * (sealed), pin_sha256, model, enabled, ftps_port, fetch_sliced_file,
 * fetch_plain_data}. Returns the row of the view
 * `printers`. */
enum err printers_create(struct db *db, const json_t *args, json_t **ret, struct why *why);
/* Merge. A new alias that names a Home Assistant printer takes over its slots, jobs and history. */
enum err printers_update(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err printers_delete(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err printers_get(struct db *db, const json_t *args, json_t **ret, struct why *why);
enum err printers_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why);

/* Row id of the printer with this id, serial or alias; 0 where there is none. */
int64_t printers_find(struct db *db, const char *name);
/* The same, made with source "homeassistant" where it is missing. */
int64_t printers_find_or_make(struct db *db, const char *name);

/* Its id as text by its row id; JSON null where there is none. */
json_t *printers_id(struct db *db, int64_t printer);

/* What the links need: [{id, printer_id, serial, host, port, ftps_port, access_code, pin_sha256,
 * enabled, source}] of all printers, the access code still sealed. */
json_t *printers_targets(struct db *db);

/* [{id, printer_id}] of all printers, by name. */
json_t *printers_names(struct db *db);

/* Durable state as one JSON object; JSON null where none was saved. */
enum err printers_save_state(struct db *db, int64_t printer, const json_t *state, struct why *why);
enum err printers_state(struct db *db, int64_t printer, json_t **ret_state, struct why *why);

#endif
