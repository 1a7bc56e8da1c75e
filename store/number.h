/*
 * Numbers of SQL as JSON: whole ones without a point, others with the decimals that their kind has,
 * the same in a tree and in text.
 * Owner: the tree is the caller's. Thread: any. Lock: none.
 */
#ifndef STORE_NUMBER_H
#define STORE_NUMBER_H

#include <jansson.h>
#include <stdint.h>

#include "core/field.h"

struct buf;

json_t *number_json(double value, enum field_kind kind);
void number_text(struct buf *out, double value, enum field_kind kind);

/* Grams of a body to milligrams, currency units to cents: rounded to the nearest. */
int64_t number_thousandths(const json_t *value);
int64_t number_hundredths(const json_t *value);

#endif
