/* Alerts that follow from rolls and products: whatever happens to them, and in whichever groups. */
#include "store_case.h"

#include <string.h>

#include "store/alerts.h"
#include "store/changes.h"
#include "store/filaments.h"
#include "store/materials.h"
#include "store/spools.h"
#include "store/thresholds.h"

enum { ROLLS = 8, STEPS = 800, KG = 1000000, DAY = 86400000 };

static void follow(struct db *db, int64_t since)
{
    struct why why = {0};
    if (alerts_follow(db, since, &why) != OK)
        fail_msg("%s: %s", why.code, why.text);
}

/* One call of a noun and what follows from it. ${args} is consumed. */
static void act(struct db *db, case_call *call, json_t *args)
{
    int64_t since = changes_newest(db);
    db_lint(db, false); /* some verbs touch all there is; what follows has no reason to */
    json_auto_t *row = case_ok(db, call, args);
    db_lint(db, true);
    follow(db, since);
}

static json_t *roll_of(const char *product, int mg)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:i}", "brand", "Acme", "product_name", product,
                     "material_type", "PLA", "color_hex", "#FF8800", "initial_weight_grams", mg);
}

static json_t *numbered(int number, const char *key, json_t *value)
{
    return json_pack("{s:i, s:o}", "spool_id", number, key, value);
}

/* Kinds of the open alerts in order, with the number of the roll where there is one. */
static void open_are(struct db *db, const char *wanted)
{
    json_auto_t *row = db_row(
        db,
        "SELECT coalesce(group_concat(x.told, ' '), '') AS told FROM (SELECT a.kind || "
        "coalesce(':' || s.number, '') AS told FROM alert a LEFT JOIN spool s ON s.id = a.spool "
        "WHERE a.ended_at IS NULL ORDER BY s.number, a.kind) x /* scan */",
        NULL, NULL);
    if (strcmp(case_text(row, "told"), wanted) != 0)
        fail_msg("'%s', wanted '%s'", case_text(row, "told"), wanted);
}

static void charge(struct db *db, int number, int mg)
{
    char id[ID_SIZE];
    db_new_id(db, id);
    json_auto_t *args = json_pack("{s:s, s:i, s:i}", "public_id", id, "number", number, "mg", mg);
    db_exec(db,
            "INSERT INTO usage (public_id, spool, mg, kind, at, source, created_at) SELECT "
            ":public_id, id, :mg, 'waste', :now, 'test', :now FROM spool WHERE number = :number",
            args);
    assert_false(db_failed(db));
}

/* An alert that stands for months hides none of the others, nor their ends. */
static void a_standing_alert_hides_nothing(void **state)
{
    (void)state;
    struct db *db = case_open();
    act(db, spools_create, roll_of("Basic", KG));
    act(db, spools_create, roll_of("Basic", KG));
    act(db, spools_update, numbered(1, "purchase_date", json_string("2020-01-01")));
    open_are(db, "dry_by_passed:1");
    act(db, case_adjust, numbered(1, "new_weight_grams", json_integer(90000)));
    open_are(db, "dry_by_passed:1 low_spool:1");
    int64_t since = changes_newest(db);
    charge(db, 1, 95000);
    follow(db, since);
    open_are(db, "dry_by_passed:1 low_spool:1 weight_mismatch:1");
    act(db, case_adjust, numbered(1, "new_weight_grams", json_integer(105000)));
    open_are(db, "dry_by_passed:1 low_spool:1"); /* hysteresis */
    act(db, case_adjust, numbered(1, "new_weight_grams", json_integer(111000)));
    open_are(db, "dry_by_passed:1");
    act(db, spools_update, numbered(1, "dried_at", json_integer(case_start)));
    open_are(db, "");
    case_close(db);
}

