#include "core/body_value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

static enum err fault(struct why *why, const char *code, const char *text)
{
    return why_fail(why, ERR_INVALID, code, NULL, "%s", text);
}

static enum err wrong_type(struct why *why, const char *wanted)
{
    return why_fail(why, ERR_INVALID, "wrong_type", NULL, "must be %s", wanted);
}

static bool ranged(const struct field *field)
{
    return field->min < field->max || field->min > field->max;
}

static enum err check_range(const struct field *field, double value, struct why *why)
{
    if (!isfinite(value))
        return fault(why, "out_of_range", "must be a finite number");
    if (ranged(field) && (value < field->min || value > field->max))
        return why_fail(why, ERR_INVALID, "out_of_range", NULL, "must be from %.15g to %.15g",
                        field->min, field->max);
    return OK;
}

static enum err take_int(const struct field *field, const json_t *value, json_t **ret,
                         struct why *why)
{
    double number = json_number_value(value);
    if (!json_is_number(value) || (json_is_real(value) && floor(number) < number))
        return wrong_type(why, "a whole number");
    if (fabs(number) > 9e15)
        return fault(why, "out_of_range", "is too large");
    enum err e = check_range(field, number, why);
    if (e == OK)
        *ret =
            json_integer(json_is_integer(value) ? json_integer_value(value) : (json_int_t)number);
    return e;
}

static enum err take_real(const struct field *field, const json_t *value, json_t **ret,
                          struct why *why)
{
    if (!json_is_number(value))
        return wrong_type(why, "a number");
    enum err e = check_range(field, json_number_value(value), why);
    if (e == OK)
        *ret = json_real(json_number_value(value));
    return e;
}

/* A number with at most ${decimals} decimals, as an integer of its smallest step. Twelve digits
 * before the point are exact in a double with three behind it; amounts beyond that are refused. */
static enum err take_decimal(const struct field *field, const json_t *value, int decimals,
                             json_t **ret, struct why *why)
{
    if (!json_is_number(value))
        return wrong_type(why, "a number");
    double number = json_number_value(value), scale = decimals == 3 ? 1000 : 100;
    enum err e = check_range(field, number, why);
    if (e != OK)
        return e;
    double scaled = number * scale, whole = floor(scaled + 0.5);
    if (fabs(number) > 1e9)
        return fault(why, "out_of_range", "is too large");
    if (fabs(scaled - whole) > 1e-9 * (fabs(scaled) + 1000))
        return why_fail(why, ERR_INVALID, "too_many_decimals", NULL,
                        "must have at most %d decimals", decimals);
    *ret = json_integer((json_int_t)whole);
    return OK;
}

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

/* Long free texts may have lines and tabs; nothing may have other control characters. */
static bool clean(const struct field *field, const char *text)
{
    bool lines = field->max >= LIMIT_NOTES;
    for (const char *at = text; *at; at++) {
        unsigned char c = (unsigned char)*at;
        bool c1 = c == 0xC2 && (unsigned char)at[1] >= 0x80 && (unsigned char)at[1] < 0xA0;
        if (c1 || c == 0x7F || (c < 0x20 && !(lines && strchr("\n\r\t", c))))
            return false;
    }
    return true;
}

static enum err check_words(const struct field *field, const char *text, struct why *why)
{
    char list[160] = "";
    size_t used = 0;
    for (const char *const *word = field->words; *word; word++) {
        if (!strcmp(*word, text))
            return OK;
        int more = snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "", *word);
        used = (size_t)more < sizeof list - used ? used + (size_t)more : sizeof list - 1;
    }
    return why_fail(why, ERR_INVALID, "not_allowed", NULL, "must be one of: %s", list);
}

