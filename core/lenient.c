#include "core/lenient.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"

enum { WORD = 32, COLOR_WORD = 48 };
static const char blanks[] = " \t\r\n";
static const double grams_most = 100000, whole_most = 9e15;

static bool named(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (text_equal_nocase(text, *words))
            return true;
    return false;
}

bool lenient_absent(const json_t *value)
{
    static const char *const words[] = {"", "none", "null", "unknown", "unavailable", NULL};
    char text[WORD];
    if (!value || json_is_null(value))
        return true;
    if (!json_is_string(value) || !text_copy(text, sizeof text, json_string_value(value)))
        return false;
    text_trim(text);
    return named(text, words);
}

/* The number that a value is or spells. */
static bool number_of(const json_t *value, double *ret)
{
    char text[WORD];
    if (json_is_number(value)) {
        *ret = json_number_value(value);
        return true;
    }
    if (!json_is_string(value) || !text_copy(text, sizeof text, json_string_value(value)))
        return false;
    text_trim(text);
    return text_to_double(text, ret);
}

enum lenient lenient_real(const json_t *value, double *ret)
{
    double number;
    if (lenient_absent(value))
        return LENIENT_ABSENT;
    if (!number_of(value, &number))
        return LENIENT_BAD;
    *ret = number;
    return LENIENT_TAKEN;
}

enum lenient lenient_int(const json_t *value, int64_t *ret)
{
    double number = 0;
    enum lenient taken = lenient_real(value, &number);
    if (taken != LENIENT_TAKEN)
        return taken;
    if (number != floor(number) || fabs(number) > whole_most)
        return LENIENT_BAD;
    *ret = (int64_t)number;
    return LENIENT_TAKEN;
}

enum lenient lenient_bool(const json_t *value, bool *ret)
{
    static const char *const yes[] = {"true", "on", "yes", "1", NULL};
    static const char *const no[] = {"false", "off", "no", "0", NULL};
    int64_t number;
    if (lenient_absent(value))
        return LENIENT_ABSENT;
    const char *text = json_string_value(value);
    if (json_is_boolean(value))
        *ret = json_is_true(value);
    else if (text && (named(text, yes) || named(text, no)))
        *ret = named(text, yes);
    else if (!text && lenient_int(value, &number) == LENIENT_TAKEN && (number == 0 || number == 1))
        *ret = number == 1;
    else
        return LENIENT_BAD;
    return LENIENT_TAKEN;
}

enum lenient lenient_grams(const json_t *value, int64_t *ret_mg)
{
    double grams = 0;
    enum lenient taken = lenient_real(value, &grams);
    if (taken != LENIENT_TAKEN)
        return taken;
    if (grams < 0 || grams > grams_most)
        return LENIENT_BAD;
    *ret_mg = llround(grams * 1000);
    return LENIENT_TAKEN;
}

enum lenient lenient_time(const json_t *value, int64_t *ret_ms)
{
    double seconds = 0;
    if (lenient_absent(value))
        return LENIENT_ABSENT;
    const char *text = json_string_value(value);
    if (text && text_to_time(text, true, ret_ms))
        return LENIENT_TAKEN;
    if (!number_of(value, &seconds) || seconds < 0 || seconds > 1e11)
        return LENIENT_BAD;
    *ret_ms = (int64_t)(seconds * 1000);
    return LENIENT_TAKEN;
}

static bool channel(double number, uint8_t *ret)
{
    if (!(number >= 0 && number <= 255) || number != floor(number))
        return false;
    *ret = (uint8_t)number;
    return true;
}

static bool color_of(const double *numbers, size_t count, struct color *ret)
{
    struct color color = {.a = 255};
    bool good = (count == 3 || count == 4) && channel(numbers[0], &color.r) &&
                channel(numbers[1], &color.g) && channel(numbers[2], &color.b) &&
                (count == 3 || channel(numbers[3], &color.a));
    if (good)
        *ret = color;
    return good;
}

static bool color_of_list(const json_t *list, struct color *ret)
{
    double numbers[4];
    size_t count = json_array_size(list);
    if (count > LEN(numbers))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!number_of(json_array_get(list, i), &numbers[i]))
            return false;
    return color_of(numbers, count, ret);
}

/* "(51, 51, 51)" or "[51, 51, 51]". */
static bool color_of_tuple(char *text, struct color *ret)
{
    double numbers[4];
    size_t count = 0, len = strlen(text);
    bool round = *text == '(' && text[len - 1] == ')',
         square = *text == '[' && text[len - 1] == ']';
    if (!round && !square)
        return false;
    text[len - 1] = '\0';
    for (char *at = text + 1; at; count++) {
        char *comma = strchr(at, ',');
        if (comma)
            *comma = '\0';
        text_trim(at);
        if (count == LEN(numbers) || !text_to_double(at, &numbers[count]))
            return false;
        at = comma ? comma + 1 : NULL;
    }
    return color_of(numbers, count, ret);
}

enum lenient lenient_color(const json_t *value, struct color *ret)
{
    char text[COLOR_WORD];
    if (lenient_absent(value))
        return LENIENT_ABSENT;
    if (json_is_array(value))
        return color_of_list(value, ret) ? LENIENT_TAKEN : LENIENT_BAD;
    if (!json_is_string(value) || !text_copy(text, sizeof text, json_string_value(value)))
        return LENIENT_BAD;
    text_trim(text);
    return color_parse(text, ret) || color_of_tuple(text, ret) ? LENIENT_TAKEN : LENIENT_BAD;
}

enum lenient lenient_text(const json_t *value, char *ret, size_t size)
{
    char number[WORD];
    if (lenient_absent(value))
        return LENIENT_ABSENT;
    const char *text = json_string_value(value);
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
        text = number;
    } else if (json_is_real(value)) {
        snprintf(number, sizeof number, "%.15g", json_real_value(value));
        text = number;
    }
    if (!text)
        return LENIENT_BAD;
    text += strspn(text, blanks);
    size_t len = strlen(text);
    while (len && strchr(blanks, text[len - 1]))
        len--;
    return text_copy_len(ret, size, text, len) ? LENIENT_TAKEN : LENIENT_BAD;
}
