#include "api/dump.h"

#include <string.h>

#include "base/buf.h"
#include "store/number.h"

static void add_array(struct buf *out, json_t *array)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        buf_char(out, i ? ',' : '[');
        dump_json(out, json_array_get(array, i));
    }
    buf_text(out, json_array_size(array) ? "]" : "[]");
}

static void add_object(struct buf *out, json_t *object)
{
    char before = '{';
    for (void *at = json_object_iter(object); at; at = json_object_iter_next(object, at)) {
        const char *key = json_object_iter_key(at);
        buf_char(out, before);
        buf_json(out, key, strlen(key));
        buf_char(out, ':');
        dump_json(out, json_object_iter_value(at));
        before = ',';
    }
    buf_add(out, before == ',' ? "}" : "{}", before == ',' ? 1 : 2);
}

static void add_word(struct buf *out, const json_t *value)
{
    if (json_is_true(value))
        buf_add(out, "true", 4);
    else if (json_is_false(value))
        buf_add(out, "false", 5);
    else
        buf_add(out, "null", 4);
}

void dump_json(struct buf *out, json_t *value)
{
    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_OBJECT:
        add_object(out, value);
        break;
    case JSON_ARRAY:
        add_array(out, value);
        break;
    case JSON_STRING:
        buf_json(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        buf_int(out, json_integer_value(value));
        break;
    case JSON_REAL:
        number_text(out, json_real_value(value), K_REAL);
        break;
    default:
        add_word(out, value);
    }
}
