#include "core/forecast.h"

#include "core/share.h"

/* Milligrams of all the filaments together up to the end of ${layer}. */
static int64_t until(const struct curve *curve, const struct forecast_filament *filaments,
                     size_t count, int layer)
{
    int64_t mg = 0;
    for (size_t i = 0; i < count; i++)
        mg += share_until(filaments[i].used_mg, curve_through(curve, filaments[i].filament, layer),
                          curve_total(curve, filaments[i].filament));
    return mg;
}

static int last_layer(const struct curve *curve)
{
    return curve->count ? curve->points[curve->count - 1].layer : -1;
}

void forecast_slot(const struct curve *curve, const struct forecast_filament *filaments,
                   size_t count, int layer, int64_t available_mg, struct forecast *ret)
{
    int64_t available = available_mg > 0 ? available_mg : 0;
    int64_t gone = until(curve, filaments, count, layer);
    int low = layer, high = last_layer(curve);
    ret->needed_mg = until(curve, filaments, count, high) - gone;
    ret->short_mg = ret->needed_mg > available ? ret->needed_mg - available : 0;
    ret->runs_out_layer = -1;
    if (!ret->short_mg)
        return;
    while (high - low > 1) { /* sums grow with the layer */
        int middle = low + (high - low) / 2;
        if (until(curve, filaments, count, middle) - gone > available)
            high = middle;
        else
            low = middle;
    }
    ret->runs_out_layer = high;
}

int64_t forecast_time(int layer, int total_layers, int minutes_left, int runs_out_layer)
{
    int from = layer > 0 ? layer : 0;
    if (minutes_left < 0 || runs_out_layer < from || total_layers <= from)
        return -1;
    return (int64_t)minutes_left * 60000 * (runs_out_layer - from) / (total_layers - from);
}
