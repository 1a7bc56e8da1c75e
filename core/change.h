/*
 * What differs between two states of one printer, as a short list that plans are made from.
 * Owner: struct changes belongs to the caller. Thread: any. Lock: none. Pure.
 */
#ifndef CORE_CHANGE_H
#define CORE_CHANGE_H

#include "core/printer.h"

enum change_kind {
    CHANGE_UNIT,      /* at.unit appeared or is attached again */
    CHANGE_UNIT_GONE, /* at.unit is no longer attached */
    CHANGE_REPORTED,  /* slot at: the reported tray differs, also in hints as remain */
    CHANGE_SETTLED,   /* slot at: the settled tray tells another story (not in hints alone) */
    CHANGE_FEEDING,   /* at feeds now; {0, 0}: nothing does */
    CHANGE_STATE,     /* gcode state */
    CHANGE_LAYER,     /* layer or total */
    CHANGE_IDENTITY,  /* ids, file, name, plate or type of the print */
    CHANGE_MAPPING,   /* telemetry's filament mapping */
    CHANGE_COMMAND,   /* a print command was heard */
    CHANGE_ERROR,     /* print error, cancel latch, stop reply or health messages */
    CHANGE_MODEL,     /* model, firmware, nozzles, type or serial of a unit */
    CHANGE_REFUSED,   /* whether commands are refused */
};

struct change {
    enum change_kind kind;
    struct slot_address at; /* where it is about a slot or unit; else {0, 0} */
};

enum { CHANGES_MAX = 2 * PRINTER_SLOTS_MAX + 2 * PRINTER_UNITS_MAX + 16 };

struct changes {
    struct change list[CHANGES_MAX];
    int count;
};

/* In the order of the kinds above, within a kind by address. */
void changes_diff(const struct printer *old, const struct printer *next, struct changes *ret);
bool changes_have(const struct changes *changes, enum change_kind kind);
const char *change_slug(enum change_kind kind); /* "slot_settled", "layer" */

#endif
