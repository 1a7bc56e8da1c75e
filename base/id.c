#include "base/id.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"

void id_random(void *bytes, size_t len)
{
    char *at = bytes;
    while (len) {
        ssize_t got = getrandom(at, len, 0);
        if (got < 0 && errno != EINTR)
            abort(); /* without randomness no key and no id can be trusted */
        if (got > 0) {
            at += got;
            len -= (size_t)got;
        }
    }
}

/* 26 bits: a random start that leaves room above it, then one more for each id. */
static uint32_t next_order(struct id_source *source, int64_t now_ms)
{
    if (source->ms != now_ms)
        id_random(&source->order, sizeof source->order);
    source->order = source->ms != now_ms ? source->order & 0x1FFFFFF : source->order + 1;
    source->ms = now_ms;
    return source->order;
}

static void fill_random(struct id_source *source, int64_t now_ms, uint8_t low[10])
{
    uint32_t order = next_order(source, now_ms);
    low[0] = (uint8_t)(order >> 22);
    low[1] = (uint8_t)(order >> 14);
    low[2] = (uint8_t)(order >> 8 & 0x3F);
    low[3] = (uint8_t)order;
    id_random(low + 4, 6);
}

static void fill_counted(struct id_source *source, uint8_t low[10])
{
    uint64_t count = ++source->count;
    memset(low, 0, 10);
    for (int i = 9; i >= 2; i--, count >>= 8)
        low[i] = (uint8_t)count;
}

void id_make(struct id_source *source, int64_t now_ms, char ret_id[ID_SIZE])
{
    uint8_t raw[16];
    for (int i = 0; i < 6; i++)
        raw[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
    if (source->counted)
        fill_counted(source, raw + 6);
    else
        fill_random(source, now_ms, raw + 6);
    raw[6] = (uint8_t)(0x70 | (raw[6] & 0x0F));
    raw[8] = (uint8_t)(0x80 | (raw[8] & 0x3F));
    char hex[33];
    text_hex(hex, raw, sizeof raw);
    static const size_t groups[] = {8, 4, 4, 4, 12};
    char *to = ret_id;
    const char *from = hex;
    for (size_t i = 0; i < 5; i++) {
        memcpy(to, from, groups[i]);
        to += groups[i];
        from += groups[i];
        *to++ = '-';
    }
    to[-1] = '\0';
}

bool id_valid(const char *text)
{
    if (strlen(text) != ID_SIZE - 1)
        return false;
    for (size_t i = 0; i < ID_SIZE - 1; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !strchr("0123456789abcdefABCDEF", text[i]))
            return false;
    }
    return true;
}
