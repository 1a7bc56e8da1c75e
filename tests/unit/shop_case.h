/*
 * A printer that Home Assistant tells of, with three rolls in its slots and one on the shelf, and
 * short calls for the prints that a client tells of it.
 * Owner: the test. Thread: one.
 */
#ifndef TESTS_SHOP_CASE_H
#define TESTS_SHOP_CASE_H

#include "store_case.h"

#include "store/jobs_client.h"
#include "store/printers.h"
#include "store/slots.h"
#include "store/spools.h"

static const char one_file[] = "benchy.gcode.3mf";

struct shop {
    struct db *db;
    int64_t printer;
    char rolls[4][ID_SIZE]; /* in the slots 1 to 3 of unit 1; the last lies on the shelf */
};

static inline enum err start(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    bool made;
    return jobs_client_start(db, args, ret, &made, why);
}

static inline void shop_add_roll(struct shop *shop, int n)
{
    json_auto_t *made =
        case_ok(shop->db, spools_create,
                json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "brand", "Acme", "product_name",
                          "Basic", "material_type", "PLA", "color_hex", "#FF8800",
                          "initial_weight_grams", 1000000, "cost_usd", 2000));
    snprintf(shop->rolls[n], ID_SIZE, "%s", case_text(made, "spool_id"));
}

static inline struct shop shop_open(void)
{
    struct shop shop = {.db = case_open()};
    json_auto_t *printer =
        case_ok(shop.db, printers_create,
                json_pack("{s:s, s:s}", "printer_id", "shelf", "source", "homeassistant"));
    shop.printer = printers_find(shop.db, "shelf");
    for (int n = 0; n < 4; n++)
        shop_add_roll(&shop, n);
    for (int n = 0; n < 3; n++) {
        json_auto_t *slot =
            case_ok(shop.db, slots_assign,
                    json_pack("{s:s, s:i, s:i, s:s}", "printer_id", "shelf", "ams_unit_number", 1,
                              "slot_number", n + 1, "spool_id", shop.rolls[n]));
    }
    case_later(shop.db, 60000);
    return shop;
}

/* Milligrams that are gone from a roll by what is shown of it, which is the ledger's sum. */
static inline int shop_used_mg(const struct shop *shop, int n)
{
    json_auto_t *roll =
        case_ok(shop->db, spools_get, json_pack("{s:s}", "spool_id", shop->rolls[n]));
    double left = case_number(roll, "current_weight_grams");
    return (int)((1000.0 - left) * 1000 + 0.5);
}

static inline void shop_used(const struct shop *shop, int first, int second, int third, int shelf)
{
    const int wanted[] = {first, second, third, shelf};
    for (int n = 0; n < 4; n++)
        if (shop_used_mg(shop, n) != wanted[n])
            fail_msg("roll %d lost %d mg, wanted %d", n, shop_used_mg(shop, n), wanted[n]);
}

/* ${filaments}: text of a list, weights in milligrams; NULL: none. */
static inline json_t *shop_begin(const struct shop *shop, const char *filaments)
{
    json_t *list = filaments ? json_loads(filaments, 0, NULL) : json_array();
    assert_non_null(list);
    json_t *made = case_ok(shop->db, start,
                           json_pack("{s:s, s:s, s:o}", "printer_id", "shelf", "gcode_file_name",
                                     one_file, "filaments", list));
    case_later(shop->db, 600000);
    return made;
}

static inline json_t *shop_with_id(const json_t *started, const char *members)
{
    json_t *args = json_loads(members, 0, NULL);
    assert_non_null(args);
    json_object_set(args, "job_id", json_object_get(started, "job_id"));
    return args;
}

static inline json_t *shop_end(const struct shop *shop, const json_t *started, const char *members)
{
    return case_ok(shop->db, jobs_client_end, shop_with_id(started, members));
}

static inline json_t *shop_correct(const struct shop *shop, const json_t *started,
                                   const char *members)
{
    return case_ok(shop->db, jobs_client_correct, shop_with_id(started, members));
}

static const json_t *shop_job_of(const json_t *answer)
{
    return json_object_get(answer, "job");
}

static const char two_filaments[] =
    "[{\"ams_unit_number\":1,\"slot_number\":1,\"estimated_grams\":10000},"
    "{\"ams_unit_number\":1,\"slot_number\":2,\"estimated_grams\":20000}]";

#endif
