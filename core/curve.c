#include "core/curve.h"

#include <stdbool.h>

int64_t curve_total(const struct curve *curve, int filament)
{
    for (size_t i = curve->count; i > 0; i--)
        if (curve->points[i - 1].filament == filament)
            return curve->points[i - 1].used;
    return 0;
}

int64_t curve_through(const struct curve *curve, int filament, int layer)
{
    int64_t used = 0;
    for (size_t i = 0; i < curve->count && curve->points[i].layer <= layer; i++)
        if (curve->points[i].filament == filament)
            used = curve->points[i].used;
    return used;
}

int64_t curve_before(const struct curve *curve, int filament, int layer)
{
    return curve_through(curve, filament, layer - 1);
}

void curve_bounds(const struct curve *curve, int filament, int layer, int percent, int64_t *ret_low,
                  int64_t *ret_high)
{
    *ret_low = curve_before(curve, filament, layer);
    *ret_high = curve_through(curve, filament, layer);
    bool marked = false;
    int64_t low = *ret_low, high = *ret_low;
    for (size_t i = 0; i < curve->count && curve->points[i].layer <= layer; i++) {
        const struct curve_point *p = &curve->points[i];
        if (p->layer < layer)
            continue;
        marked |= p->percent == percent;
        if (p->filament != filament)
            continue;
        if (p->percent < percent)
            low = p->used;
        if (p->percent <= percent)
            high = p->used;
    }
    if (percent >= 0 && marked) {
        *ret_low = low;
        *ret_high = high;
    }
}
