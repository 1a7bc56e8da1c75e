/* core/gcode and core/curve: the slicer's counting rule, with sums made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/curve.h"
#include "core/gcode.h"

/* A nozzle of 10 mm: 10 x pi x (1.75 / 2)^2 = 24.0528187541 mm3. */
static const char two_colors[] = "; filament_density: 1.24,1.27\r\n"
                                 "; filament_diameter: 1.75,1.75\r\n"
                                 "; nozzle_volume = 24.0528187541\n"
                                 "; change_filament_gcode = M620 S1A\\n; FLUSH_START\\nG1 X1 E99\n"
                                 "M83\n"
                                 "T0\n"
                                 "  G1 X1 E1 ; indented, counts: 1\n"
                                 "G1 E5 F300 ; pure, does not count\n"
                                 "G1 X2 E-.8 ; negative, does not count\n"
                                 "M73 P3 R10\n"
                                 "M73 L1\n"
                                 "G2 I1 J0 E2. ; an arc: 2\n"
                                 "G1 F300 E1 X7 ; words in any order: 1\n"
                                 "M620 S1A\n"
                                 "T1\n"
                                 "M73 E50\n"
                                 "; FLUSH_START\n"
                                 "G1 E50\n"
                                 "G1 X3 E-2 ; net flush 48: 10 old, 38 new\n"
                                 "; FLUSH_END\n"
                                 "M620.1 E F299 T240\n"
                                 "M621 S1A\n"
                                 "M73 P50 R5\n"
                                 "M73 L2\n"
                                 "G1 X3 E.5\n"
                                 "T1000\n"
                                 "M620 S255\n"
                                 "M621 S255\n"
                                 "G0 Y3 E0.25";

static void assert_mm(int64_t length, double mm)
{
    double got = (double)length / (double)gcode_mm;
    assert_true(got > mm - 0.000001 && got < mm + 0.000001);
}

static void counts_as_the_slicer_does(void **state)
{
    (void)state;
    struct gcode gcode;
    gcode_init(&gcode, NULL, NULL, 0, 0);
    gcode_feed(&gcode, two_colors, sizeof two_colors - 1);
    gcode_finish(&gcode);
    assert_mm(gcode.used[0], 1 + 2 + 1 + 10);
    assert_mm(gcode.used[1], 38 + 0.5 + 0.25);
    assert_int_equal(gcode.layer, 2);
    assert_int_equal(gcode.percent, 50);
    assert_false(gcode.flushed_unknown || gcode.tool_unknown);
}

static void any_split_gives_the_same(void **state)
{
    (void)state;
    for (size_t step = 1; step < 40; step++) {
        struct gcode gcode;
        gcode_init(&gcode, NULL, NULL, 0, 0);
        for (size_t at = 0; at < sizeof two_colors - 1; at += step) {
            size_t left = sizeof two_colors - 1 - at;
            gcode_feed(&gcode, two_colors + at, left < step ? left : step);
        }
        gcode_finish(&gcode);
        assert_mm(gcode.used[0], 14);
        assert_mm(gcode.used[1], 38.75);
    }
}

static void absolute_extrusion_is_understood(void **state)
{
    (void)state;
    static const char text[] = "M82\nG92 E0\nG1 X1 E1\nG1 X2 E3\nG1 E2\nG1 X3 E2.5\nG92 E0\n"
                               "G1 X4 E1\n"; /* 1 + 2 + 0.5 + 1 */
    struct gcode gcode;
    gcode_init(&gcode, NULL, NULL, 0, 0);
    gcode_feed(&gcode, text, sizeof text - 1);
    gcode_finish(&gcode);
    assert_mm(gcode.used[0], 4.5);
}

