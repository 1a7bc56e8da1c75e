/* core/told: what Home Assistant tells of a print, read leniently. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/auto.h"
#include "core/told.h"

/* What is left of a print that is told with one more field. */
static struct told_print told_with(const char *key, json_t *moved_value)
{
    struct why why;
    struct told_print print;
    json_auto_t *body = json_pack("{s:s, s:s, s:o}", "printer_id", "01P00A000000111", "status",
                                  "running", key, moved_value);
    assert_int_equal(told_read_print(body, &print, &why), OK);
    return print;
}

static void names_of_slots(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int unit, slot; /* 0: no slot is called so */
    } cases[] = {
        {"AMS 1 Tray 3", 1, 3},
        {"AMS 128 Tray 1", 128, 1},
        {"External Spool", UNIT_EXTERNAL, 1},
        {"External Spool 2", UNIT_EXTERNAL, 2},
        {"External Spool 3", 0, 0},
        {"External Spool 1", 0, 0},
        {"External Spools", 0, 0},
        {"External", 0, 0},
        {"AMS 1 Tray 5", 0, 0},
        {"AMS 1 Tray 3 ", 0, 0},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct told_print print = told_with("weights", json_pack("{s:f}", cases[i].name, 12.5));
        int wanted = cases[i].unit ? 1 : 0;
        if (print.weight_count != wanted || print.skipped != (unsigned)!wanted)
            fail_msg("%s: %d weights, %u skipped", cases[i].name, print.weight_count,
                     print.skipped);
        if (wanted) {
            assert_int_equal(print.weights[0].at.unit, cases[i].unit);
            assert_int_equal(print.weights[0].at.slot, cases[i].slot);
            assert_int_equal(print.weights[0].mg, 12500);
        }
    }
}

static void progress(void **state)
{
    (void)state;
    static const struct {
        int told, percent;
        unsigned skipped;
    } cases[] = {{0, 0, 0}, {100, 100, 0}, {101, -1, 1}, {-1, -1, 1}};
    for (size_t i = 0; i < LEN(cases); i++) {
        struct told_print print = told_with("progress", json_integer(cases[i].told));
        assert_int_equal(print.percent, cases[i].percent);
        assert_int_equal(print.skipped, cases[i].skipped);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_slots),
        cmocka_unit_test(progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
