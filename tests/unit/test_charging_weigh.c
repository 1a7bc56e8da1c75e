/* store/charging_weigh: what a roll that ran out says of the slicer's grams. Sums by hand. */
#include "print_case.h"

/* Slot 1 fed 4.5 parts of 10 of a print of ${grams}; its roll of ${whole} grams is at its end. */
static json_t *explained_runout(struct db *db, int grams, int whole)
{
    int64_t printer = print_printer(db);
    print_roll(db, "Red", whole, 1);
    print_roll(db, "Blue", 1000, 2);
    struct job job = print_begin(db, printer);
    print_slice_of(db, &job, grams);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    print_dry(db, &job);
    print_feed(db, printer, &job, 2, 5, NULL, NULL);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    assert_int_equal(print_used(db, "Red"), whole * 1000);
    assert_int_equal(print_used(db, "Blue"), grams * 550);
    json_auto_t *told = case_ok(db, charging_explain, print_job_args(db));
    const json_t *runouts = json_object_get(told, "runouts");
    assert_int_equal(json_array_size(runouts), 1);
    const json_t *event = json_object_get(json_array_get(runouts, 0), "event_id");
    return case_ok(db, charging_explain_event, json_pack("{s:O}", "event_id", event));
}

/* 180 g of 400 g are booked. A roll of 192 g: 192 / 180 = 1.0667, 67 thousandths more. 170 g:
 * 0.9444, 56 less. 250 g: 389 more, but never more than 100 is suggested. */
static void a_runout_suggests_a_calibration(void **state)
{
    static const struct {
        int whole, permille;
    } cases[] = {{192, 67}, {170, -56}, {250, 100}};
    (void)state;
    for (size_t i = 0; i < LEN(cases); i++) {
        struct db *db = case_open();
        json_auto_t *event = explained_runout(db, 400, cases[i].whole);
        const json_t *evidence = json_object_get(event, "evidence");
        assert_string_equal(case_text(evidence, "rule"), "runout");
        case_near(evidence, "booked_mg", 180000, 0);
        case_near(evidence, "left_mg", (cases[i].whole - 180) * 1000, 0);
        case_near(evidence, "suggested_permille", cases[i].permille, 0);
        case_close(db);
    }
}

/* The 4.5 g of ten are too little to judge a slicer by. */
static void a_small_print_suggests_nothing(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *event = explained_runout(db, 10, 5);
    case_near(json_object_get(event, "evidence"), "booked_mg", 4500, 0);
    assert_null(json_object_get(json_object_get(event, "evidence"), "suggested_permille"));
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_runout_suggests_a_calibration),
        cmocka_unit_test(a_small_print_suggests_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
