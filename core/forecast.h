/*
 * Will what is in a slot last to the end of the print? From the share curve, what is left of the
 * roll, and the layer that is printed now.
 * Thread: any. Lock: none. Pure.
 */
#ifndef CORE_FORECAST_H
#define CORE_FORECAST_H

#include <stddef.h>
#include <stdint.h>

#include "core/curve.h"

/* A filament that comes from the slot from now on. */
struct forecast_filament {
    int32_t filament; /* 0-based */
    int64_t used_mg;  /* of the whole plate, by the slicer */
};

struct forecast {
    int64_t needed_mg;      /* from the end of the present layer to the end of the print */
    int64_t short_mg;       /* what the roll lacks for that; 0: it lasts */
    int32_t runs_out_layer; /* in which it comes to its end; -1: it lasts */
};

/* ${layer}: printed now, -1 before the first. ${available_mg}: left on the roll, this print's use
 * so far taken off; below 0 counts as 0. */
void forecast_slot(const struct curve *curve, const struct forecast_filament *filaments,
                   size_t count, int layer, int64_t available_mg, struct forecast *ret);

/* When ${runs_out_layer} is reached, in ms after now, by the time that is left for the rest of the
 * layers; -1 where that is not known. */
int64_t forecast_time(int layer, int total_layers, int minutes_left, int runs_out_layer);

#endif
