/* From feeding slots to charges: core/trace and core/charge together. */
#include "charge_text.h"

/* A print in which filament 0 lays down 1000 units a layer, and filament 1 too from layer 51 on. */
static struct curve_point points[LAYERS * 2];
static struct curve two_filaments(void)
{
    size_t count = 0;

    for (int layer = 1; layer <= LAYERS; layer++) {
        points[count++] = (struct curve_point){
            .layer = layer, .percent = -1, .filament = 0, .used = layer * 1000};
        if (layer > 50)
            points[count++] = (struct curve_point){
                .layer = layer, .percent = -1, .filament = 1, .used = (layer - 50) * 1000};
    }
    return (struct curve){points, count};
}

/* The whole way from feeds to charges, with 10 g of filament 0 and 5 g of filament 1. */
static void expect_traced(const struct trace_feed *feeds, size_t feed_count, bool one_slot, int end,
                          const char *expected)
{
    static const struct tool_change tools[] = {{0, 0}, {51, 1}, {51, 0}};
    const struct slot_address mapping[] = {A1, A2}, shared[] = {A1, A1};
    struct curve curve = two_filaments();
    struct trace_part parts[PARTS];
    struct trace_input trace = {.curve = curve,
                                .tools = tools,
                                .tool_count = LEN(tools),
                                .feeds = feeds,
                                .feed_count = feed_count,
                                .mapping = one_slot ? shared : mapping,
                                .mapping_count = 2,
                                .whole = end == 0,
                                .end_layer = end,
                                .end_percent = -1};
    size_t count = trace_parts(&trace, parts, LEN(parts));
    struct charge_filament filaments[] = {filament(0, 10000, 100000), filament(1, 5000, 50000)};
    struct charge_input input = input_of(filaments, LEN(filaments), parts, count);

    input.whole = end == 0;
    input.layer = end;
    input.total_layers = LAYERS;
    expect(&input, expected);
}

/* Runs out in layer 41: between 4.0 and 4.1 g, booked as the middle. */
static void runout_moves_the_rest(void **state)
{
    static const struct trace_feed feeds[] = {
        {A1, 1, 0, 41, -1}, {A3, 3, 41, 51, -1}, {A2, 2, 51, 51, -1}, {A3, 3, 51, 100, -1}};

    (void)state;
    expect_traced(feeds, LEN(feeds), false, 0,
                  "0:0 A1#1 4050 slicer_curve, 0:1 A3#3 5950 slicer_curve, "
                  "1:0 A2#2 5000 slicer_curve");
}

static void there_and_back(void **state)
{
    static const struct trace_feed feeds[] = {
        {A1, 1, 0, 11, -1}, {A3, 3, 11, 21, -1}, {A1, 4, 21, 51, -1}, {A2, 2, 51, 100, -1}};

    (void)state;
    expect_traced(feeds, LEN(feeds), false, 0,
                  "0:0 A1#1 1050 slicer_curve, 0:1 A3#3 1000 slicer_curve, "
                  "0:2 A1#4 7950 slicer_curve, 1:0 A2#2 5000 slicer_curve");
}

/* A person puts roll 9 into the slot that fed roll 1. */
static void swap_in_the_same_slot(void **state)
{
    static const struct trace_feed feeds[] = {
        {A1, 1, 0, 31, -1}, {A1, 9, 31, 51, -1}, {A2, 2, 51, 100, -1}};

    (void)state;
    expect_traced(feeds, LEN(feeds), false, 0,
                  "0:0 A1#1 3050 slicer_curve, 0:1 A1#9 6950 slicer_curve, "
                  "1:0 A2#2 5000 slicer_curve");
}

static void two_filaments_in_one_slot(void **state)
{
    static const struct trace_feed feeds[] = {{A1, 1, 0, 100, -1}};

    (void)state;
    expect_traced(feeds, LEN(feeds), true, 0,
                  "0:0 A1#1 10000 slicer_curve, 1:0 A1#1 5000 slicer_curve");
}

