#include <string.h>

#include "base/text.h"
#include "core/code.h"
#include "core/code_roll.h"

/* OpenSpool writes numbers as texts. */
static void number_of(struct code *code, enum code_field field, const json_t *value)
{
    double number = json_number_value(value);
    if (json_is_number(value) ||
        (json_is_string(value) && text_to_double(json_string_value(value), &number)))
        code_roll_number(code, field, number);
}

static void text_of(struct code *code, enum code_field field, const json_t *value)
{
    if (json_is_string(value))
        code_roll_text(code, field, json_string_value(value), json_string_length(value));
}

static bool openspool(const json_t *object, struct code *ret)
{
    code_roll_clear(ret, CODE_OPENSPOOL);
    text_of(ret, CODE_FIELD_BRAND, json_object_get(object, "brand"));
    text_of(ret, CODE_FIELD_TYPE, json_object_get(object, "type"));
    text_of(ret, CODE_FIELD_COLOR, json_object_get(object, "color_hex"));
    number_of(ret, CODE_FIELD_NOZZLE_MIN, json_object_get(object, "min_temp"));
    number_of(ret, CODE_FIELD_NOZZLE_MAX, json_object_get(object, "max_temp"));
    return true;
}

static void section(struct code *code, bool aux, const json_t *object)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)(uintptr_t)object, name, value) {
        enum code_field field = code_roll_name(aux, name);
        if (json_is_number(value))
            code_roll_number(code, field, json_number_value(value));
        else
            text_of(code, field, value);
    }
}

bool code_json(const json_t *object, struct code *ret)
{
    *ret = (struct code){0};
    const char *protocol = json_string_value(json_object_get(object, "protocol"));
    if (protocol && text_equal_nocase(protocol, "openspool"))
        return openspool(object, ret);
    const json_t *part = json_object_get(object, "main");
    if (!json_is_object(part))
        return false;
    code_roll_clear(ret, CODE_OPENPRINTTAG);
    section(ret, false, part);
    section(ret, true, json_object_get(object, "aux"));
    return true;
}
