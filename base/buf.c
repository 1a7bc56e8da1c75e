#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const size_t smallest = 256;

static bool reserve(struct buf *b, size_t more)
{
    size_t want = b->len + more + 1;
    b->failed = b->failed || want <= more || (b->limit && b->len + more > b->limit);
    if (b->failed)
        return false;
    if (b->data && want <= b->size)
        return true;
    size_t size = b->size ? b->size : smallest;
    while (size < want)
        size = size > want / 2 ? want : size * 2;
    if (size < b->size * 2)
        size = b->size * 2;
    char *data = realloc(b->data, size);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->size = size;
    return true;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (!reserve(b, len))
        return;
    if (len)
        memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_char(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_int(struct buf *b, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        digits[--at] = '-';
    buf_add(b, digits + at, sizeof digits - at);
}

void buf_format(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    if (len < 0)
        b->failed = true;
    else if (reserve(b, (size_t)len)) {
        vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
        b->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

static const char *escape_of(unsigned char c)
{
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    default:
        return NULL;
    }
}

static void add_special(struct buf *b, unsigned char c)
{
    const char *escape = escape_of(c);
    if (escape)
        buf_text(b, escape);
    else
        buf_format(b, "\\u%04x", c);
}

void buf_json(struct buf *b, const char *text, size_t len)
{
    buf_char(b, '"');
    size_t from = 0, at = 0;
    while (at < len) {
        unsigned char c = (unsigned char)text[at];
        size_t width = c < 0x80 ? 1 : text_utf8_width(text + at, len - at);
        if (width && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f) {
            at += width;
            continue;
        }
        buf_add(b, text + from, at - from);
        if (width)
            add_special(b, c);
        else
            buf_text(b, "\xEF\xBF\xBD");
        from = ++at;
    }
    buf_add(b, text + from, at - from);
    buf_char(b, '"');
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

void buf_clear(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

char *buf_take(struct buf *b, size_t *ret_len)
{
    if (!b->data)
        buf_add(b, "", 0);
    if (b->failed) {
        buf_clear(b);
        return NULL;
    }
    char *data = b->data;
    if (ret_len)
        *ret_len = b->len;
    *b = (struct buf){0};
    return data;
}
