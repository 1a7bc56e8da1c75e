#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/material.h"
#include "core/profile.h"
#include "core/variety.h"

static void profiles_are_sorted_and_sound(void **state)
{
    size_t count = 0;

    (void)state;
    for (const struct profile *row; (row = profile_at(count)); count++) {
        const struct material *material = material_find(row->material);
        if (count > 0)
            assert_true(strcmp(profile_at(count - 1)->id, row->id) < 0);
        assert_ptr_equal(profile_find(row->id), row);
        if (!material || strcmp(row->product, "") == 0)
            fail_msg("%s: material %s is unknown", row->id, row->material);
        assert_in_range(row->density, 800, 1500);
        assert_in_range(row->nozzle_min, 150, row->nozzle_max);
        assert_in_range(row->nozzle_max, row->nozzle_min, 350);
        assert_in_range(row->bed, 30, 120);
    }
    assert_in_range(count, 122, 1000);
}

static void profiles_by_id(void **state)
{
    (void)state;
    assert_string_equal(profile_find("GFA00")->product, "PLA Basic");
    assert_string_equal(profile_find("GFA00")->vendor, "Bambu Lab");
    assert_int_equal(profile_find("GFA01")->density, 1320);
    assert_string_equal(profile_find("GFL99")->product, "PLA");
    assert_true(profile_generic(profile_find("GFL99")));
    assert_false(profile_generic(profile_find("GFL03")));
    assert_true(profile_find("GFS04")->support);
    assert_null(profile_find("P1234567"));
    assert_null(profile_find(""));
    assert_null(profile_find("gfa00"));
    assert_null(profile_find("ZZZ"));
}

static void materials_are_sound(void **state)
{
    size_t count = 0;

    (void)state;
    for (const struct material *row; (row = material_at(count)); count++) {
        assert_ptr_equal(material_find(row->name), row);
        assert_in_range(row->density, 800, 1500);
        assert_int_equal(row->diameter_um, 1750);
        assert_in_range(row->nozzle_min, 150, row->nozzle_max);
        assert_in_range(row->dry_days, 1, 730);
    }
    assert_in_range(count, 30, 200);
}

static void materials_by_meaning(void **state)
{
    static const char *const table[][2] = {
        {"pla", "PLA"},      {"PLA+", "PLA"},      {"PLA Basic", "PLA"},   {"Silk PLA", "PLA"},
        {"PLA-AERO", "PLA"}, {"PLA-CF", "PLA-CF"}, {"PAHT-CF", "PA-CF"},   {"PA6-GF", "PA-GF"},
        {"PETG HF", "PETG"}, {"TPU 95A", "TPU"},   {"TPU-AMS", "TPU"},     {"Nylon", "PA"},
        {"PC FR", "PC"},     {"PLA-S", "PLA"},     {"PETG_Basic", "PETG"},
    };

    (void)state;
    for (size_t i = 0; i < LEN(table); i++) {
        const struct material *material = material_find(table[i][0]);
        if (!material || strcmp(material->name, table[i][1]) != 0)
            fail_msg("%s: %s", table[i][0], material ? material->name : "unknown");
    }
    assert_null(material_find("Unobtainium"));
    assert_null(material_find(""));
}

static struct variety of(const char *text)
{
    struct variety variety = {0};

    variety_add(&variety, text);
    return variety;
}

static void variants_of_one_plastic(void **state)
{
    static const char *const plastics[] = {"PLA",       "PLA+",     "PLA Basic",
                                           "PLA Matte", "PLA Silk", "PLA Silk+"};

    (void)state;
    for (size_t i = 0; i < LEN(plastics); i++) {
        for (size_t k = 0; k < LEN(plastics); k++) {
            struct variety a = of(plastics[i]), b = of(plastics[k]);
            assert_int_equal(variety_same(&a, &b), i == k);
            assert_false(variety_clash(&a, &b));
        }
    }
}

static void other_ways_to_write_it(void **state)
{
    static const char *const same[][2] = {{"PLA+", "PLA Plus"},
                                          {"PLA Silk", "Silk PLA"},
                                          {"petg hf", "PETG High Speed"},
                                          {"PA6-CF", "PAHT CF"}};
    static const char *const clash[][2] = {
        {"PLA", "PETG"},     {"PETG", "PET"},    {"PLA", "PLA-CF"},         {"PLA", "PLA-S"},
        {"PA-CF", "PPA-CF"}, {"PA-CF", "PA-GF"}, {"PLA", "Support for PLA"}};

    (void)state;
    for (size_t i = 0; i < LEN(same); i++) {
        struct variety a = of(same[i][0]), b = of(same[i][1]);
        assert_true(variety_same(&a, &b));
    }
    for (size_t i = 0; i < LEN(clash); i++) {
        struct variety a = of(clash[i][0]), b = of(clash[i][1]);
        assert_true(variety_clash(&a, &b));
    }
}

static void unknown_names_say_nothing(void **state)
{
    struct variety unknown = of("Stardust"), pla = of("PLA"), owner = of("Peter's PLA");

    (void)state;
    assert_false(variety_same(&unknown, &unknown));
    assert_false(variety_clash(&unknown, &pla));
    assert_true(variety_same(&owner, &pla));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(profiles_are_sorted_and_sound), cmocka_unit_test(profiles_by_id),
        cmocka_unit_test(materials_are_sound),           cmocka_unit_test(materials_by_meaning),
        cmocka_unit_test(variants_of_one_plastic),       cmocka_unit_test(other_ways_to_write_it),
        cmocka_unit_test(unknown_names_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