/* A roll may come with its alerts, and takes them with it. */
static void rolls_come_and_go(void **state)
{
    (void)state;
    static const char *const ways[] = {"{\"spool_id\": 1}", "{\"spool_id\": 1, \"purge\": true}"};
    for (size_t i = 0; i < LEN(ways); i++) {
        struct db *db = case_open();
        json_t *roll = roll_of("Basic", 90000);
        json_object_set_new(roll, "purchase_date", json_string("2020-01-01"));
        act(db, spools_create, roll);
        open_are(db, "low_product dry_by_passed:1 low_spool:1");
        act(db, spools_delete, json_loads(ways[i], 0, NULL));
        open_are(db, "");
        case_close(db);
    }
}

static enum err no_change(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    (void)args;
    *ret = json_object();
    return db_status(db, why);
}

/* The product has one big roll and a small one: it gets low with whatever takes the big one. */
static void a_product_gets_low_by_any_way(void **state)
{
    (void)state;
    static const struct {
        case_call *call, *back;
        const char *args, *back_args;
    } cases[] = {
        {spools_archive, spools_restore, "{\"spool_id\": 1}", "{\"spool_id\": 1}"},
        {spools_delete, no_change, "{\"spool_id\": 1}", NULL},
        {spools_delete, no_change, "{\"spool_id\": 1, \"purge\": true}", NULL},
        {case_adjust, case_adjust, "{\"spool_id\": 1, \"new_weight_grams\": 0}",
         "{\"spool_id\": 1, \"new_weight_grams\": 1000000}"},
        {spools_update, spools_update, "{\"spool_id\": 1, \"product_name\": \"Other\"}",
         "{\"spool_id\": 1, \"product_name\": \"Basic\"}"},
        {thresholds_set, thresholds_set, "{\"material\": \"PLA\", \"threshold_grams\": 1200000}",
         "{\"material\": \"PLA\", \"threshold_grams\": 20000}"},
        {thresholds_set, thresholds_reset, "{\"threshold_grams\": 1200000}", "{}"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct db *db = case_open();
        act(db, spools_create, roll_of("Basic", KG));
        act(db, spools_create, roll_of("Basic", KG));
        act(db, spools_update, numbered(2, "threshold_grams", json_integer(10000)));
        act(db, case_adjust, numbered(2, "new_weight_grams", json_integer(60000)));
        open_are(db, "");
        act(db, cases[i].call, json_loads(cases[i].args, 0, NULL));
        json_auto_t *low =
            case_rows(db, alerts_list, json_pack("{s:s, s:b}", "kind", "low_product", "open", 1));
        if (json_array_size(low) != 1)
            fail_msg("%s: the product is not low", cases[i].args);
        if (cases[i].back_args) {
            act(db, cases[i].back, json_loads(cases[i].back_args, 0, NULL));
            open_are(db, "");
        }
        case_close(db);
    }
}

/* --- whatever happens --- */

static unsigned dice;

static int throw(int sides)
{
    dice = dice * 1103515245U + 12345U;
    return (int)(dice >> 16) % sides;
}

/* null, or one of a few weights around the usual thresholds. */
static json_t *some_mg(void)
{
    static const int weights[] = {0, 50000, 99999, 100000, 105000, 110001, 300000, KG};
    return throw(5) ? json_integer(weights[throw(LEN(weights))]) : json_null();
}

static json_t *some_day(void)
{
    static const char *const days[] = {"2020-02-29", "2026-01-25", "2026-01-26", "2026-07-25"};
    return throw(4) ? json_string(days[throw(LEN(days))]) : json_null();
}

static const char *some_product(void)
{
    static const char *const names[] = {"Basic", "Matte", "Silk"};
    return names[throw(LEN(names))];
}

static const char *some_material(void)
{
    static const char *const names[] = {"PLA", "PETG", "PA"};
    return names[throw(LEN(names))];
}

struct chance {
    case_call *call; /* NULL: a charge that nobody weighs */
    json_t *args;
};

/* A time in the last year, as the verbs take it. */
static json_t *some_time(void)
{
    return json_integer(case_start - throw(400) * (json_int_t)DAY);
}

static struct chance edit(int roll)
{
    static case_call *const whole[] = {spools_archive, spools_restore, spools_delete};
    switch (throw(9)) {
    case 0:
        return (struct chance){spools_update, numbered(roll, "threshold_grams", some_mg())};
    case 1:
        return (struct chance){spools_update, numbered(roll, "purchase_date", some_day())};
    case 2:
        return (struct chance){spools_update, numbered(roll, "dried_at", some_time())};
    case 3:
        return (struct chance){spools_update, numbered(roll, "opened_at", some_time())};
    case 4:
        return (struct chance){spools_update, numbered(roll, "initial_weight_grams", some_mg())};
    case 5:
        return (struct chance){spools_update, numbered(roll, "draft", json_boolean(throw(2)))};
    case 6:
        return (struct chance){spools_update,
                               numbered(roll, "product_name", json_string(some_product()))};
    case 7:
        return (struct chance){spools_update,
                               numbered(roll, "material_type", json_string(some_material()))};
    default:
        return (struct chance){whole[throw(LEN(whole))],
                               numbered(roll, "purge", json_boolean(throw(2)))};
    }
}

static json_t *some_roll(void)
{
    static const int weights[] = {0, 90000, KG, KG, KG};
    json_t *args = roll_of(some_product(), weights[throw(LEN(weights))]);
    json_object_set_new(args, "purchase_date", some_day());
    return args;
}

/* The product of a roll, in another material. */
static enum err change_product(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    json_auto_t *own = db_row(db,
                              "SELECT f.public_id AS filament_id, :material_type AS material_type "
                              "FROM spool s JOIN filament f ON f.id = s.filament "
                              "WHERE s.number = :spool_id",
                              args, NULL);
    return own ? filaments_update(db, own, ret, why)
               : db_missing(db, why, "no_roll", "spool_id", "no such roll");
}

static struct chance happen(int roll)
{
    switch (throw(13)) {
    case 0:
        return (struct chance){thresholds_set, json_pack("{s:s, s:o}", "material",
                                                         throw(2) ? "global" : some_material(),
                                                         "threshold_grams", some_mg())};
    case 1:
        return (struct chance){
            materials_set,
            json_pack("{s:s, s:i}", "material_type", some_material(), "dry_days", 1 + throw(300))};
    case 2:
        return (struct chance){change_product,
                               numbered(roll, "material_type", json_string(some_material()))};
    case 3:
        return (struct chance){spools_create, some_roll()};
    case 4:
    case 5:
    case 6:
    case 7:
        return edit(roll);
    case 8:
    case 9:
        return (struct chance){NULL, json_pack("{s:i}", "spool_id", roll)};
    default:
        return (struct chance){case_adjust, numbered(roll, "new_weight_grams", some_mg())};
    }
}

/* What is refused leaves nothing, as a failed neighbour in the door. */
static void take_chance(struct db *db)
{
    int64_t most = db_int(db, "SELECT max(number) FROM spool", NULL, 0);
    int roll = (int)most - throw(ROLLS);
    struct chance chance = happen(roll > 0 ? roll : 1);
    json_auto_t *args = chance.args, *row = NULL;
    struct why why = {0};
    assert_int_equal(db_savepoint(db), OK);
    if (!chance.call)
        charge(db, roll, 1 + throw(KG / 4));
    else if (chance.call(db, args, &row, &why) != OK) {
        db_revert(db);
        return;
    }
    assert_int_equal(db_release(db), OK);
}

#define TOLD(kind, id)                                                                             \
    "EXISTS (SELECT 1 FROM alert a WHERE a.cause = '" kind ":' || " id " AND a.ended_at IS NULL)"
#define KNOWN "s.draft = 0 AND s.initial_mg > 0 AND s.archived_at IS NULL"

/* What is open is what the views say, and nothing is of things that are gone. */
static const char wrong[] =
    "SELECT 'low_spool' AS kind, v.spool_number AS id FROM spools v JOIN spool s "
    "ON s.public_id = v.spool_id WHERE (" KNOWN
    " AND v.low AND NOT " TOLD("low_spool", "v.spool_id") ") OR (" TOLD(
        "low_spool",
        "v.spool_id") " AND NOT (" KNOWN " AND v.current_weight_grams * 1000 "
                      "<= v.threshold_grams * 1000 + 10000.5)) UNION ALL "
                      "SELECT 'weight_mismatch', v.spool_number FROM spools v JOIN spool s ON s.public_id = v.spool_id "
                      "WHERE (" KNOWN " AND s.used_mg > s.initial_mg) <> " TOLD(
                          "weight_mismatch",
                          "v.spool_id") " UNION ALL SELECT 'dry_by_passed', v.spool_number FROM spools v WHERE (v.archived_at IS NULL "
                                        "AND coalesce(v.dry_by < date(:now / 1000, 'unixepoch'), 0)) <> " TOLD(
                                            "dry_by_passed",
                                            "v.spool_id") " UNION ALL "
                                                          "SELECT 'low_product', x.product_name FROM filament_stock x WHERE (x.low AND NOT " TOLD(
                                                              "low_product",
                                                              "x.filament_id") ") OR (" TOLD("low_product",
                                                                                             "x.filament_id") " AND NOT (x.counts AND x.remaining_mg <= x.threshold_mg + 10000)) UNION ALL "
                                                                                                              "SELECT 'gone', a.cause FROM alert a WHERE a.ended_at IS NULL AND NOT EXISTS (SELECT 1 "
                                                                                                              "FROM spools v WHERE a.cause LIKE '%:' || v.spool_id) AND NOT EXISTS (SELECT 1 FROM filament f "
                                                                                                              "WHERE a.cause LIKE '%:' || f.public_id) /* scan */";

static void whatever_happens_alerts_are_what_is_seen(void **state)
{
    (void)state;
    struct why why = {0};
    struct db *db = case_open();
    dice = 20260725;
    for (int i = 0; i < STEPS; i++) {
        int64_t since = changes_newest(db);
        db_lint(db, false);
        for (int n = throw(4) ? 0 : throw(4); n >= 0; n--)
            take_chance(db);
        db_lint(db, true);
        follow(db, since);
        json_auto_t *rows = db_rows(db, wrong, NULL, NULL);
        if (!rows || json_array_size(rows))
            fail_msg("step %d: %s", i, rows ? json_dumps(rows, 0) : "no answer");
        if (throw(10) == 0) {
            case_later(db, DAY);
            assert_int_equal(alerts_day(db, &why), OK);
        }
    }
    assert_true(db_int(db, "SELECT count(DISTINCT kind) FROM alert /* scan */", NULL, 0) == 4);
    assert_true(db_int(db, "SELECT count(*) FROM alert WHERE ended_at > 0 /* scan */", NULL, 0) >
                STEPS / 20);
    case_close(db);
}

/* A new column of rolls is either of no concern to any rule, or an edit of it is looked at. */
static void every_column_is_thought_of(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *rows = db_rows(
        db,
        "SELECT c.name FROM pragma_table_info('spool') c, sqlite_schema t "
        "WHERE t.name = 'alert_look_edited' AND instr(t.sql, c.name) = 0 AND c.name NOT IN ('id', "
        "'public_id', 'number', 'used_mg', 'tare_mg', 'price_cents', 'first_used_at', "
        "'last_used_at', 'lot', 'location', 'notes', 'tray_uuid', 'tag_uid_1', 'tag_uid_2', "
        "'external_id', 'extra', 'created_at', 'updated_at') /* scan */",
        NULL, NULL);
    if (!rows || json_array_size(rows))
        fail_msg("%s", rows ? json_dumps(rows, 0) : "no answer");
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_standing_alert_hides_nothing),
        cmocka_unit_test(rolls_come_and_go),
        cmocka_unit_test(a_product_gets_low_by_any_way),
        cmocka_unit_test(every_column_is_thought_of),
        cmocka_unit_test(whatever_happens_alerts_are_what_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
