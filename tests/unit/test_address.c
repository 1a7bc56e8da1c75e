/* Every numbering of slots that a printer uses, both ways, for one nozzle and for two. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/address.h"

static void check(struct slot_address at, int unit, int slot)
{
    assert_int_equal(at.unit, unit);
    assert_int_equal(at.slot, slot);
}

static void test_ams_ids(void **state)
{
    (void)state;
    static const int rows[][4] = {
        {0, 0, 1, 1},     {0, 3, 1, 4},     {3, 2, 4, 3},   {7, 3, 8, 4},   {8, 0, 0, 0},
        {-1, 0, 0, 0},    {0, 4, 0, 0},     {0, -1, 0, 0},  {16, 0, 16, 1}, {16, 3, 16, 4},
        {17, 0, 129, 1},  {23, 0, 135, 1},  {17, 1, 0, 0},  {24, 0, 0, 0},  {127, 0, 0, 0},
        {128, 0, 128, 1}, {135, 0, 135, 1}, {128, 1, 0, 0}, {136, 0, 0, 0}, {254, 0, 0, 0},
        {255, 0, 0, 0},
    };
    for (size_t i = 0; i < LEN(rows); i++)
        check(address_from_ams(rows[i][0], rows[i][1]), rows[i][2], rows[i][3]);
}

/* X1, P1, A1: tray_now, tray_tar and ams_mapping are global tray numbers. */
static void test_global_numbers(void **state)
{
    (void)state;
    static const int rows[][3] = {
        {0, 1, 1},   {3, 1, 4},   {4, 2, 1},     {15, 4, 4},    {16, 128, 1},  {23, 135, 1},
        {24, 16, 1}, {27, 16, 4}, {28, 0, 0},    {127, 0, 0},   {128, 128, 1}, {135, 135, 1},
        {136, 0, 0}, {253, 0, 0}, {254, 255, 1}, {255, 255, 1}, {-1, 0, 0},    {65535, 0, 0},
    };
    for (size_t i = 0; i < LEN(rows); i++)
        check(address_from_global(rows[i][0], 1), rows[i][1], rows[i][2]);
    check(address_from_global(254, 2), 255, 1);
    check(address_from_global(255, 2), 255, 2);
    check(address_from_global(7, 2), 2, 4);
}

/* H2, P2S, X2D: snow, star and mapping are (unit << 8) | slot. */
static void test_snow(void **state)
{
    (void)state;
    static const int rows[][4] = {
        {0x0000, 1, 1, 1},   {0x0103, 1, 2, 4},   {0x8000, 2, 128, 1}, {0x8700, 1, 135, 1},
        {0x8001, 1, 0, 0},   {0x1002, 1, 16, 3},  {0xFFFF, 1, 0, 0},   {0xFFFF, 2, 0, 0},
        {0xFEFF, 2, 0, 0},   {0x00FF, 1, 0, 0},   {0xFF00, 1, 255, 1}, {0xFF00, 2, 255, 2},
        {0xFE00, 2, 255, 1}, {0xFE00, 1, 255, 1}, {0x0004, 1, 0, 0},   {-1, 1, 0, 0},
        {0x10000, 1, 0, 0},  {0xFF01, 1, 0, 0},
    };
    for (size_t i = 0; i < LEN(rows); i++)
        check(address_from_snow(rows[i][0], rows[i][1]), rows[i][2], rows[i][3]);
}

static void test_pairs_and_external(void **state)
{
    (void)state;
    check(address_from_pair(0, 3, 1), 1, 4);
    check(address_from_pair(129, 0, 2), 129, 1);
    check(address_from_pair(255, 255, 1), 0, 0);
    check(address_from_pair(255, 0, 1), 255, 1);
    check(address_from_pair(255, 0, 2), 255, 2);
    check(address_from_pair(254, 0, 2), 255, 1);
    check(address_from_pair(-1, 0, 1), 0, 0);
    check(address_from_pair(0, 300, 1), 0, 0);
    check(address_from_external(254, 1), 255, 1);
    check(address_from_external(255, 1), 255, 1);
    check(address_from_external(255, 2), 255, 2);
    check(address_from_external(254, 2), 255, 1);
    check(address_from_external(-1, 1), 255, 1);
    check(address_from_external(3, 1), 0, 0);
}

static void test_to_global_is_the_inverse(void **state)
{
    (void)state;
    static const struct slot_address last_units = {5, 1}, nothing = {0, 0};
    for (int tray = 0; tray < 256; tray++) {
        for (int nozzles = 1; nozzles <= 2; nozzles++) {
            struct slot_address at = address_from_global(tray, nozzles);
            int back = address_to_global(at, nozzles);
            if (address_none(at))
                assert_int_equal(back, -1);
            else
                assert_true(address_equal(address_from_global(back, nozzles), at));
        }
    }
    assert_int_equal(address_to_global(last_units, 1), -1);
    assert_int_equal(address_to_global(nothing, 1), -1);
}

/* Exist bits: AMS 0..3 and 0..15, AMS HT 4..11 and 16..23, the A2L's Lite 12 and 24..27. */
static void test_bits(void **state)
{
    (void)state;
    static const int rows[][4] = {
        {1, 1, 0, 0},     {2, 3, 1, 6},    {4, 4, 3, 15},   {128, 1, 4, 16}, {129, 1, 5, 17},
        {135, 1, 11, 23}, {16, 1, 12, 24}, {16, 4, 12, 27}, {5, 1, -1, -1},  {255, 1, -1, -1},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        struct slot_address at = {(int16_t)rows[i][0], (int16_t)rows[i][1]};
        assert_int_equal(address_unit_bit(at.unit), rows[i][2]);
        assert_int_equal(address_slot_bit(at), rows[i][3]);
    }
}

static void test_possible(void **state)
{
    (void)state;
    int possible = 0;
    for (int unit = -2; unit < 300; unit++) {
        for (int slot = -1; slot < 6; slot++)
            possible += address_possible(unit, slot);
    }
    assert_int_equal(possible, 8 * 4 + 4 + 8 + 2);
    assert_false(address_possible(0, 1));
    assert_false(address_possible(128, 2));
    assert_false(address_possible(255, 3));
}

static void test_labels(void **state)
{
    (void)state;
    static const struct {
        struct slot_address at;
        int nozzles;
        const char *label;
    } rows[] = {
        {{1, 1}, 1, "A1"},      {{4, 4}, 1, "D4"},      {{8, 1}, 1, "H1"},
        {{128, 1}, 2, "HT-A1"}, {{135, 1}, 1, "HT-H1"}, {{16, 2}, 1, "Lite-2"},
        {{255, 1}, 1, "Ext"},   {{255, 1}, 2, "Ext-L"}, {{255, 2}, 2, "Ext-R"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char label[ADDRESS_LABEL_SIZE];
        address_label(rows[i].at, rows[i].nozzles, label);
        assert_string_equal(label, rows[i].label);
    }
}

static void test_order(void **state)
{
    (void)state;
    const struct slot_address a = {1, 4}, b = {2, 1}, c = {2, 2};
    assert_true(address_compare(a, b) < 0 && address_compare(b, c) < 0);
    assert_true(address_compare(c, a) > 0 && address_compare(b, b) == 0);
    assert_true(address_none((struct slot_address){0, 0}) && !address_none(a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ams_ids),
        cmocka_unit_test(test_global_numbers),
        cmocka_unit_test(test_snow),
        cmocka_unit_test(test_pairs_and_external),
        cmocka_unit_test(test_to_global_is_the_inverse),
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_possible),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
