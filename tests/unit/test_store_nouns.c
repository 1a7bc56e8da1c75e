/* The smaller nouns: vendors, products, materials, keys, settings, thresholds, alerts, kept
 * answers. */
#include "store_case.h"

#include "base/sha256.h"
#include "store/alerts.h"
#include "store/changes.h"
#include "store/filaments.h"
#include "store/idempotency.h"
#include "store/keys.h"
#include "store/materials.h"
#include "store/settings.h"
#include "store/spools.h"
#include "store/thresholds.h"
#include "store/vendors.h"

static json_t *roll(struct db *db, int grams)
{
    json_auto_t *made =
        case_ok(db, spools_create,
                json_pack("{s:s, s:s, s:s, s:s, s:i}", "brand", "Prusament", "product_name",
                          "Galaxy Black", "material_type", "PETG", "color_hex", "#111",
                          "initial_weight_grams", grams * 1000));
    return json_incref(json_object_get(made, "spool"));
}

static void hashes_are_the_published_ones(void **state)
{
    (void)state;
    char hex[SHA256_HEX_SIZE];
    sha256_hex("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_hex("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    sha256_hex(two, sizeof two - 1, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    char *million = malloc(1000000);
    memset(million, 'a', 1000000);
    sha256_hex(million, 1000000, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

static void vendors_have_one_name(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *made =
        case_ok(db, vendors_create,
                json_pack("{s:s, s:i}", "name", "Prusament", "spool_weight_grams", 186000));
    case_refused(db, vendors_create, ERR_CONFLICT, "vendor_exists",
                 json_pack("{s:s}", "name", "PRUSAMENT"));
    json_auto_t *spool = roll(db, 1000);
    assert_int_equal(case_number(spool, "spool_weight_grams"), 186);
    json_t *id = json_object_get(made, "vendor_id");
    case_refused(db, vendors_delete, ERR_CONFLICT, "vendor_in_use",
                 json_pack("{s:O}", "vendor_id", id));
    json_auto_t *done = case_ok(db, vendors_update,
                                json_pack("{s:O, s:s}", "vendor_id", id, "name", "Prusa Polymers"));
    json_auto_t *read =
        case_ok(db, spools_get, json_pack("{s:O}", "spool_id", json_object_get(spool, "spool_id")));
    assert_string_equal(case_text(read, "brand"), "Prusa Polymers");
    json_auto_t *other = case_ok(db, vendors_create, json_pack("{s:s}", "name", "Other"));
    json_auto_t *gone = case_ok(
        db, vendors_delete, json_pack("{s:O}", "vendor_id", json_object_get(other, "vendor_id")));
    json_auto_t *rows = case_rows(db, vendors_list, json_object());
    assert_int_equal(json_array_size(rows), 1);
    case_close(db);
}

static void a_product_changes_all_its_rolls(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *one = roll(db, 1000), *two = roll(db, 500);
    json_t *id = json_object_get(one, "filament_id");
    json_auto_t *done =
        case_ok(db, filaments_update,
                json_pack("{s:O, s:i, s:i, s:s, s:i}", "filament_id", id, "nozzle_temp_min_c", 230,
                          "nozzle_temp_max_c", 260, "article_number", "A-1", "cost_usd", 2999));
    assert_int_equal(case_number(done, "rolls"), 2);
    assert_int_equal(case_number(done, "remaining_grams"), 1500);
    case_near(done, "cost_usd", 29.99, 1e-9);
    json_auto_t *read =
        case_ok(db, spools_get, json_pack("{s:O}", "spool_id", json_object_get(two, "spool_id")));
    assert_int_equal(case_number(read, "nozzle_temp_max_c"), 260);
    case_near(read, "cost_usd", 29.99, 1e-9);
    case_refused(db, filaments_update, ERR_INVALID, "min_above_max",
                 json_pack("{s:O, s:i}", "filament_id", id, "nozzle_temp_min_c", 261));
    case_refused(db, filaments_delete, ERR_CONFLICT, "filament_in_use",
                 json_pack("{s:O}", "filament_id", id));
    case_close(db);
}

static void materials_have_one_spelling(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why;
    char name[MATERIALS_NAME_SIZE];
    assert_int_equal(materials_normal(db, "  petg ", name, &why), OK);
    assert_string_equal(name, "PETG");
    assert_int_equal(materials_normal(db, "Silk   PLA", name, &why), OK);
    assert_string_equal(name, "Silk PLA");
    assert_int_equal(materials_normal(db, " ", name, &why), ERR_INVALID);
    int64_t writes = changes_newest(db);
    assert_int_equal(materials_seed(db), OK);
    assert_int_equal(changes_newest(db), writes);
    case_close(db);
}

static void a_roll_is_dry_for_the_days_of_its_material(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *set = case_ok(db, materials_set,
                               json_pack("{s:s, s:i}", "material_type", "PETG", "dry_days", 30));
    json_auto_t *spool = roll(db, 1000);
    assert_true(json_is_null(json_object_get(spool, "dry_by")));
    assert_true(json_is_false(json_object_get(spool, "expired")));
    json_t *id = json_object_get(spool, "spool_id");
    json_auto_t *bought = case_ok(
        db, spools_update, json_pack("{s:O, s:s}", "spool_id", id, "purchase_date", "2020-01-01"));
    const json_t *row = json_object_get(bought, "spool");
    assert_string_equal(case_text(row, "dry_by"), "2020-01-31");
    assert_true(json_is_true(json_object_get(row, "expired")));
    json_auto_t *dried = case_ok(db, spools_update,
                                 json_pack("{s:O, s:I}", "spool_id", id, "dried_at",
                                           (json_int_t)4102444800000)); /* 2100-01-01 */
    row = json_object_get(dried, "spool");
    assert_string_equal(case_text(row, "dry_by"), "2100-01-31");
    assert_true(json_is_false(json_object_get(row, "expired")));
    case_close(db);
}

static void keys_are_shown_once(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *made =
        case_ok(db, keys_create,
                json_pack("{s:s, s:[s, s]}", "name", "phone", "scopes", "read", "spools:write"));
    const char *key = case_text(made, "key");
    assert_true(strncmp(key, "fd_", 3) == 0);
    json_auto_t *rows = case_rows(db, keys_list, NULL);
    assert_null(json_object_get(json_array_get(rows, 0), "key"));
    json_auto_t *found = NULL, *none = NULL;
    struct why why = {0};
    assert_int_equal(keys_find(db, key, &found, &why), OK);
    assert_int_equal(json_array_size(json_object_get(found, "scopes")), 2);
    assert_int_equal(keys_find(db, "fd_00000000_x", &none, &why), ERR_DENIED);
    assert_string_equal(why.code, "invalid_key");
    assert_int_equal(keys_count(db), 1);
    int64_t row = args_int(found, "id", 0);
    assert_int_equal(keys_touch(db, row, &why), OK);
    case_later(db, 1000);
    int64_t before = db_now(db) - 1000;
    assert_int_equal(keys_touch(db, row, &why), OK);
    assert_int_equal(db_int(db, "SELECT max(last_used_at) FROM api_key /* scan */", NULL, 0),
                     before);
    json_auto_t *revoked =
        case_ok(db, keys_revoke, json_pack("{s:O}", "key_id", json_object_get(made, "prefix")));
    assert_int_equal(keys_find(db, key, &none, &why), ERR_DENIED);
    assert_string_equal(why.code, "key_revoked");
    assert_int_equal(keys_count(db), 0);
    case_close(db);
}

static void keys_expire(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *made = case_ok(db, keys_create,
                                json_pack("{s:s, s:[s], s:s}", "name", "guest", "scopes", "read",
                                          "expires_at", "2026-07-25T17:21:00Z"));
    json_auto_t *found = NULL, *none = NULL;
    struct why why = {0};
    assert_int_equal(keys_find(db, case_text(made, "key"), &found, &why), OK);
    case_later(db, 60000);
    assert_int_equal(keys_find(db, case_text(made, "key"), &none, &why), ERR_DENIED);
    assert_string_equal(why.code, "key_expired");
    case_refused(db, keys_create, ERR_INVALID, "in_the_past",
                 json_pack("{s:s, s:[s], s:s}", "name", "guest", "scopes", "read", "expires_at",
                           "2026-07-25T17:21:00Z"));
    case_refused(db, keys_create, ERR_INVALID, "unknown_scope",
                 json_pack("{s:s, s:[s]}", "name", "guest", "scopes", "root"));
    case_refused(db, keys_create, ERR_INVALID, "required",
                 json_pack("{s:s, s:[]}", "name", "guest", "scopes"));
    case_close(db);
}

static void a_chosen_setting_wins(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why;
    json_auto_t *defaults = json_pack("{s:s, s:b, s:i}", "currency", "USD", "fetch_sliced_file", 1,
                                      "privacy.keep_names_days", 0);
    assert_int_equal(settings_configure(db, defaults, &why), OK);
    json_auto_t *chosen = case_ok(db, settings_update, json_pack("{s:s}", "currency", "EUR"));
    assert_string_equal(case_text(json_object_get(chosen, "currency"), "value"), "EUR");
    assert_string_equal(case_text(json_object_get(chosen, "currency"), "default"), "USD");
    json_object_set_new(defaults, "currency", json_string("GBP"));
    assert_int_equal(settings_configure(db, defaults, &why), OK);
    json_auto_t *value = settings_get(db, "currency");
    assert_string_equal(json_string_value(value), "EUR");
    json_auto_t *back = case_ok(db, settings_update, json_pack("{s:n}", "currency"));
    json_auto_t *now = settings_get(db, "currency");
    assert_string_equal(json_string_value(now), "GBP");
    case_refused(db, settings_update, ERR_INVALID, "unknown_setting", json_pack("{s:i}", "x", 1));
    case_refused(db, settings_update, ERR_INVALID, "wrong_type", json_pack("{s:i}", "currency", 1));
    case_close(db);
}

static void the_nearest_threshold_counts(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why;
    json_auto_t *defaults = json_pack("{s:f}", "", 100.0);
    assert_int_equal(thresholds_configure(db, defaults, &why), OK);
    json_auto_t *spool = roll(db, 150);
    json_t *id = json_object_get(spool, "spool_id");
    assert_true(json_is_false(json_object_get(spool, "low")));
    json_auto_t *material = case_ok(
        db, thresholds_set, json_pack("{s:s, s:i}", "material", "petg", "threshold_grams", 150000));
    json_auto_t *low = case_ok(db, spools_get, json_pack("{s:O}", "spool_id", id));
    assert_true(json_is_true(json_object_get(low, "low")));
    json_auto_t *own = case_ok(db, spools_update,
                               json_pack("{s:O, s:i}", "spool_id", id, "threshold_grams", 20500));
    case_near(json_object_get(own, "spool"), "threshold_grams", 20.5, 1e-9);
    assert_true(json_is_false(json_object_get(json_object_get(own, "spool"), "low")));
    json_auto_t *rows = case_rows(db, thresholds_list, NULL);
    assert_int_equal(json_array_size(rows), 2);
    json_auto_t *gone =
        case_ok(db, thresholds_set, json_pack("{s:s, s:n}", "material", "PETG", "threshold_grams"));
    json_auto_t *fewer = case_rows(db, thresholds_list, NULL);
    assert_int_equal(json_array_size(fewer), 1);
    case_close(db);
}

static void an_alert_is_told_once(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why;
    struct alert alert = {.kind = ALERT_LOW_SPOOL, .cause = "low:1", .text = "Roll 1 is low"};
    assert_int_equal(alerts_open(db, &alert, &why), OK);
    assert_int_equal(alerts_open(db, &alert, &why), OK);
    json_auto_t *rows = case_rows(db, alerts_list, json_object());
    assert_int_equal(json_array_size(rows), 1);
    json_auto_t *seen = case_ok(
        db, alerts_ack,
        json_pack("{s:O}", "alert_id", json_object_get(json_array_get(rows, 0), "alert_id")));
    json_auto_t *none = case_rows(db, alerts_list, json_pack("{s:b}", "acked", 0));
    assert_int_equal(json_array_size(none), 0);
    assert_int_equal(alerts_end(db, "low:1", &why), OK);
    assert_int_equal(alerts_open(db, &alert, &why), OK);
    json_auto_t *anew = case_rows(db, alerts_list, json_pack("{s:b}", "open", 1));
    assert_int_equal(json_array_size(anew), 1);
    json_auto_t *all = case_rows(db, alerts_list, json_object());
    assert_int_equal(json_array_size(all), 2);
    case_close(db);
}

static void an_answer_is_kept_for_a_week(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why = {0};
    struct idempotency_request request = {
        .principal = 1, .key = "k", .route = "POST /api/spools", .body_hash = "aa"};
    json_auto_t *none = NULL, *kept = NULL, *old = NULL, *other = NULL;
    assert_int_equal(idempotency_find(db, &request, &none, &why), OK);
    assert_null(none);
    json_auto_t *headers = json_pack("{s:s}", "Location", "/api/spools/1");
    assert_int_equal(idempotency_keep(db, &request, 201, headers, "{\"a\":1}", &why), OK);
    assert_int_equal(idempotency_find(db, &request, &kept, &why), OK);
    assert_int_equal(case_number(kept, "status"), 201);
    assert_string_equal(case_text(kept, "body"), "{\"a\":1}");
    request.body_hash = "bb";
    assert_int_equal(idempotency_find(db, &request, &other, &why), ERR_INVALID);
    request.principal = 2;
    assert_int_equal(idempotency_find(db, &request, &other, &why), OK);
    assert_null(other);
    case_later(db, 8LL * 24 * 3600 * 1000);
    request.principal = 1;
    assert_int_equal(idempotency_find(db, &request, &old, &why), OK);
    assert_null(old);
    assert_int_equal(idempotency_keep(db, &request, 200, NULL, NULL, &why), OK);
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_the_published_ones),
        cmocka_unit_test(vendors_have_one_name),
        cmocka_unit_test(a_product_changes_all_its_rolls),
        cmocka_unit_test(materials_have_one_spelling),
        cmocka_unit_test(a_roll_is_dry_for_the_days_of_its_material),
        cmocka_unit_test(keys_are_shown_once),
        cmocka_unit_test(keys_expire),
        cmocka_unit_test(a_chosen_setting_wins),
        cmocka_unit_test(the_nearest_threshold_counts),
        cmocka_unit_test(an_alert_is_told_once),
        cmocka_unit_test(an_answer_is_kept_for_a_week),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
