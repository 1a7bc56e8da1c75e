/*
 * What the files of store/charging share. Nobody else includes it.
 * Owner: charging_case_clear frees what charging_case_read allocated. Thread: the connection's.
 */
#ifndef STORE_CHARGING_INSIDE_H
#define STORE_CHARGING_INSIDE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "core/trace.h"

struct db;

enum { CASE_FILAMENTS = TRACE_FILAMENTS };

/* Where the grams of a print come from. */
enum case_basis {
    CASE_CURVE,  /* the slicer's grams, by the share curve of the plate's own gcode */
    CASE_LAYERS, /* the slicer's grams, by layers: an estimate */
    CASE_NOTHING /* no grams are known */
};

/* Everything that decides the charges of one print. */
struct charging_case {
    int64_t job, printer;
    bool utility, explicit_figures, whole;
    bool thin; /* it ended out of sight, and not one layer of it was seen */
    int64_t started_at, ended_at;
    int end_layer, end_percent, total_layers;
    enum case_basis basis;
    int64_t estimated_mg[CASE_FILAMENTS]; /* -1 unknown; by filament, from 0 */
    bool present[CASE_FILAMENTS];         /* the print has this filament */
    struct slot_address mapping[CASE_FILAMENTS];
    struct slot_address likeness[CASE_FILAMENTS];
    struct curve_point *points;
    size_t point_count, point_room;
    struct tool_change *tools;
    size_t tool_count;
    struct trace_feed *feeds;
    int64_t *feed_from, *feed_to; /* times of the feeds */
    size_t feed_count;
};

enum err charging_case_read(struct db *db, int64_t job, struct charging_case *ret_case,
                            struct why *why);
void charging_case_clear(struct charging_case *c);

#endif
