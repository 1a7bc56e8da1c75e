/*
 * An inventory for replay: {"spools": [POST body + spool_id, archived?], "slots": [{printer_id,
 * ams_unit_number, slot_number, spool_id}]}.
 * Owner: nothing is kept. Thread: inside the writer's transaction.
 */
#ifndef SERVICE_INVENTORY_H
#define SERVICE_INVENTORY_H

#include "base/err.h"

struct db;

/* Rolls first, then their slots, as the API would take them. A failure names the entry. */
enum err inventory_load(struct db *db, const char *path, struct why *why);

/* The printer that the slots of ${path} name, "" where they name none; false where unreadable. */
enum err inventory_printer(const char *path, char *ret_printer, int size, struct why *why);

#endif
