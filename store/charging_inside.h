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
#include "core/charge.h"
#include "core/trace.h"
#include "core/tray.h"

struct db;

enum {
    CASE_FILAMENTS = TRACE_FILAMENTS,
    CASE_UNPLACED = CASE_FILAMENTS + 1 /* index of grams of which nothing says which filament */
};

/* What is known of a feed beyond its layers. */
struct case_feed {
    int64_t row, slot; /* row 0: more of the feed before, with another roll */
    int64_t from_at, to_at;
    int64_t ran_out_at;        /* the printer said so; 0: it did not */
    int64_t emptied_at;        /* the slot was seen to become empty; 0: it was not */
    struct tray before, after; /* its tag at both ends */
};

/* When a roll came into a slot, beside trace_stay; and when a layer was reached. */
struct case_stay {
    int64_t slot, since;
};
struct case_layer {
    int64_t at;
    int32_t layer;
};

/* Everything that decides the charges of one print. */
struct charging_case {
    int64_t job, printer;
    bool utility, explicit_figures, whole;
    int64_t started_at, ended_at;
    int end_layer, end_percent, total_layers;
    bool even; /* no curve: every layer counts alike */
    int64_t reported_mg;
    struct charge_filament filaments[CASE_FILAMENTS]; /* in their order */
    size_t filament_count;
    int64_t estimated_mg[CASE_FILAMENTS]; /* by filament, from 0; -1 unknown, or no filament */
    struct slot_address mapping[CASE_FILAMENTS]; /* by filament, from 0 */
    struct slot_address likeness[CASE_FILAMENTS];
    struct curve_point *points;
    size_t point_count, point_room;
    struct tool_change *tools;
    size_t tool_count;
    struct trace_feed *feeds;
    struct case_feed *more; /* one for each of feeds */
    size_t feed_count;
    struct trace_stay *stays;
    struct case_stay *stay_times; /* one for each of stays */
    size_t stay_count;
    struct case_layer *trail; /* in order of time; layers never fall */
    size_t trail_count;
};

enum err charging_case_read(struct db *db, int64_t job, struct charging_case *ret_case,
                            struct why *why);
void charging_case_clear(struct charging_case *c);

/* For charging_case_read: feeds, stays and the trail. False: memory ran out. */
bool charging_read_feeds(struct db *db, struct charging_case *c);
/* The roll in a slot at that time of the print, as far as anybody ever said; 0: nobody did. */
int64_t charging_roll_at(const struct charging_case *c, int64_t slot, int64_t at);

/* What the tags say of each filament, from the slots that served it alone. */
void charging_read_tags(struct charging_case *c, const struct trace_part *parts, size_t count);

/* Rolls that ran out in this print are at nothing; a former row of the print that no longer holds
 * is reversed. After the segments are booked. */
enum err charging_weigh(struct db *db, const struct charging_case *c, const struct charges *charges,
                        struct why *why);

/* Kept with a segment and with a filament, and told by explain. NULL without memory. */
json_t *charging_part_evidence(const struct charge *charge, int to_layer);
json_t *charging_sum_evidence(const struct charging_case *c, const struct charge_sum *sum);

#endif
