/* core/suggest: which roll first, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "core/suggest.h"

enum { ROLLS = 6, MOST = 8 };

static const struct suggest_wish wish = {.needed_mg = 150000, .today = "2026-07-25"};

/* A roll of a case; 0 is unknown, and product 0 a product of its own. */
struct brief {
    int id, left_g, product;
    const char *since, *dry_by;
    int humidity, cents_per_kg, distance;
    bool opened, loaded, here, draft;
};

static const struct {
    const char *name;
    struct brief rolls[ROLLS];
    const char *ranked; /* fits with the numbers of their rolls */
} cases[] = {
    {"the smallest rest that suffices is used up first",
     {{1, 1000}, {2, 500}, {3, 180}, {4, 100}},
     "rest 3, rest 2, whole 1, short 4"},
    {"a rest that is just enough", {{1, 151}, {2, 150}}, "rest 2, rest 1"},
    {"the oldest of full rolls, unknown ages last",
     {{1, 1000}, {2, 1000, .since = "2026-03-01"}, {3, 1000, .since = "2025-12-31"}},
     "whole 3, whole 2, whole 1"},
    {"what should be dried comes behind what suffices and is dry",
     {{1, 180, .dry_by = "2026-07-24"}, {2, 1000, .dry_by = "2026-07-25"}, {3, 100}},
     "whole 2, rest 1, short 3"},
    {"dry air, then unknown, then humid",
     {{1, 1000, .humidity = 55}, {2, 1000}, {3, 1000, .humidity = 20}, {4, 1000, .humidity = 15}},
     "whole 4, whole 3, whole 2, whole 1"},
    {"the cheaper one, then the one that is loaded here",
     {{1, 1000, .cents_per_kg = 3000},
      {2, 1000, .cents_per_kg = 2000},
      {3, 1000, .cents_per_kg = 2000, .loaded = true, .here = true},
      {4, 1000, .cents_per_kg = 2000, .loaded = true},
      {5, 1000, .cents_per_kg = 2000, .draft = true}},
     "whole 3, whole 2, whole 5, whole 4, whole 1"},
    {"another shade only where the right one is missing",
     {{1, 180, .distance = 700}, {2, 1000, .distance = 100}},
     "whole 2, rest 1"},
    {"two rests of a product, the smaller first; what is left over least",
     {{1, 140, .product = 9}, {2, 80, .product = 9}, {3, 75, .product = 9}, {4, 149}},
     "pair 3+2, short 4, short 1, short 2, short 3"},
    {"a pair serves where no roll does, not instead of one",
     {{1, 100, .product = 9}, {2, 60, .product = 9}, {3, 1000, .product = 9}},
     "whole 3, pair 2+1, short 1, short 2"},
    {"two rests of a product with another between them",
     {{1, 100, .product = 9}, {2, 100, .product = 8}, {3, 100, .product = 9}},
     "pair 1+3, short 1, short 2, short 3"},
    {"nothing", {{0}}, ""},
};

static void date(char to[SUGGEST_DATE_SIZE], const char *text)
{
    snprintf(to, SUGGEST_DATE_SIZE, "%s", text ? text : "");
}

static size_t spell_out(const struct brief *from, size_t most, struct suggest_roll *to)
{
    size_t count = 0;
    for (; count < most && from[count].id; count++) {
        const struct brief *one = &from[count];
        to[count] = (struct suggest_roll){
            .id = one->id,
            .product = one->product ? one->product : one->id,
            .left_mg = one->left_g * 1000,
            .whole_mg = 1000000,
            .cents_per_kg = one->cents_per_kg ? one->cents_per_kg : -1,
            .distance = one->distance ? one->distance : -1,
            .humidity = one->humidity ? one->humidity : -1,
            .opened = one->opened,
            .loaded = one->loaded,
            .loaded_here = one->here,
            .draft = one->draft,
        };
        date(to[count].since, one->since);
        date(to[count].dry_by, one->dry_by);
    }
    return count;
}

static void ranks(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        size_t len = 0;
        char got[256] = "";
        struct suggestion list[MOST];
        struct suggest_roll rolls[ROLLS];
        size_t count = spell_out(cases[i].rolls, ROLLS, rolls);
        size_t found = suggest_rank(&wish, rolls, count, list, MOST);
        for (size_t k = 0; k < found; k++) {
            len += (size_t)snprintf(got + len, sizeof got - len, "%s%s %d", k ? ", " : "",
                                    suggest_fit_slug(list[k].fit), (int)rolls[list[k].roll].id);
            if (list[k].fit == SUGGEST_PAIR)
                len += (size_t)snprintf(got + len, sizeof got - len, "+%d",
                                        (int)rolls[list[k].second].id);
            assert_true(list[k].score >= 0 && list[k].score <= 1000);
            assert_true(k == 0 || list[k].score <= list[k - 1].score);
            assert_true(list[k].reason_count > 0);
        }
        if (strcmp(got, cases[i].ranked) != 0)
            fail_msg("%s: %s", cases[i].name, got);
    }
}

static void only_the_best(void **state)
{
    (void)state;
    struct suggestion list[2];
    struct suggest_roll rolls[ROLLS];
    size_t count = spell_out(cases[0].rolls, ROLLS, rolls);
    assert_int_equal(suggest_rank(&wish, rolls, count, list, 2), 2);
    assert_int_equal(rolls[list[0].roll].id, 3);
    assert_int_equal(rolls[list[1].roll].id, 2);
    assert_int_equal(suggest_rank(&wish, rolls, count, list, 0), 0);
}

static void says(const struct brief *brief, size_t most, const char *const *wanted)
{
    struct suggest_roll rolls[ROLLS];
    size_t count = spell_out(brief, most, rolls);
    struct suggestion list[1];
    assert_int_equal(suggest_rank(&wish, rolls, count, list, 1), 1);
    for (int i = 0; wanted[i]; i++) {
        assert_true(i < list[0].reason_count);
        assert_string_equal(list[0].reasons[i], wanted[i]);
        assert_true(wanted[i + 1] || i + 1 == list[0].reason_count);
    }
}

static void says_why(void **state)
{
    (void)state;
    static const struct brief rest[] = {{1, 180, .since = "2026-01-02", .opened = true,
                                         .dry_by = "2026-07-01", .humidity = 45, .distance = 620,
                                         .loaded = true, .cents_per_kg = 1999, .draft = true}};
    static const char *const all[] = {"180 g left, enough for 150 g: use up the rest first",
                                      "another shade: its colour differs by 6.2",
                                      "opened 2026-01-02: older rolls first",
                                      "should have been dried by 2026-07-01: dry it first, or take "
                                      "another",
                                      "45 % humidity in its AMS",
                                      "is in a slot elsewhere",
                                      "costs 19.99 a kg",
                                      "not confirmed yet: it was entered from its tag",
                                      NULL};
    says(rest, 1, all);
    static const struct brief pair[] = {
        {1, 100, .product = 5},
        {2, 60, .product = 5, .since = "2026-05-01", .dry_by = "2027-01-01"}};
    static const char *const two[] = {
        "60 g here and 100 g on another roll of the product are enough for 150 g: load both, AMS "
        "backup goes on with the second",
        "bought 2026-05-01: older rolls first", "stays dry until 2027-01-01", NULL};
    says(pair, 2, two);
    static const struct brief lack[] = {{1, 100}};
    static const char *const missing[] = {"100 g left, 50 g short of 150 g", NULL};
    says(lack, 1, missing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks),
        cmocka_unit_test(only_the_best),
        cmocka_unit_test(says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
