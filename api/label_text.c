#include "api/label_text.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* Advance widths of Helvetica from U+0020 to U+007E, in hundredths of the size. */
static const unsigned char widths[] = {
    28, 28, 36, 56, 56, 89, 67, 19, 33,  33, 39, 58, 28, 33, 28, 28, 56, 56, 56, 56, 56, 56, 56, 56,
    56, 56, 28, 28, 58, 58, 58, 56, 102, 67, 67, 72, 72, 67, 61, 78, 72, 28, 50, 67, 56, 83, 72, 78,
    67, 78, 72, 67, 61, 72, 67, 94, 67,  67, 61, 28, 28, 28, 47, 56, 33, 56, 56, 50, 56, 56, 28, 56,
    56, 22, 22, 50, 22, 83, 56, 56, 56,  56, 33, 50, 28, 56, 50, 72, 50, 50, 50, 33, 26, 33, 58,
};

static const double room = 1.22, bold_room = 1.3, letter = 0.67, wide = 1.0;
static const char ellipsis[] = "\u2026";

/* One character: its bytes, and how wide it is. */
struct character {
    size_t len;
    double width;
    bool bad;
};

static double wide_of(uint32_t code)
{
    if (code >= 0x300 && code < 0x370) /* combining marks */
        return 0;
    return code >= 0x2E80 ? wide : letter; /* ideographs and pictures are square */
}

static uint32_t code_of(const char *text, size_t len)
{
    uint32_t code = (unsigned char)text[0] & (len == 2 ? 0x1Fu : len == 3 ? 0x0Fu : 0x07u);
    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)text[i] & 0x3Fu);
    return code;
}

/* The character at ${text}, of which ${left} bytes are there; at least one. */
static struct character next(const char *text, size_t left, bool bold)
{
    size_t len = text_utf8_width(text, left);
    unsigned char first = (unsigned char)*text;
    double scale = bold ? bold_room : room;
    if (len == 1 && first >= 0x20 && first < 0x7F)
        return (struct character){1, widths[first - 0x20] / 100.0 * scale, false};
    if (len < 2 || len > left)
        return (struct character){1, letter * scale, true};
    uint32_t code = code_of(text, len);
    return (struct character){len, wide_of(code) * scale, code == 0xFFFE || code == 0xFFFF};
}

double label_text_width(const char *text, bool bold)
{
    double width = 0;
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        struct character c = next(text + at, len - at, bold);
        width += c.width;
        at += c.len;
    }
    return width;
}

static void add_escaped(struct buf *out, const char *text, const struct character *c)
{
    static const struct {
        char c;
        const char *text;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (entities[i].c == *text) {
            buf_text(out, entities[i].text);
            return;
        }
    }
    if (c->bad)
        buf_text(out, "\uFFFD");
    else
        buf_add(out, text, c->len);
}

void label_text_add(struct buf *out, const char *text, double most, bool bold)
{
    bool cut = label_text_width(text, bold) > most;
    double room_left = cut ? most - wide * (bold ? bold_room : room) : most;
    size_t len = strlen(text);
    for (size_t at = 0; at < len;) {
        struct character c = next(text + at, len - at, bold);
        room_left -= c.width;
        if (cut && room_left < 0)
            break;
        add_escaped(out, text + at, &c);
        at += c.len;
    }
    if (cut)
        buf_text(out, ellipsis);
}
