/*
 * The slots inside a printer's state: finding and making them, what they hold by order
 * of trust, and when a change of it counts. Used by the files that fold messages only.
 * Owner: they live in struct printer. Thread: that of the printer value. Lock: none.
 */
#ifndef CORE_SLOT_H
#define CORE_SLOT_H

#include "core/printer.h"

/* Found or made, kept sorted; NULL for an impossible address or where no room is left. */
struct slot *slot_at(struct printer *printer, struct slot_address at);

/* Work out reported from what the wire said, and start to settle where that tells another story. */
void slot_derive(const struct printer *printer, struct slot *slot, enum source source, int64_t now);

/* When slot_settle would change something; INT64_MAX: it waits for nothing. */
int64_t slot_deadline(const struct slot *slot);
void slot_settle(struct slot *slot, int64_t now);

#endif