/* Cancelled in layer 30: 2.9 to 3.0 g, and nothing of what would have come later. */
static void cancelled_at_a_layer(void **state)
{
    static const struct trace_feed feeds[] = {{A1, 1, 0, 11, -1}, {A3, 3, 11, 30, -1}};
    static struct charges charges;
    const struct trace_part parts[] = {
        {.at = A1, .spool = 1, .to = 29500, .low = 29000, .high = 30000}};
    struct charge_filament one = filament(0, 10000, 100000);
    struct charge_input input = input_of(&one, 1, parts, 1);

    (void)state;
    expect_traced(feeds, LEN(feeds), false, 30,
                  "0:0 A1#1 1050 slicer_curve, 0:1 A3#3 1900 slicer_curve");
    input.whole = false;
    input.layer = 30;
    input.total_layers = LAYERS;
    charge_job(&input, &charges);
    assert_int_equal(charges.list[0].mg, 2950);
    assert_int_equal(charges.list[0].low_mg, 2900);
    assert_int_equal(charges.list[0].high_mg, 3000);
    assert_int_equal(charges.sums[0].said_mg[CHARGE_LAYERS], 3000);
    assert_int_equal(charges.sums[0].said_mg[CHARGE_REPORTED], charge_unknown);
}

/* The rest after a runout in layer 11 is as uncertain as what came before it. */
static void bounds_of_both_ends(void **state)
{
    static struct charges charges;
    const struct trace_part parts[] = {
        {.at = A1, .spool = 1, .to = 10500, .low = 10000, .high = 11000},
        {.at = A3, .spool = 3, .from = 10500, .to = 30500, .low = 30000, .high = 31000},
        {.at = A1, .spool = 4, .from = 30500, .to = 100000, .low = 100000, .high = 100000}};
    static const int64_t bounds[][3] = {{1050, 1000, 1100}, {2000, 1900, 2100}, {6950, 6900, 7000}};
    struct charge_filament one = filament(0, 10000, 100000);
    struct charge_input input = input_of(&one, 1, parts, LEN(parts));

    (void)state;
    charge_job(&input, &charges);
    assert_int_equal(charges.count, LEN(bounds));
    for (size_t i = 0; i < LEN(bounds); i++) {
        assert_int_equal(charges.list[i].mg, bounds[i][0]);
        assert_int_equal(charges.list[i].low_mg, bounds[i][1]);
        assert_int_equal(charges.list[i].high_mg, bounds[i][2]);
    }
}

/* The shares of the four filaments of a small cube: slots in the order 4, 1, 3, 2 of the mapping,
 * with feeds as layers 0, 8, 13, 17, 26 and 33 showed them. */
static void four_colours_in_turn(void **state)
{
    static const struct curve_point cube[] = {{7, -1, 0, 700},   {12, -1, 1, 500},
                                              {16, -1, 0, 1100}, {25, -1, 1, 1400},
                                              {32, -1, 3, 700},  {50, -1, 2, 1800}};
    static const struct tool_change tools[] = {{0, 0}, {8, 1}, {13, 0}, {17, 1}, {26, 3}, {33, 2}};
    static const struct trace_feed feeds[] = {{A4, 4, 0, 8, -1},   {A1, 1, 8, 13, -1},
                                              {A4, 4, 13, 17, -1}, {A1, 1, 17, 26, -1},
                                              {A2, 2, 26, 33, -1}, {A3, 3, 33, 50, -1}};
    const struct slot_address mapping[] = {A4, A1, A3, A2};
    struct trace_part parts[PARTS];
    struct trace_input trace = {.curve = {cube, LEN(cube)},
                                .tools = tools,
                                .tool_count = LEN(tools),
                                .feeds = feeds,
                                .feed_count = LEN(feeds),
                                .mapping = mapping,
                                .mapping_count = 4,
                                .whole = true};
    struct charge_filament all[] = {filament(0, 220, 1100), filament(1, 150, 1400),
                                    filament(2, 270, 1800), filament(3, 70, 700)};
    struct charge_input input = input_of(all, 4, parts, trace_parts(&trace, parts, PARTS));

    (void)state;
    expect(&input, "0:0 A4#4 220 slicer_curve, 1:0 A1#1 150 slicer_curve, "
                   "2:0 A3#3 270 slicer_curve, 3:0 A2#2 70 slicer_curve");
}

