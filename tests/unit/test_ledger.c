/* Weights of rolls: each change of one is a row of the ledger. */
#include "spool_case.h"

static void weights_of_a_new_roll(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *made =
        case_ok(db, spools_create,
                spool_with(spool_body("#000", 1000), "current_weight_grams", json_integer(400250)));
    const json_t *roll = json_object_get(made, "spool");
    case_near(roll, "current_weight_grams", 400.25, 1e-9);
    json_auto_t *events = case_rows(db, ledger_list, json_object());
    assert_int_equal(json_array_size(events), 1);
    case_near(json_array_get(events, 0), "grams_used", 599.75, 1e-9);
    case_refused(
        db, spools_create, ERR_INVALID, "current_above_initial",
        spool_with(spool_body("#000", 1000), "current_weight_grams", json_integer(1000001)));
    json_t *raised =
        spool_with(spool_body("#000", 1000), "current_weight_grams", json_integer(1200000));
    json_auto_t *more =
        case_ok(db, spools_create, spool_with(raised, "raise_initial", json_true()));
    const json_t *big = json_object_get(more, "spool");
    assert_int_equal(case_number(big, "initial_weight_grams"), 1200);
    assert_int_equal(case_number(big, "current_weight_grams"), 1200);
    case_close(db);
}

static void a_weight_is_a_row_of_the_ledger(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF0000", 1000);
    json_auto_t *done =
        case_ok(db, spools_update,
                spool_with(spool_of(roll), "current_weight_grams", json_integer(900000)));
    assert_int_equal(case_number(json_object_get(done, "spool"), "current_weight_grams"), 900);
    json_auto_t *again =
        case_ok(db, spools_update,
                spool_with(spool_of(roll), "current_weight_grams", json_integer(900000)));
    json_auto_t *events = case_rows(db, ledger_list, json_object());
    assert_int_equal(json_array_size(events), 1);
    assert_string_equal(case_text(json_array_get(events, 0), "event_type"), "manual_adjustment");
    case_refused(db, spools_update, ERR_INVALID, "current_above_initial",
                 spool_with(spool_of(roll), "current_weight_grams", json_integer(1000001)));
    case_close(db);
}

static void adjusting(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF0000", 1000);
    json_auto_t *less = case_ok(
        db, case_adjust, spool_with(spool_of(roll), "adjustment_grams", json_integer(-50000)));
    assert_int_equal(case_number(less, "new_weight"), 950);
    json_auto_t *set = case_ok(
        db, case_adjust, spool_with(spool_of(roll), "new_weight_grams", json_integer(500500)));
    case_near(set, "new_weight", 500.5, 1e-9);
    json_t *scale = spool_with(spool_of(roll), "gross_grams", json_integer(700000));
    json_auto_t *weighed =
        case_ok(db, case_adjust, spool_with(scale, "tare_grams", json_integer(250000)));
    assert_int_equal(case_number(weighed, "new_weight"), 450);
    case_refused(db, case_adjust, ERR_INVALID, "tare_unknown",
                 spool_with(spool_of(roll), "gross_grams", json_integer(700000)));
    case_refused(db, case_adjust, ERR_INVALID, "weight_below_zero",
                 spool_with(spool_of(roll), "adjustment_grams", json_integer(-450001)));
    case_refused(db, case_adjust, ERR_INVALID, "exactly_one", spool_of(roll));
    json_t *both = spool_with(spool_of(roll), "adjustment_grams", json_integer(1));
    case_refused(db, case_adjust, ERR_INVALID, "exactly_one",
                 spool_with(both, "new_weight_grams", json_integer(1)));
    case_close(db);
}

static void length_is_weight_by_density(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF0000", 1000);
    json_t *known = spool_with(spool_of(roll), "density_g_cm3", json_real(1.24));
    json_auto_t *done = case_ok(db, spools_update, known);
    json_auto_t *used =
        case_ok(db, case_adjust, spool_with(spool_of(roll), "used_length_mm", json_real(10000)));
    /* pi / 4 x 1.75^2 x 10000 mm3 = 24.0528 cm3, x 1.24 = 29.825 g */
    case_near(used, "new_weight", 1000 - 29.825, 0.001);
    case_close(db);
}

static void undoing(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF0000", 1000);
    json_auto_t *less = case_ok(
        db, case_adjust, spool_with(spool_of(roll), "adjustment_grams", json_integer(-50000)));
    json_t *event = json_pack("{s:O}", "event_id", json_object_get(less, "event_id"));
    json_auto_t *undone = case_ok(db, ledger_undo, json_incref(event));
    assert_int_equal(case_number(undone, "new_weight"), 1000);
    case_refused(db, ledger_undo, ERR_CONFLICT, "already_undone", event);
    case_refused(db, ledger_undo, ERR_CONFLICT, "is_reversal",
                 json_pack("{s:O}", "event_id", json_object_get(undone, "event_id")));
    case_close(db);
}

static void waste_is_recorded(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF0000", 100);
    json_t *args = spool_with(spool_of(roll), "grams_used", json_integer(30000));
    json_auto_t *done =
        case_ok(db, ledger_record, spool_with(args, "event_type", json_string("waste")));
    assert_int_equal(case_number(done, "new_weight"), 70);
    assert_string_equal(case_text(json_object_get(done, "event"), "event_type"), "waste");
    case_refused(db, ledger_record, ERR_INVALID, "weight_below_zero",
                 spool_with(spool_of(roll), "grams_used", json_integer(70001)));
    json_auto_t *history = case_rows(db, ledger_history, spool_of(roll));
    assert_int_equal(json_array_size(history), 1);
    assert_int_equal(case_number(json_array_get(history, 0), "balance_grams"), 70);
    json_auto_t *days =
        case_rows(db, ledger_history, spool_with(spool_of(roll), "bucket", json_string("day")));
    assert_int_equal(case_number(json_array_get(days, 0), "grams_used"), 30);
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_of_a_new_roll),
        cmocka_unit_test(a_weight_is_a_row_of_the_ledger),
        cmocka_unit_test(adjusting),
        cmocka_unit_test(length_is_weight_by_density),
        cmocka_unit_test(undoing),
        cmocka_unit_test(waste_is_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
