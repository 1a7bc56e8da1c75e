/* Rolls: made, changed, put away and listed. */
#include "spool_case.h"

#include "base/buf.h"
#include "store/changes.h"

static void a_roll_is_what_was_said(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#ff8000", 1000);
    assert_string_equal(case_text(roll, "color_hex"), "#FF8000");
    assert_int_equal(case_number(roll, "initial_weight_grams"), 1000);
    assert_int_equal(case_number(roll, "current_weight_grams"), 1000);
    assert_int_equal(case_number(roll, "spool_number"), 1);
    assert_int_equal(case_number(roll, "remaining_percent"), 100);
    assert_true(json_is_false(json_object_get(roll, "low")));
    assert_true(json_is_null(json_object_get(roll, "loaded_in")));
    assert_string_equal(case_text(roll, "created_at"), "2026-07-25T17:20:00Z");
    case_close(db);
}

static void lists_and_items_are_the_same(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF8000", 750);
    json_auto_t *rows = case_rows(db, spools_list, json_object());
    assert_int_equal(json_array_size(rows), 1);
    assert_true(json_equal(json_array_get(rows, 0), roll));
    auto_buf text = {0};
    int64_t seq = 0;
    struct why why;
    json_auto_t *args = spool_of(roll);
    assert_int_equal(spools_text(db, args, &text, &seq, &why), OK);
    json_auto_t *item = json_loadb(text.data, text.len, 0, NULL);
    assert_true(json_equal(item, roll));
    assert_int_equal(seq, changes_of(db, "spool", case_text(roll, "spool_id")));
    case_close(db);
}

static void a_box_of_rolls_is_one_product(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *made = case_ok(db, spools_create,
                                spool_with(spool_body("#FFF", 1000), "quantity", json_integer(50)));
    assert_int_equal(json_array_size(json_object_get(made, "spools")), 50);
    assert_int_equal(db_int(db, "SELECT count(*) FROM filament /* scan */", NULL, 0), 1);
    assert_int_equal(db_int(db, "SELECT count(*) FROM vendor /* scan */", NULL, 0), 1);
    case_refused(db, spools_create, ERR_INVALID, "out_of_range",
                 spool_with(spool_body("#FFF", 1000), "quantity", json_integer(51)));
    case_refused(db, spools_create, ERR_INVALID, "out_of_range",
                 spool_with(spool_body("#FFF", 1000), "quantity", json_integer(0)));
    case_close(db);
}

static void names_are_found_in_any_case(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *one = spool_make(db, "#FFFFFF", 1000);
    json_auto_t *made = case_ok(db, spools_create,
                                json_pack("{s:s, s:s, s:s, s:s, s:i}", "brand", "BAMBU LAB",
                                          "product_name", "pla basic", "material_type", " pla ",
                                          "color_hex", "FFFFFF", "initial_weight_grams", 250000));
    const json_t *two = json_object_get(made, "spool");
    assert_string_equal(case_text(two, "filament_id"), case_text(one, "filament_id"));
    assert_string_equal(case_text(two, "brand"), "Bambu Lab");
    assert_string_equal(case_text(two, "material_type"), "PLA");
    case_close(db);
}

static void a_clients_id_is_kept_once(void **state)
{
    (void)state;
    static const char id[] = "0198A1B2-0000-7000-8000-000000000001";
    struct db *db = case_open();
    json_auto_t *made = case_ok(db, spools_create,
                                spool_with(spool_body("#000", 1000), "spool_id", json_string(id)));
    assert_string_equal(case_text(made, "spool_id"), "0198a1b2-0000-7000-8000-000000000001");
    case_refused(db, spools_create, ERR_CONFLICT, "spool_exists",
                 spool_with(spool_body("#000", 1000), "spool_id", json_string(id)));
    case_refused(db, spools_create, ERR_INVALID, "invalid_uuid",
                 spool_with(spool_body("#000", 1000), "spool_id", json_string("roll-1")));
    json_auto_t *found = case_ok(db, spools_get, json_pack("{s:s}", "spool_id", id));
    json_auto_t *by_number = case_ok(db, spools_get, json_pack("{s:s}", "spool_id", "1"));
    assert_true(json_equal(found, by_number));
    case_close(db);
}

