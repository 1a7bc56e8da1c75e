/*
 * print.ams of a report: which units and trays there are and what is in them; vt_tray and vir_slot
 * for the external spools. Order of trust for "filled": the exist bits, else the form of the tray
 * object, never a missing key.
 * Thread: that of the printer value. Lock: none.
 */
#ifndef CORE_AMS_H
#define CORE_AMS_H

#include "core/printer.h"

/* Each returns the number of unreadable fields. ${ams} may be NULL or of any type. */
unsigned ams_take(struct printer *printer, const json_t *ams, int64_t now);
unsigned ams_take_external(struct printer *printer, const json_t *print);

/* Around every message: a power-off like frame waits, and counts once the printer went on talking
 * for long enough without taking it back. */
void ams_note_alive(struct printer *printer, int64_t now);
void ams_believe_hold(struct printer *printer, int64_t now);

#endif
