/*
 * One value of a body or query, checked against one row of a field table and normalised as
 * core/body.h says. Used by core/body.c alone.
 * Owner: what is returned is the caller's. Thread: any. Lock: none.
 */
#ifndef CORE_BODY_VALUE_H
#define CORE_BODY_VALUE_H

#include <jansson.h>

#include "base/err.h"
#include "core/field.h"

/* ${why} gets the code and the text of a fault, without the field. */
enum err body_value(const struct field *field, const json_t *value, json_t **ret, struct why *why);

/* The same for a text of a query: numbers and booleans are written as text there. */
enum err body_value_text(const struct field *field, const char *text, json_t **ret,
                         struct why *why);

#endif