static void temperatures_have_an_order(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_t *args = spool_with(spool_body("#000", 1000), "nozzle_temp_min_c", json_integer(230));
    case_refused(db, spools_create, ERR_INVALID, "min_above_max",
                 spool_with(args, "nozzle_temp_max_c", json_integer(190)));
    case_refused(db, spools_create, ERR_INVALID, "out_of_range",
                 spool_with(spool_body("#000", 1000), "nozzle_temp_max_c", json_integer(401)));
    case_refused(db, spools_create, ERR_INVALID, "out_of_range",
                 spool_with(spool_body("#000", 1000), "bed_temp_max_c", json_integer(151)));
    json_auto_t *roll = spool_make(db, "#000", 1000);
    json_t *put = spool_with(spool_of(roll), "nozzle_temp_min_c", json_integer(190));
    json_auto_t *done =
        case_ok(db, spools_update, spool_with(put, "nozzle_temp_max_c", json_integer(230)));
    case_refused(db, spools_update, ERR_INVALID, "min_above_max",
                 spool_with(spool_of(roll), "nozzle_temp_min_c", json_integer(231)));
    case_close(db);
}

static void put_is_a_merge(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF0000", 1000);
    json_auto_t *first = case_ok(db, spools_update,
                                 spool_with(spool_of(roll), "notes", json_string("from the fair")));
    json_auto_t *done =
        case_ok(db, spools_update, spool_with(spool_of(roll), "location", json_string("shelf 2")));
    const json_t *now = json_object_get(done, "spool");
    assert_string_equal(case_text(now, "notes"), "from the fair");
    json_auto_t *cleared =
        case_ok(db, spools_update, spool_with(spool_of(roll), "notes", json_null()));
    now = json_object_get(cleared, "spool");
    assert_true(json_is_null(json_object_get(now, "notes")));
    assert_string_equal(case_text(now, "location"), "shelf 2");
    case_close(db);
}

static void product_facts_move_one_roll(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *one = spool_make(db, "#FF0000", 1000);
    json_auto_t *two = spool_make(db, "#FF0000", 1000);
    json_auto_t *done =
        case_ok(db, spools_update, spool_with(spool_of(one), "color_hex", json_string("#00FF00")));
    json_auto_t *other = case_ok(db, spools_get, spool_of(two));
    assert_string_equal(case_text(other, "color_hex"), "#FF0000");
    assert_string_equal(case_text(json_object_get(done, "spool"), "color_hex"), "#00FF00");
    json_auto_t *back =
        case_ok(db, spools_update, spool_with(spool_of(one), "color_hex", json_string("#FF0000")));
    assert_string_equal(case_text(json_object_get(back, "spool"), "filament_id"),
                        case_text(two, "filament_id"));
    assert_int_equal(db_int(db, "SELECT count(*) FROM filament /* scan */", NULL, 0), 1);
    case_close(db);
}

