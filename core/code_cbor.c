#include <math.h>

#include "core/code.h"
#include "core/code_roll.h"

/* As much of CBOR (RFC 8949) as a tag may hold. Whatever breaks sets `failed`, and everything later
 * is nothing. */
struct reader {
    const uint8_t *bytes;
    size_t at, len;
    bool failed;
};

enum {
    DEPTH_MOST = 8,
    INDEFINITE = 31,
    META_MAIN_OFFSET = 0,
    META_AUX_OFFSET = 2,
    BREAK = 0xFF,
};
enum major { UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };

struct item {
    enum major major;
    bool indefinite;
    uint64_t argument; /* value, length or number of members */
    double number;     /* of numbers */
    bool is_number;
};

static uint8_t take(struct reader *r)
{
    if (r->failed || r->at >= r->len) {
        r->failed = true;
        return 0;
    }
    return r->bytes[r->at++];
}

static bool at_break(struct reader *r)
{
    if (!r->failed && r->at < r->len && r->bytes[r->at] == BREAK) {
        r->at++;
        return true;
    }
    return r->failed;
}

/* IEEE 754 of 16, 32 or 64 bits. */
static double real_of(uint64_t bits, unsigned width)
{
    unsigned fraction = width == 16 ? 10 : width == 32 ? 23 : 52;
    unsigned exponent_bits = width - 1 - fraction;
    uint64_t mantissa = bits & ((UINT64_C(1) << fraction) - 1);
    int exponent = (int)(bits >> fraction & ((UINT64_C(1) << exponent_bits) - 1));
    int bias = (1 << (exponent_bits - 1)) - 1;
    double sign = bits >> (width - 1) & 1 ? -1 : 1;
    if (exponent == (1 << exponent_bits) - 1)
        return mantissa ? NAN : sign * INFINITY;
    if (exponent == 0)
        return sign * ldexp((double)mantissa, 1 - bias - (int)fraction);
    return sign *
           ldexp((double)(mantissa | UINT64_C(1) << fraction), exponent - bias - (int)fraction);
}

static void read_number(struct item *item, unsigned info)
{
    bool real = item->major == SIMPLE && info >= 25 && info <= 27;
    item->is_number = item->major <= NEGATIVE || real;
    if (item->major == UNSIGNED)
        item->number = (double)item->argument;
    else if (item->major == NEGATIVE)
        item->number = -1 - (double)item->argument;
    else if (real)
        item->number = real_of(item->argument, 16U << (info - 25));
}

static struct item head(struct reader *r)
{
    struct item item = {0};
    uint8_t first = take(r);
    unsigned info = first & 31;
    item.major = (enum major)(first >> 5);
    item.indefinite = info == INDEFINITE;
    if (info < 24)
        item.argument = info;
    else if (info <= 27)
        for (unsigned n = 1U << (info - 24); n > 0; n--)
            item.argument = item.argument << 8 | take(r);
    else if (!item.indefinite || item.major < BYTES || item.major > MAP)
        r->failed = true;
    read_number(&item, info);
    return item;
}

/* Where the bytes of a text or byte string are; a string in pieces is skipped and says nothing. */
static const uint8_t *string(struct reader *r, const struct item *item)
{
    if (item->argument > r->len - r->at)
        r->failed = true;
    if (r->failed)
        return NULL;
    const uint8_t *from = r->bytes + r->at;
    r->at += (size_t)item->argument;
    return from;
}

static void skip(struct reader *r, struct item item, int depth);

static void skip_members(struct reader *r, const struct item *item, int depth)
{
    uint64_t count = item->major == MAP ? 2 * item->argument : item->argument;
    if (count > r->len)
        r->failed = true;
    for (uint64_t i = 0; !r->failed && (item->indefinite ? !at_break(r) : i < count); i++)
        skip(r, head(r), depth + 1);
}

static void skip(struct reader *r, struct item item, int depth)
{
    if (depth > DEPTH_MOST)
        r->failed = true;
    if (r->failed)
        return;
    if (item.major == ARRAY || item.major == MAP || item.indefinite)
        skip_members(r, &item, depth);
    else if (item.major == BYTES || item.major == TEXT)
        string(r, &item);
    else if (item.major == TAG)
        skip(r, head(r), depth + 1);
}

/* Where main and auxiliary region begin. */
struct regions {
    uint64_t main, aux;
};

static void take_meta(struct regions *regions, int64_t key, const struct item *value)
{
    if (value->major == UNSIGNED && key == META_MAIN_OFFSET)
        regions->main = value->argument;
    if (value->major == UNSIGNED && key == META_AUX_OFFSET)
        regions->aux = value->argument;
}

static void take_field(struct reader *r, struct code *code, enum code_field field,
                       const struct item *value)
{
    if (r->failed)
        return;
    if (value->is_number) {
        code_roll_number(code, field, value->number);
    } else if ((value->major == BYTES || value->major == TEXT) && !value->indefinite) {
        const uint8_t *from = string(r, value);
        if (from && value->major == BYTES)
            code_roll_bytes(code, field, from, (size_t)value->argument);
        else if (from)
            code_roll_text(code, field, (const char *)from, (size_t)value->argument);
    } else {
        skip(r, *value, 0);
    }
}

/* One section: a map from numbers. Without ${code} it is the meta section. */
static bool section(struct reader *r, struct code *code, bool aux, struct regions *regions)
{
    struct item map = head(r);
    if (map.major != MAP || map.argument > r->len)
        r->failed = true;
    for (uint64_t i = 0; !r->failed && (map.indefinite ? !at_break(r) : i < map.argument); i++) {
        struct item key = head(r);
        bool plain = key.major == UNSIGNED && key.argument <= INT32_MAX;
        if (!plain)
            skip(r, key, 0);
        struct item value = head(r);
        if (code)
            take_field(r, code, plain ? code_roll_key(aux, (int64_t)key.argument) : CODE_FIELD_NONE,
                       &value);
        else if (plain && value.major == UNSIGNED)
            take_meta(regions, (int64_t)key.argument, &value);
        else
            skip(r, value, 0);
    }
    return !r->failed;
}

bool code_cbor(const uint8_t *bytes, size_t len, struct code *ret)
{
    struct reader r = {.bytes = bytes, .len = len};
    struct regions regions = {0};
    *ret = (struct code){0};
    if (len > CODE_BYTES_MOST || !section(&r, NULL, false, &regions))
        return false;
    r.at = regions.main ? regions.main < len ? (size_t)regions.main : len : r.at;
    code_roll_clear(ret, CODE_OPENPRINTTAG);
    bool good = section(&r, ret, false, NULL);
    if (good && regions.aux && regions.aux < len) {
        struct reader aux = {.bytes = bytes, .len = len, .at = (size_t)regions.aux};
        struct code whole = *ret;
        if (section(&aux, &whole, true, NULL)) /* printers write it: a broken one says nothing */
            *ret = whole;
    }
    if (!good)
        *ret = (struct code){0};
    return good;
}
