#include "core/field.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/color.h"

static const struct field text_item = {.kind = K_TEXT}, color_item = {.kind = K_COLOR},
                          any_item = {.kind = K_ANY};
const struct field_shape field_texts = {.fields = &text_item, .count = 1};
const struct field_shape field_colors = {.fields = &color_item, .count = 1};
const struct field_shape field_any = {.fields = &any_item, .count = 1};

static int64_t get_int(const void *at, size_t size)
{
    int8_t small = 0;
    int16_t half = 0;
    int32_t word = 0;
    int64_t whole = 0;
    switch (size) {
    case sizeof small:
        memcpy(&small, at, sizeof small);
        return small;
    case sizeof half:
        memcpy(&half, at, sizeof half);
        return half;
    case sizeof word:
        memcpy(&word, at, sizeof word);
        return word;
    default:
        memcpy(&whole, at, sizeof whole);
        return whole;
    }
}

static bool put_int(void *at, size_t size, int64_t value)
{
    int8_t small = (int8_t)value;
    int16_t half = (int16_t)value;
    int32_t word = (int32_t)value;
    switch (size) {
    case sizeof small:
        memcpy(at, &small, size);
        return small == value;
    case sizeof half:
        memcpy(at, &half, size);
        return half == value;
    case sizeof word:
        memcpy(at, &word, size);
        return word == value;
    default:
        memcpy(at, &value, sizeof value);
        return true;
    }
}

static bool fits(size_t size, int64_t value)
{
    uint8_t scratch[sizeof(int64_t)];
    return put_int(scratch, size, value);
}

static bool blank(const json_t *value)
{
    return !value || json_is_null(value) || (json_is_string(value) && !*json_string_value(value));
}

static bool to_real(const json_t *value, double *ret_real)
{
    if (json_is_boolean(value)) {
        *ret_real = json_is_true(value);
        return true;
    }
    if (json_is_string(value))
        return text_to_double(json_string_value(value), ret_real);
    if (!json_is_number(value))
        return false;
    *ret_real = json_number_value(value);
    return isfinite(*ret_real);
}

static bool to_int(const json_t *value, int64_t *ret_int)
{
    double real = 0;
    if (json_is_integer(value)) {
        *ret_int = json_integer_value(value);
        return true;
    }
    if (json_is_string(value) && text_to_int(json_string_value(value), ret_int))
        return true;
    if (!to_real(value, &real) || fabs(real) > 9e15)
        return false;
    *ret_int = (int64_t)real;
    return true;
}

static bool to_bool(const json_t *value, int64_t *ret_bool)
{
    const char *text = json_string_value(value);
    if (text && (text_equal_nocase(text, "true") || text_equal_nocase(text, "false"))) {
        *ret_bool = text_equal_nocase(text, "true");
        return true;
    }
    return to_int(value, ret_bool) && (*ret_bool == 0 || *ret_bool == 1);
}

static bool to_bits(const json_t *value, uint64_t *ret_bits)
{
    const char *text = json_string_value(value);
    if (!text) {
        *ret_bits = (uint64_t)json_integer_value(value);
        return json_is_integer(value) && json_integer_value(value) >= 0;
    }
    size_t len = strlen(text);
    if (len > 16 && strspn(text, "0123456789abcdefABCDEF") != len)
        return false;
    return text_to_hex64(len > 16 ? text + len - 16 : text, ret_bits);
}

static bool in_range(const struct field *field, double value)
{
    return (field->min == 0 && field->max == 0) || (value >= field->min && value <= field->max);
}

static bool take_int(const struct field *field, void *at, const json_t *value)
{
    int64_t number = 0;
    bool read = field->kind == K_BOOL ? to_bool(value, &number) : to_int(value, &number);
    if (!read || !in_range(field, (double)number) || !fits(field->size, number))
        return false;
    return put_int(at, field->size, number);
}

static bool take_real(const struct field *field, void *at, const json_t *value)
{
    double real = 0;
    if (!to_real(value, &real) || !in_range(field, real))
        return false;
    memcpy(at, &real, sizeof real);
    return true;
}

/* Grams to milligrams, units of money to cents. */
static bool take_scaled(const struct field *field, void *at, const json_t *value)
{
    double real = 0, scale = field->kind == K_GRAMS ? 1000 : 100;
    if (!to_real(value, &real) || !in_range(field, real) || fabs(real) > 1e12)
        return false;
    int64_t scaled = llround(real * scale);
    if (fabs(real * scale - (double)scaled) > 1e-4)
        return false;
    memcpy(at, &scaled, sizeof scaled);
    return true;
}

static bool take_bits(const struct field *field, void *at, const json_t *value)
{
    uint64_t bits = 0;
    if (!to_bits(value, &bits))
        return false;
    if (field->size == sizeof(uint32_t)) {
        uint32_t low = (uint32_t)bits;
        memcpy(at, &low, sizeof low);
        return true;
    }
    memcpy(at, &bits, sizeof bits);
    return true;
}

