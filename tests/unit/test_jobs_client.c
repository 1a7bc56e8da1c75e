/* Prints as clients tell them. Every gram below is summed by hand beside its case. */
#include "shop_case.h"

#include "store/charging.h"

static void a_start_is_told_once(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    assert_string_equal(case_text(made, "status"), "printing");
    assert_int_equal(case_number(shop_job_of(made), "total_estimated_grams"), 30);
    json_auto_t *again = shop_begin(&shop, NULL);
    assert_string_equal(case_text(again, "job_id"), case_text(made, "job_id"));
    json_auto_t *path =
        case_ok(shop.db, start,
                json_pack("{s:s, s:s, s:s}", "printer_id", "SHELF", "gcode_file_name",
                          "/sdcard/benchy.gcode.3mf", "external_id", "ha-7"));
    assert_string_equal(case_text(path, "job_id"), case_text(made, "job_id"));
    json_auto_t *by_id = case_ok(
        shop.db, start, json_pack("{s:s, s:s}", "printer_id", "shelf", "external_id", "ha-7"));
    assert_string_equal(case_text(by_id, "job_id"), case_text(made, "job_id"));
    case_refused(shop.db, start, ERR_CONFLICT, "printer_busy",
                 json_pack("{s:s, s:s}", "printer_id", "shelf", "external_id", "ha-8"));
    shop_used(&shop, 0, 0, 0, 0);
    case_close(shop.db);
}

static void a_start_is_refused(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    case_refused(shop.db, start, ERR_NOT_FOUND, "printer_not_found",
                 json_pack("{s:s, s:s}", "printer_id", "other", "gcode_file_name", one_file));
    case_refused(shop.db, start, ERR_INVALID, "in_future",
                 json_pack("{s:s, s:s, s:I}", "printer_id", "shelf", "gcode_file_name", one_file,
                           "start_time", (json_int_t)(db_now(shop.db) + 3600000)));
    case_refused(shop.db, start, ERR_INVALID, "no_such_slot",
                 json_pack("{s:s, s:[{s:i, s:i}]}", "printer_id", "shelf", "filaments",
                           "ams_unit_number", 9, "slot_number", 1));
    json_auto_t *made = shop_begin(&shop, NULL);
    json_auto_t *busy =
        json_pack("{s:s, s:s}", "printer_id", "shelf", "gcode_file_name", "other.3mf");
    struct why why;
    json_auto_t *other = NULL;
    bool fresh;
    assert_int_equal(jobs_client_start(shop.db, busy, &other, &fresh, &why), ERR_CONFLICT);
    assert_string_equal(why.code, "printer_busy");
    assert_string_equal(case_text(other, "job_id"), case_text(made, "job_id"));
    case_close(shop.db);
}

/* 100 g over estimates of 10 g and 20 g: 33.333 g and 66.667 g, which are 100 g. */
static void a_sum_is_split_by_the_estimates(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    static const char told[] = "{\"status\":\"completed\",\"actual_grams_used\":100000}";
    json_auto_t *done = shop_end(&shop, made, told);
    shop_used(&shop, 33333, 66667, 0, 0);
    assert_string_equal(case_text(done, "status"), "completed");
    assert_int_equal(json_array_size(json_object_get(done, "usage")), 2);
    assert_int_equal(case_number(shop_job_of(done), "total_actual_grams"), 100);
    assert_int_equal(case_number(shop_job_of(done), "open_grams"), 0);
    for (int i = 0; i < 3; i++) {
        json_auto_t *again = shop_end(&shop, made, told);
        assert_true(json_equal(json_object_get(again, "usage"), json_object_get(done, "usage")));
    }
    shop_used(&shop, 33333, 66667, 0, 0);
    case_refused(shop.db, jobs_client_end, ERR_CONFLICT, "job_already_ended",
                 shop_with_id(made, "{\"status\":\"failed\"}"));
    case_close(shop.db);
}

