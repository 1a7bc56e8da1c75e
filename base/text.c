#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool text_copy_len(char *to, size_t size, const char *from, size_t len)
{
    memset(to, 0, size);
    if (len >= size)
        return false;
    memcpy(to, from, len);
    return true;
}

bool text_copy(char *to, size_t size, const char *from)
{
    return text_copy_len(to, size, from, strlen(from));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

bool text_equal_nocase(const char *a, const char *b)
{
    while (*a && (*a == *b || lower(*a) == lower(*b))) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool text_ends_nocase(const char *text, const char *suffix)
{
    size_t len = strlen(text), tail = strlen(suffix);
    return len >= tail && text_equal_nocase(text + len - tail, suffix);
}

void text_upper(char *text)
{
    for (; *text; text++)
        *text = upper(*text);
}

void text_lower(char *text)
{
    for (; *text; text++)
        *text = lower(*text);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void text_trim(char *text)
{
    size_t len = strlen(text), from = 0;
    while (len && is_blank(text[len - 1]))
        len--;
    while (from < len && is_blank(text[from]))
        from++;
    memmove(text, text + from, len - from);
    text[len - from] = '\0';
}

const char *text_base_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

bool text_to_int(const char *text, int64_t *ret_value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    if (*digits < '0' || *digits > '9')
        return false;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end)
        return false;
    *ret_value = value;
    return true;
}

bool text_to_double(const char *text, double *ret_value)
{
    if (!*text || strspn(text, "+-.0123456789eE") != strlen(text))
        return false;
    char *end;
    double value = strtod(text, &end);
    if (*end || end == text || !isfinite(value))
        return false;
    *ret_value = value;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool text_to_hex64(const char *text, uint64_t *ret_value)
{
    uint64_t value = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        int digit = hex_digit(*text);
        if (digit < 0 || value >> 60)
            return false;
        value = value << 4 | (uint64_t)digit;
    }
    *ret_value = value;
    return true;
}

void text_hex(char *to, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digits[bytes[i] >> 4];
        to[2 * i + 1] = digits[bytes[i] & 15];
    }
    to[2 * len] = '\0';
}

bool text_unhex(uint8_t *to, size_t size, const char *hex, size_t *ret_len)
{
    size_t len = strlen(hex);
    if (len % 2 || len / 2 > size)
        return false;
    for (size_t i = 0; i < len; i += 2) {
        int high = hex_digit(hex[i]), low = hex_digit(hex[i + 1]);
        if (high < 0 || low < 0)
            return false;
        to[i / 2] = (uint8_t)(high << 4 | low);
    }
    *ret_len = len / 2;
    return true;
}

void text_base64url(char *to, const uint8_t *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)bytes[i] << 16;
        if (have > 1)
            bits |= (uint32_t)bytes[i + 1] << 8;
        if (have > 2)
            bits |= bytes[i + 2];
        for (size_t k = 0; k <= have; k++)
            *to++ = digits[bits >> (18 - 6 * k) & 63];
    }
    *to = '\0';
}

static int base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const char *at = strchr(digits, c);
    if (c == '+' || c == '-')
        return 62;
    if (c == '/' || c == '_')
        return 63;
    return at ? (int)(at - digits) : -1;
}

bool text_unbase64(uint8_t *to, size_t size, const char *text, size_t *ret_len)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t len = 0;
    for (; *text && *text != '='; text++) {
        int value = base64_value(*text);
        if (value < 0 || len >= size)
            return false;
        bits = bits << 6 | (uint32_t)value;
        have += 6;
        if (have >= 8)
            to[len++] = (uint8_t)(bits >> (have -= 8));
    }
    size_t padding = strspn(text, "=");
    *ret_len = len;
    return !text[padding] && padding <= 2 && have < 6 && !(bits & ((1U << have) - 1));
}

size_t text_utf8_width(const char *text, size_t len)
{
    const unsigned char *s = (const unsigned char *)text;
    if (!len)
        return 0;
    if (s[0] < 0x80)
        return 1;
    size_t width = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    if (s[0] < 0xC2 || s[0] > 0xF4 || len < width)
        return 0;
    for (size_t i = 1; i < width; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool outside = (s[0] == 0xED && s[1] > 0x9F) || (s[0] == 0xF4 && s[1] > 0x8F);
    return overlong || outside ? 0 : width;
}

bool text_utf8_valid(const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        bool ascii = (unsigned char)text[at] < 0x80;
        size_t width = ascii ? 1 : text_utf8_width(text + at, len - at);
        if (!width)
            return false;
        at += width;
    }
    return true;
}

