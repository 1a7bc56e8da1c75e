/*
 * The reply to get_version: model, firmware, serial number, types of the AMS units.
 * Thread: that of the printer value. Lock: none.
 */
#ifndef CORE_VERSION_H
#define CORE_VERSION_H

#include "core/printer.h"

/* How well a model is known; a better source replaces a worse one. */
enum model_trust { TRUST_NONE, TRUST_SERIAL, TRUST_BOARD, TRUST_CALLER, TRUST_PRODUCT };

unsigned version_take(struct printer *printer, const json_t *info);
void version_set_model(struct printer *printer, enum model model, enum model_trust trust);

#endif
