/* store/charging_weigh: a roll that ran out is weighed, and what that says of the slicer's grams.
 * Sums by hand. */
#include "print_case.h"

/* 1000 g less 4.5 g should have been left when it ran out: 995.5 g in a row of its own. */
static void a_runout_weighs_its_roll(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue", 1000, 2);
    print_roll(db, "Green", 1000, 0);
    struct job job = print_begin(db, printer);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    print_dry(db, &job);
    print_feed(db, printer, &job, 2, 5, NULL, NULL);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    assert_int_equal(print_used(db, "Red"), 1000000);
    assert_int_equal(print_used(db, "Blue"), 5500);
    assert_int_equal(db_int(db, "SELECT mg FROM usage WHERE kind = 'runout' /* scan */", NULL, 0),
                     995500);
    int64_t rows = print_events(db);
    json_auto_t *again = case_ok(db, charging_rebook, print_job_args(db));
    assert_int_equal(print_events(db), rows);
    print_correct(db, 1, "Green");
    assert_int_equal(print_used(db, "Red"), 0);
    assert_int_equal(print_used(db, "Green"), 1000000);
    case_close(db);
}

/* A person's undo of the weighing stays undone. */
static void an_undone_weighing_stays_undone(void **state)
{
    (void)state;
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue", 1000, 2);
    struct job job = print_begin(db, printer);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    print_dry(db, &job);
    print_feed(db, printer, &job, 2, 5, NULL, NULL);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    json_auto_t *row =
        db_row(db, "SELECT public_id FROM usage WHERE kind = 'runout' /* scan */", NULL, NULL);
    json_auto_t *undone =
        case_ok(db, ledger_undo, json_pack("{s:O}", "event_id", json_object_get(row, "public_id")));
    assert_int_equal(print_used(db, "Red"), 4500);
    json_auto_t *again = case_ok(db, charging_rebook, print_job_args(db));
    assert_int_equal(print_used(db, "Red"), 4500);
    case_close(db);
}

/* A slot that became empty without a successor or a word of the printer: a person's swap. */
static void an_empty_slot_alone_is_no_runout(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why = {0};
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    struct job job = print_begin(db, printer);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    print_dry(db, &job);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    assert_int_equal(print_used(db, "Red"), 10000);
    db_exec(db, "UPDATE job_feed SET ran_out_at = to_at /* scan */", NULL);
    print_must(charging_book(db, job.row, &why), &why);
    assert_int_equal(print_used(db, "Red"), 1000000);
    case_close(db);
}

/* What the printer says of a roll is not said of the one that came in after it. */
static void a_code_is_about_the_roll_of_its_time(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why = {0};
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    struct job job = print_begin(db, printer);
    print_slice(db, &job);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    print_reach(db, printer, &job, 5);
    int64_t since = db_now(db);
    print_must(tracks_ran_out(db, job.row, since, &why), &why);
    case_later(db, PRINT_MINUTE);
    print_roll(db, "Blue", 1000, 1);
    print_must(tracks_ran_out(db, job.row, since, &why), &why);
    case_later(db, PRINT_MINUTE);
    print_end(db, printer, &job, JOB_COMPLETED, PRINT_LAYERS, NULL);
    assert_int_equal(print_used(db, "Red"), 1000000);
    assert_true(print_used(db, "Blue") < 1000000);
    case_close(db);
}

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
        cmocka_unit_test(a_runout_weighs_its_roll),
        cmocka_unit_test(an_undone_weighing_stays_undone),
        cmocka_unit_test(an_empty_slot_alone_is_no_runout),
        cmocka_unit_test(a_code_is_about_the_roll_of_its_time),
        cmocka_unit_test(a_runout_suggests_a_calibration),
        cmocka_unit_test(a_small_print_suggests_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