static void deleting_leaves_a_tombstone(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF0000", 1000);
    json_auto_t *less = case_ok(
        db, case_adjust, spool_with(spool_of(roll), "adjustment_grams", json_integer(-50000)));
    case_refused(db, spools_delete, ERR_CONFLICT, "spool_has_history",
                 spool_with(spool_of(roll), "purge", json_true()));
    json_auto_t *gone = case_ok(db, spools_delete, spool_of(roll));
    case_refused(db, spools_get, ERR_NOT_FOUND, "spool_not_found", spool_of(roll));
    json_auto_t *rows = case_rows(db, spools_list, json_pack("{s:b}", "archived", 1));
    assert_int_equal(json_array_size(rows), 0);
    json_auto_t *history = case_rows(db, ledger_history, spool_of(roll));
    assert_int_equal(json_array_size(history), 1);
    json_auto_t *changes = changes_since(db, 0, 1000);
    const json_t *last = json_array_get(changes, json_array_size(changes) - 1);
    bool seen = false;
    for (size_t i = 0; i < json_array_size(changes); i++) {
        last = json_array_get(changes, i);
        if (json_equal(json_object_get(last, "id"), json_object_get(roll, "spool_id"))) {
            assert_string_equal(case_text(last, "op"), "delete");
            seen = true;
        }
    }
    assert_true(seen);
    json_auto_t *fresh = spool_make(db, "#00FF00", 1000);
    json_auto_t *purged =
        case_ok(db, spools_delete, spool_with(spool_of(fresh), "purge", json_true()));
    assert_int_equal(db_int(db, "SELECT count(*) FROM spool /* scan */", NULL, 0), 1);
    case_close(db);
}

static void archiving_hides(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF0000", 1000);
    json_auto_t *done = case_ok(db, spools_archive, spool_of(roll));
    json_auto_t *rows = case_rows(db, spools_list, json_object());
    assert_int_equal(json_array_size(rows), 0);
    json_auto_t *all = case_rows(db, spools_list, json_pack("{s:b}", "archived", 1));
    assert_int_equal(json_array_size(all), 1);
    json_auto_t *back = case_ok(db, spools_restore, spool_of(roll));
    rows = (json_decref(rows), case_rows(db, spools_list, json_object()));
    assert_int_equal(json_array_size(rows), 1);
    case_close(db);
}

static void tags_belong_to_one_roll(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_t *tagged = spool_with(spool_body("#000", 1000), "tray_uuid", json_string("abcd01"));
    json_auto_t *made = case_ok(
        db, spools_create, spool_with(tagged, "tag_uids", json_pack("[s, s]", "aa01", "bb02")));
    const json_t *roll = json_object_get(made, "spool");
    assert_string_equal(case_text(roll, "tray_uuid"), "ABCD01");
    assert_int_equal(json_array_size(json_object_get(roll, "tag_uids")), 2);
    case_refused(db, spools_create, ERR_CONFLICT, "tray_uuid_taken",
                 spool_with(spool_body("#000", 1000), "tray_uuid", json_string("ABCD01")));
    json_auto_t *blank = case_ok(
        db, spools_create, spool_with(spool_body("#000", 1000), "tray_uuid", json_string("0000")));
    assert_true(json_is_null(json_object_get(json_object_get(blank, "spool"), "tray_uuid")));
    json_auto_t *deleted = case_ok(db, spools_delete, spool_of(roll));
    json_auto_t *again =
        case_ok(db, spools_create,
                spool_with(spool_body("#000", 1000), "tray_uuid", json_string("ABCD01")));
    case_close(db);
}

static void filters_and_pages(void **state)
{
    (void)state;
    struct db *db = case_open();
    static const char *const colors[] = {"#FF0000", "#FE0202", "#0000FF", "#00FF00", "#FFFFFF"};
    for (int i = 0; i < 25; i++) {
        json_auto_t *roll = spool_make(db, colors[i % 5], 100 + i);
    }
    json_auto_t *red = case_rows(db, spools_list, json_pack("{s:s}", "color", "#FF0000"));
    assert_int_equal(json_array_size(red), 10);
    json_auto_t *low = case_rows(db, spools_list, json_pack("{s:b}", "low", 1));
    assert_int_equal(json_array_size(low), 1); /* 100 g: at the threshold counts */
    json_auto_t *found = case_rows(db, spools_list, json_pack("{s:s}", "q", "bambu  BASIC #7"));
    assert_int_equal(json_array_size(found), 1);
    json_auto_t *none = case_rows(db, spools_list, json_pack("{s:s}", "material", "PETG"));
    assert_int_equal(json_array_size(none), 0);
    case_close(db);
}