static enum err check_text(const struct field *field, const char *text, struct why *why)
{
    if (!text_utf8_valid(text, strlen(text)))
        return fault(why, "wrong_type", "must be UTF-8");
    if (!clean(field, text))
        return fault(why, "control_character", "must not contain control characters");
    double length = (double)characters(text);
    if (length < field->min)
        return *text ? fault(why, "too_short", "is too short")
                     : fault(why, "too_short", "must not be empty");
    if (ranged(field) && length > field->max)
        return why_fail(why, ERR_INVALID, "too_long", NULL, "must have at most %.0f characters",
                        field->max);
    return field->words ? check_words(field, text, why) : OK;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static enum err take_text(const struct field *field, const json_t *value, json_t **ret,
                          struct why *why)
{
    if (!json_is_string(value))
        return wrong_type(why, "a text");
    if (strlen(json_string_value(value)) != json_string_length(value))
        return fault(why, "control_character", "must not contain NUL");
    const char *from = json_string_value(value);
    size_t len = strlen(from);
    while (len && blank(from[len - 1]))
        len--;
    while (len && blank(*from))
        from++, len--;
    json_auto_t *text = json_stringn(from, len);
    if (!text)
        return wrong_type(why, "UTF-8 text");
    enum err e = check_text(field, json_string_value(text), why);
    if (e == OK)
        *ret = json_incref(text);
    return e;
}

static enum err take_color(const json_t *value, json_t **ret, struct why *why)
{
    if (!json_is_string(value))
        return wrong_type(why, "a colour such as \"#FF8800\"");
    const char *hex = json_string_value(value);
    hex += *hex == '#';
    size_t len = strlen(hex);
    bool digits = strspn(hex, "0123456789abcdefABCDEF") == len;
    if (!digits || (len != 3 && len != 6 && len != 8))
        return fault(why, "invalid_color", "must be #RGB, #RRGGBB or #RRGGBBAA");
    char color[10] = "#";
    for (size_t i = 0; i < len; i++) {
        if (len == 3)
            color[1 + 2 * i] = color[2 + 2 * i] = hex[i];
        else
            color[1 + i] = hex[i];
    }
    text_upper(color);
    *ret = json_string(color);
    return OK;
}

static enum err take_time(const json_t *value, json_t **ret, struct why *why)
{
    int64_t ms;
    if (!json_is_string(value))
        return wrong_type(why, "a time such as \"2026-08-22T18:15:00Z\"");
    if (!text_to_time(json_string_value(value), false, &ms))
        return fault(why, "invalid_time", "must be an RFC 3339 time with Z or an offset");
    *ret = json_integer(ms);
    return OK;
}

static enum err take_date(const json_t *value, json_t **ret, struct why *why)
{
    if (!json_is_string(value))
        return wrong_type(why, "a date such as \"2026-08-22\"");
    if (!text_date_valid(json_string_value(value)))
        return fault(why, "invalid_date", "must be a date that exists, as YYYY-MM-DD");
    *ret = json_string(json_string_value(value));
    return OK;
}

static enum err take_list(const struct field *field, const json_t *value, json_t **ret,
                          struct why *why)
{
    if (!json_is_array(value))
        return wrong_type(why, "a list");
    if (ranged(field) && (double)json_array_size(value) > field->max)
        return why_fail(why, ERR_INVALID, "too_long", NULL, "must have at most %.0f entries",
                        field->max);
    if ((double)json_array_size(value) < field->min)
        return fault(why, "too_short", "has too few entries");
    *ret = json_deep_copy(value);
    return OK;
}

static enum err take_value(const struct field *field, const json_t *value, json_t **ret,
                           struct why *why)
{
    switch (field->kind) {
    case K_BOOL:
        if (!json_is_boolean(value))
            return wrong_type(why, "true or false");
        *ret = json_boolean(json_is_true(value));
        return OK;
    case K_INT:
        return take_int(field, value, ret, why);
    case K_REAL:
        return take_real(field, value, ret, why);
    case K_GRAMS:
        return take_decimal(field, value, 3, ret, why);
    case K_MONEY:
        return take_decimal(field, value, 2, ret, why);
    case K_COLOR:
        return take_color(value, ret, why);
    case K_TIME:
        return take_time(value, ret, why);
    case K_DATE:
        return take_date(value, ret, why);
    case K_LIST:
        return take_list(field, value, ret, why);
    case K_OBJECT:
        if (!json_is_object(value))
            return wrong_type(why, "an object");
        *ret = json_deep_copy(value);
        return OK;
    case K_ANY:
        *ret = json_deep_copy(value);
        return OK;
    case K_TEXT:
    default:
        return take_text(field, value, ret, why);
    }
}

enum err body_value(const struct field *field, const json_t *value, json_t **ret, struct why *why)
{
    *ret = NULL;
    enum err e = take_value(field, value, ret, why);
    if (e == OK && !*ret)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return e;
}

static json_t *read_bool(const char *text)
{
    if (!strcmp(text, "true") || !strcmp(text, "1"))
        return json_true();
    if (!strcmp(text, "false") || !strcmp(text, "0"))
        return json_false();
    return NULL;
}

static json_t *read_number(const char *text)
{
    int64_t whole;
    double number;
    if (text_to_int(text, &whole))
        return json_integer(whole);
    return text_to_double(text, &number) ? json_real(number) : NULL;
}

enum err body_value_text(const struct field *field, const char *text, json_t **ret, struct why *why)
{
    bool numeric = field->kind == K_INT || field->kind == K_REAL || field->kind == K_GRAMS ||
                   field->kind == K_MONEY;
    *ret = NULL;
    json_auto_t *value = field->kind == K_BOOL ? read_bool(text)
                         : numeric             ? read_number(text)
                                               : json_string(text);
    if (!value)
        return wrong_type(why, field->kind == K_BOOL ? "true or false"
                               : numeric             ? "a number"
                                                     : "UTF-8 text");
    return body_value(field, value, ret, why);
}
