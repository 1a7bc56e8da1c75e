/* core/trace: which slot gave which stretch of which filament. Lengths are small made-up numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/trace.h"

static const struct slot_address a1 = {1, 1}, a2 = {1, 2}, a3 = {1, 3}, ext = {255, 1};

/* Filament 0: 10 a layer in layers 1..5 and 11..20; filament 1: 20 a layer in layers 6..10. */
static struct curve_point points[20];
static const struct tool_change two_tools[] = {{0, 0}, {6, 1}, {11, 0}};

static struct curve two_colors(void)
{
    int64_t used[2] = {0, 0};
    for (int layer = 1; layer <= 20; layer++) {
        int f = layer >= 6 && layer <= 10;
        used[f] += f ? 20 : 10;
        points[layer - 1] = (struct curve_point){layer, -1, (int16_t)f, used[f]};
    }
    return (struct curve){points, LEN(points)};
}

static struct curve one_color(void)
{
    for (int layer = 1; layer <= 20; layer++)
        points[layer - 1] = (struct curve_point){layer, -1, 0, layer * 10};
    return (struct curve){points, LEN(points)};
}

static const struct tool_change one_tool[] = {{0, 0}};

static struct trace_input input_of(struct curve curve, bool two, const struct trace_feed *feeds,
                                   size_t count)
{
    struct trace_input input = {.curve = curve, .feeds = feeds, .feed_count = count, .whole = true};
    input.tools = two ? two_tools : one_tool;
    input.tool_count = two ? LEN(two_tools) : LEN(one_tool);
    return input;
}

static struct trace_part parts[16];

static void assert_part(size_t i, int filament, struct slot_address at, int64_t spool, int64_t from,
                        int64_t to, enum trace_rule rule)
{
    assert_int_equal(parts[i].filament, filament);
    assert_true(address_equal(parts[i].at, at));
    assert_int_equal(parts[i].spool, spool);
    assert_int_equal(parts[i].from, from);
    assert_int_equal(parts[i].to, to);
    assert_string_equal(trace_rule_slug(parts[i].rule), trace_rule_slug(rule));
}

static void two_colors_as_told(void **state)
{
    (void)state;
    const struct slot_address mapping[] = {a1, a2};
    const struct trace_feed feeds[] = {{a1, 7, 0, 6, -1}, {a2, 8, 6, 11, -1}, {a1, 7, 11, 20, -1}};
    struct trace_input input = input_of(two_colors(), true, feeds, LEN(feeds));
    input.mapping = mapping;
    input.mapping_count = 2;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 2);
    assert_part(0, 0, a1, 7, 0, 150, TRACE_MAPPED);
    assert_part(1, 1, a2, 8, 0, 100, TRACE_MAPPED);
}

static void order_teaches_the_mapping(void **state)
{
    (void)state;
    const struct trace_feed feeds[] = {{a3, 7, 0, 6, -1}, {ext, 8, 6, 11, -1}, {a3, 7, 11, 20, -1}};
    struct trace_input input = input_of(two_colors(), true, feeds, LEN(feeds));
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 2);
    assert_part(0, 0, a3, 7, 0, 150, TRACE_LEARNED);
    assert_part(1, 1, ext, 8, 0, 100, TRACE_LEARNED);
}

/* bambuddy #957, #1771, #1793: the rest after a runout is the second roll's, and only the rest. */
static void a_runout_splits_at_its_layer(void **state)
{
    (void)state;
    const struct slot_address mapping[] = {a1};
    const struct trace_feed feeds[] = {{a1, 7, 0, 8, -1}, {a2, 8, 8, 20, -1}};
    struct trace_input input = input_of(one_color(), false, feeds, LEN(feeds));
    input.mapping = mapping;
    input.mapping_count = 1;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 2);
    assert_part(0, 0, a1, 7, 0, 75, TRACE_MAPPED); /* layer 8 is 70..80, the middle 75 */
    assert_part(1, 0, a2, 8, 75, 200, TRACE_CONTINUED);
    assert_int_equal(parts[0].low, 70);
    assert_int_equal(parts[0].high, 80);
}

static void there_and_back_again(void **state)
{
    (void)state;
    const struct slot_address mapping[] = {a1};
    const struct trace_feed feeds[] = {{a1, 7, 0, 4, -1}, {a2, 8, 4, 10, -1}, {a1, 9, 10, 20, -1}};
    struct trace_input input = input_of(one_color(), false, feeds, LEN(feeds));
    input.mapping = mapping;
    input.mapping_count = 1;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 3);
    assert_part(0, 0, a1, 7, 0, 35, TRACE_MAPPED);
    assert_part(1, 0, a2, 8, 35, 95, TRACE_CONTINUED);
    assert_part(2, 0, a1, 9, 95, 200, TRACE_CONTINUED);
}

static void a_swap_in_the_same_slot_splits(void **state)
{
    (void)state;
    const struct trace_feed feeds[] = {{a1, 7, 0, 12, -1}, {a1, 9, 12, 20, -1}};
    struct trace_input input = input_of(one_color(), false, feeds, LEN(feeds));
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 2);
    assert_part(0, 0, a1, 7, 0, 115, TRACE_LEARNED);
    assert_part(1, 0, a1, 9, 115, 200, TRACE_MAPPED);
}

