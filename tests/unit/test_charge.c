#include "charge_text.h"
#include "core/tray.h"

/* 1 g in three equal stretches: 333, 334 and 333 mg, since the marks are at 333.3 and 666.7. */
static void thirds_sum_to_the_whole(void **state)
{
    static const struct trace_part parts[] = {
        {.at = A1, .spool = 1, .to = 1, .low = 1, .high = 1},
        {.at = A2, .spool = 2, .from = 1, .to = 2, .low = 2, .high = 2},
        {.at = A3, .spool = 3, .from = 2, .to = 3, .low = 3, .high = 3}};
    struct charge_filament one = filament(0, 1000, 3);
    struct charge_input input = input_of(&one, 1, parts, LEN(parts));

    (void)state;
    expect(&input, "0:0 A1#1 333 slicer_curve, 0:1 A2#2 334 slicer_curve, "
                   "0:2 A3#3 333 slicer_curve");
}

static const struct trace_part simple[] = {
    {.filament = 0, .at = A1, .spool = 1, .to = 100000, .low = 100000, .high = 100000},
    {.filament = 1, .at = A2, .spool = 2, .to = 50000, .low = 50000, .high = 50000},
};

/* Every source in turn, best last, with what it must outrank standing beside it. */
static void sources_in_order(void **state)
{
    struct charge_filament one = filament(0, charge_unknown, 0);
    struct charge_input input = input_of(&one, 1, simple, 1);

    (void)state;
    input.whole = false;
    input.layer = 25;
    input.total_layers = LAYERS;
    expect(&input, "0:0 A1#1 -1 open");
    one.remain_mg = 30000;
    expect(&input, "0:0 A1#1 30000 rfid_remain~");
    one.used_mg = 100000;
    expect(&input, "0:0 A1#1 25000 slicer_layers~");
    one.length = 400000;
    expect(&input, "0:0 A1#1 25000 slicer_curve");
    one.length = 200000;
    expect(&input, "0:0 A1#1 50000 slicer_curve");
    input.reported_mg = 26000;
    expect(&input, "0:0 A1#1 26000 reported");
    one.reported_mg = 26500;
    expect(&input, "0:0 A1#1 26500 reported");
    input.user_mg = 27000;
    expect(&input, "0:0 A1#1 27000 user");
    one.user_mg = 27500;
    expect(&input, "0:0 A1#1 27500 user");
}

static void every_source_is_produced_and_recorded(void **state)
{
    static struct charges charges;
    struct charge_filament one = filament(0, 10000, 100000);
    struct charge_input input = input_of(&one, 1, simple, 1);

    (void)state;
    one.user_mg = 1;
    one.reported_mg = 2;
    one.remain_mg = 20000;
    charge_job(&input, &charges);
    assert_int_equal(charges.sums[0].source, CHARGE_USER);
    assert_int_equal(charges.sums[0].said_mg[CHARGE_REPORTED], 2);
    assert_int_equal(charges.sums[0].said_mg[CHARGE_CURVE], 10000);
    assert_int_equal(charges.sums[0].said_mg[CHARGE_LAYERS], 10000);
    assert_int_equal(charges.sums[0].said_mg[CHARGE_REMAIN], 20000);
}

/* 150.5 g reported for a print sliced as 10 g and 5 g: 100.333 and 50.167. */
static void a_total_is_split_by_the_estimates(void **state)
{
    struct charge_filament two[] = {filament(0, 10000, 100000), filament(1, 5000, 50000)};
    struct charge_input input = input_of(two, 2, simple, 2);

    (void)state;
    input.reported_mg = 150500;
    expect(&input, "0:0 A1#1 100333 reported, 1:0 A2#2 50167 reported");
    two[0].used_mg = two[1].used_mg = charge_unknown;
    expect(&input, "-1:0 -#0 150500 reported");
    input.filament_count = 1;
    expect(&input, "0:0 A1#1 150500 reported");
}

/* Cancelled in layer 50, 60 g reported: the second had not begun by the curve; by the layers alone
 * both are half done, 2 to 1. */
