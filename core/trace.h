/*
 * Which slot and roll gave which stretch of each filament: the tool changes of the sliced file laid
 * against the slots that were seen feeding.
 *
 * Owner: inputs are borrowed, the parts go into the caller's array.
 * Thread: any. Lock: none. Pure.
 *
 * A change of slot that the file foresees belongs to the filament that the file changes to. One
 * that it does not foresee continues the filament that prints there: a runout with AMS backup, or a
 * person's swap. A slot that nothing foresees for a filament without mapping teaches its mapping.
 * A change that the file foresees and nobody saw, while layers went by, happened all the same: its
 * filament came from its own slot, from the roll that was in there at that layer.
 */
#ifndef CORE_TRACE_H
#define CORE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/curve.h"

enum { TRACE_FILAMENTS = 64 };

/* The file changes to ${filament} (0-based) while ${layer} is in force. */
struct tool_change {
    int32_t layer;
    int32_t filament;
};

/* A slot fed from a layer to a layer; the layer of a change is in both neighbours. */
struct trace_feed {
    struct slot_address at;
    int64_t spool; /* row of the roll in it at the time; 0 unknown */
    int32_t from_layer, to_layer;
    int32_t from_percent; /* -1 unknown */
};

/* Another roll is in a slot while ${layer} is in force; the first of a slot is there before layer
 * 0: -1. In order of time. */
struct trace_stay {
    struct slot_address at;
    int64_t spool; /* 0 unknown */
    int32_t layer;
};

enum trace_rule {
    TRACE_MAPPED,    /* the slot the print was told to use */
    TRACE_LEARNED,   /* the k-th tool and the k-th slot, in order */
    TRACE_CONTINUED, /* took over from another slot: runout, backup, or a swap */
    TRACE_UNSEEN,    /* never seen feeding: the mapping alone says so */
    TRACE_LIKENESS,  /* the only slot with this material and colour */
    TRACE_OPEN,      /* nothing says which slot it was */
};

struct trace_input {
    struct curve curve;
    const struct tool_change *tools;
    size_t tool_count;
    const struct trace_feed *feeds; /* in order of time */
    size_t feed_count;
    const struct trace_stay *stays; /* of the slots that the print may use; may be NULL */
    size_t stay_count;
    const struct slot_address *mapping; /* by filament; none: not known */
    int mapping_count;
    const struct slot_address *likeness; /* by filament, where unique; may be NULL */
    int likeness_count;
    bool whole;                 /* the print completed */
    int end_layer, end_percent; /* else: the last that was seen of it; percent -1 unknown */
};

/* A stretch of one filament. Lengths are 1e-8 mm from the beginning of that filament's curve;
 * ${low} and ${high} bound where the stretch really ends. */
struct trace_part {
    int32_t filament; /* 0-based */
    enum trace_rule rule;
    struct slot_address at; /* none: open */
    int64_t spool;
    int64_t from, to;
    int64_t low, high;
    int32_t from_layer;
};

/* Parts of all filaments, by filament and position; at most ${most} are written. Returns how many
 * there are. Parts of one filament have no gaps and end where the print ended. */
size_t trace_parts(const struct trace_input *input, struct trace_part *ret_parts, size_t most);

const char *trace_rule_slug(enum trace_rule rule);

#endif
