#include "store/number.h"

#include <math.h>

#include "base/buf.h"

enum { THOUSAND = 1000 };

static const double exact_below = 1e12; /* thousandths of it still are exact in a double */

static double rounded(double value, enum field_kind kind)
{
    if (fabs(value) >= exact_below)
        return value;
    if (kind == K_GRAMS)
        return round(value * 1000) / 1000;
    return kind == K_MONEY ? round(value * 100) / 100 : value;
}

json_t *number_json(double value, enum field_kind kind)
{
    double shown = rounded(value, kind);
    bool whole = fabs(shown) < exact_below && floor(shown) == shown;
    return whole ? json_integer((json_int_t)shown) : json_real(shown);
}

static void add_thousandths(struct buf *out, int64_t thousandths)
{
    if (thousandths < 0)
        buf_char(out, '-');
    uint64_t rest = thousandths < 0 ? 0 - (uint64_t)thousandths : (uint64_t)thousandths;
    buf_int(out, (int64_t)(rest / THOUSAND));
    uint64_t fraction = rest % THOUSAND;
    if (!fraction)
        return;
    char digits[5] = {'.', (char)('0' + fraction / 100), (char)('0' + fraction / 10 % 10),
                      (char)('0' + fraction % 10)};
    size_t len = 4;
    while (digits[len - 1] == '0')
        len--;
    buf_add(out, digits, len);
}

void number_text(struct buf *out, double value, enum field_kind kind)
{
    double shown = rounded(value, kind);
    double thousandths = round(shown * THOUSAND);
    if (fabs(shown) < exact_below && thousandths / THOUSAND == shown)
        add_thousandths(out, (int64_t)thousandths);
    else
        buf_format(out, "%.15g", shown);
}

/* What is beyond all sense stays so, and can be added up without an overflow. */
static int64_t scaled(const json_t *value, double scale)
{
    static const double most = 1e15;
    return (int64_t)llround(fmax(-most, fmin(json_number_value(value) * scale, most)));
}

int64_t number_thousandths(const json_t *value)
{
    return scaled(value, 1000);
}

int64_t number_hundredths(const json_t *value)
{
    return scaled(value, 100);
}
