#include "api/shown.h"

#include <math.h>

#include "base/text.h"

json_t *shown_time(int64_t ms)
{
    char text[TEXT_TIME_SIZE];
    if (!ms)
        return json_null();
    text_time(text, ms);
    return json_string(text);
}

json_t *shown_int(int64_t value, int64_t unknown)
{
    return value == unknown ? json_null() : json_integer(value);
}

json_t *shown_real(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}
