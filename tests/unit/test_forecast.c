/* core/forecast: sums by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/forecast.h"

/* Filament 0 lays down 10 a layer in 100 layers: 1000 mm, 20 g, so 0.2 g a layer. Filament 1 lays
 * down 30 a layer in layers 91..100: 300 mm, 6 g, so 0.6 g a layer. */
static struct curve_point points[110];

static struct curve curve_of(void)
{
    size_t n = 0;
    for (int layer = 1; layer <= 100; layer++) {
        points[n++] = (struct curve_point){layer, -1, 0, layer * 10};
        if (layer > 90)
            points[n++] = (struct curve_point){layer, -1, 1, (layer - 90) * 30};
    }
    return (struct curve){points, n};
}

static const struct forecast_filament both[] = {{0, 20000}, {1, 6000}};

static void a_roll_that_lasts(void **state)
{
    (void)state;
    struct curve curve = curve_of();
    struct forecast f;
    forecast_slot(&curve, both, 1, 40, 12000, &f); /* 60 layers x 0.2 g */
    assert_int_equal(f.needed_mg, 12000);
    assert_int_equal(f.short_mg, 0);
    assert_int_equal(f.runs_out_layer, -1);
}

static void a_roll_that_does_not(void **state)
{
    (void)state;
    struct curve curve = curve_of();
    struct forecast f;
    forecast_slot(&curve, both, 1, 40, 5000, &f); /* 25 layers: gone after layer 65 */
    assert_int_equal(f.short_mg, 7000);
    assert_int_equal(f.runs_out_layer, 66);
    forecast_slot(&curve, both, 1, -1, 0, &f);
    assert_int_equal(f.needed_mg, 20000);
    assert_int_equal(f.runs_out_layer, 1);
    forecast_slot(&curve, both, 1, 40, -300, &f); /* overdrawn counts as empty */
    assert_int_equal(f.short_mg, 12000);
    assert_int_equal(f.runs_out_layer, 41);
}

static void two_filaments_of_one_slot(void **state)
{
    (void)state;
    struct curve curve = curve_of();
    struct forecast f;
    /* From layer 90: 10 layers x (0.2 + 0.6) g; 3 g last for three layers, and 0.6 g more. */
    forecast_slot(&curve, both, 2, 90, 3000, &f);
    assert_int_equal(f.needed_mg, 8000);
    assert_int_equal(f.short_mg, 5000);
    assert_int_equal(f.runs_out_layer, 94);
}

static void time_follows_the_layers(void **state)
{
    (void)state;
    assert_int_equal(forecast_time(40, 100, 120, 65), 120 * 60000 * 25 / 60);
    assert_int_equal(forecast_time(-1, 100, 100, 50), 50 * 60000);
    assert_int_equal(forecast_time(40, 100, -1, 65), -1);
    assert_int_equal(forecast_time(40, 0, 10, 65), -1);
    assert_int_equal(forecast_time(40, 100, 10, -1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_roll_that_lasts),
        cmocka_unit_test(a_roll_that_does_not),
        cmocka_unit_test(two_filaments_of_one_slot),
        cmocka_unit_test(time_follows_the_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
