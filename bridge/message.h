/*
 * Bytes of a printer's message to JSON, forgiving where printers are known to err.
 * Thread: any. Lock: none.
 */
#ifndef BRIDGE_MESSAGE_H
#define BRIDGE_MESSAGE_H

#include <jansson.h>
#include <stddef.h>

/* The message as an object, which the caller owns; NULL: no JSON object, too large or too deep.
 * Bytes that are no UTF-8 are replaced (seen on an A1 mini, firmware 01.07.02), numbers too large
 * for an integer become reals. */
json_t *message_parse(const void *bytes, size_t len);

#endif
