/*
 * Errors, health messages and refusals, kept with the times of their coming and going.
 * Thread: that of the printer value. Lock: none.
 */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include "core/printer.h"

/* Errors of a report; returns the number of unreadable fields. */
unsigned fault_take(struct printer *printer, const json_t *print, int64_t now);
/* Any reply to a command of whomever: refusals, and the answer to a stop. */
void fault_take_reply(struct printer *printer, const json_t *reply, int64_t now);
bool fault_reply_failed(const json_t *reply);

#endif
