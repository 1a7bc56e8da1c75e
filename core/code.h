/*
 * What a scanned code means: our labels, Spoolman's, Prusament's links, RFID identities, barcodes,
 * and the tags that describe their roll (OpenSpool, OpenPrintTag). Nothing is looked up here, and
 * nothing is fetched.
 * Sources: the label and scanner of Spoolman; GS1 General Specifications 7.9 (check digit);
 * OpenSpool 1.0 (values are texts); OpenPrintTag, NFC data format (keys of the CBOR maps).
 * Owner: plain values. Thread: any. Lock: none.
 */
#ifndef CORE_CODE_H
#define CORE_CODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/color.h"

enum {
    CODE_ID_SIZE = 128,
    CODE_NAME_SIZE = 128,
    CODE_BARCODE_SIZE = 15,
    CODE_BYTES_MOST = 2048, /* of a tag: three sections of at most 512 bytes, and gaps */
};

enum code_kind {
    CODE_UNKNOWN,
    CODE_SPOOL,     /* id: number or UUID of a roll of ours */
    CODE_SPOOLMAN,  /* id: number of a roll there */
    CODE_PRUSAMENT, /* id: what its link names */
    CODE_TRAY_UUID, /* id: upper case */
    CODE_TAG_UID,   /* id: upper case */
    CODE_BARCODE,   /* id: as code_barcode makes it */
    CODE_OPENSPOOL,
    CODE_OPENPRINTTAG, /* id: its UUID, "" where it has none */
    CODE_KINDS
};

/* What a tag says of its roll: "", false and -1 where it says nothing. */
struct code_roll {
    char brand[CODE_NAME_SIZE], product[CODE_NAME_SIZE], material[CODE_NAME_SIZE];
    char barcode[CODE_BARCODE_SIZE];
    struct color color;
    bool has_color;
    int nozzle_min, nozzle_max, bed_min, bed_max; /* degC */
    double density;                               /* g/cm3 */
    int64_t full_mg, used_mg, tare_mg;
};

struct code {
    enum code_kind kind;
    char id[CODE_ID_SIZE];
    struct code_roll roll; /* of CODE_OPENSPOOL and CODE_OPENPRINTTAG */
};

/* "filamentd", "spoolman", ... Never NULL. */
const char *code_slug(enum code_kind kind);

/* A code that is a plain text, blanks around it aside. False: unknown. */
bool code_text(const char *text, struct code *ret);
/* A decoded tag: OpenSpool's object, or OpenPrintTag's {meta, main, aux} by the names of its
 * fields. */
bool code_json(const json_t *object, struct code *ret);
/* The payload of OpenPrintTag: its sections as CBOR. */
bool code_cbor(const uint8_t *bytes, size_t len, struct code *ret);

/* 8, 12, 13 or 14 digits with their check digit; UPC and GTIN-14 become EAN-13 where they are one
 * with leading zeros. */
bool code_barcode(const char *text, char ret_code[CODE_BARCODE_SIZE]);

#endif
