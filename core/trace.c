#include "core/trace.h"

#include <string.h>

/* How the walk along the feeds stands. */
struct walk {
    const struct trace_input *input;
    struct slot_address now[TRACE_FILAMENTS]; /* where each filament comes from */
    size_t run;                               /* tool change in force */
    int filament;                             /* that feeds; -1 none yet */
    struct trace_part *parts;
    size_t count, most;
};

static bool used(const struct trace_input *input, int filament)
{
    return curve_total(&input->curve, filament) > 0;
}

static int64_t middle(int64_t low, int64_t high)
{
    return low + (high - low) / 2;
}

static struct trace_part *last_part(struct walk *walk, int filament)
{
    for (size_t i = walk->count < walk->most ? walk->count : walk->most; i > 0; i--)
        if (walk->parts[i - 1].filament == filament)
            return &walk->parts[i - 1];
    return NULL;
}

static void add_part(struct walk *walk, struct trace_part part)
{
    if (walk->count < walk->most)
        walk->parts[walk->count] = part;
    walk->count++;
}

/* Where ${filament} changed to this feed: after what was last seen of the feed before it, for
 * layers may have gone by unseen in between. */
static void change_bounds(const struct trace_input *input, int filament,
                          const struct trace_feed *feed, struct trace_part *ret_before)
{
    int64_t unused;
    curve_bounds(&input->curve, filament, feed->from_layer, feed->from_percent, &ret_before->low,
                 &ret_before->high);
    if (feed > input->feeds && feed[-1].to_layer < feed->from_layer)
        curve_bounds(&input->curve, filament, feed[-1].to_layer, -1, &ret_before->low, &unused);
    if (ret_before->low < ret_before->from)
        ret_before->low = ret_before->from;
}

/* ${filament} comes from this feed on: close its part before and open the next, unless it is more
 * of the same. The first one reaches back to the beginning. */
static void take_feed(struct walk *walk, int filament, const struct trace_feed *feed,
                      enum trace_rule rule)
{
    struct trace_part *before = last_part(walk, filament);
    walk->now[filament] = feed->at;
    if (before && address_equal(before->at, feed->at) && before->spool == feed->spool)
        return;
    struct trace_part part = {.filament = filament,
                              .rule = rule,
                              .at = feed->at,
                              .spool = feed->spool,
                              .from_layer = feed->from_layer};
    if (before) {
        change_bounds(walk->input, filament, feed, before);
        before->to = middle(before->low, before->high);
        part.from = before->to;
    }
    add_part(walk, part);
}

/* Has ${filament} still something to lay down behind this layer? */
static bool goes_on(const struct walk *walk, int filament, int layer)
{
    const struct curve *curve = &walk->input->curve;
    return filament >= 0 && curve_total(curve, filament) > curve_before(curve, filament, layer);
}

/* The feed belongs to ${filament}, and to every other one that comes from the same slot: where two
 * filaments share a slot, its next roll, or the slot that takes over, serves both. */
static void take_feed_with_sharers(struct walk *walk, int filament, const struct trace_feed *feed,
                                   enum trace_rule rule)
{
    struct slot_address from = rule == TRACE_CONTINUED ? walk->now[filament] : feed->at;
    for (int f = 0; f < TRACE_FILAMENTS; f++) {
        bool shares = address_equal(walk->now[f], from) && !address_none(from);
        bool over = last_part(walk, f) && !goes_on(walk, f, feed->from_layer);
        if (f != filament && shares && used(walk->input, f) && !over)
            take_feed(walk, f, feed, rule);
    }
    take_feed(walk, filament, feed, rule);
    walk->filament = filament;
}

/* The next tool change, not later than a layer after ${layer}, whose filament comes from ${at} (or,
 * with ${unknown}, from nobody knows where); tool_count where there is none. */
static size_t find_run(const struct walk *walk, struct slot_address at, int layer, bool unknown)
{
    const struct trace_input *input = walk->input;
    for (size_t i = walk->run; i < input->tool_count; i++) {
        const struct tool_change *tool = &input->tools[i];
        if (tool->layer > layer + 1)
            break;
        if (tool->filament < 0 || tool->filament >= TRACE_FILAMENTS ||
            !used(input, tool->filament) || tool->filament == walk->filament)
            continue;
        struct slot_address from = walk->now[tool->filament];
        if (unknown ? address_none(from) : address_equal(from, at))
            return i;
    }
    return input->tool_count;
}

/* Filaments that share a slot change places unseen: which of them the file is at by this layer. */
static int in_force(const struct walk *walk, int layer)
{
    const struct trace_input *input = walk->input;
    int filament = walk->filament;
    for (size_t i = walk->run; i < input->tool_count && input->tools[i].layer <= layer; i++) {
        int f = input->tools[i].filament;
        bool shares = filament >= 0 && f >= 0 && f < TRACE_FILAMENTS && used(input, f) &&
                      address_equal(walk->now[f], walk->now[filament]);
        filament = shares ? f : filament;
    }
    return filament;
}

