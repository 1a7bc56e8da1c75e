#include "core/charge.h"

#include <math.h>
#include <string.h>

#include "base/auto.h"

/* The parts of one filament, and its milligrams for one unit of length. */
struct stretch {
    const struct charge_filament *filament;
    const struct trace_part *parts;
    size_t count;
    double scale;
};

static void find_parts(const struct charge_input *input, const struct charge_filament *filament,
                       struct stretch *ret)
{
    size_t at = 0;

    memset(ret, 0, sizeof *ret);
    ret->filament = filament;
    while (at < input->part_count && input->parts[at].filament != filament->filament)
        at++;
    ret->parts = input->parts + at;
    while (at + ret->count < input->part_count &&
           ret->parts[ret->count].filament == filament->filament)
        ret->count++;
    if (filament->used_mg > 0 && filament->length > 0)
        ret->scale = (double)filament->used_mg / (double)filament->length;
}

static int64_t end_of(const struct stretch *stretch)
{
    return stretch->count > 0 ? stretch->parts[stretch->count - 1].to : 0;
}

/* Nothing was seen of how far it came. */
static bool thin(const struct charge_input *input)
{
    return !input->whole && input->layer < 0;
}

/* The slicer's grams up to where the curve says that the print ended. */
static int64_t by_curve(const struct charge_input *input, const struct stretch *stretch)
{
    const struct charge_filament *filament = stretch->filament;

    if (input->even || filament->length <= 0 || filament->used_mg < 0 || thin(input))
        return charge_unknown;
    if (input->whole || filament->used_mg == 0)
        return filament->used_mg;
    return stretch->count > 0 ? llround(stretch->scale * (double)end_of(stretch)) : charge_unknown;
}

static int64_t at_layer(const struct charge_input *input, const struct charge_filament *filament,
                        int layer)
{
    int reached = layer < input->total_layers ? layer : input->total_layers;

    if (input->whole)
        return filament->used_mg;
    if (filament->used_mg < 0 || input->total_layers <= 0 || thin(input))
        return charge_unknown;
    return reached > 0 ? llround((double)filament->used_mg * reached / input->total_layers) : 0;
}

static void hear(const struct charge_input *input, const struct stretch *stretch,
                 struct charge_sum *ret)
{
    const struct charge_filament *filament = stretch->filament;

    ret->filament = filament->filament;
    ret->said_mg[CHARGE_USER] = filament->user_mg;
    ret->said_mg[CHARGE_REPORTED] = filament->reported_mg;
    ret->said_mg[CHARGE_CURVE] = by_curve(input, stretch);
    ret->said_mg[CHARGE_LAYERS] = at_layer(input, filament, input->layer);
    ret->said_mg[CHARGE_REMAIN] = filament->remain_mg;
    ret->said_mg[CHARGE_OPEN] = charge_unknown;
}

/* What the slicer says of a filament: the share by which figures of the whole print are split. */
static int64_t weight_of(const struct charge_sum *sum, const struct charge_filament *filament)
{
    if (sum->said_mg[CHARGE_CURVE] >= 0)
        return sum->said_mg[CHARGE_CURVE];
    if (sum->said_mg[CHARGE_LAYERS] >= 0)
        return sum->said_mg[CHARGE_LAYERS];
    return filament->used_mg > 0 ? filament->used_mg : 0;
}

static bool told(const struct charges *charges, enum charge_source source)
{
    for (int i = 0; i < charges->sum_count; i++)
        if (charges->sums[i].said_mg[source] >= 0)
            return true;
    return false;
}

/* Split a figure of the whole print by weight, to the milligram. False: nothing says how. */
static bool share_out(const struct charge_input *input, struct charges *charges,
                      enum charge_source source, int64_t total)
{
    double weight = 0, reached = 0;
    int64_t before = 0;

    for (int i = 0; i < charges->sum_count; i++)
        weight += (double)weight_of(&charges->sums[i], &input->filaments[i]);
    if (weight <= 0 && charges->sum_count != 1)
        return false;
    for (int i = 0; i < charges->sum_count; i++) {
        reached += (double)weight_of(&charges->sums[i], &input->filaments[i]);
        int64_t mark = weight > 0 ? llround((double)total * (reached / weight)) : total;
        charges->sums[i].said_mg[source] = mark - before;
        before = mark;
    }
    return true;
}

static struct charge *add(struct charges *charges, const struct charge *charge)
{
    struct charge *last = &charges->list[CHARGES_MAX - 1];

    if (charges->count < CHARGES_MAX) {
        charges->list[charges->count] = *charge;
        return &charges->list[charges->count++];
    }
    charges->overflow = true;
    last->filament = -1;
    last->at = (struct slot_address){0};
    last->spool = 0;
    last->mg += charge->mg > 0 ? charge->mg : 0;
    return last;
}

/* Grams of the whole print of which nothing says what they were used of. */
static void add_unplaced(struct charges *charges, enum charge_source source, int64_t mg)
{
    struct charge charge = {.filament = -1,
                            .mg = mg,
                            .low_mg = mg,
                            .high_mg = mg,
                            .source = source,
                            .rule = TRACE_OPEN};

    add(charges, &charge);
}

/* Figures of the whole print; true where one of them had to stay in one piece and is the charge. */
static bool hear_whole(const struct charge_input *input, struct charges *charges)
{
    const struct {
        enum charge_source source;
        int64_t mg;
    } figures[] = {{CHARGE_USER, input->user_mg}, {CHARGE_REPORTED, input->reported_mg}};

    for (size_t i = 0; i < LEN(figures); i++) {
        if (told(charges, figures[i].source))
            return false;
        if (figures[i].mg < 0)
            continue;
        if (!share_out(input, charges, figures[i].source, figures[i].mg))
            add_unplaced(charges, figures[i].source, figures[i].mg);
        return charges->count > 0;
    }
    return false;
}

