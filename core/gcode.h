/*
 * Reads a plate's gcode as a stream and adds up the filament each tool lays down, by the slicer's
 * own counting rule, so that totals equal the slicer's header and parts can be taken by layer.
 * Owner: struct gcode is the caller's plain value (about 8 kB); nothing is allocated.
 * Thread: one at a time for each value. Lock: none.
 *
 * Rule (BambuStudio and OrcaSlicer, GCodeProcessor): positive E of a move counts when the line also
 * moves X, Y, Z or an arc; pure E moves do not. Between FLUSH_START and FLUSH_END the net sum of
 * all E counts instead, and is booked at the closing M621: what is still in the nozzle belongs to
 * the filament before, the rest to the new one. Conditional parts count as if they ran.
 */
#ifndef CORE_GCODE_H
#define CORE_GCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GCODE_FILAMENTS = 64,
    GCODE_NOZZLES = 4,
    GCODE_WORD = 16,
    GCODE_LINE = 2048, /* of a longer line only this much is looked at: they are all comments */
};

/* Lengths are integers of 1e-8 mm, so that sums are exact in any order. */
static const int64_t gcode_mm = 100000000;
/* 10 km or 30 kg: no plate lays down as much of one filament. */
static const int64_t gcode_most = INT64_C(1000000000000000);

struct gcode;

/* Each of these may be NULL. */
struct gcode_watch {
    void *ctx;
    /* `M73 L<layer>` was read: gcode->used holds the sums up to the start of ${layer}. */
    void (*layer)(void *ctx, const struct gcode *gcode, int layer);
    /* `M73 P<percent>` was read; gcode->percent is still the one before. */
    void (*percent)(void *ctx, const struct gcode *gcode, int percent);
    /* Another filament was selected, 0-based; gcode->filament is still the one before. */
    void (*tool)(void *ctx, const struct gcode *gcode, int filament);
};

/* What the slicer wrote about its own result; counts are 0 where the file does not say, and a
 * number that no slicer can mean is -1. */
struct gcode_header {
    int total_layers;
    int used_count; /* entries of the next three: filaments used, in the slicer's order */
    int used_index[GCODE_FILAMENTS]; /* 0-based filament */
    double used_mm[GCODE_FILAMENTS], used_g[GCODE_FILAMENTS];
    int mm_count, g_count;
    int density_count, diameter_count; /* entries of the next two: every filament of the project */
    double density[GCODE_FILAMENTS];   /* g/cm3 */
    double diameter[GCODE_FILAMENTS];  /* mm */
    /* From the settings, by filament of the project; "" where the file does not say. */
    char material[GCODE_FILAMENTS][GCODE_WORD], profile[GCODE_FILAMENTS][GCODE_WORD],
        color[GCODE_FILAMENTS][GCODE_WORD];
};

struct gcode {
    int64_t used[GCODE_FILAMENTS]; /* 1e-8 mm of each filament so far */
    int layer;                     /* of the last M73 L; 0 before the first */
    int percent;                   /* of the last M73 P; -1 before the first */
    struct gcode_header header;
    double nozzle_volume[GCODE_NOZZLES]; /* mm3 between cutter and tip; 0: not told yet */
    bool flushed_unknown; /* a flush was booked before the nozzle volume was known: read again */
    int filament;         /* selected, 0-based */
    bool too_long;        /* more than gcode_most: the sums are worth nothing */
    bool tool_unknown;    /* something was laid down by a filament number that we cannot hold */

    /* The rest is the reader's own. */
    struct gcode_watch watch;
    int nozzle_of[GCODE_FILAMENTS]; /* 0-based */
    int in_nozzle[GCODE_NOZZLES], before_change;
    bool relative, flushing;
    int64_t position, flush;
    size_t held;
    char line[GCODE_LINE];
};

/* ${nozzle_of}: 1-based nozzle by filament (slice_info filament_maps), ${count} entries; may be
 * NULL. ${nozzle_volume}: mm3, 0 where it is not known from elsewhere. */
void gcode_init(struct gcode *gcode, const struct gcode_watch *watch, const int *nozzle_of,
                int count, double nozzle_volume);
void gcode_feed(struct gcode *gcode, const char *bytes, size_t len);
void gcode_finish(struct gcode *gcode); /* a last line without its end; books an open flush */

/* Length to weight: ${length} in 1e-8 mm, ${diameter} in mm, ${density} in g/cm3; grams. */
double gcode_grams(int64_t length, double diameter, double density);

#endif
