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

static void fill_low(struct id_source *source, uint8_t low[10])
{
    memset(low, 0, 10);
    if (!source->counted) {
        id_random(low, 10);
        return;
    }
    uint64_t count = ++source->count;
    for (int i = 9; i >= 2; i--, count >>= 8)
        low[i] = (uint8_t)count;
}

void id_make(struct id_source *source, int64_t now_ms, char ret_id[ID_SIZE])
{
    uint8_t raw[16];
    for (int i = 0; i < 6; i++)
        raw[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
    fill_low(source, raw + 6);
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