static void bound(const struct charge_input *input, const struct stretch *stretch,
                  struct charge_sum *sum)
{
    const struct charge_filament *filament = stretch->filament;

    sum->low_mg = sum->high_mg = sum->mg;
    if (sum->source == CHARGE_OPEN) {
        sum->low_mg = 0;
        sum->high_mg = filament->used_mg;
    } else if (sum->source == CHARGE_REMAIN) {
        sum->low_mg = sum->mg > filament->percent_mg ? sum->mg - filament->percent_mg : 0;
        sum->high_mg = sum->mg + filament->percent_mg;
    } else if (sum->source == CHARGE_LAYERS && !input->whole) {
        sum->low_mg = at_layer(input, filament, input->layer - 1);
    } else if (sum->source == CHARGE_CURVE && !input->whole && stretch->count > 0) {
        const struct trace_part *last = &stretch->parts[stretch->count - 1];
        sum->low_mg = llround(stretch->scale * (double)last->low);
        sum->high_mg = llround(stretch->scale * (double)last->high);
    }
}

static void choose(const struct charge_input *input, const struct stretch *stretch,
                   struct charge_sum *sum)
{
    sum->source = CHARGE_OPEN;
    for (int source = CHARGE_REMAIN; source >= CHARGE_USER; source--)
        if (sum->said_mg[source] >= 0 && (source != CHARGE_REMAIN || input->filament_count == 1))
            sum->source = (enum charge_source)source;
    sum->mg = sum->said_mg[sum->source];
    bound(input, stretch, sum);
}

static int64_t above(int64_t value, int64_t base)
{
    return value > base ? value - base : 0;
}

/* Milligrams of a filament up to ${length}: by the curve, stretched to the total that counts. */
static int64_t mark(const struct stretch *stretch, const struct charge_sum *sum, int64_t length)
{
    int64_t end = end_of(stretch);
    double total = sum->source == CHARGE_CURVE ? stretch->scale * (double)end : (double)sum->mg;

    if (length >= end)
        return sum->mg;
    int64_t mg = llround(total * ((double)length / (double)end));
    return mg < sum->mg ? mg : sum->mg;
}

static void split(const struct charge_input *input, const struct stretch *stretch,
                  const struct charge_sum *sum, struct charges *charges)
{
    int32_t segment = 0;
    int64_t from = 0, from_low = 0, from_high = 0;

    for (size_t i = 0; i < stretch->count; i++) {
        const struct trace_part *part = &stretch->parts[i];
        bool last = i + 1 == stretch->count;
        int64_t low = last ? sum->low_mg : mark(stretch, sum, part->low);
        int64_t high = last ? sum->high_mg : mark(stretch, sum, part->high);
        int64_t to = from + above(last ? sum->mg : mark(stretch, sum, part->to), from);
        struct charge charge = {
            .filament = part->filament,
            .segment = segment,
            .at = part->at,
            .spool = part->spool,
            .mg = to - from,
            .low_mg = above(low, from_high),
            .high_mg = above(high, from_low),
            .source = sum->source,
            .estimate = sum->source == CHARGE_REMAIN ||
                        (sum->source == CHARGE_LAYERS && (!input->whole || stretch->count > 1)),
            .rule = part->rule,
            .from_layer = part->from_layer,
        };
        if (charge.mg > 0) {
            add(charges, &charge);
            segment++;
        }
        from = to;
        from_low = low;
        from_high = high;
    }
}

/* Without any part nobody knows where it came from; without a figure, how much it was. */
static void add_open(const struct stretch *stretch, const struct charge_sum *sum,
                     struct charges *charges)
{
    const struct trace_part *part = stretch->count == 1 ? stretch->parts : NULL;
    struct charge charge = {
        .filament = sum->filament,
        .at = part ? part->at : (struct slot_address){0},
        .spool = part ? part->spool : 0,
        .mg = sum->mg,
        .low_mg = sum->low_mg,
        .high_mg = sum->high_mg,
        .source = sum->source,
        .rule = part ? part->rule : TRACE_OPEN,
    };

    add(charges, &charge);
}

static void charge_filament(const struct charge_input *input, int index, struct charges *ret)
{
    struct charge_sum *sum = &ret->sums[index];
    struct stretch stretch;

    find_parts(input, &input->filaments[index], &stretch);
    choose(input, &stretch, sum);
    if (sum->mg > 0 && stretch.count > 0)
        split(input, &stretch, sum, ret);
    else if (sum->mg != 0)
        add_open(&stretch, sum, ret);
}

/* Of each filament alone nothing is known. */
static void leave_open(struct charges *charges)
{
    for (int i = 0; i < charges->sum_count; i++) {
        struct charge_sum *sum = &charges->sums[i];
        sum->source = CHARGE_OPEN;
        sum->mg = sum->low_mg = sum->high_mg = charge_unknown;
    }
}

void charge_job(const struct charge_input *input, struct charges *ret)
{
    struct stretch stretch;

    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < input->filament_count && i < TRACE_FILAMENTS; i++) {
        find_parts(input, &input->filaments[i], &stretch);
        hear(input, &stretch, &ret->sums[ret->sum_count++]);
    }
    if (hear_whole(input, ret)) {
        leave_open(ret);
        return;
    }
    for (int i = 0; i < ret->sum_count; i++)
        charge_filament(input, i, ret);
}

const char *charge_source_slug(enum charge_source source)
{
    static const char *const slugs[CHARGE_SOURCES] = {
        "user", "reported", "slicer_curve", "slicer_layers", "rfid_remain", "open"};

    return (unsigned)source < LEN(slugs) ? slugs[source] : "open";
}
