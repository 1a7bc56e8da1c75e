/* store/pairing and api/pair: one code, one device, five tries, five minutes; and the link. */
#include "store_case.h"

#include <stdio.h>
#include <string.h>

#include "api/pair.h"
#include "base/buf.h"
#include "base/sha256.h"
#include "store/keys.h"
#include "store/pairing.h"

static json_t *redeem(struct db *db, const char *code)
{
    return case_ok(db, pairing_redeem,
                   json_pack("{s:s, s:s, s:s}", "code", code, "device_name", "iPhone of Ada",
                             "platform", "iOS 26.1"));
}

static json_t *offered(struct db *db)
{
    return case_ok(db, pairing_offer, json_object());
}

static void a_code_makes_one_key(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *offer = offered(db);
    const char *code = case_text(offer, "code");
    assert_int_equal(strlen(code), PAIRING_CODE_LEN);
    assert_int_equal(strspn(code, "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"), PAIRING_CODE_LEN);
    json_auto_t *made = redeem(db, code);
    assert_string_equal(case_text(made, "name"), "iPhone of Ada");
    assert_string_equal(case_text(made, "device_name"), "iPhone of Ada");
    assert_string_equal(case_text(made, "platform"), "iOS 26.1");
    assert_int_equal(json_array_size(json_object_get(made, "scopes")), 5);
    for (size_t i = 0; i < 5; i++) {
        const char *scope = json_string_value(json_array_get(json_object_get(made, "scopes"), i));
        assert_string_not_equal(scope, "admin");
        assert_string_not_equal(scope, "webhook");
        assert_string_not_equal(scope, "metrics");
    }
    struct why why;
    json_auto_t *found = NULL;
    assert_int_equal(keys_find(db, case_text(made, "key"), &found, &why), OK);
    json_auto_t *again = redeem(db, code);
    assert_true(json_is_null(again));
    case_close(db);
}

static void it_reads_what_people_type(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *offer =
        case_ok(db, pairing_offer, json_pack("{s:s, s:[s]}", "name", "tablet", "scopes", "read"));
    const char *code = case_text(offer, "code");
    char typed[32];
    snprintf(typed, sizeof typed, " %.5s - %s ", code, code + 5);
    for (char *at = typed; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    json_auto_t *made = redeem(db, typed);
    assert_string_equal(case_text(made, "name"), "tablet");
    assert_int_equal(json_array_size(json_object_get(made, "scopes")), 1);
    case_close(db);
}

static void five_minutes(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *offer = offered(db), *other = offered(db);
    case_later(db, PAIRING_MS - 1);
    json_auto_t *made = redeem(db, case_text(offer, "code"));
    assert_true(json_is_object(made));
    case_later(db, 1);
    json_auto_t *late = redeem(db, case_text(other, "code"));
    assert_true(json_is_null(late));
    case_close(db);
}

static void five_wrong_tries(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "AAAAAAAAAA", "AAAAAAAAAAA", "22222-22222", "x"};
    struct db *db = case_open();
    for (size_t tries = 4; tries <= LEN(wrong); tries++) {
        json_auto_t *offer = offered(db);
        for (size_t i = 0; i < tries; i++) {
            json_auto_t *none = redeem(db, wrong[i]);
            assert_true(json_is_null(none));
        }
        json_auto_t *made = redeem(db, case_text(offer, "code"));
        assert_int_equal(json_is_object(made), tries < PAIRING_TRIES);
    }
    case_close(db);
}

static void it_is_stored_as_a_hash(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *offer = offered(db);
    char hash[SHA256_HEX_SIZE];
    sha256_hex(case_text(offer, "code"), PAIRING_CODE_LEN, hash);
    json_auto_t *row = db_row(db, "SELECT /* scan */ * FROM pair_code", NULL, NULL);
    assert_string_equal(case_text(row, "hash"), hash);
    char *text = json_dumps(row, 0);
    assert_null(strstr(text, case_text(offer, "code")));
    free(text);
    case_close(db);
}

