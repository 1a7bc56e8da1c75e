/*
 * One plate's gcode, read as a stream into the share curve and the tool changes of a sliced file.
 * A part of bridge/printer/sliced, split off for its size; nobody else includes it.
 * Thread: as struct sliced.
 */
#ifndef BRIDGE_PRINTER_SLICED_GCODE_H
#define BRIDGE_PRINTER_SLICED_GCODE_H

#include <stdint.h>

#include "base/err.h"

struct gcode;
struct slice_plate;
struct sliced;

#define SLICED_GCODE_MOST (UINT64_C(2) << 30) /* bytes of one plate */

/* ${read} gives up to ${size} bytes, 0 at the end, -1 on failure. ${plate} may be NULL. ${volume}:
 * of the nozzle, mm3, 0 unknown. Replaces the points and tools of ${sliced}; ${gcode} keeps sums
 * and header. */
enum err sliced_gcode(int (*read)(void *ctx, char *bytes, int size), void *ctx,
                      const struct slice_plate *plate, double volume, struct gcode *gcode,
                      struct sliced *sliced, struct why *why);

#endif