static bool mapped_to(const struct trace_input *input, struct slot_address at)
{
    for (int i = 0; i < input->mapping_count; i++)
        if (address_equal(input->mapping[i], at))
            return true;
    return false;
}

/* A roll that was still loaded from the print before and is unloaded before the first layer. */
static bool left_over(const struct walk *walk, size_t i)
{
    const struct trace_input *input = walk->input;
    return i + 1 < input->feed_count && input->feeds[i].to_layer <= 0 &&
           input->feeds[i + 1].from_layer <= 0 && !mapped_to(input, input->feeds[i].at) &&
           !address_equal(input->feeds[i].at, input->feeds[i + 1].at);
}

static void place(struct walk *walk, const struct trace_feed *feed)
{
    const struct trace_input *input = walk->input;
    bool same = walk->filament >= 0 && address_equal(walk->now[walk->filament], feed->at);
    size_t run = same ? input->tool_count : find_run(walk, feed->at, feed->to_layer, false);
    enum trace_rule rule = TRACE_MAPPED;
    if (!same && run == input->tool_count) {
        run = find_run(walk, feed->at, feed->from_layer, true);
        rule = TRACE_LEARNED;
    }
    if (run < input->tool_count) {
        walk->run = run;
        take_feed_with_sharers(walk, input->tools[run].filament, feed, rule);
    } else if (same) {
        take_feed_with_sharers(walk, walk->filament, feed, TRACE_MAPPED);
    } else if (goes_on(walk, in_force(walk, feed->from_layer), feed->from_layer)) {
        take_feed_with_sharers(walk, in_force(walk, feed->from_layer), feed, TRACE_CONTINUED);
    } else if (walk->filament < 0 && input->tool_count && walk->run == 0) {
        /* The print was told another slot, but began with this one. */
        for (size_t i = 0; i < input->tool_count; i++)
            if (used(input, input->tools[i].filament)) {
                take_feed_with_sharers(walk, input->tools[i].filament, feed, TRACE_CONTINUED);
                return;
            }
    }
}

static struct slot_address at_of(const struct slot_address *list, int count, int filament)
{
    return list && filament < count ? list[filament] : (struct slot_address){0};
}

/* A filament that was never seen feeding: what the mapping, or else its likeness, says. */
static void place_unseen(struct walk *walk, int filament)
{
    const struct trace_input *input = walk->input;
    struct trace_part part = {.filament = filament, .rule = TRACE_UNSEEN};
    part.at = at_of(input->mapping, input->mapping_count, filament);
    if (address_none(part.at)) {
        part.at = at_of(input->likeness, input->likeness_count, filament);
        part.rule = address_none(part.at) ? TRACE_OPEN : TRACE_LIKENESS;
    }
    add_part(walk, part);
}

/* Cut the parts of a filament where the print ended. */
static void close_filament(struct walk *walk, int filament)
{
    const struct trace_input *input = walk->input;
    int64_t total = curve_total(&input->curve, filament), low = total, high = total;
    if (!input->whole)
        curve_bounds(&input->curve, filament, input->end_layer, input->end_percent, &low, &high);
    struct trace_part *last = last_part(walk, filament);
    if (!last)
        return;
    last->low = low;
    last->high = high;
    last->to = middle(low, high) > last->from ? middle(low, high) : last->from;
}

static void sort_by_filament(struct trace_part *parts, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct trace_part part = parts[i];
        size_t at = i;
        for (; at > 0 && parts[at - 1].filament > part.filament; at--)
            parts[at] = parts[at - 1];
        parts[at] = part;
    }
}

size_t trace_parts(const struct trace_input *input, struct trace_part *ret_parts, size_t most)
{
    struct walk walk = {.input = input, .filament = -1, .parts = ret_parts, .most = most};
    for (int f = 0; f < TRACE_FILAMENTS; f++)
        walk.now[f] = at_of(input->mapping, input->mapping_count, f);
    for (size_t i = 0; i < input->feed_count; i++)
        if (!left_over(&walk, i))
            place(&walk, &input->feeds[i]);
    for (int f = 0; f < TRACE_FILAMENTS; f++) {
        if (!used(input, f))
            continue;
        if (!last_part(&walk, f))
            place_unseen(&walk, f);
        close_filament(&walk, f);
    }
    sort_by_filament(ret_parts, walk.count < most ? walk.count : most);
    return walk.count;
}

const char *trace_rule_slug(enum trace_rule rule)
{
    static const char *const slugs[] = {
        [TRACE_MAPPED] = "mapped",       [TRACE_LEARNED] = "learned",
        [TRACE_CONTINUED] = "continued", [TRACE_UNSEEN] = "mapped_unseen",
        [TRACE_LIKENESS] = "likeness",   [TRACE_OPEN] = "open",
    };
    return slugs[rule];
}