static void a_total_of_a_part_is_split_by_what_was_done(void **state)
{
    static const struct trace_part parts[] = {
        {.filament = 0, .at = A1, .spool = 1, .to = 50000, .low = 49000, .high = 51000},
        {.filament = 1, .at = A2, .spool = 2},
    };
    struct charge_filament two[] = {filament(0, 10000, 100000), filament(1, 5000, 50000)};
    struct charge_input input = input_of(two, 2, parts, 2);

    (void)state;
    input.whole = false;
    input.layer = 50;
    input.total_layers = LAYERS;
    input.reported_mg = 60000;
    expect(&input, "0:0 A1#1 60000 reported");
    input.even = true;
    expect(&input, "0:0 A1#1 40000 reported, 1:0 A2#2 20000 reported");
    input.total_layers = 0;
    expect(&input, "0:0 A1#1 40000 reported, 1:0 A2#2 20000 reported");
}

static void bounds_of_estimates(void **state)
{
    static struct charges charges;
    struct charge_filament one = filament(0, charge_unknown, 0);
    struct charge_input input = input_of(&one, 1, simple, 1);

    (void)state;
    input.whole = false;
    input.layer = 25;
    input.total_layers = LAYERS;
    one.remain_mg = 30000;
    one.percent_mg = 10000;
    charge_job(&input, &charges);
    assert_int_equal(charges.list[0].low_mg, 20000);
    assert_int_equal(charges.list[0].high_mg, 40000);
    one.remain_mg = 0;
    charge_job(&input, &charges);
    assert_int_equal(charges.count, 0);
    assert_int_equal(charges.sums[0].low_mg, 0);
    one.used_mg = 100000;
    charge_job(&input, &charges);
    assert_int_equal(charges.list[0].low_mg, 24000);
    assert_int_equal(charges.list[0].high_mg, 25000);
    input.reported_mg = 7;
    charge_job(&input, &charges);
    assert_int_equal(charges.list[0].low_mg, 7);
    assert_int_equal(charges.list[0].high_mg, 7);
}

/* The slicer's grams of a whole print are no estimate; how they split without a curve is one. */
static void whole_prints_without_a_curve(void **state)
{
    static const struct trace_part parts[] = {{.at = A1, .spool = 1, .to = 25000},
                                              {.at = A2, .spool = 2, .from = 25000, .to = 100000}};
    struct charge_filament one = filament(0, 10000, 100000);
    struct charge_input input = input_of(&one, 1, simple, 1);

    (void)state;
    input.even = true;
    expect(&input, "0:0 A1#1 10000 slicer_layers");
    input.parts = parts;
    input.part_count = 2;
    expect(&input, "0:0 A1#1 2500 slicer_layers~, 0:1 A2#2 7500 slicer_layers~");
}

/* More parts than fit: no gram is lost, and none is put on a roll by chance. */
static void too_many_parts_stay_open(void **state)
{
    static struct charges charges;
    static struct trace_part parts[CHARGES_MAX + 10];
    int64_t sum = 0;

    (void)state;
    for (size_t i = 0; i < LEN(parts); i++)
        parts[i] = (struct trace_part){.at = A1,
                                       .spool = 1,
                                       .from = (int64_t)i,
                                       .to = (int64_t)i + 1,
                                       .low = (int64_t)i + 1,
                                       .high = (int64_t)i + 1};
    struct charge_filament one = filament(0, 266000, LEN(parts));
    struct charge_input input = input_of(&one, 1, parts, LEN(parts));
    charge_job(&input, &charges);
    assert_true(charges.overflow);
    assert_int_equal(charges.count, CHARGES_MAX);
    for (int i = 0; i < charges.count; i++)
        sum += charges.list[i].mg;
    assert_int_equal(sum, 266000);
    assert_int_equal(charges.list[CHARGES_MAX - 1].mg, 11000);
    assert_int_equal(charges.list[CHARGES_MAX - 1].spool, 0);
    assert_int_equal(charges.list[CHARGES_MAX - 1].filament, -1);
    assert_true(address_none(charges.list[CHARGES_MAX - 1].at));
}

/* The tag of one roll says nothing about a print of two. */
static void remain_is_for_single_filaments(void **state)
{
    struct charge_filament two[] = {filament(0, charge_unknown, 0), filament(1, charge_unknown, 0)};
    struct charge_input input = input_of(two, 2, simple, 2);

    (void)state;
    two[0].remain_mg = 30000;
    expect(&input, "0:0 A1#1 -1 open, 1:0 A2#2 -1 open");
}