/* Days since 1970-01-01 of a proleptic Gregorian date, and back: counted in eras of 400 years that
 * begin on 1 March, so that the leap day is the last day of its year. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t in_era = year - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static void date_of(int64_t days, int64_t *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t rest = days - era * 146097;
    int64_t year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int64_t in_year = rest - (365 * year + year / 4 - year / 100);
    int64_t part = (5 * in_year + 2) / 153;
    *ret_day = (int)(in_year - (153 * part + 2) / 5 + 1);
    *ret_month = (int)(part < 10 ? part + 3 : part - 9);
    *ret_year = year + era * 400 + (*ret_month <= 2);
}

static int days_in(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static void put_two(char *to, int number)
{
    to[0] = (char)('0' + number / 10);
    to[1] = (char)('0' + number % 10);
}

/* Returns its length. */
static int put_year(char to[TEXT_TIME_SIZE], int year)
{
    if (year < 0 || year > 9999)
        return snprintf(to, TEXT_TIME_SIZE, "%04d", year);
    put_two(to, year / 100);
    put_two(to + 2, year % 100);
    return 4;
}

void text_time(char to[TEXT_TIME_SIZE], int64_t ms)
{
    int64_t seconds = ms / 1000 - (ms % 1000 < 0);
    int64_t days = seconds / 86400 - (seconds % 86400 < 0);
    int64_t rest = seconds - days * 86400;
    int64_t year;
    int month, day;
    date_of(days, &year, &month, &day);
    char *behind = to + put_year(to, (int)year);
    memcpy(behind, "-00-00T00:00:00Z", sizeof "-00-00T00:00:00Z");
    put_two(behind + 1, month);
    put_two(behind + 4, day);
    put_two(behind + 7, (int)(rest / 3600));
    put_two(behind + 10, (int)(rest / 60 % 60));
    put_two(behind + 13, (int)(rest % 60));
}

/* Read exactly ${digits} decimal digits and step over them. */
static bool read_digits(const char **at, int digits, int *ret_value)
{
    int value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        value = value * 10 + (**at - '0');
    }
    *ret_value = value;
    return true;
}

static bool read_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool read_date(const char **at, int64_t *ret_days)
{
    int year, month, day;
    if (!read_digits(at, 4, &year) || !read_char(at, '-') || !read_digits(at, 2, &month) ||
        !read_char(at, '-') || !read_digits(at, 2, &day))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
        return false;
    *ret_days = days_of(year, month, day);
    return true;
}

bool text_date_valid(const char *text)
{
    int64_t days;
    return read_date(&text, &days) && !*text;
}

static bool read_clock(const char **at, int64_t *ret_ms)
{
    int hour, minute, second;
    if (!read_digits(at, 2, &hour) || !read_char(at, ':') || !read_digits(at, 2, &minute) ||
        !read_char(at, ':') || !read_digits(at, 2, &second))
        return false;
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    int64_t ms = 0, scale = 100;
    if (read_char(at, '.')) {
        if (**at < '0' || **at > '9')
            return false;
        for (; **at >= '0' && **at <= '9'; (*at)++, scale /= 10)
            ms += (**at - '0') * scale;
    }
    *ret_ms = ((int64_t)hour * 3600 + minute * 60 + second) * 1000 + ms;
    return true;
}

static bool read_zone(const char **at, bool bare, int64_t *ret_ms)
{
    *ret_ms = 0;
    if (read_char(at, 'Z') || read_char(at, 'z'))
        return true;
    if (**at != '+' && **at != '-')
        return bare && !**at;
    int64_t sign = *(*at)++ == '-' ? -1 : 1;
    int hour, minute;
    if (!read_digits(at, 2, &hour) || !read_char(at, ':') || !read_digits(at, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *ret_ms = sign * ((int64_t)hour * 60 + minute) * 60000;
    return true;
}

bool text_to_time(const char *text, bool bare, int64_t *ret_ms)
{
    int64_t days, clock, zone;
    if (!read_date(&text, &days))
        return false;
    if (!read_char(&text, 'T') && !read_char(&text, 't') && !read_char(&text, ' '))
        return false;
    if (!read_clock(&text, &clock) || !read_zone(&text, bare, &zone) || *text)
        return false;
    *ret_ms = days * 86400000 + clock - zone;
    return true;
}