/* 0.010 g over 0.001 g three times: 3.33 -> 3, 6.67 -> 7, 10: parts of 3, 4 and 3 mg. */
static void the_last_milligram_is_split_too(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made =
        shop_begin(&shop, "[{\"ams_unit_number\":1,\"slot_number\":1,\"estimated_grams\":1},"
                          "{\"ams_unit_number\":1,\"slot_number\":2,\"estimated_grams\":1},"
                          "{\"ams_unit_number\":1,\"slot_number\":3,\"estimated_grams\":1}]");
    json_auto_t *done = shop_end(&shop, made, "{\"status\":\"failed\",\"actual_grams_used\":10}");
    shop_used(&shop, 3, 4, 3, 0);
    case_close(shop.db);
}

/* It did not complete, and nobody says how much: open, with what was foreseen. Figures that come
 * later are booked, and taken back again. */
static void without_figures_it_stays_open(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    json_auto_t *done = shop_end(&shop, made, "{\"status\":\"cancelled\"}");
    shop_used(&shop, 0, 0, 0, 0);
    assert_true(json_is_null(json_object_get(shop_job_of(done), "total_actual_grams")));
    assert_true(json_is_false(json_object_get(shop_job_of(done), "cost_complete")));
    json_auto_t *told = case_ok(shop.db, charging_explain, shop_with_id(made, "{}"));
    const json_t *charges = json_object_get(told, "charges");
    assert_int_equal(json_array_size(charges), 2);
    const json_t *first = json_array_get(charges, 0);
    assert_true(json_is_null(json_object_get(first, "grams")));
    assert_string_equal(case_text(first, "source"), "open");
    assert_true(json_is_string(json_object_get(first, "spool_id")));
    double foreseen = case_number(json_object_get(first, "said"), "estimate");
    assert_true(foreseen > 0);
    case_near(json_object_get(first, "bounds"), "high_grams", foreseen, 0);
    json_auto_t *same = shop_correct(&shop, made, "{\"status\":\"failed\"}");
    json_auto_t *again = case_ok(shop.db, charging_explain, shop_with_id(made, "{}"));
    assert_int_equal(json_array_size(json_object_get(again, "charges")), 2);
    json_auto_t *rebooked = case_ok(shop.db, charging_rebook, shop_with_id(made, "{}"));
    shop_used(&shop, 0, 0, 0, 0);
    json_auto_t *known = shop_correct(&shop, made, "{\"actual_grams_used\":30000}");
    shop_used(&shop, 10000, 20000, 0, 0);
    assert_int_equal(json_array_size(json_object_get(shop_job_of(known), "usage")), 2);
    json_auto_t *unknown = shop_correct(&shop, made, "{\"actual_grams_used\":null}");
    shop_used(&shop, 0, 0, 0, 0);
    assert_true(json_is_null(json_object_get(shop_job_of(unknown), "total_actual_grams")));
    case_close(shop.db);
}

static void nothing_told_at_all_is_open_too(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, NULL);
    json_auto_t *done = shop_end(&shop, made, "{\"status\":\"completed\"}");
    const json_t *segments = json_object_get(shop_job_of(done), "segments");
    assert_int_equal(json_array_size(segments), 1);
    assert_true(json_is_null(json_object_get(json_array_get(segments, 0), "grams")));
    json_auto_t *known = shop_correct(
        &shop, made,
        "{\"usage\":[{\"slot\":{\"ams_unit_number\":1,\"slot_number\":3},\"grams\":4000}]}");
    shop_used(&shop, 0, 0, 4000, 0);
    case_close(shop.db);
}

static void a_sum_goes_to_the_one_known_slot(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, "[{\"ams_unit_number\":1,\"slot_number\":2}]");
    json_auto_t *done =
        shop_end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":12345}");
    shop_used(&shop, 0, 12345, 0, 0);
    case_close(shop.db);
}

/* Nothing tells which of three rolls it was: 12.345 g are known, the roll is not. */
static void a_sum_without_a_slot_is_open(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, NULL);
    json_auto_t *done =
        shop_end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":12345}");
    shop_used(&shop, 0, 0, 0, 0);
    case_near(shop_job_of(done), "open_grams", 12.345, 1e-9);
    case_near(shop_job_of(done), "total_actual_grams", 12.345, 1e-9);
    assert_true(json_is_false(json_object_get(shop_job_of(done), "cost_complete")));
    case_close(shop.db);
}