/* One layer in four marks of 10 percent: stopped at 20 it is between 1/4 and 2/4 of 8 g. */
static void percent_marks_narrow_the_end(void **state)
{
    static const struct curve_point marks[] = {
        {1, 10, 0, 1000}, {1, 20, 0, 2000}, {1, 30, 0, 3000}, {1, 40, 0, 4000}};
    static const struct tool_change tools[] = {{0, 0}};
    static const struct trace_feed feeds[] = {{A1, 1, 0, 1, -1}};
    const struct slot_address mapping[] = {A1};
    static struct charges charges;
    struct trace_part parts[PARTS];
    struct trace_input trace = {.curve = {marks, LEN(marks)},
                                .tools = tools,
                                .tool_count = 1,
                                .feeds = feeds,
                                .feed_count = 1,
                                .mapping = mapping,
                                .mapping_count = 1,
                                .end_layer = 1,
                                .end_percent = 20};
    struct charge_filament one = filament(0, 8000, 4000);
    struct charge_input input = input_of(&one, 1, parts, trace_parts(&trace, parts, PARTS));

    (void)state;
    input.whole = false;
    input.layer = 1;
    input.total_layers = 1;
    charge_job(&input, &charges);
    assert_int_equal(charges.sums[0].mg, 3000);
    assert_int_equal(charges.sums[0].low_mg, 2000);
    assert_int_equal(charges.sums[0].high_mg, 4000);
    assert_int_equal(charges.sums[0].said_mg[CHARGE_LAYERS], 8000);
}

/* Without the plate's gcode: 40 of 100 layers of 10 g, told by layers; a slot took over at 21. */
static void even_growth_without_gcode(void **state)
{
    static struct curve_point even[LAYERS];
    static const struct tool_change tools[] = {{0, 0}};
    static const struct trace_feed feeds[] = {{A1, 1, 0, 21, -1}, {A3, 3, 21, 40, -1}};
    const struct slot_address mapping[] = {A1};
    struct charge_filament one = filament(0, 10000, charge_even_length(LAYERS));
    struct trace_part parts[PARTS];
    size_t count = charge_even(&one, 1, LAYERS, even, LEN(even));
    struct trace_input trace = {.curve = {even, count},
                                .tools = tools,
                                .tool_count = 1,
                                .feeds = feeds,
                                .feed_count = 2,
                                .mapping = mapping,
                                .mapping_count = 1,
                                .end_layer = 40,
                                .end_percent = -1};
    struct charge_input input = input_of(&one, 1, parts, trace_parts(&trace, parts, PARTS));

    (void)state;
    assert_int_equal(count, LAYERS);
    input.even = true;
    input.whole = false;
    input.layer = 40;
    input.total_layers = LAYERS;
    expect(&input, "0:0 A1#1 2076 slicer_layers~, 0:1 A3#3 1924 slicer_layers~");
    assert_int_equal(charge_even(&one, 1, LAYERS + 1, even, LEN(even)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runout_moves_the_rest),     cmocka_unit_test(there_and_back),
        cmocka_unit_test(swap_in_the_same_slot),     cmocka_unit_test(two_filaments_in_one_slot),
        cmocka_unit_test(cancelled_at_a_layer),      cmocka_unit_test(bounds_of_both_ends),
        cmocka_unit_test(four_colours_in_turn),      cmocka_unit_test(percent_marks_narrow_the_end),
        cmocka_unit_test(even_growth_without_gcode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
