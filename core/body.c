#include "core/body.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/body_value.h"

static const char clear_key[] = "clear_fields";

static enum err add_fault(json_t *errors, struct why *why, const char *field,
                          const struct why *fault)
{
    json_t *row = json_object();
    json_object_set_new(row, "field", json_string(field));
    json_object_set_new(row, "code", json_string(fault->code));
    json_object_set_new(row, "message", json_string(fault->text));
    bool first = json_array_size(errors) == 0;
    if (json_array_append_new(errors, row) != 0)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    if (first)
        return why_fail(why, ERR_INVALID, fault->code, field, "%s: %s", field, fault->text);
    return ERR_INVALID;
}

enum err body_fault(json_t *errors, struct why *why, const char *field, const char *code,
                    const char *format, ...)
{
    char text[sizeof why->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct why fault;
    why_fail(&fault, ERR_INVALID, code, field, "%s", text);
    return add_fault(errors, why, field, &fault);
}

static const struct field *find(const struct body_table *table, const char *name)
{
    for (size_t i = 0; i < table->count; i++)
        if (!strcmp(table->fields[i].name, name))
            return &table->fields[i];
    return NULL;
}

bool body_same(const json_t *a, const json_t *b)
{
    size_t i;
    const char *name;
    const json_t *value;
    if (json_is_number(a) && json_is_number(b))
        return fabs(json_number_value(a) - json_number_value(b)) < 5e-7;
    if (!a || !b || json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_array(a)) {
        bool same = json_array_size(a) == json_array_size(b);
        json_array_foreach (a, i, value)
            same = same && body_same(value, json_array_get(b, i));
        return same;
    }
    if (!json_is_object(a))
        return json_equal(a, b);
    bool same = json_object_size(a) == json_object_size(b);
    json_object_foreach ((json_t *)(uintptr_t)a, name, value)
        same = same && body_same(value, json_object_get(b, name));
    return same;
}

static enum err check_readonly(const char *name, const json_t *value, const json_t *current,
                               json_t *errors, struct why *why)
{
    if (current && body_same(value, json_object_get(current, name)))
        return OK;
    return body_fault(errors, why, name, "read_only", "cannot be set");
}

static enum err clear(const struct field *field, json_t *args, json_t *errors, struct why *why)
{
    if (!(field->flags & FIELD_NULLABLE))
        return body_fault(errors, why, field->name, "not_nullable", "cannot be empty");
    return json_object_set_new(args, field->name, json_null())
               ? why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory")
               : OK;
}

static enum err set_value(const struct field *field, enum err e, json_t *value,
                          const struct why *fault, json_t *args, json_t *errors, struct why *why)
{
    if (e == ERR_INVALID)
        return add_fault(errors, why, field->name, fault);
    if (e != OK || json_object_set_new(args, field->name, value) != 0)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return OK;
}

static enum err check_one(const struct field *field, const json_t *value, const json_t *current,
                          json_t *args, json_t *errors, struct why *why)
{
    if (field->flags & FIELD_MOMENT)
        return OK;
    if (field->flags & FIELD_READONLY)
        return check_readonly(field->name, value, current, errors, why);
    bool unset = current && json_is_null(json_object_get(current, field->name));
    if (json_is_null(value))
        return unset ? OK : clear(field, args, errors, why);
    json_t *taken = NULL;
    struct why fault;
    enum err e = body_value(field, value, &taken, &fault);
    return set_value(field, e, taken, &fault, args, errors, why);
}

static enum err check_clear(const struct body_table *table, const json_t *names, json_t *args,
                            json_t *errors, struct why *why)
{
    if (!json_is_array(names))
        return body_fault(errors, why, clear_key, "wrong_type", "must be a list of field names");
    enum err result = OK;
    size_t index;
    json_t *name;
    json_array_foreach (names, index, name) {
        const struct field *field =
            json_is_string(name) ? find(table, json_string_value(name)) : NULL;
        enum err e = OK;
        if (!field || (field->flags & FIELD_READONLY))
            e = body_fault(errors, why, clear_key, "unknown_field", "names no field to clear");
        else if (json_is_null(json_object_get(args, field->name)) ||
                 !json_object_get(args, field->name))
            e = clear(field, args, errors, why);
        else
            e = body_fault(errors, why, field->name, "contradiction", "is set and cleared at once");
        result = e == OK ? result : e;
    }
    return result;
}

static enum err check_required(const struct body_table *table, enum body_mode mode,
                               const json_t *args, json_t *errors, struct why *why)
{
    unsigned needed = FIELD_REQUIRED | (mode == BODY_CREATE ? FIELD_NEW : 0);
    enum err result = OK;
    for (size_t i = 0; i < table->count; i++) {
        const struct field *field = &table->fields[i];
        if (!(field->flags & needed) || json_object_get(args, field->name))
            continue;
        bool told = false; /* a wrong value was reported already */
        size_t index;
        json_t *row;
        json_array_foreach (errors, index, row) {
            const char *name = json_string_value(json_object_get(row, "field"));
            told = told || (name && !strcmp(name, field->name));
        }
        if (!told)
            result = body_fault(errors, why, field->name, "required", "is required");
    }
    return result;
}

static bool shown(const struct field *field, const json_t *value, const json_t *current)
{
    return !(field->flags & FIELD_MEANT) && body_same(value, json_object_get(current, field->name));
}

static enum err check_members(const struct body_table *table, enum body_mode mode, json_t *body,
                              const json_t *current, json_t *args, json_t *errors, struct why *why)
{
    enum err result = OK;
    const char *name;
    json_t *value;
    json_object_foreach (body, name, value) {
        const struct field *field = find(table, name);
        enum err e = OK;
        if (field && mode == BODY_PATCH && shown(field, value, current))
            continue;
        if (field)
            e = check_one(field, value, current, args, errors, why);
        else if (current && json_object_get(current, name))
            e = check_readonly(name, value, current, errors, why);
        else if (strcmp(name, clear_key) != 0)
            e = body_fault(errors, why, name, "unknown_field", "is not a field of this request");
        result = e == OK ? result : e;
    }
    return result;
}

enum err body_check(const struct body_table *table, enum body_mode mode, json_t *body,
                    const json_t *current, json_t *args, json_t *errors, struct why *why)
{
    if (!json_is_object(body))
        return why_fail(why, ERR_INVALID, "wrong_type", NULL, "the body must be a JSON object");
    bool merge = mode != BODY_CREATE;
    const json_t *item = merge ? current : NULL; /* only then may it come back */
    enum err result = check_members(table, mode, body, item, args, errors, why);
    const json_t *names = json_object_get(body, clear_key);
    enum err e = OK;
    if (names && merge)
        e = check_clear(table, names, args, errors, why);
    else if (names)
        e = body_fault(errors, why, clear_key, "unknown_field", "is for changes, not for creation");
    result = e == OK ? result : e;
    e = check_required(table, mode, args, errors, why);
    return e == OK ? result : e;
}

enum err body_query(const struct body_table *table, json_t *texts, json_t *args, json_t *errors,
                    struct why *why)
{
    enum err result = OK;
    const char *name;
    json_t *value;
    json_object_foreach (texts, name, value) {
        const struct field *field = find(table, name);
        enum err e = OK;
        if (field) {
            json_t *taken = NULL;
            struct why fault;
            e = body_value_text(field, json_string_value(value), &taken, &fault);
            e = set_value(field, e, taken, &fault, args, errors, why);
        } else {
            e = body_fault(errors, why, name, "unknown_field",
                           "is not a parameter of this request");
        }
        result = e == OK ? result : e;
    }
    return result;
}
