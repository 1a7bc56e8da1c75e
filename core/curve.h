/*
 * How much of each filament a plate has laid down by layer and by the percent marks inside a layer:
 * the shares by which a print is charged.
 * Owner: points belong to the caller (from the plate's gcode or the store); a curve borrows them.
 * Thread: any. Lock: none.
 */
#ifndef CORE_CURVE_H
#define CORE_CURVE_H

#include <stddef.h>
#include <stdint.h>

/* ${filament} has laid down ${used} in all by the moment at which ${layer} and ${percent} stopped
 * being in force (the next M73 L or M73 P). A filament has a point only where its sum changed. */
struct curve_point {
    int32_t layer;    /* 0 before the first layer */
    int16_t percent;  /* -1 before the first mark */
    int16_t filament; /* 0-based */
    int64_t used;     /* 1e-8 mm since the beginning of the plate */
};

/* Points in the order of the file. */
struct curve {
    const struct curve_point *points;
    size_t count;
};

/* All sums are 0 for a filament that the plate does not use. */
int64_t curve_total(const struct curve *curve, int filament);
int64_t curve_before(const struct curve *curve, int filament, int layer);  /* to its start */
int64_t curve_through(const struct curve *curve, int filament, int layer); /* to its end */

/* Where a print that shows ${layer} and ${percent} may stand: between ret_low and ret_high,
 * narrowed to the marks inside the layer where ${percent} (-1: unknown) was in force there. */
void curve_bounds(const struct curve *curve, int filament, int layer, int percent, int64_t *ret_low,
                  int64_t *ret_high);

#endif
