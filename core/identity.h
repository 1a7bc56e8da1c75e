/*
 * What the printer says of its print: ids and names in reports, the echo of the print command, and
 * the mapping from the slicer's filaments to slots.
 * Thread: that of the printer value. Lock: none.
 */
#ifndef CORE_IDENTITY_H
#define CORE_IDENTITY_H

#include "core/printer.h"

/* Each returns the number of unreadable fields. */
unsigned identity_take(struct printer *printer, const json_t *print, int64_t now);
unsigned identity_take_command(struct printer *printer, const json_t *print, int64_t now);

#endif
