/* store/search: what people type is found, and is never syntax. */
#include "store/search.h"
#include "store_case.h"

#include <string.h>

#include "store/filaments.h"
#include "store/jobs.h"
#include "store/settings.h"
#include "store/spools.h"
#include "store/vendors.h"

static void make_roll(struct db *db, const char *brand, const char *product, const char *notes)
{
    json_auto_t *made = case_ok(
        db, spools_create,
        json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "brand", brand,
                  "product_name", product, "material_type", "PETG-CF", "color_hex", "#FF8800",
                  "initial_weight_grams", 1000000, "notes", notes, "lot", "L-2026/07", "location",
                  "Shelf A", "external_id", "ext17", "article_number", "AN 55"));
}

static size_t found(struct db *db, case_list *list, const char *q)
{
    json_auto_t *rows = case_rows(db, list, json_pack("{s:s}", "q", q));
    return json_array_size(rows);
}

static const struct {
    const char *q;
    size_t rolls; /* of two: "Größe Ω" by Müller with "ΣΊΣΥΦΟΣ", and "Basic" by Acme */
} searches[] = {
    {"müller", 1},
    {"MÜLLER", 1},
    {"muller", 1},
    {"mull", 1},
    {"üller", 0},
    {"grösse", 0},
    {"GRÖßE", 1},
    {"große", 1},
    {"ω", 1},
    {"Ω", 1},
    {"σίσυφος", 1},
    {"сизиф", 0},
    {"petg", 2},
    {"petg-cf", 2},
    {"PETG CF", 2},
    {"cf petg", 2},
    {"cf-petg", 0},
    {"acme basic", 1},
    {"basic acme", 1},
    {"acme müller", 0},
    {"bas acme", 0},
    {"acme bas", 1},
    {"#1", 1},
    {"2", 2},
    {"ff8800", 2},
    {"#FF88", 2},
    {"shelf", 2},
    {"L-2026/07", 2},
    {"ext17", 2},
    {"an 55", 2},
    {"\"acme\"", 1},
    {"\"acme", 1},
    {"acme\"", 1},
    {"acme OR müller", 0},
    {"NOT acme", 0},
    {"acme*", 1},
    {"b*c", 0},
    {"words:acme", 0},
    {"^acme", 1},
    {"acme + basic", 1},
    {"(acme", 1},
    {"NEAR(acme basic)", 0},
    {"'; DROP TABLE spool; --", 0},
    {"\"\"", 0},
    {"+", 0},
    {"*", 0},
    {"acme -basic", 1},
    {"{acme", 1},
};

static void what_people_type(void **state)
{
    (void)state;
    struct db *db = case_open();
    make_roll(db, "Müller", "Größe Ω", "ΣΊΣΥΦΟΣ");
    make_roll(db, "Acme", "Basic", "quoted \"words\"");
    for (size_t i = 0; i < LEN(searches); i++) {
        size_t got = found(db, spools_list, searches[i].q);
        if (got != searches[i].rolls)
            fail_msg("%s: %zu rolls, wanted %zu", searches[i].q, got, searches[i].rolls);
    }
    case_close(db);
}

static void a_search_follows_what_changes(void **state)
{
    (void)state;
    struct db *db = case_open();
    make_roll(db, "Acme", "Basic", "attic");
    make_roll(db, "Acme", "Basic", "cellar");
    json_auto_t *noted =
        case_ok(db, spools_update, json_pack("{s:i, s:s}", "spool_id", 1, "notes", "roof"));
    assert_int_equal(found(db, spools_list, "attic"), 0);
    assert_int_equal(found(db, spools_list, "roof"), 1);
    json_auto_t *vendor = case_rows(db, vendors_list, json_pack("{s:s}", "q", "ACME"));
    json_t *id = json_object_get(json_array_get(vendor, 0), "vendor_id");
    json_auto_t *named =
        case_ok(db, vendors_update, json_pack("{s:O, s:s}", "vendor_id", id, "name", "Zenith"));
    assert_int_equal(found(db, spools_list, "acme"), 0);
    assert_int_equal(found(db, spools_list, "zenith"), 2);
    assert_int_equal(found(db, vendors_list, "zen"), 1);
    json_auto_t *product = case_rows(db, filaments_list, json_pack("{s:s}", "q", "zenith"));
    id = json_object_get(json_array_get(product, 0), "filament_id");
    json_auto_t *called = case_ok(
        db, filaments_update, json_pack("{s:O, s:s}", "filament_id", id, "product_name", "Éclair"));
    assert_int_equal(found(db, spools_list, "basic"), 0);
    assert_int_equal(found(db, spools_list, "eclair"), 2);
    assert_int_equal(found(db, filaments_list, "ÉCLAIR"), 1);
    json_auto_t *gone = case_ok(db, spools_delete, json_pack("{s:i}", "spool_id", 2));
    assert_int_equal(found(db, spools_list, "eclair"), 1);
    case_close(db);
}

