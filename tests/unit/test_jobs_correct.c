/* Prints that ended: what clients correct, and what is erased. */
#include "shop_case.h"

#include "store/jobs.h"
#include "store/settings.h"

/* 100 g become 90 g: 30 g and 60 g. Then 8 g of roll 3 alone, then as the estimates say again. */
static void figures_are_replaced(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    json_auto_t *done =
        shop_end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":100000}");
    json_auto_t *less =
        shop_correct(&shop, made, "{\"actual_grams_used\":90000,\"note\":\"scale\"}");
    shop_used(&shop, 30000, 60000, 0, 0);
    case_near(shop_job_of(less), "total_actual_grams", 90, 1e-9);
    json_auto_t *told = shop_correct(
        &shop, made,
        "{\"usage\":[{\"slot\":{\"ams_unit_number\":1,\"slot_number\":3},\"grams\":8000}]}");
    shop_used(&shop, 0, 0, 8000, 0);
    case_near(shop_job_of(told), "total_actual_grams", 8, 1e-9);
    json_auto_t *again = shop_correct(
        &shop, made,
        "{\"usage\":[{\"slot\":{\"ams_unit_number\":1,\"slot_number\":3},\"grams\":8000}]}");
    assert_true(json_equal(json_object_get(told, "usage"), json_object_get(again, "usage")));
    json_auto_t *computed = shop_correct(&shop, made, "{\"actual_grams_used\":null}");
    shop_used(&shop, 10000, 20000, 0, 0);
    case_close(shop.db);
}

static void the_end_is_corrected(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    case_refused(shop.db, jobs_client_correct, ERR_CONFLICT, "job_active",
                 shop_with_id(made, "{\"status\":\"failed\"}"));
    case_refused(shop.db, jobs_client_correct, ERR_CONFLICT, "job_active",
                 shop_with_id(made, "{\"actual_grams_used\":1}"));
    json_auto_t *named = shop_correct(&shop, made, "{\"name\":\"Boat\"}");
    assert_string_equal(case_text(shop_job_of(named), "name"), "Boat");
    json_auto_t *done =
        shop_end(&shop, made, "{\"status\":\"completed\",\"actual_grams_used\":30000}");
    json_auto_t *failed = shop_correct(&shop, made, "{\"status\":\"failed\"}");
    assert_string_equal(case_text(failed, "status"), "failed");
    shop_used(&shop, 10000, 20000, 0, 0);
    assert_int_equal(json_array_size(json_object_get(failed, "usage")), 2);
    case_close(shop.db);
}

static void names_are_erased_and_grams_stay(void **state)
{
    (void)state;
    struct shop shop = shop_open();
    json_auto_t *made = shop_begin(&shop, two_filaments);
    case_refused(shop.db, jobs_erase_names, ERR_CONFLICT, "job_active", shop_with_id(made, "{}"));
    json_auto_t *done = shop_end(&shop, made, "{\"status\":\"completed\"}");
    json_auto_t *erased = case_ok(shop.db, jobs_erase_names, shop_with_id(made, "{}"));
    assert_true(json_is_null(json_object_get(erased, "gcode_file_name")));
    shop_used(&shop, 10000, 20000, 0, 0);
    case_close(shop.db);
}

static int64_t erase_old(struct shop *shop)
{
    struct why why;
    int64_t count = -1;
    assert_int_equal(jobs_erase_old_names(shop->db, &count, &why), OK);
    return count;
}

static void names_are_erased_by_age(void **state)
{
    (void)state;
    static const int64_t day = 86400000;
    struct shop shop = shop_open();
    json_auto_t *done = shop_begin(&shop, two_filaments);
    json_decref(shop_end(&shop, done, "{\"status\":\"completed\"}"));
    json_auto_t *goes_on = shop_begin(&shop, NULL);
    struct why why;
    json_auto_t *preset = json_pack("{s:i}", "privacy.keep_names_days", 0);
    assert_int_equal(settings_configure(shop.db, preset, &why), OK);
    case_later(shop.db, 400 * day);
    assert_int_equal(erase_old(&shop), 0);
    json_auto_t *chosen =
        case_ok(shop.db, settings_update, json_pack("{s:i}", "privacy.keep_names_days", 401));
    assert_int_equal(erase_old(&shop), 0);
    case_later(shop.db, day);
    assert_int_equal(erase_old(&shop), 1);
    assert_int_equal(erase_old(&shop), 0);
    json_auto_t *erased = case_ok(shop.db, jobs_get, shop_with_id(done, "{}"));
    assert_true(json_is_null(json_object_get(erased, "gcode_file_name")));
    json_auto_t *kept = case_ok(shop.db, jobs_get, shop_with_id(goes_on, "{}"));
    assert_false(json_is_null(json_object_get(kept, "gcode_file_name")));
    shop_used(&shop, 10000, 20000, 0, 0);
    case_close(shop.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_replaced),
        cmocka_unit_test(the_end_is_corrected),
        cmocka_unit_test(names_are_erased_and_grams_stay),
        cmocka_unit_test(names_are_erased_by_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
