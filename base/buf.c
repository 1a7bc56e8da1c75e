#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const size_t smallest = 256;

static size_t size_for(const struct buf *b, size_t want)
{
    size_t size = b->size ? b->size * 2 : smallest;
    while (size < want)
        size = size > want / 2 ? want : size * 2;
    return size;
}

__attribute__((noinline)) static bool grow(struct buf *b, size_t more)
{
    size_t want = b->len + more + 1;
    b->failed = b->failed || want <= more || (b->limit && b->len + more > b->limit);
    if (b->failed)
        return false;
    if (b->data && want <= b->size)
        return true;
    size_t size = size_for(b, want);
    char *data = realloc(b->data, size);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->size = size;
    return true;
}

/* For ${more} bytes and a NUL. Nearly always there is room: texts come in many small pieces. */
static inline bool reserve(struct buf *b, size_t more)
{
    bool room = b->data && more < b->size - b->len && !b->failed && !b->limit;
    return room || grow(b, more);
}

/* Where there is room: see reserve. */
static void put(struct buf *b, const void *bytes, size_t len)
{
    char *to = b->data + b->len;
    if (len)
        memcpy(to, bytes, len);
    to[len] = '\0';
    b->len += len;
}

static inline void add_char(struct buf *b, char c)
{
    if (!reserve(b, 1))
        return;
    char *to = b->data + b->len++;
    to[0] = c;
    to[1] = '\0';
}

void buf_room(struct buf *b, size_t more)
{
    if (reserve(b, more))
        b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (reserve(b, len))
        put(b, bytes, len);
}

void buf_before(struct buf *b, const void *bytes, size_t len)
{
    if (!len || !reserve(b, len))
        return;
    memmove(b->data + len, b->data, b->len);
    memcpy(b->data, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_text(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

void buf_char(struct buf *b, char c)
{
    add_char(b, c);
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

/* Into the room that is there, and again where it was too small. */
void buf_format(struct buf *b, const char *format, ...)
{
    if (!reserve(b, 0))
        return;
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = b->size - b->len;
    int made = vsnprintf(b->data + b->len, room, format, args);
    size_t len = made < 0 ? 0 : (size_t)made;
    b->failed = made < 0;
    if (reserve(b, len)) {
        if (len >= room)
            vsnprintf(b->data + b->len, len + 1, format, again);
        b->len += len;
    }
    b->data[b->len] = '\0';
    va_end(again);
    va_end(args);
}

/* How a JSON text writes each byte: ' ' as it is, '8' as part of a character of UTF-8, 'u' by its
 * number, else by a backslash and this letter. */
static const char written[] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu"
                              "  \"                             "
                              "                            \\   "
                              "                               u"
                              "88888888888888888888888888888888"
                              "88888888888888888888888888888888"
                              "88888888888888888888888888888888"
                              "88888888888888888888888888888888";

static void add_escape(struct buf *b, unsigned char c)
{
    char escape[] = {'\\', written[c], '0', '0', 0, 0, 0};
    if (written[c] == 'u')
        text_hex(escape + 4, &c, 1);
    buf_add(b, escape, written[c] == 'u' ? 6 : 2);
}

/* How much of ${text} stands in a JSON text as it is. */
static size_t span(const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0, width = 1;
    while (width) {
        while (at < len && written[bytes[at]] == ' ')
            at++;
        width = at < len && bytes[at] >= 0x80 ? text_utf8_width(text + at, len - at) : 0;
        at += width;
    }
    return at;
}

/* From the first byte on that does not stand as it is: seldom, so it stays out of the way. */
__attribute__((noinline)) static void add_odd(struct buf *b, const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        unsigned char c = (unsigned char)text[at++];
        if (c < 0x80)
            add_escape(b, c);
        else
            buf_text(b, "\xEF\xBF\xBD");
        size_t as_is = span(text + at, len - at);
        buf_add(b, text + at, as_is);
        at += as_is;
    }
}

void buf_json(struct buf *b, const char *text, size_t len)
{
    if (!reserve(b, len + 2)) /* it never takes less */
        return;
    size_t as_is = span(text, len);
    b->data[b->len++] = '"';
    put(b, text, as_is);
    if (as_is < len)
        add_odd(b, text + as_is, len - as_is);
    add_char(b, '"');
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
