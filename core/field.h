/*
 * One table row describes one field wherever it appears: in telemetry, in a request body, in the
 * configuration. The verbs over such tables are the only code that converts between JSON and
 * values.
 * Owner: tables are constant and static. Thread: any. Lock: none.
 */
#ifndef CORE_FIELD_H
#define CORE_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum field_kind {
    K_BOOL,
    K_INT,
    K_REAL,
    K_GRAMS, /* JSON number with at most 3 decimals; an integer of milligrams where C or SQL holds
                it */
    K_MONEY, /* JSON number with at most 2 decimals; an integer of cents */
    K_TEXT,
    K_COLOR, /* #RGB, #RRGGBB, #RRGGBBAA, with or without #, any case */
    K_TIME,  /* RFC 3339 text; milliseconds since 1970 */
    K_DATE,  /* YYYY-MM-DD text */
    K_LIST,  /* a JSON array, checked by its route */
    K_OBJECT,
};

enum {
    FIELD_REQUIRED = 1 << 0,
    FIELD_NULLABLE = 1 << 1, /* null clears it */
    FIELD_READONLY = 1 << 2, /* tolerated in a body when sent back unchanged */
    FIELD_SECRET = 1 << 3,   /* accepted, never shown */
};

struct field {
    const char *wire; /* key in telemetry; NULL: the same as name */
    const char *name; /* key in our JSON and name of the SQL parameter */
    enum field_kind kind;
    size_t at, size;          /* where the value lives in its struct; unused for bodies */
    double min, max;          /* range of a number, length of a text in characters; 0, 0: any */
    unsigned flags;           /* FIELD_... */
    const char *const *words; /* the allowed texts, NULL-terminated; NULL: any text */
    const char *doc;          /* one line for people */
};

/* Row of a table over ${type}: the member's place and size are taken from the type. */
#define FIELD(wire_, name_, kind_, type_, member_, min_, max_)                                     \
    {                                                                                              \
        .wire = (wire_), .name = (name_), .kind = (kind_), .at = offsetof(type_, member_),         \
        .size = sizeof(((type_ *)0)->member_), .min = (min_), .max = (max_)                        \
    }

#endif