static void nothing_seen_leaves_it_open(void **state)
{
    static struct charges charges;
    struct charge_filament one = filament(0, 10000, 100000);
    struct charge_input input = input_of(&one, 1, simple, 1);

    (void)state;
    input.whole = false;
    expect(&input, "0:0 A1#1 -1 open");
    charge_job(&input, &charges);
    assert_int_equal(charges.list[0].low_mg, 0);
    assert_int_equal(charges.list[0].high_mg, 10000);
    input.whole = true;
    input.part_count = 0;
    expect(&input, "0:0 -#0 10000 slicer_curve");
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static void parts_always_sum_to_the_total(void **state)
{
    static struct charges charges;
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct trace_part parts[PARTS];
        int64_t at = 0, sum = 0;
        size_t count = 1 + next_random(&seed) % PARTS;
        for (size_t i = 0; i < count; i++) {
            int64_t to = at + next_random(&seed) % 5000;
            parts[i] = (struct trace_part){
                .at = A1, .spool = 1, .from = at, .to = to, .low = to, .high = to};
            at = to;
        }
        struct charge_filament one = filament(0, next_random(&seed) % 3000000, at + 1);
        struct charge_input input = input_of(&one, 1, parts, count);
        one.length = at > 0 ? at : 1;
        input.reported_mg = round % 2 ? (int64_t)(next_random(&seed) % 1000000) : charge_unknown;
        charge_job(&input, &charges);
        for (int i = 0; i < charges.count; i++) {
            assert_true(charges.list[i].mg > 0);
            sum += charges.list[i].mg;
        }
        assert_int_equal(sum, round % 2 ? input.reported_mg : one.used_mg);
    }
}

static struct tray tagged(const char *uuid, int weight, int percent)
{
    struct tray tray;

    memset(&tray, 0, sizeof tray);
    tray.state = SLOT_PRESENT;
    text_copy(tray.tray_uuid, sizeof tray.tray_uuid, uuid);
    tray.weight_g = weight;
    tray.remain_percent = percent;
    return tray;
}

static void remain_needs_two_good_readings(void **state)
{
    struct tray full = tagged("AA", 1000, 80), less = tagged("AA", 1000, 77);
    struct tray other = tagged("BB", 1000, 77), bare = tagged("", 1000, 77);
    struct tray unread = tagged("AA", 1000, -1), small = tagged("AA", 250, 77);

    (void)state;
    assert_int_equal(charge_remain(&full, &less), 30000);
    assert_int_equal(charge_remain(&full, &full), 0);
    assert_int_equal(charge_remain(&less, &full), charge_unknown);
    assert_int_equal(charge_remain(&full, &other), charge_unknown);
    assert_int_equal(charge_remain(&bare, &bare), charge_unknown);
    assert_int_equal(charge_remain(&full, &unread), charge_unknown);
    assert_int_equal(charge_remain(&full, &small), charge_unknown);
}

static void costs_and_calibration(void **state)
{
    int permille = 0;

    (void)state;
    assert_int_equal(charge_cost(150500, 2499, 1000000), 376);
    assert_int_equal(charge_cost(150500, 2499, 0), 0);
    assert_true(charge_calibration(1000000, 970000, &permille));
    assert_int_equal(permille, 31);
    assert_true(charge_calibration(1000000, 1300000, &permille));
    assert_int_equal(permille, -100);
    assert_true(charge_calibration(1000000, 300000, &permille));
    assert_int_equal(permille, 100);
    assert_false(charge_calibration(1000000, 99999, &permille));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thirds_sum_to_the_whole),
        cmocka_unit_test(sources_in_order),
        cmocka_unit_test(every_source_is_produced_and_recorded),
        cmocka_unit_test(a_total_is_split_by_the_estimates),
        cmocka_unit_test(a_total_of_a_part_is_split_by_what_was_done),
        cmocka_unit_test(bounds_of_estimates),
        cmocka_unit_test(whole_prints_without_a_curve),
        cmocka_unit_test(too_many_parts_stay_open),
        cmocka_unit_test(remain_is_for_single_filaments),
        cmocka_unit_test(nothing_seen_leaves_it_open),
        cmocka_unit_test(parts_always_sum_to_the_total),
        cmocka_unit_test(remain_needs_two_good_readings),
        cmocka_unit_test(costs_and_calibration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
