/*
 * The volatile part of a report: temperatures, progress, signal.
 * Thread: that of the printer value. Lock: none.
 */
#ifndef CORE_LIVE_H
#define CORE_LIVE_H

#include "core/printer.h"

unsigned live_take(struct printer *printer, const json_t *print);
/* Nothing is told yet: temperatures are NAN, counts -1. */
void live_init(struct live *live);
void live_init_unit(struct live_unit *unit);

#endif
