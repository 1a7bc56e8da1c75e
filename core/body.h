/*
 * The strict check of what a client sends, against a table of struct field: a JSON body or the
 * parameters of a query become arguments for SQL, or a list of everything that is wrong with them.
 *
 * Arguments are normalised: K_GRAMS becomes integer milligrams, K_MONEY integer cents, K_TIME
 * milliseconds since 1970, K_COLOR "#RRGGBB" in upper case or "#RRGGBBAA" where the client gave an
 * alpha, K_TEXT is trimmed; the key stays the field's name. What the client left out stays out;
 * what it cleared is JSON null.
 *
 * Owner: every json_t stays the caller's. Thread: any. Lock: none.
 */
#ifndef CORE_BODY_H
#define CORE_BODY_H

#include <jansson.h>
#include <stddef.h>

#include "base/err.h"
#include "core/field.h"

struct body_table {
    const struct field *fields;
    size_t count;
};

enum body_mode {
    BODY_CREATE, /* what a new row needs must be there, too (FIELD_NEW) */
    BODY_MERGE,  /* any subset of the rest; "clear_fields":[names] clears like null */
    BODY_PATCH, /* the same for an item that is sent back: what it shows already is no change, be it
                   valid or not (unless FIELD_MEANT) */
};

/*
 * Check the object ${body} and add its values to ${args}. ${current} is the row as the client sees
 * it, for what is sent back unchanged: what it shows beyond the table is read-only, too; NULL:
 * there is none. Each fault is appended to ${errors} as {field, code, message}; the first one is
 * also in
 * ${why}.
 */
enum err body_check(const struct body_table *table, enum body_mode mode, json_t *body,
                    const json_t *current, json_t *args, json_t *errors, struct why *why);

/* Both are the same to a client: numbers by value, 5 and 5.0, inside of lists and objects too.
 * False where one is missing. */
bool body_same(const json_t *a, const json_t *b);

/* The same for the texts of a query: ${texts} maps names to strings, which are read as the kind of
 * their field says. */
enum err body_query(const struct body_table *table, json_t *texts, json_t *args, json_t *errors,
                    struct why *why);

/* Check each object of a list that a body holds at ${name}: the same rules, all fields required
 * that say so. Faults name their place, such as "filaments[0].slot_number". ${ret_rows} gets the
 * arguments of each; NULL after a fault. */
enum err body_check_list(const struct body_table *table, const char *name, const json_t *list,
                         json_t **ret_rows, json_t *errors, struct why *why);

/* Append one more fault to ${errors} and fail with ERR_INVALID: for rules between fields. */
enum err body_fault(json_t *errors, struct why *why, const char *field, const char *code,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
