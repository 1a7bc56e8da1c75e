#include "store_case.h"

#include "base/text.h"
#include "core/printer.h"
#include "store/changes.h"
#include "store/jobs.h"
#include "store/printers.h"
#include "store/slots.h"
#include "store/spools.h"

static json_t *named(const char *name)
{
    return json_pack("{s:s}", "printer_id", name);
}

static void a_printer_goes_by_three_names(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *made =
        case_ok(db, printers_create,
                json_pack("{s:s, s:s, s:s, s:[s, s], s:s}", "printer_id", "Shop.P1S", "serial",
                          "01P00A1", "host", "192.168.1.9", "aliases", "BambuP1S_001", "p1s",
                          "access_code", "sealed"));
    assert_string_equal(case_text(made, "printer_id"), "Shop.P1S");
    assert_string_equal(case_text(made, "source"), "mqtt");
    assert_true(json_is_true(json_object_get(made, "has_access_code")));
    assert_null(json_object_get(made, "access_code"));
    assert_int_equal(json_array_size(json_object_get(made, "aliases")), 2);
    int64_t id = printers_find(db, "shop.p1s");
    assert_true(id > 0);
    assert_int_equal(printers_find(db, "01p00a1"), id);
    assert_int_equal(printers_find(db, "BAMBUP1S_001"), id);
    assert_int_equal(printers_find(db, "other"), 0);
    json_auto_t *targets = printers_targets(db);
    assert_int_equal(json_array_size(targets), 1);
    assert_string_equal(case_text(json_array_get(targets, 0), "access_code"), "sealed");
    case_close(db);
}

static void the_serial_is_the_default_name(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *made = case_ok(db, printers_create, json_pack("{s:s}", "serial", "01P00A1"));
    assert_string_equal(case_text(made, "printer_id"), "01P00A1");
    assert_string_equal(case_text(made, "name"), "01P00A1");
    case_refused(db, printers_create, ERR_CONFLICT, "printer_exists", named("01p00a1"));
    case_refused(db, printers_create, ERR_INVALID, "required", json_object());
    case_refused(db, printers_create, ERR_INVALID, "invalid_printer_id", named("a b"));
    case_refused(db, printers_create, ERR_INVALID, "invalid_printer_id", named("a/b"));
    case_refused(db, printers_create, ERR_CONFLICT, "printer_exists",
                 json_pack("{s:s, s:s}", "printer_id", "two", "serial", "01P00a1"));
    case_close(db);
}

static void updates_merge(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *made = case_ok(
        db, printers_create,
        json_pack("{s:s, s:s, s:s}", "serial", "01P00A1", "host", "10.0.0.1", "access_code", "x"));
    json_auto_t *done = case_ok(db, printers_update,
                                json_pack("{s:s, s:s}", "printer_id", "01P00A1", "name", "Left"));
    assert_string_equal(case_text(done, "host"), "10.0.0.1");
    assert_string_equal(case_text(done, "name"), "Left");
    json_auto_t *cleared = case_ok(db, printers_update,
                                   json_pack("{s:s, s:n}", "printer_id", "01P00A1", "access_code"));
    assert_true(json_is_false(json_object_get(cleared, "has_access_code")));
    case_refused(db, printers_update, ERR_NOT_FOUND, "printer_not_found", named("none"));
    case_close(db);
}

static void state_is_kept_and_is_no_change(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *made = case_ok(db, printers_create, named("p1"));
    int64_t id = printers_find(db, "p1");
    struct why why;
    json_auto_t *none = NULL, *kept = NULL;
    assert_int_equal(printers_state(db, id, &none, &why), OK);
    assert_true(json_is_null(none));
    int64_t seq = changes_newest(db);
    json_auto_t *durable = json_pack("{s:i}", "layer", 7);
    assert_int_equal(printers_save_state(db, id, durable, &why), OK);
    assert_int_equal(printers_state(db, id, &kept, &why), OK);
    assert_true(json_equal(durable, kept));
    assert_int_equal(changes_newest(db), seq);
    case_close(db);
}

static json_t *roll(struct db *db)
{
    json_auto_t *made = case_ok(db, spools_create,
                                json_pack("{s:s, s:s, s:s, s:s, s:i}", "brand", "B", "product_name",
                                          "PLA", "material_type", "PLA", "color_hex", "#FFF",
                                          "initial_weight_grams", 1000000));
    return json_incref(json_object_get(made, "spool_id"));
}

static void put(struct db *db, const char *printer, int slot, json_t *spool)
{
    json_auto_t *done =
        case_ok(db, slots_assign,
                json_pack("{s:s, s:i, s:i, s:O}", "printer_id", printer, "ams_unit_number", 1,
                          "slot_number", slot, "spool_id", spool));
}

