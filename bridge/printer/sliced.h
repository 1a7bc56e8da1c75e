/*
 * What a sliced file says of one plate: its filaments, their grams, and the share curve that its
 * own gcode draws. Reads `.gcode.3mf` archives and plain `.gcode`, as streams, within limits on
 * every size, count and ratio, because the file comes from a printer or an upload. Owner: the
 * caller; sliced_clear frees. Thread: any; a value belongs to one thread. Blocks on the disk.
 */
#ifndef BRIDGE_PRINTER_SLICED_H
#define BRIDGE_PRINTER_SLICED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/curve.h"
#include "core/trace.h"

enum { SLICED_FILAMENTS = 64, SLICED_WARNINGS = 16 };

struct field_shape;

struct sliced_filament {
    int index;                                 /* 1-based, the slicer's filament id */
    char profile[24], material[24], color[10]; /* "" where unknown; color as #RRGGBB[AA] */
    double used_g, used_m;    /* the slicer's own figures; -1 where it gives none */
    int64_t length;           /* 1e-8 mm by the counting rule over the gcode */
    double diameter, density; /* mm, g/cm3; density 0 where nothing tells it */
    bool used;                /* the gcode lays some down, or the slicer says so */
};

struct sliced {
    int plate;              /* 1-based; 0 for a plain gcode file */
    char printer_model[16]; /* "" where unknown */
    int total_layers;       /* 0 where unknown */
    int prediction_s;       /* -1 where unknown */
    struct sliced_filament filaments[SLICED_FILAMENTS];
    int filament_count;
    struct curve_point *points;
    size_t point_count;
    struct tool_change *tools; /* in the order of the file, without repetition */
    size_t tool_count;
    char warnings[SLICED_WARNINGS][160];
    int warning_count;
};

/* ${plate}: the plate to read; 0: the only one there is. Errors carry a code: not_sliced,
 * not_an_archive, plate_missing, plate_ambiguous, too_big, bad_slice_info, unreadable. */
enum err sliced_read(const char *path, int plate, struct sliced *ret_sliced, struct why *why);
void sliced_clear(struct sliced *sliced);

extern const struct field_shape sliced_shape; /* of sliced_json */

/* The JSON of `filamentd analyze` and POST /api/sliced_files/analyze; ${layers}: with
 * cumulative_mm_by_layer. NULL without memory. The caller owns it. */
json_t *sliced_json(const struct sliced *sliced, bool layers);

/* The form in which a job keeps it: see tracks_sliced in store/tracks.h. NULL without memory. */
json_t *sliced_record(const struct sliced *sliced);

void sliced_warn(struct sliced *sliced, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