static void open_codes_are_few(void **state)
{
    (void)state;
    struct db *db = case_open();
    for (int i = 0; i < PAIRING_OPEN; i++)
        json_decref(offered(db));
    case_refused(db, pairing_offer, ERR_CONFLICT, "too_many_codes", json_object());
    case_later(db, PAIRING_MS);
    json_decref(offered(db));
    case_refused(db, pairing_offer, ERR_INVALID, "unknown_scope",
                 json_pack("{s:[s]}", "scopes", "everything"));
    case_close(db);
}

static void an_installation_stays_itself(void **state)
{
    (void)state;
    struct db *db = case_open(), *other = case_open();
    json_auto_t *one = case_ok(db, pairing_instance, json_object());
    json_auto_t *again = case_ok(db, pairing_instance, json_object());
    json_auto_t *two = case_ok(other, pairing_instance, json_object());
    assert_true(id_valid(case_text(one, "id")));
    assert_string_equal(case_text(one, "id"), case_text(again, "id"));
    assert_string_not_equal(case_text(one, "id"), case_text(two, "id"));
    case_close(db);
    case_close(other);
}

/* ---- the link ---- */

static void it_names_addresses_that_others_reach(void **state)
{
    (void)state;
    const struct pair_endpoint here[] = {{"127.0.0.1", 1}, {"[::1]", 2}};
    const struct pair_endpoint mixed[] = {{"127.0.0.1", 1}, {"192.0.2.7", 2}, {"192.0.2.7", 2}};
    json_auto_t *loopback = pair_urls(here, LEN(here));
    assert_int_equal(json_array_size(loopback), 2);
    assert_string_equal(json_string_value(json_array_get(loopback, 1)), "https://[::1]:2");
    json_auto_t *lan = pair_urls(mixed, LEN(mixed));
    assert_int_equal(json_array_size(lan), 1);
    assert_string_equal(json_string_value(json_array_get(lan, 0)), "https://192.0.2.7:2");
    const struct pair_endpoint any = {"0.0.0.0", 8443};
    json_auto_t *all = pair_urls(&any, 1);
    assert_in_range(json_array_size(all), 1, PAIR_URLS);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const char *url = json_string_value(json_array_get(all, i));
        assert_null(strstr(url, "0.0.0.0"));
        assert_null(strstr(url, "fe80"));
        assert_string_equal(url + strlen(url) - 5, ":8443");
    }
}

static void the_link_can_be_taken_apart(void **state)
{
    (void)state;
    json_auto_t *urls = json_pack("[s, s]", "https://192.0.2.7:8443", "https://[2001:db8::7]:8443");
    char fingerprint[PAIR_FINGERPRINT_SIZE];
    auto_buf link = {0};
    pair_fingerprint("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
                     fingerprint);
    pair_link(urls, fingerprint, "ABCDE23456", &link);
    assert_string_equal(link.data, "https://192.0.2.7:8443/pair#v=1&u=https://192.0.2.7:8443"
                                   "&u=https://%5B2001:db8::7%5D:8443"
                                   "&fp=ABEiM0RVZneImaq7zN3u_wARIjNEVWZ3iJmqu8zd7v8&c=ABCDE23456");
    pair_fingerprint("0011", fingerprint);
    assert_string_equal(fingerprint, "");
}

static void hashes_are_compared_whole(void **state)
{
    (void)state;
    char a[SHA256_HEX_SIZE], b[SHA256_HEX_SIZE];
    sha256_hex("x", 1, a);
    for (size_t i = 0; i + 1 < sizeof a; i++) {
        memcpy(b, a, sizeof a);
        assert_true(sha256_hex_same(a, b));
        b[i] ^= 1;
        assert_false(sha256_hex_same(a, b));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_makes_one_key),
        cmocka_unit_test(it_reads_what_people_type),
        cmocka_unit_test(five_minutes),
        cmocka_unit_test(five_wrong_tries),
        cmocka_unit_test(it_is_stored_as_a_hash),
        cmocka_unit_test(open_codes_are_few),
        cmocka_unit_test(an_installation_stays_itself),
        cmocka_unit_test(it_names_addresses_that_others_reach),
        cmocka_unit_test(the_link_can_be_taken_apart),
        cmocka_unit_test(hashes_are_compared_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