static void nozzles_keep_their_own_filament(void **state)
{
    (void)state;
    /* Filament 1 on the left nozzle, 2 and 3 on the right: 3 follows 2, not 1. */
    static const int nozzle_of[] = {1, 2, 2};
    static const char text[] = "M83\nT1\nG1 X1 E1\nT0\nG1 X1 E1\nT2\n; FLUSH_START\nG1 E30\n"
                               "; FLUSH_END\nM621 S2A\n";
    struct gcode gcode;
    gcode_init(&gcode, NULL, nozzle_of, 3, 24.0528187541);
    gcode_feed(&gcode, text, sizeof text - 1);
    gcode_finish(&gcode);
    assert_mm(gcode.used[0], 1);
    assert_mm(gcode.used[1], 1 + 10);
    assert_mm(gcode.used[2], 20);
}

static void unknown_nozzle_volume_is_told(void **state)
{
    (void)state;
    static const char text[] = "T0\nG1 X1 E1\nT1\n; FLUSH_START\nG1 E30\n; FLUSH_END\nM621 S1A\n"
                               "T77\nG1 X1 E1\n; nozzle_volume = 92,92\n";
    struct gcode gcode;
    gcode_init(&gcode, NULL, NULL, 0, 0);
    gcode_feed(&gcode, text, sizeof text - 1);
    gcode_finish(&gcode);
    assert_true(gcode.flushed_unknown && gcode.tool_unknown);
    assert_true(gcode.nozzle_volume[1] > 91.9 && gcode.nozzle_volume[1] < 92.1);
}

static void weight_of_a_length(void **state)
{
    (void)state;
    /* 1 m of 1.75 mm at 1.24 g/cm3: 1000 x 2.405281875 mm2 / 1000 x 1.24 = 2.98255 g */
    double grams = gcode_grams(1000 * gcode_mm, 1.75, 1.24);
    assert_true(grams > 2.98254 && grams < 2.98256);
}

static const struct curve_point points[] = {
    {0, -1, 0, 10}, {1, 3, 0, 20},  {1, 5, 0, 26},  {1, 5, 1, 7},
    {2, 5, 1, 8},   {2, 40, 0, 30}, {4, 80, 0, 50},
};

static void curve_gives_shares_by_layer(void **state)
{
    (void)state;
    const struct curve curve = {points, LEN(points)};
    assert_int_equal(curve_total(&curve, 0), 50);
    assert_int_equal(curve_total(&curve, 1), 8);
    assert_int_equal(curve_total(&curve, 2), 0);
    assert_int_equal(curve_before(&curve, 0, 0), 0);
    assert_int_equal(curve_through(&curve, 0, 0), 10);
    assert_int_equal(curve_before(&curve, 0, 2), 26);
    assert_int_equal(curve_through(&curve, 0, 3), 30);
    assert_int_equal(curve_through(&curve, 0, 99), 50);
}

static void percent_narrows_the_bounds(void **state)
{
    (void)state;
    const struct curve curve = {points, LEN(points)};
    int64_t low, high;
    curve_bounds(&curve, 0, 1, 3, &low, &high);
    assert_true(low == 10 && high == 20);
    curve_bounds(&curve, 0, 1, 5, &low, &high);
    assert_true(low == 20 && high == 26);
    curve_bounds(&curve, 0, 1, 77, &low, &high); /* not of this layer: all of it */
    assert_true(low == 10 && high == 26);
    curve_bounds(&curve, 0, 1, -1, &low, &high);
    assert_true(low == 10 && high == 26);
    curve_bounds(&curve, 1, 2, 40, &low, &high);
    assert_true(low == 8 && high == 8);
    curve_bounds(&curve, 0, 3, 60, &low, &high); /* nothing of it in layer 3 */
    assert_true(low == 30 && high == 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_as_the_slicer_does),
        cmocka_unit_test(any_split_gives_the_same),
        cmocka_unit_test(absolute_extrusion_is_understood),
        cmocka_unit_test(nozzles_keep_their_own_filament),
        cmocka_unit_test(unknown_nozzle_volume_is_told),
        cmocka_unit_test(weight_of_a_length),
        cmocka_unit_test(curve_gives_shares_by_layer),
        cmocka_unit_test(percent_narrows_the_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
