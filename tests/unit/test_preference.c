/* core/preference: what is told when, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/auto.h"
#include "core/preference.h"

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE };

/* 2026-08-22T00:00:00Z */
static const int64_t midnight = 1787356800000;

static const struct {
    const char *preferences;
    enum alert_kind kind;
    int64_t at, wait;
} waits[] = {
    {"{}", ALERT_PRINT_FINISHED, 0, 0},
    {"{\"kinds\": {\"low_spool\": false}}", ALERT_LOW_SPOOL, 0, PREFERENCE_NEVER},
    {"{\"kinds\": {\"low_spool\": true}}", ALERT_LOW_SPOOL, 0, 0},
    {"{\"kinds\": {\"low_spool\": false}}", ALERT_RUNOUT, 0, 0},
    {"{\"min_severity\": \"warning\"}", ALERT_PRINT_FINISHED, 0, PREFERENCE_NEVER},
    {"{\"min_severity\": \"warning\"}", ALERT_LOW_SPOOL, 0, 0},
    {"{\"min_severity\": \"critical\"}", ALERT_LOW_SPOOL, 0, PREFERENCE_NEVER},
    /* over midnight: from the first minute to before the last one */
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\"}}", ALERT_LOW_SPOOL, 22 * HOUR - MINUTE,
     0},
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\"}}", ALERT_LOW_SPOOL, 22 * HOUR, 9 * HOUR},
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\"}}", ALERT_LOW_SPOOL, 0, 7 * HOUR},
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\"}}", ALERT_LOW_SPOOL, 7 * HOUR - MINUTE,
     MINUTE},
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\"}}", ALERT_LOW_SPOOL, 7 * HOUR, 0},
    {"{\"quiet\": {\"from\": \"12:30\", \"to\": \"13:00\"}}", ALERT_LOW_SPOOL,
     12 * HOUR + 45 * MINUTE, 15 * MINUTE},
    /* 23:00 in a place two hours east, 03:00 the night before five hours west */
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\", \"utc_offset_minutes\": 120}}",
     ALERT_LOW_SPOOL, 21 * HOUR, 8 * HOUR},
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\", \"utc_offset_minutes\": -300}}",
     ALERT_LOW_SPOOL, 8 * HOUR, 4 * HOUR},
    /* what is critical comes through, unless it is to wait, too */
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\"}}", ALERT_RUNOUT, 0, 0},
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\", \"critical\": \"hold\"}}", ALERT_RUNOUT,
     0, 7 * HOUR},
    {"{\"quiet\": null}", ALERT_LOW_SPOOL, 0, 0},
};

static void waiting(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(waits); i++) {
        json_auto_t *preferences = json_loads(waits[i].preferences, 0, NULL);
        struct why why = {0};
        assert_int_equal(preference_check(preferences, &why), OK);
        assert_int_equal(preference_wait(preferences, waits[i].kind, midnight + waits[i].at),
                         waits[i].wait);
    }
}

static const struct {
    const char *preferences, *field;
} wrong[] = {
    {"{\"sound\": true}", "preferences"},
    {"{\"kinds\": []}", "preferences.kinds"},
    {"{\"kinds\": {\"low\": false}}", "preferences.kinds"},
    {"{\"kinds\": {\"runout\": 0}}", "preferences.kinds"},
    {"{\"min_severity\": \"bad\"}", "preferences.min_severity"},
    {"{\"quiet\": {\"from\": \"22:00\"}}", "preferences.quiet"},
    {"{\"quiet\": {\"from\": \"24:00\", \"to\": \"07:00\"}}", "preferences.quiet"},
    {"{\"quiet\": {\"from\": \"2200\", \"to\": \"07:00\"}}", "preferences.quiet"},
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:60\"}}", "preferences.quiet"},
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\", \"critical\": 1}}", "preferences.quiet"},
    {"{\"quiet\": {\"from\": \"22:00\", \"to\": \"07:00\", \"utc_offset_minutes\": 900}}",
     "preferences.quiet"},
};

static void faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(wrong); i++) {
        json_auto_t *preferences = json_loads(wrong[i].preferences, 0, NULL);
        struct why why = {0};
        assert_int_equal(preference_check(preferences, &why), ERR_INVALID);
        assert_string_equal(why.field, wrong[i].field);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(waiting), cmocka_unit_test(faults)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
