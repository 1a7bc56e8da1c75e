/*
 * Setting what a tag says of its roll, checked: a value out of its range says nothing. Used by
 * code_json.c and code_cbor.c.
 * Owner: plain values. Thread: any. Lock: none.
 */
#ifndef CORE_CODE_ROLL_H
#define CORE_CODE_ROLL_H

#include <stddef.h>
#include <stdint.h>

#include "core/code.h"

/* Fields of OpenPrintTag that we read, by the name of the field. */
enum code_field {
    CODE_FIELD_NONE,
    CODE_FIELD_INSTANCE,
    CODE_FIELD_GTIN,
    CODE_FIELD_TYPE,
    CODE_FIELD_NAME,
    CODE_FIELD_BRAND,
    CODE_FIELD_NOMINAL,
    CODE_FIELD_ACTUAL,
    CODE_FIELD_TARE,
    CODE_FIELD_COLOR,
    CODE_FIELD_DENSITY,
    CODE_FIELD_NOZZLE_MIN,
    CODE_FIELD_NOZZLE_MAX,
    CODE_FIELD_BED_MIN,
    CODE_FIELD_BED_MAX,
    CODE_FIELD_CONSUMED,
};

void code_roll_clear(struct code *code, enum code_kind kind);
/* By the key of the section's map; ${aux}: of the auxiliary section, else of the main one. */
enum code_field code_roll_key(bool aux, int64_t key);
enum code_field code_roll_name(bool aux, const char *name);

void code_roll_number(struct code *code, enum code_field field, double value);
void code_roll_text(struct code *code, enum code_field field, const char *text, size_t len);
void code_roll_bytes(struct code *code, enum code_field field, const uint8_t *bytes, size_t len);

#endif
