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

enum { STEP_BACK_MS = 10000 };

/* A clock that steps back a little, or requests that wait a moment, leave the order as it is. */
static bool goes_on(const struct id_source *source, int64_t now_ms)
{
    return now_ms <= source->ms && source->ms - now_ms < STEP_BACK_MS;
}

/* 26 bits: a random start that leaves room above it, then one more for each id. */
static void next_place(struct id_source *source, int64_t now_ms)
{
    if (goes_on(source, now_ms)) {
        source->order++;
        return;
    }
    id_random(&source->order, sizeof source->order);
    source->order &= 0x1FFFFFF;
    source->ms = now_ms;
}

static void put_time(uint8_t raw[16], int64_t ms)
{
    for (int i = 0; i < 6; i++)
        raw[i] = (uint8_t)((uint64_t)ms >> (40 - 8 * i));
}

static void fill_random(struct id_source *source, int64_t now_ms, uint8_t raw[16])
{
    next_place(source, now_ms);
    put_time(raw, source->ms);
    raw[6] = (uint8_t)(source->order >> 22);
    raw[7] = (uint8_t)(source->order >> 14);
    raw[8] = (uint8_t)(source->order >> 8 & 0x3F);
    raw[9] = (uint8_t)source->order;
    id_random(raw + 10, 6);
}

static void fill_counted(struct id_source *source, int64_t now_ms, uint8_t raw[16])
{
    uint64_t count = ++source->count;
    put_time(raw, now_ms);
    for (int i = 15; i >= 8; i--, count >>= 8)
        raw[i] = (uint8_t)count;
}

void id_make(struct id_source *source, int64_t now_ms, char ret_id[ID_SIZE])
{
    uint8_t raw[16] = {0};
    if (source->counted)
        fill_counted(source, now_ms, raw);
    else
        fill_random(source, now_ms, raw);
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
