/*
 * From the stretches of a print to milligrams on rolls: which source says how much of a filament
 * was used, how that splits over the slots it came from, and what the other sources would have
 * said. Owner: inputs are borrowed, results go into the caller's value. Thread: any. Lock: none.
 * Pure.
 *
 * Sources, best first: the user's own figure, what the printer or a client reports, the slicer's
 * grams by the plate's curve, the slicer's grams by the ratio of layers (an estimate), and for a
 * print of one filament the difference of the tag's percentages (an estimate). Else the charge is
 * open. Parts of a filament sum to its total to the milligram.
 */
#ifndef CORE_CHARGE_H
#define CORE_CHARGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/trace.h"

struct tray;

enum { CHARGES_MAX = 256 };
static const int64_t charge_unknown = -1; /* milligrams that nobody tells */

enum charge_source {
    CHARGE_USER,
    CHARGE_REPORTED,
    CHARGE_CURVE,
    CHARGE_LAYERS,
    CHARGE_REMAIN,
    CHARGE_OPEN,
    CHARGE_SOURCES
};

/* One filament of the plate. Milligrams are charge_unknown where nobody tells. */
struct charge_filament {
    int32_t filament;    /* 0-based */
    int64_t used_mg;     /* the slicer's, for the whole plate */
    int64_t length;      /* of its curve, 1e-8 mm; 0: it has none */
    int64_t user_mg;     /* what the user says that it used */
    int64_t reported_mg; /* what printer or client say that it used */
    int64_t remain_mg;   /* what its tag's percentage lost; see charge_remain */
    int64_t percent_mg;  /* one percent of that tag's weight */
};

struct charge_input {
    const struct charge_filament *filaments;
    size_t filament_count;
    const struct trace_part *parts; /* of trace_parts, by filament */
    size_t part_count;
    bool even;           /* the parts come from charge_even, not from the plate's own gcode */
    bool whole;          /* the print completed */
    int layer;           /* else: the last that was seen; -1 none */
    int total_layers;    /* 0 unknown */
    int64_t user_mg;     /* of the whole print, where it is not told by filament */
    int64_t reported_mg; /* the same */
};

/* Grams of one filament from one slot: a row of the job's segments, and of the ledger once its roll
 * is known. */
struct charge {
    int32_t filament;        /* 0-based; -1: of the whole print, nothing says which filament */
    int32_t segment;         /* counts from 0 within its filament */
    struct slot_address at;  /* none: no evidence names a slot */
    int64_t spool;           /* 0: open, nobody knows which roll it was */
    int64_t mg;              /* charge_unknown: open, nobody knows how much */
    int64_t low_mg, high_mg; /* between these, by where it may begin and end; as mg */
    enum charge_source source;
    bool estimate;
    enum trace_rule rule;
    int32_t from_layer;
};

/* One filament in all, with what every source says of it. */
struct charge_sum {
    int32_t filament;
    enum charge_source source;
    int64_t mg, low_mg, high_mg;
    int64_t said_mg[CHARGE_SOURCES]; /* charge_unknown: nothing */
};

struct charges {
    struct charge list[CHARGES_MAX];
    int count;
    struct charge_sum sums[TRACE_FILAMENTS];
    int sum_count;
    bool overflow; /* there were more parts: their grams are together in one open charge */
};

void charge_job(const struct charge_input *input, struct charges *ret);

/* "user", "reported", "slicer_curve", "slicer_layers", "rfid_remain", "open". */
const char *charge_source_slug(enum charge_source source);

/* Stands in for a curve where the plate's gcode is not at hand: every filament grows evenly from
 * layer to layer. Fills ${layers} points for each filament; returns their number, 0 where they do
 * not fit into ${most}. Its length is charge_even_length. */
size_t charge_even(const struct charge_filament *filaments, size_t filament_count, int layers,
                   struct curve_point *ret_points, size_t most);
int64_t charge_even_length(int layers);

/* What a roll lost by its tag: charge_unknown unless both readings are of one tag, are usable, and
 * fell. Precise to one percent of the roll's weight. */
int64_t charge_remain(const struct tray *before, const struct tray *after);

/* Cost of ${mg} from a roll of ${price_mg} that cost ${price_cents}, in cents. */
int64_t charge_cost(int64_t mg, int64_t price_cents, int64_t price_mg);

/* How much more, in thousandths, this roll's prints used than was booked, from a roll of ${true_mg}
 * on which ${booked_mg} were booked until it ran out. Bounded; false where that is too little to
 * judge by. It is a suggestion: nothing applies it by itself. */
bool charge_calibration(int64_t true_mg, int64_t booked_mg, int *ret_permille);

#endif