/* A runs out in a print of two colours and the slot of the other colour takes over. */
static void two_filaments_share_a_slot_after_a_runout(void **state)
{
    (void)state;
    const struct slot_address mapping[] = {a1, a2};
    const struct trace_feed feeds[] = {
        {a1, 7, 0, 6, -1}, {a2, 8, 6, 11, -1}, {a1, 7, 11, 15, -1}, {a2, 8, 15, 20, -1}};
    struct trace_input input = input_of(two_colors(), true, feeds, LEN(feeds));
    input.mapping = mapping;
    input.mapping_count = 2;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 3);
    /* Filament 0 at layer 15: 50 + 4 x 10 = 90 before it, 100 behind it, the middle 95. */
    assert_part(0, 0, a1, 7, 0, 95, TRACE_MAPPED);
    assert_part(1, 0, a2, 8, 95, 150, TRACE_CONTINUED);
    assert_part(2, 1, a2, 8, 0, 100, TRACE_MAPPED);
}

static void two_filaments_of_one_slot_follow_its_rolls(void **state)
{
    (void)state;
    const struct slot_address mapping[] = {a1, a1};
    const struct trace_feed feeds[] = {{a1, 7, 0, 8, -1}, {a3, 9, 8, 20, -1}};
    struct trace_input input = input_of(two_colors(), true, feeds, LEN(feeds));
    input.mapping = mapping;
    input.mapping_count = 2;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 4);
    assert_part(0, 0, a1, 7, 0, 50, TRACE_MAPPED);
    assert_part(1, 0, a3, 9, 50, 150, TRACE_CONTINUED);
    assert_part(2, 1, a1, 7, 0, 50, TRACE_MAPPED); /* layer 8 of filament 1 is 40..60 */
    assert_part(3, 1, a3, 9, 50, 100, TRACE_CONTINUED);
}

static void what_was_left_loaded_is_not_charged(void **state)
{
    (void)state;
    const struct slot_address mapping[] = {a1};
    const struct trace_feed feeds[] = {{a3, 5, 0, 0, -1}, {a1, 7, 0, 20, -1}};
    struct trace_input input = input_of(one_color(), false, feeds, LEN(feeds));
    input.mapping = mapping;
    input.mapping_count = 1;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 1);
    assert_part(0, 0, a1, 7, 0, 200, TRACE_MAPPED);
    input.mapping_count = 0; /* and so without a mapping */
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 1);
    assert_part(0, 0, a1, 7, 0, 200, TRACE_LEARNED);
}

static void another_slot_from_the_beginning(void **state)
{
    (void)state;
    const struct slot_address mapping[] = {a1};
    const struct trace_feed feeds[] = {{a2, 8, 0, 20, -1}};
    struct trace_input input = input_of(one_color(), false, feeds, LEN(feeds));
    input.mapping = mapping;
    input.mapping_count = 1;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 1);
    assert_part(0, 0, a2, 8, 0, 200, TRACE_CONTINUED);
}

static void unseen_filaments_need_evidence(void **state)
{
    (void)state;
    const struct slot_address mapping[] = {a1}, likeness[] = {a3, a2};
    struct trace_input input = input_of(two_colors(), true, NULL, 0);
    input.mapping = mapping;
    input.mapping_count = 1;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 2);
    assert_part(0, 0, a1, 0, 0, 150, TRACE_UNSEEN);
    assert_part(1, 1, (struct slot_address){0, 0}, 0, 0, 100, TRACE_OPEN);
    input.likeness = likeness;
    input.likeness_count = 2;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 2);
    assert_part(1, 1, a2, 0, 0, 100, TRACE_LIKENESS);
}

static void a_cancelled_print_ends_inside_its_layer(void **state)
{
    (void)state;
    const struct trace_feed feeds[] = {{a1, 7, 0, 9, -1}};
    struct trace_input input = input_of(one_color(), false, feeds, LEN(feeds));
    input.whole = false;
    input.end_layer = 9;
    input.end_percent = -1;
    assert_int_equal(trace_parts(&input, parts, LEN(parts)), 1);
    assert_part(0, 0, a1, 7, 0, 85, TRACE_LEARNED);
    assert_int_equal(parts[0].low, 80);
    assert_int_equal(parts[0].high, 90);
    struct trace_input two = input_of(two_colors(), true, feeds, LEN(feeds));
    two.whole = false;
    two.end_layer = 3;
    two.end_percent = -1;
    assert_int_equal(trace_parts(&two, parts, LEN(parts)), 2);
    assert_part(0, 0, a1, 7, 0, 25, TRACE_LEARNED);
    assert_int_equal(parts[1].to, 0); /* the second colour was never reached */
}

static void too_many_parts_are_counted_not_written(void **state)
{
    (void)state;
    const struct trace_feed feeds[] = {{a1, 7, 0, 4, -1}, {a2, 8, 4, 10, -1}, {a1, 9, 10, 20, -1}};
    struct trace_input input = input_of(one_color(), false, feeds, LEN(feeds));
    struct trace_part few[2];
    assert_int_equal(trace_parts(&input, few, LEN(few)), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_colors_as_told),
        cmocka_unit_test(order_teaches_the_mapping),
        cmocka_unit_test(a_runout_splits_at_its_layer),
        cmocka_unit_test(there_and_back_again),
        cmocka_unit_test(a_swap_in_the_same_slot_splits),
        cmocka_unit_test(two_filaments_share_a_slot_after_a_runout),
        cmocka_unit_test(two_filaments_of_one_slot_follow_its_rolls),
        cmocka_unit_test(what_was_left_loaded_is_not_charged),
        cmocka_unit_test(another_slot_from_the_beginning),
        cmocka_unit_test(unseen_filaments_need_evidence),
        cmocka_unit_test(a_cancelled_print_ends_inside_its_layer),
        cmocka_unit_test(too_many_parts_are_counted_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