static void an_alias_takes_over_what_home_assistant_knew(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *red = roll(db), *blue = roll(db), *green = roll(db);
    assert_true(printers_find_or_make(db, "BambuP1S_001") > 0);
    put(db, "BambuP1S_001", 1, red);
    put(db, "BambuP1S_001", 2, blue);
    db_exec(db,
            "INSERT INTO job (public_id, printer, status, started_at, source, created_at, "
            "updated_at) SELECT 'job-1', id, 'printing', :now, 'homeassistant', :now, :now "
            "FROM printer /* scan */",
            NULL);
    case_later(db, 60000);
    json_auto_t *made = case_ok(db, printers_create, json_pack("{s:s}", "serial", "01P00A1"));
    put(db, "01P00A1", 1, green);
    case_later(db, 60000);
    json_auto_t *done =
        case_ok(db, printers_update,
                json_pack("{s:s, s:[s]}", "printer_id", "01P00A1", "aliases", "BambuP1S_001"));
    json_auto_t *slots = case_rows(db, slots_list, named("bambup1s_001"));
    assert_int_equal(json_array_size(slots), 2);
    assert_true(json_equal(json_object_get(json_array_get(slots, 0), "spool_id"), green));
    assert_true(json_equal(json_object_get(json_array_get(slots, 1), "spool_id"), blue));
    json_auto_t *history = case_rows(db, slots_history, named("01P00A1"));
    assert_int_equal(json_array_size(history), 3);
    json_auto_t *jobs = case_rows(db, jobs_list, named("01P00A1"));
    assert_int_equal(json_array_size(jobs), 1);
    json_auto_t *all = case_rows(db, printers_list, json_object());
    assert_int_equal(json_array_size(all), 1);
    case_close(db);
}

static void a_serial_takes_over_what_home_assistant_knew(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *red = roll(db);
    assert_true(printers_find_or_make(db, "01p00a1") > 0);
    put(db, "01P00A1", 3, red);
    json_auto_t *made = case_ok(db, printers_create,
                                json_pack("{s:s, s:s}", "printer_id", "shop", "serial", "01P00A1"));
    assert_string_equal(case_text(made, "source"), "mqtt");
    json_auto_t *slots = case_rows(db, slots_list, named("shop"));
    assert_int_equal(json_array_size(slots), 1);
    assert_true(json_equal(json_object_get(json_array_get(slots, 0), "spool_id"), red));
    json_auto_t *all = case_rows(db, printers_list, json_object());
    assert_int_equal(json_array_size(all), 1);
    case_close(db);
}

static void an_alias_of_a_linked_printer_is_refused(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *one = case_ok(db, printers_create, json_pack("{s:s}", "serial", "01P00A1"));
    json_auto_t *two = case_ok(db, printers_create, json_pack("{s:s}", "serial", "01P00A2"));
    case_refused(db, printers_update, ERR_CONFLICT, "alias_taken",
                 json_pack("{s:s, s:[s]}", "printer_id", "01P00A2", "aliases", "01P00A1"));
    case_refused(db, printers_update, ERR_INVALID, "invalid_alias",
                 json_pack("{s:s, s:[s]}", "printer_id", "01P00A2", "aliases", "a b"));
    case_close(db);
}

static void a_deleted_printer_comes_back_with_its_history(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *red = roll(db);
    json_auto_t *made = case_ok(
        db, printers_create, json_pack("{s:s, s:s}", "serial", "01P00A1", "access_code", "sealed"));
    put(db, "01P00A1", 1, red);
    case_later(db, 1000);
    json_auto_t *gone = case_ok(db, printers_delete, named("01P00A1"));
    case_refused(db, printers_get, ERR_NOT_FOUND, "printer_not_found", named("01P00A1"));
    json_auto_t *slots = case_rows(db, slots_list, json_object());
    assert_int_equal(json_array_size(slots), 0);
    json_auto_t *history = case_rows(db, slots_history, json_object());
    assert_int_equal(json_array_size(history), 1);
    json_auto_t *again = case_ok(db, printers_create, json_pack("{s:s}", "serial", "01P00A1"));
    assert_true(json_is_false(json_object_get(again, "has_access_code")));
    slots = (json_decref(slots), case_rows(db, slots_list, json_object()));
    assert_int_equal(json_array_size(slots), 1);
    assert_true(json_is_null(json_object_get(json_array_get(slots, 0), "spool_id")));
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_printer_goes_by_three_names),
        cmocka_unit_test(the_serial_is_the_default_name),
        cmocka_unit_test(updates_merge),
        cmocka_unit_test(state_is_kept_and_is_no_change),
        cmocka_unit_test(an_alias_takes_over_what_home_assistant_knew),
        cmocka_unit_test(a_serial_takes_over_what_home_assistant_knew),
        cmocka_unit_test(an_alias_of_a_linked_printer_is_refused),
        cmocka_unit_test(a_deleted_printer_comes_back_with_its_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