static void make_job(struct db *db, const char *name, const char *file)
{
    json_auto_t *args = json_pack("{s:s, s:s}", "name", name, "file", file);
    db_exec(db,
            "INSERT INTO job (public_id, printer, status, started_at, ended_at, source, name, "
            "file_name, created_at, updated_at) VALUES (:file, 1, 'completed', 1, 2, 'api', :name, "
            ":file, :now, :now)",
            args);
}

/* Neither rows nor index keep a word of them. */
static void erased_names_are_gone(void **state)
{
    (void)state;
    struct db *db = case_open();
    db_exec(
        db,
        "INSERT INTO printer (id, public_id, name, source, created_at, updated_at) VALUES (1, 'p', 'P', 'mqtt', 1, 1)",
        NULL);
    make_job(db, "geheimÄrger", "plate_1.3mf");
    make_job(db, "Другое", "benchy.gcode");
    assert_int_equal(found(db, jobs_list, "GEHEIMärger"), 1);
    assert_int_equal(found(db, jobs_list, "plate 1"), 1);
    assert_int_equal(found(db, jobs_list, "другое"), 1);
    static const char held[] =
        "SELECT count(*) FROM job_search_data WHERE instr(block, CAST(:word AS BLOB)) /* scan */";
    json_auto_t *secret = json_pack("{s:s}", "word", "eheim");
    db_exec(db, "INSERT INTO job_search (job_search) VALUES ('optimize')", NULL);
    assert_int_equal(db_int(db, held, secret, -1), 1);
    json_auto_t *done = case_ok(db, jobs_erase_names, json_pack("{s:s}", "job_id", "plate_1.3mf"));
    assert_int_equal(found(db, jobs_list, "geheimärger"), 0);
    assert_int_equal(db_int(db, held, secret, -1), 0);
    int64_t count = 0;
    json_auto_t *keep = json_pack("{s:i}", "privacy.keep_names_days", 1);
    assert_int_equal(settings_configure(db, keep, NULL), OK);
    assert_int_equal(jobs_erase_old_names(db, &count, NULL), OK);
    assert_int_equal(count, 1);
    assert_int_equal(found(db, jobs_list, "другое"), 0);
    case_close(db);
}

static void a_lost_index_is_made_anew(void **state)
{
    (void)state;
    struct db *db = case_open();
    make_roll(db, "Acme", "Basic", "attic");
    db_exec(db, "DELETE FROM spool_search /* scan */", NULL);
    db_exec(db, "UPDATE filament_search SET words = 'else' /* scan */", NULL);
    db_exec(db, "INSERT INTO vendor_search (rowid, words) VALUES (77, 'ghost')", NULL);
    assert_int_equal(found(db, spools_list, "acme"), 0);
    assert_int_equal(search_refresh(db), OK);
    assert_int_equal(found(db, spools_list, "acme"), 1);
    assert_int_equal(found(db, filaments_list, "acme"), 1);
    assert_int_equal(found(db, vendors_list, "ghost"), 0);
    case_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_type),
        cmocka_unit_test(a_search_follows_what_changes),
        cmocka_unit_test(erased_names_are_gone),
        cmocka_unit_test(a_lost_index_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