static void pages_follow_one_another(void **state)
{
    (void)state;
    struct db *db = case_open();
    for (int i = 0; i < 25; i++) {
        json_auto_t *roll = spool_make(db, i % 2 ? "#FF0000" : "#00FF00", 100 + i / 3);
        if (i % 4 == 0) {
            json_t *put = spool_with(spool_of(roll), "location", json_string("shelf"));
            json_auto_t *done = case_ok(db, spools_update, put);
        }
    }
    static const char *const sorts[] = {"spool_number", "-current_weight_grams", "location",
                                        "-location", "color_hex"};
    for (size_t s = 0; s < LEN(sorts); s++) {
        json_auto_t *seen = json_object();
        auto_buf cursor = {0};
        for (int page = 0; page < 9; page++) {
            struct why why = {0};
            auto_list list = {0};
            json_auto_t *args = json_pack("{s:i, s:s}", "limit", 4, "sort", sorts[s]);
            if (page)
                json_object_set_new(args, "cursor", json_string(cursor.data));
            assert_int_equal(spools_list(db, args, &list, &why), OK);
            assert_int_equal(list.total, 25);
            json_auto_t *rows = json_loadb(list.body.data, list.body.len, 0, NULL);
            for (size_t i = 0; i < json_array_size(rows); i++)
                json_object_set_new(seen, case_text(json_array_get(rows, i), "spool_id"),
                                    json_true());
            buf_reset(&cursor);
            buf_add(&cursor, list.next.data, list.next.len);
            if (!list.next.len) {
                assert_int_equal(page, 6);
                break;
            }
        }
        assert_int_equal(json_object_size(seen), 25);
    }
    case_close(db);
}

static void bad_list_arguments(void **state)
{
    (void)state;
    struct db *db = case_open();
    static const char *const bodies[] = {"{\"limit\":0}",
                                         "{\"limit\":1001}",
                                         "{\"limit\":1,\"sort\":\"evil; DROP\"}",
                                         "{\"limit\":1,\"cursor\":\"zz\"}",
                                         "{\"limit\":1,\"cursor\":\"7b7d\"}",
                                         "{\"color\":\"red\"}"};
    for (size_t i = 0; i < LEN(bodies); i++) {
        struct why why = {0};
        auto_list list = {0};
        json_auto_t *args = json_loads(bodies[i], 0, NULL);
        assert_int_equal(spools_list(db, args, &list, &why), ERR_INVALID);
    }
    case_close(db);
}

static void every_change_moves_its_number(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *roll = spool_make(db, "#FF0000", 1000);
    const char *id = case_text(roll, "spool_id");
    int64_t seq = changes_of(db, "spool", id);
    assert_true(seq > 0);
    json_auto_t *less = case_ok(
        db, case_adjust, spool_with(spool_of(roll), "adjustment_grams", json_integer(-1000)));
    assert_true(changes_of(db, "spool", id) > seq);
    seq = changes_of(db, "spool", id);
    db_exec(db, "UPDATE vendor SET name = 'Bambu' /* scan */", NULL);
    assert_true(changes_of(db, "spool", id) > seq);
    assert_int_equal(db_int(db, "SELECT count(*) FROM change WHERE entity = 'spool'", NULL, 0), 1);
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_roll_is_what_was_said),
        cmocka_unit_test(lists_and_items_are_the_same),
        cmocka_unit_test(a_box_of_rolls_is_one_product),
        cmocka_unit_test(names_are_found_in_any_case),
        cmocka_unit_test(a_clients_id_is_kept_once),
        cmocka_unit_test(temperatures_have_an_order),
        cmocka_unit_test(put_is_a_merge),
        cmocka_unit_test(product_facts_move_one_roll),
        cmocka_unit_test(deleting_leaves_a_tombstone),
        cmocka_unit_test(archiving_hides),
        cmocka_unit_test(tags_belong_to_one_roll),
        cmocka_unit_test(filters_and_pages),
        cmocka_unit_test(pages_follow_one_another),
        cmocka_unit_test(bad_list_arguments),
        cmocka_unit_test(every_change_moves_its_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
