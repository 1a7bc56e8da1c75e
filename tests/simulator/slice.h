/*
 * A sliced file for a plan: a small but valid .gcode.3mf, whose gcode, header and slice_info agree
 * with each other and with the plan.
 * Owner: nothing is kept. Thread: any. Lock: none.
 * Format: as the open source slicers write it, with only the parts that a reader of use needs.
 */
#ifndef TESTS_SIMULATOR_SLICE_H
#define TESTS_SIMULATOR_SLICE_H

#include "base/buf.h"
#include "base/err.h"
#include "tests/simulator/plan.h"

enum { SLICE_MD5_SIZE = 33 };

/* What the gcode extrudes of each filament, counted by the slicers' rule while it is written. */
struct slice_sums {
    double mm[PLAN_FILAMENTS];
};

/* Write the archive to ${path}, of which the folders exist. ${model_id}: of the printer family;
 * ${ret_md5}: upper case, of the whole file. The same plan gives the same bytes. */
enum err slice_write(const struct plan *plan, const char *model_id, const char *path,
                     char ret_md5[SLICE_MD5_SIZE], struct why *why);

/* The plate's gcode alone. */
void slice_gcode(const struct plan *plan, struct buf *ret_gcode, struct slice_sums *ret_sums);

#endif