static bool take_text(const struct field *field, void *at, const json_t *value)
{
    char number[32];
    const char *text = json_string_value(value);
    if (!text) {
        if (!json_is_integer(value))
            return false;
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        text = number;
    }
    if (strlen(text) >= field->size)
        return false;
    return text_copy(at, field->size, text);
}

static bool take_color(void *at, const json_t *value)
{
    struct color color;
    const char *text = json_string_value(value);
    if (!text || !color_parse(text, &color))
        return false;
    uint32_t rgba = (uint32_t)color.r << 24 | (uint32_t)color.g << 16 | (uint32_t)color.b << 8 |
                    (uint32_t)color.a;
    memcpy(at, &rgba, sizeof rgba);
    return true;
}

static bool take_time(void *at, const json_t *value)
{
    int64_t ms = 0;
    const char *text = json_string_value(value);
    if (!text || !text_to_time(text, true, &ms))
        return false;
    memcpy(at, &ms, sizeof ms);
    return true;
}

static bool take(const struct field *field, void *at, const json_t *value)
{
    switch (field->kind) {
    case K_BOOL:
    case K_INT:
        return take_int(field, at, value);
    case K_REAL:
        return take_real(field, at, value);
    case K_GRAMS:
    case K_MONEY:
        return take_scaled(field, at, value);
    case K_BITS:
        return take_bits(field, at, value);
    case K_TEXT:
        return take_text(field, at, value);
    case K_DATE:
        return json_is_string(value) && text_date_valid(json_string_value(value)) &&
               take_text(field, at, value);
    case K_COLOR:
        return take_color(at, value);
    case K_TIME:
        return take_time(at, value);
    case K_LIST:
    case K_OBJECT:
    case K_ANY:
        break;
    }
    return false;
}

enum field_taken field_take(const struct field *field, void *base, const json_t *value)
{
    bool text = field->kind == K_TEXT && json_is_string(value);
    if (blank(value) && !text)
        return FIELD_ABSENT;
    return take(field, (char *)base + field->at, value) ? FIELD_TAKEN : FIELD_BAD;
}

unsigned field_load_wire(const struct field *table, size_t count, void *base, const json_t *object)
{
    unsigned bad = 0;
    for (size_t i = 0; i < count; i++) {
        const char *key = table[i].wire ? table[i].wire : table[i].name;
        bad += field_take(&table[i], base, json_object_get(object, key)) == FIELD_BAD;
    }
    return bad;
}

unsigned field_load(const struct field *table, size_t count, void *base, const json_t *object)
{
    unsigned bad = 0;
    for (size_t i = 0; i < count; i++)
        bad += field_take(&table[i], base, json_object_get(object, table[i].name)) == FIELD_BAD;
    return bad;
}

static json_t *dump_bits(const void *at, size_t size)
{
    char text[20];
    uint32_t low = 0;
    uint64_t bits = 0;
    memcpy(size == sizeof low ? (void *)&low : (void *)&bits, at, size);
    snprintf(text, sizeof text, "%llx", (unsigned long long)(size == sizeof low ? low : bits));
    return json_string(text);
}

static json_t *dump_color(const void *at)
{
    char text[12];
    uint32_t rgba = 0;
    memcpy(&rgba, at, sizeof rgba);
    snprintf(text, sizeof text, "%08X", rgba);
    return json_string(text);
}

static json_t *dump_scaled(const void *at, double scale)
{
    return json_real((double)get_int(at, sizeof(int64_t)) / scale);
}

static json_t *dump_time(const void *at)
{
    char text[TEXT_TIME_SIZE];
    text_time(text, get_int(at, sizeof(int64_t)));
    return json_string(text);
}

static json_t *dump(const struct field *field, const void *at)
{
    double real = 0;
    switch (field->kind) {
    case K_BOOL:
        return json_boolean(get_int(at, field->size) != 0);
    case K_INT:
        return json_integer(get_int(at, field->size));
    case K_REAL:
        memcpy(&real, at, sizeof real);
        return json_real(real);
    case K_GRAMS:
        return dump_scaled(at, 1000);
    case K_MONEY:
        return dump_scaled(at, 100);
    case K_BITS:
        return dump_bits(at, field->size);
    case K_TEXT:
    case K_DATE:
        return json_string(at);
    case K_COLOR:
        return dump_color(at);
    case K_TIME:
        return dump_time(at);
    case K_LIST:
    case K_OBJECT:
    case K_ANY:
        break;
    }
    return NULL;
}

static bool zero(const void *at, size_t size)
{
    const unsigned char *byte = at;
    while (size && !*byte) {
        byte++;
        size--;
    }
    return size == 0;
}

void field_dump(const struct field *table, size_t count, const void *base, json_t *object)
{
    for (size_t i = 0; i < count; i++) {
        const void *at = (const char *)base + table[i].at;
        if (!zero(at, table[i].size))
            json_object_set_new(object, table[i].name, dump(&table[i], at));
    }
}

size_t field_diff(const struct field *table, size_t count, const void *a, const void *b,
                  size_t from)
{
    for (size_t i = from; i < count; i++) {
        size_t at = table[i].at;
        if (memcmp((const char *)a + at, (const char *)b + at, table[i].size) != 0)
            return i;
    }
    return count;
}
