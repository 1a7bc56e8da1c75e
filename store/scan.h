/*
 * What a scanned code is to the inventory: a roll, a product whose box it is, or a new roll that
 * could be entered. Nothing is stored.
 * All functions run inside the caller's transaction.
 * Owner: what is returned is the caller's. Thread: the connection's. Lock: none.
 */
#ifndef STORE_SCAN_H
#define STORE_SCAN_H

#include <jansson.h>

#include "base/err.h"

struct db;
struct field_shape;

extern const struct field_shape scan_shape;

/* What a roll from another system is called here, as its external_id: "prusament:ID",
 * "openprinttag:UUID", "spoolman:ID" (or the number alone, as it was imported). */

/* {payload}: the text of a code, OpenSpool's or OpenPrintTag's object (as JSON or as its text), or
 * OpenPrintTag's bytes in hex or base64. Returns {kind: spool|product|draft|unknown, code, id,
 * spool, filament, draft, missing, reason}. */
enum err scan_read(struct db *db, const json_t *args, json_t **ret, struct why *why);

#endif
