#include <stdio.h>

#include "base/auto.h"
#include "core/body.h"

enum { PLACE_SIZE = 128 };

/* Faults of one entry, under the place that it has in the body. */
static enum err tell(const json_t *faults, const char *place, json_t *errors, struct why *why)
{
    size_t i;
    json_t *fault;
    enum err e = ERR_INVALID;
    json_array_foreach (faults, i, fault) {
        char field[PLACE_SIZE];
        snprintf(field, sizeof field, "%s.%.60s", place,
                 json_string_value(json_object_get(fault, "field")));
        e = body_fault(errors, why, field, json_string_value(json_object_get(fault, "code")), "%s",
                       json_string_value(json_object_get(fault, "message")));
    }
    return e;
}

static enum err check_entry(const struct body_table *table, const char *place, json_t *entry,
                            json_t *rows, json_t *errors, struct why *why)
{
    if (!json_is_object(entry))
        return body_fault(errors, why, place, "wrong_type", "must be an object");
    json_auto_t *args = json_object(), *faults = json_array();
    struct why fault = {0};
    enum err e = body_check(table, BODY_CREATE, entry, NULL, args, faults, &fault);
    if (e == ERR_INVALID && json_array_size(faults))
        return tell(faults, place, errors, why);
    if (e != OK || json_array_append(rows, args) != 0)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return OK;
}

enum err body_check_list(const struct body_table *table, const char *name, const json_t *list,
                         json_t **ret_rows, json_t *errors, struct why *why)
{
    json_auto_t *rows = json_array();
    size_t i;
    json_t *entry;
    enum err result = OK;
    json_array_foreach (list, i, entry) {
        char place[PLACE_SIZE / 2];
        snprintf(place, sizeof place, "%.40s[%zu]", name, i);
        enum err e = check_entry(table, place, entry, rows, errors, why);
        result = result == OK ? e : result;
    }
    *ret_rows = result == OK ? json_incref(rows) : NULL;
    return result;
}
