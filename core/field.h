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
    K_ANY,  /* any JSON value: settings alone */
    K_BITS, /* hex text without 0x; an unsigned integer, of a longer text its low end */
};

enum {
    FIELD_REQUIRED = 1 << 0, /* in every body */
    FIELD_NULLABLE = 1 << 1, /* null clears it */
    FIELD_READONLY = 1 << 2, /* tolerated in a body when sent back unchanged */
    FIELD_SECRET = 1 << 3,   /* accepted, never shown */
    FIELD_OPTIONAL = 1 << 4, /* in an answer: not always there */
    FIELD_NEW = 1 << 5,      /* required where a row is made, not where it is changed */
    FIELD_MEANT = 1 << 6,    /* says something even where it equals what an item shows */
    FIELD_MOMENT = 1 << 7, /* with READONLY: as it was when it was read, and may be other by now */
};

struct field_shape;

struct field {
    const char *wire; /* key in telemetry; NULL: the same as name */
    const char *name; /* key in our JSON and name of the SQL parameter */
    enum field_kind kind;
    size_t at, size;              /* where the value lives in its struct; unused for bodies */
    double min, max;              /* range of a number, length of a text in characters; 0, 0: any */
    unsigned flags;               /* FIELD_... */
    const char *const *words;     /* the allowed texts, NULL-terminated; NULL: any text */
    const char *doc;              /* one line for people */
    const struct field_shape *of; /* what is inside a K_LIST or K_OBJECT; NULL: see its doc */
};

/* A JSON object by its fields. How columns become JSON: one row for each column, by name and in any
 * order; a column without a row is what its SQL type is. K_BOOL, K_GRAMS and K_MONEY are numbers in
 * SQL; K_LIST and K_OBJECT are JSON text in SQL. The same rows are the schema that is shown to
 * clients. One row without a name: scalars of its kind, as elements of a list or values of a map.
 */
struct field_shape {
    const char *view; /* SQL view that it describes; NULL: made by code */
    const struct field *fields;
    size_t count;
    const char *name; /* in the OpenAPI document, UpperCamel */
};

extern const struct field_shape field_texts;  /* a list of texts */
extern const struct field_shape field_colors; /* a list of #RRGGBB */
extern const struct field_shape field_any;    /* a map of the user's own: any name, any value */

/* Row of a table over ${type}: the member's place and size are taken from the type. */
#define FIELD(wire_, name_, kind_, type_, member_, min_, max_)                                     \
    {                                                                                              \
        .wire = (wire_), .name = (name_), .kind = (kind_), .at = offsetof(type_, member_),         \
        .size = sizeof(((type_ *)0)->member_), .min = (min_), .max = (max_)                        \
    }

/* How one value was taken. */
enum field_taken {
    FIELD_ABSENT, /* no such key, null, or an empty text where a number belongs */
    FIELD_TAKEN,
    FIELD_BAD, /* unreadable, out of range or too long: what was there before stays */
};

/*
 * The tolerant reading of telemetry: a number may be a text, a float or a boolean, and the reverse;
 * nothing is truncated. (Bodies of requests are checked strictly, see core/body.h.)
 * In C: K_BOOL and K_INT are signed integers of any size, K_REAL a double, K_TEXT and K_DATE a char
 * array, K_COLOR a uint32_t 0xRRGGBBAA, K_GRAMS, K_MONEY and K_TIME an int64_t, K_BITS unsigned.
 */
enum field_taken field_take(const struct field *field, void *base, const json_t *value);

/* Take every row of ${table} out of ${object} by its wire key; returns how many were bad. */
unsigned field_load_wire(const struct field *table, size_t count, void *base, const json_t *object);

/* The same by our own key, for what field_dump made; ${base} starts as zeros. */
unsigned field_load(const struct field *table, size_t count, void *base, const json_t *object);

/* Add every row that is not zero to ${object}. */
void field_dump(const struct field *table, size_t count, const void *base, json_t *object);

/* Index of the first row from ${from} on whose values differ; ${count}: none. */
size_t field_diff(const struct field *table, size_t count, const void *a, const void *b,
                  size_t from);

#endif
