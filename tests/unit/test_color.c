#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/color.h"
#include "core/rules.h"

/* The published test pairs: Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula", 2005. */
static const struct {
    struct lab x, y;
    double expected;
} pairs[] = {
    {{50.0000, 2.6772, -79.7751}, {50.0000, 0.0000, -82.7485}, 2.0425},
    {{50.0000, 3.1571, -77.2803}, {50.0000, 0.0000, -82.7485}, 2.8615},
    {{50.0000, 2.8361, -74.0200}, {50.0000, 0.0000, -82.7485}, 3.4412},
    {{50.0000, -1.3802, -84.2814}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, -1.1848, -84.8006}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, -0.9009, -85.5211}, {50.0000, 0.0000, -82.7485}, 1.0000},
    {{50.0000, 0.0000, 0.0000}, {50.0000, -1.0000, 2.0000}, 2.3669},
    {{50.0000, -1.0000, 2.0000}, {50.0000, 0.0000, 0.0000}, 2.3669},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0009}, 7.1792},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0010}, 7.1792},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0011}, 7.2195},
    {{50.0000, 2.4900, -0.0010}, {50.0000, -2.4900, 0.0012}, 7.2195},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0009, -2.4900}, 4.8045},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0010, -2.4900}, 4.8045},
    {{50.0000, -0.0010, 2.4900}, {50.0000, 0.0011, -2.4900}, 4.7461},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 0.0000, -2.5000}, 4.3065},
    {{50.0000, 2.5000, 0.0000}, {73.0000, 25.0000, -18.0000}, 27.1492},
    {{50.0000, 2.5000, 0.0000}, {61.0000, -5.0000, 29.0000}, 22.8977},
    {{50.0000, 2.5000, 0.0000}, {56.0000, -27.0000, -3.0000}, 31.9030},
    {{50.0000, 2.5000, 0.0000}, {58.0000, 24.0000, 15.0000}, 19.4535},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.1736, 0.5854}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.2972, 0.0000}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 1.8634, 0.5757}, 1.0000},
    {{50.0000, 2.5000, 0.0000}, {50.0000, 3.2592, 0.3350}, 1.0000},
    {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
    {{63.0109, -31.0961, -5.8663}, {62.8187, -29.7946, -4.0864}, 1.2630},
    {{61.2901, 3.7196, -5.3901}, {61.4292, 2.2480, -4.9620}, 1.8731},
    {{35.0831, -44.1164, 3.7933}, {35.0232, -40.0716, 1.5901}, 1.8645},
    {{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
    {{36.4612, 47.8580, 18.3852}, {36.2715, 50.5065, 21.2231}, 1.4146},
    {{90.8027, -2.0831, 1.4410}, {91.1528, -1.6435, 0.0447}, 1.4441},
    {{90.9257, -0.5406, -0.9208}, {88.6381, -0.8985, -0.7239}, 1.5381},
    {{6.7747, -0.2908, -2.4247}, {5.8714, -0.0985, -2.2286}, 0.6377},
    {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082},
};

static void published_pairs(void **state)
{
    (void)state;
    assert_int_equal(LEN(pairs), 34);
    for (size_t i = 0; i < LEN(pairs); i++) {
        double there = color_difference(pairs[i].x, pairs[i].y);
        double back = color_difference(pairs[i].y, pairs[i].x);
        if (fabs(there - pairs[i].expected) > 0.00005 || fabs(there - back) > 1e-9)
            fail_msg("pair %zu: %.5f, %.5f back, published %.4f", i + 1, there, back,
                     pairs[i].expected);
    }
}

static struct color hex(const char *text)
{
    struct color color;

    if (!color_parse(text, &color))
        fail_msg("no colour: %s", text);
    return color;
}

/* Reference values of sRGB primaries under D65, to the precision in which tables give them. */
static void lab_of_primaries(void **state)
{
    static const struct {
        const char *color;
        struct lab lab;
    } table[] = {
        {"#FFFFFF", {100.0, 0.0, 0.0}},       {"#000000", {0.0, 0.0, 0.0}},
        {"#FF0000", {53.24, 80.09, 67.20}},   {"#00FF00", {87.73, -86.18, 83.18}},
        {"#0000FF", {32.30, 79.19, -107.86}}, {"#808080", {53.59, 0.0, 0.0}},
    };

    (void)state;
    for (size_t i = 0; i < LEN(table); i++) {
        struct lab lab = color_lab(hex(table[i].color));
        assert_true(fabs(lab.l - table[i].lab.l) < 0.02);
        assert_true(fabs(lab.a - table[i].lab.a) < 0.02);
        assert_true(fabs(lab.b - table[i].lab.b) < 0.02);
    }
}

static void texts(void **state)
{
    static const char *const same[] = {"#F0a", "f0A", "#FF00AA", "ff00aa", "#FF00aaff", "FF00AAFF"};
    static const char *const bad[] = {"",      "#",       "#12",       "12345", "#1234567",
                                      "ff00a", "#GG0000", " #FF0000",  "##FFF", "#FF0000FF0",
                                      "0xFFF", "#FF 000", "rgb(1,2,3)"};
    struct color color;
    char text[COLOR_TEXT_SIZE];

    (void)state;
    for (size_t i = 0; i < LEN(same); i++) {
        color_text_alpha(hex(same[i]), text);
        assert_string_equal(text, "FF00AAFF");
    }
    for (size_t i = 0; i < LEN(bad); i++)
        assert_false(color_parse(bad[i], &color));
    color_text(hex("0a1b2c80"), text);
    assert_string_equal(text, "#0A1B2C");
    assert_int_equal(hex("0a1b2c80").a, 128);
    assert_int_equal(color_rgba(hex("0a1b2c80")), 0x0A1B2C80);
}

static void clear_is_its_own_colour(void **state)
{
    (void)state;
    assert_int_equal(color_distance(hex("00000000"), hex("FFFFFF00")), 0);
    assert_int_equal(color_distance(hex("00000000"), hex("000000")), RULE_COLOR_FAR);
    assert_int_equal(color_distance(hex("FF0000"), hex("00000000")), RULE_COLOR_FAR);
    assert_int_equal(color_distance(hex("FFFFFF"), hex("00000000")), RULE_COLOR_CANDIDATE);
    assert_int_equal(color_distance(hex("F5B6CD80"), hex("F5B6CD")), 0);
}

/* The vendor's black is #161616 (BambuStudio#1307), inventories write #000000. */
static void colours_that_people_call_the_same(void **state)
{
    (void)state;
    assert_true(color_distance(hex("161616"), hex("000000")) <= RULE_COLOR_SAME);
    assert_true(color_distance(hex("FFFFFF"), hex("F5F5F5")) <= RULE_COLOR_SAME);
    assert_true(color_distance(hex("FF0000"), hex("C12E1F")) > RULE_COLOR_SAME);
    assert_true(color_distance(hex("FF0000"), hex("0000FF")) > RULE_COLOR_CANDIDATE);
    assert_true(color_distance(hex("0000FF"), hex("800080")) > RULE_COLOR_CANDIDATE);
}

static struct colors set(const char *a, const char *b, const char *c)
{
    struct colors set = {0};
    const char *const all[] = {a, b, c};

    for (size_t i = 0; i < LEN(all); i++)
        if (all[i])
            set.list[set.count++] = hex(all[i]);
    return set;
}

static void sets_in_any_order(void **state)
{
    struct colors flag = set("FF0000", "FFFFFF", "0000FF"),
                  turned = set("0000FF", "FF0000", "FFFFFF");
    struct colors other = set("FF0000", "FFFFFF", "00FF00"), two = set("FF0000", "0000FF", NULL);
    struct colors red = set("FF0000", NULL, NULL), green = set("00FF00", NULL, NULL);
    struct colors none = {0};

    (void)state;
    assert_int_equal(color_sets_distance(&flag, &turned), 0);
    assert_true(color_sets_distance(&flag, &other) > RULE_COLOR_CANDIDATE);
    assert_int_equal(color_sets_distance(&flag, &two), RULE_COLOR_PARTIAL);
    assert_int_equal(color_sets_distance(&red, &flag), RULE_COLOR_PARTIAL);
    assert_true(color_sets_distance(&green, &flag) > RULE_COLOR_CANDIDATE);
    assert_int_equal(color_sets_distance(&none, &red), RULE_COLOR_FAR);
    assert_int_equal(color_sets_distance(&none, &none), RULE_COLOR_FAR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_pairs),
        cmocka_unit_test(lab_of_primaries),
        cmocka_unit_test(texts),
        cmocka_unit_test(clear_is_its_own_colour),
        cmocka_unit_test(colours_that_people_call_the_same),
        cmocka_unit_test(sets_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
