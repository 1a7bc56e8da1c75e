/*
 * The AMS units inside a printer's state. Used by the files that fold messages only.
 * Owner: they live in struct printer. Thread: that of the printer value. Lock: none.
 */
#ifndef CORE_UNIT_H
#define CORE_UNIT_H

#include "core/printer.h"

/* Found or made, kept sorted; NULL for an impossible number or where no room is left. */
struct unit *unit_at(struct printer *printer, int number);
/* Beside ${unit} in the volatile part. */
struct live_unit *unit_live(struct printer *printer, const struct unit *unit);

#endif
