#include "core/trace.h"

#include <string.h>

/* How the walk along the feeds stands. */
struct walk {
    const struct trace_input *input;
    struct slot_address now[TRACE_FILAMENTS]; /* where each filament comes from */
    size_t run;                               /* tool change in force */
    int filament;                             /* that feeds; -1 none yet */
    int seen;                                 /* layer until which what fed before was seen */
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

/* ${filament} comes from another slot or roll from somewhere between ${low} and ${high} on: close
 * its part before and open the next, unless it is more of the same. The first one reaches back to
 * the beginning. */
static void open_part(struct walk *walk, struct trace_part part, int64_t low, int64_t high)
{
    struct trace_part *before = last_part(walk, part.filament);
    walk->now[part.filament] = part.at;
    if (before && address_equal(before->at, part.at) && before->spool == part.spool) {
        if (before->rule == TRACE_UNSEEN)
            before->rule = part.rule;
        return;
    }
    if (before) {
        before->low = low > before->from ? low : before->from;
        before->high = high > before->low ? high : before->low;
        before->to = part.from = middle(before->low, before->high);
    }
    add_part(walk, part);
}

/* Who was in a slot when ${layer} began; ${spool} where its stays are not told. */
static int64_t roll_before(const struct trace_input *input, struct slot_address at, int layer,
                           int64_t spool)
{
    for (size_t i = 0; i < input->stay_count; i++)
        if (address_equal(input->stays[i].at, at) && input->stays[i].layer < layer)
            spool = input->stays[i].spool;
    return spool;
}

/* ${filament} comes from its slot unseen, from the beginning of a layer on: from the rolls that
 * were in there until the end of ${until}. */
static void take_unseen(struct walk *walk, int filament, int layer, int until)
{
    const struct trace_input *input = walk->input;
    const struct trace_part *before = last_part(walk, filament);
    struct trace_part part = {.filament = filament,
                              .rule = before ? before->rule : TRACE_UNSEEN,
                              .at = walk->now[filament],
                              .from_layer = layer};
    bool same = before && address_equal(before->at, part.at);
    part.spool = roll_before(input, part.at, layer, same ? before->spool : 0);
    int64_t low = curve_before(&input->curve, filament, layer), high = low;
    open_part(walk, part, low, high);
    for (size_t i = 0; i < input->stay_count; i++) {
        const struct trace_stay *stay = &input->stays[i];
        if (!address_equal(stay->at, part.at) || stay->layer < layer || stay->layer > until)
            continue;
        part.spool = stay->spool;
        part.from_layer = stay->layer;
        curve_bounds(&input->curve, filament, stay->layer, -1, &low, &high);
        open_part(walk, part, low, high);
    }
}

/* A slot that is learned late, and that held another roll when the file came to its filament: which
 * one it was until then cannot be told. */
static bool learned_too_late(const struct walk *walk, const struct trace_feed *feed)
{
    const struct trace_input *input = walk->input;
    int planned = input->tools[walk->run].layer;
    return planned + 1 < walk->seen &&
           roll_before(input, feed->at, planned, feed->spool) != feed->spool;
}

/* ${filament} comes from this feed on: it changed after what was last seen of the feed before, for
 * layers may have gone by unseen in between. */
static void take_feed(struct walk *walk, int filament, const struct trace_feed *feed,
                      enum trace_rule rule)
{
    const struct curve *curve = &walk->input->curve;
    int64_t low, high, unused;
    curve_bounds(curve, filament, feed->from_layer, feed->from_percent, &low, &high);
    if (walk->seen < feed->from_layer)
        curve_bounds(curve, filament, walk->seen, -1, &low, &unused);
    if (rule == TRACE_LEARNED && !last_part(walk, filament) && learned_too_late(walk, feed))
        add_part(walk, (struct trace_part){.filament = filament, .rule = TRACE_OPEN});
    open_part(walk,
              (struct trace_part){.filament = filament,
                                  .rule = rule,
                                  .at = feed->at,
                                  .spool = feed->spool,
                                  .from_layer = feed->from_layer},
              low, high);
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

/* The only filament that is laid down in the layers wholly within this feed; -1: none, several. */
static int alone_within(const struct walk *walk, const struct trace_feed *feed)
{
    const struct curve *curve = &walk->input->curve;
    int only = -1;
    for (size_t i = 0; i < curve->count && curve->points[i].layer < feed->to_layer; i++) {
        int filament = curve->points[i].filament;
        if (curve->points[i].layer <= feed->from_layer || filament == only)
            continue;
        if (only >= 0)
            return -1;
        only = filament;
    }
    return only;
}

/* A slot that the file does not foresee continues the filament that prints there. */
static int continued_by(const struct walk *walk, const struct trace_feed *feed)
{
    int alone = alone_within(walk, feed);
    return alone >= 0 ? alone : in_force(walk, feed->from_layer);
}

/* Tool changes that the file foresees before ${layer}, and that layers went by without their slot
 * being seen: the file is at them all the same. Those of a filament from nobody knows where wait.
 */
static void catch_up(struct walk *walk, int layer, int until)
{
    const struct trace_input *input = walk->input;
    for (size_t i = walk->run; i < input->tool_count && input->tools[i].layer + 1 < layer; i++) {
        int f = input->tools[i].filament;
        if (f < 0 || f >= TRACE_FILAMENTS || !used(input, f) || address_none(walk->now[f]))
            continue;
        bool fed = walk->filament >= 0 && last_part(walk, f) &&
                   address_equal(walk->now[f], walk->now[walk->filament]);
        if (!fed) {
            take_unseen(walk, f, input->tools[i].layer, until);
            walk->seen = input->tools[i].layer;
        }
        walk->run = i;
        walk->filament = f;
    }
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
    } else if (goes_on(walk, continued_by(walk, feed), feed->from_layer)) {
        take_feed_with_sharers(walk, continued_by(walk, feed), feed, TRACE_CONTINUED);
    } else if (walk->filament < 0 && input->tool_count && walk->run == 0) {
        /* The print was told another slot, but began with this one. */
        for (size_t i = 0; i < input->tool_count; i++)
            if (used(input, input->tools[i].filament)) {
                take_feed_with_sharers(walk, input->tools[i].filament, feed, TRACE_CONTINUED);
                return;
            }
    }
}

/* Time passes until feed ${i}, then it begins. */
static void next_feed(struct walk *walk, size_t i)
{
    const struct trace_feed *feed = &walk->input->feeds[i];
    int before = i ? feed[-1].to_layer : feed->from_layer;
    walk->seen = i ? before : 0;
    catch_up(walk, before, feed->from_layer);
    place(walk, feed);
}

static struct slot_address at_of(const struct slot_address *list, int count, int filament)
{
    return list && filament < count ? list[filament] : (struct slot_address){0};
}

/* A filament that was never seen feeding: what the mapping, or else its likeness, says. */
static void place_unseen(struct walk *walk, int filament)
{
    const struct trace_input *input = walk->input;
    if (!address_none(walk->now[filament])) {
        take_unseen(walk, filament, 0, INT32_MAX);
        return;
    }
    struct trace_part part = {.filament = filament};
    part.at = at_of(input->likeness, input->likeness_count, filament);
    part.rule = address_none(part.at) ? TRACE_OPEN : TRACE_LIKENESS;
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
            next_feed(&walk, i);
    int end = input->whole ? INT32_MAX : input->end_layer;
    catch_up(&walk, input->whole ? end : end + 2, end);
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
