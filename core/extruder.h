/*
 * Which slot feeds: device.extruder of newer printers, tray_now of the others, whose numbers are
 * global or local by model. A wrong answer charges the wrong roll, so that "not knowable" is one.
 * Thread: that of the printer value. Lock: none.
 */
#ifndef CORE_EXTRUDER_H
#define CORE_EXTRUDER_H

#include "core/printer.h"

/* device of a report, NULL or of any type; returns the number of unreadable fields. */
unsigned extruder_take(struct printer *printer, const json_t *device);
/* How many nozzles feed, by data first, then by model. */
void extruder_count_nozzles(struct printer *printer);
struct slot_address extruder_feeding(const struct printer *printer);

#endif