/* 5 g of the roll on the shelf, 7.5 g of slot 2, 1 g of slot 1: 13.5 g. */
static void usage_is_booked_as_told(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    json_auto_t *args =
        shop_with_id(made, "{\"status\":\"cancelled\",\"usage\":["
                           "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":2},\"grams\":7500},"
                           "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":1},\"grams\":1000}]}");
    json_array_append_new(json_object_get(args, "usage"),
                          json_pack("{s:s, s:i}", "spool_id", shop.rolls[3], "grams", 5000));
    json_auto_t *done = case_ok(shop.db, jobs_client_end, json_incref(args));
    shop_used(&shop, 1000, 7500, 0, 5000);
    case_near(shop_job_of(done), "total_actual_grams", 13.5, 1e-9);
    json_auto_t *again = case_ok(shop.db, jobs_client_end, json_incref(args));
    shop_used(&shop, 1000, 7500, 0, 5000);
    case_close(shop.db);
}

/* Two entries of one slot are two parts of one filament: 2 g + 3 g. */
static void usage_may_name_a_slot_twice(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    json_auto_t *done =
        shop_end(&shop, made,
                 "{\"status\":\"completed\",\"usage\":["
                 "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":1},\"grams\":2000},"
                 "{\"slot\":{\"ams_unit_number\":1,\"slot_number\":1},\"grams\":3000}]}");
    shop_used(&shop, 5000, 0, 0, 0);
    case_close(shop.db);
}

static void estimates_count_without_figures(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    json_auto_t *done = shop_end(&shop, made, "{\"status\":\"completed\"}");
    shop_used(&shop, 10000, 20000, 0, 0);
    case_close(shop.db);
}

static void an_end_is_refused(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    json_auto_t *early = shop_with_id(made, "{\"status\":\"completed\"}");
    json_object_set_new(early, "end_time", json_integer(case_start));
    case_refused(shop.db, jobs_client_end, ERR_INVALID, "end_before_start", json_incref(early));
    json_object_set_new(early, "end_time", json_integer(db_now(shop.db) + 3600000));
    case_refused(shop.db, jobs_client_end, ERR_INVALID, "in_future", json_incref(early));
    case_refused(shop.db, jobs_client_end, ERR_NOT_FOUND, "job_not_found",
                 json_pack("{s:s, s:s}", "job_id", "none", "status", "completed"));
    case_refused(shop.db, jobs_client_end, ERR_NOT_FOUND, "spool_not_found",
                 shop_with_id(made, "{\"status\":\"completed\",\"usage\":[{\"spool_id\":\"none\","
                                    "\"grams\":1}]}"));
    shop_used(&shop, 0, 0, 0, 0);
    case_close(shop.db);
}

/* A roll that was assigned in the middle of the print gets what came from its slot. */
static void the_roll_at_the_start_counts(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, "[{\"ams_unit_number\":2,\"slot_number\":1}]");
    json_auto_t *done =
        shop_end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":4000}");
    case_near(shop_job_of(done), "open_grams", 4, 1e-9);
    json_auto_t *later =
        case_ok(shop.db, slots_assign,
                json_pack("{s:s, s:i, s:i, s:s}", "printer_id", "shelf", "ams_unit_number", 2,
                          "slot_number", 1, "spool_id", shop.rolls[3]));
    shop_used(&shop, 0, 0, 0, 4000);
    case_close(shop.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_is_told_once),
        cmocka_unit_test(a_start_is_refused),
        cmocka_unit_test(a_sum_is_split_by_the_estimates),
        cmocka_unit_test(the_last_milligram_is_split_too),
        cmocka_unit_test(without_figures_it_stays_open),
        cmocka_unit_test(nothing_told_at_all_is_open_too),
        cmocka_unit_test(a_sum_goes_to_the_one_known_slot),
        cmocka_unit_test(a_sum_without_a_slot_is_open),
        cmocka_unit_test(usage_is_booked_as_told),
        cmocka_unit_test(usage_may_name_a_slot_twice),
        cmocka_unit_test(estimates_count_without_figures),
        cmocka_unit_test(an_end_is_refused),
        cmocka_unit_test(the_roll_at_the_start_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
