/* Exports and imports between two databases: to equality, to the milligram, and never half. */
#include "transfer_case.h"

#include "base/buf.h"
#include "core/rules.h"
#include "store/alerts.h"
#include "store/changes.h"

static const char *first_code(const json_t *report)
{
    return case_text(json_array_get(json_object_get(report, "problems"), 0), "code");
}

static void round_trip_is_equal(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *to = case_open();
    auto_free char *text = transfer_case_export(from);
    json_auto_t *report = transfer_case_import(to, text, TRANSFER_FAIL);
    assert_int_equal(
        transfer_case_total(report, "skipped") + transfer_case_total(report, "updated"), 0);
    auto_free char *again = transfer_case_export(to);
    assert_string_equal(text, again);
    assert_int_equal(print_used(to, "Red"), 4500);
    assert_int_equal(print_used(to, "Deleted"), 7001);
    const char *const shown[] = {"spools", "slot_history", "print_jobs", "usage_events"};
    for (size_t i = 0; i < LEN(shown); i++) {
        auto_buf sql = {0};
        buf_format(&sql, "SELECT * FROM %s /* scan */", shown[i]);
        json_auto_t *a = db_rows(from, sql.data, NULL, NULL);
        json_auto_t *b = db_rows(to, sql.data, NULL, NULL);
        assert_true(json_array_size(a) > 0);
        assert_true(json_equal(a, b));
    }
    case_close(from);
    case_close(to);
}

static void again_changes_nothing(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *to = case_open();
    auto_free char *text = transfer_case_export(from);
    json_auto_t *first = transfer_case_import(to, text, TRANSFER_SKIP);
    int64_t seq = changes_newest(to);
    for (int mode = TRANSFER_SKIP; mode <= TRANSFER_FAIL; mode++) {
        json_auto_t *report = transfer_case_import(to, text, (enum transfer_conflict)mode);
        assert_int_equal(transfer_case_total(report, "unchanged"),
                         transfer_case_total(first, "created") +
                             transfer_case_total(first, "updated"));
        assert_int_equal(
            transfer_case_total(report, "created") + transfer_case_total(report, "updated"), 0);
        assert_int_equal(changes_newest(to), seq);
    }
    case_close(from);
    case_close(to);
}

/* Into a stock of its own: numbers on labels stay, brands of one name are one, ids are kept. */
static void stocks_are_merged(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *to = case_open();
    case_later(to, 5); /* counted ids hold the time: others than those of the file */
    print_roll(to, "Red", 1000, 0);
    auto_free char *text = transfer_case_export(from);
    json_auto_t *report = transfer_case_import(to, text, TRANSFER_SKIP);
    const json_t *moved = json_array_get(json_object_get(report, "renumbered"), 0);
    assert_int_equal(args_int(moved, "from", 0), 1);
    assert_int_equal(args_int(moved, "to", 0), 5);
    assert_int_equal(db_int(to, "SELECT count(*) FROM vendor /* scan */", NULL, 0), 1);
    assert_int_equal(db_int(to, "SELECT count(*) FROM spool /* scan */", NULL, 0), 5);
    json_auto_t *again = transfer_case_import(to, text, TRANSFER_FAIL);
    assert_int_equal(transfer_case_total(again, "created") + transfer_case_total(again, "updated"),
                     0);
    case_close(from);
    case_close(to);
}

static void differences_are_kept_taken_or_refused(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *to = case_open();
    auto_free char *text = transfer_case_export(from);
    json_auto_t *first = transfer_case_import(to, text, TRANSFER_SKIP);
    db_script(to, "UPDATE spool SET notes = 'mine' WHERE number = 1");
    json_auto_t *kept = transfer_case_import(to, text, TRANSFER_SKIP);
    assert_int_equal(transfer_case_total(kept, "skipped"), 1);
    assert_string_equal(first_code(kept), "kept");
    assert_int_equal(db_savepoint(to), OK);
    struct why why = {0};
    json_auto_t *refused = NULL;
    assert_int_equal(transfer_case_take(to, text, TRANSFER_FAIL, &refused, &why), ERR_INVALID);
    assert_string_equal(why.code, "conflict");
    assert_string_equal(why.field, "spools[0]");
    db_revert(to);
    json_auto_t *taken = transfer_case_import(to, text, TRANSFER_UPDATE);
    assert_int_equal(transfer_case_total(taken, "updated"), 1);
    auto_free char *again = transfer_case_export(to);
    assert_string_equal(text, again);
    case_close(from);
    case_close(to);
}

/* What is in a slot is known better here than in a file. */
static void slots_that_are_taken_stay_so(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *to = case_open();
    case_later(to, 5); /* as above */
    print_printer(to);
    print_roll(to, "Here", 1000, 1);
    auto_free char *text = transfer_case_export(from);
    json_auto_t *report = transfer_case_import(to, text, TRANSFER_SKIP);
    assert_string_equal(first_code(report), "clash");
    json_auto_t *slots = case_rows(to, slots_list, json_pack("{s:s}", "printer_id", "p1"));
    json_auto_t *here = print_spool_id(to, "Here");
    assert_true(json_equal(json_object_get(json_array_get(slots, 0), "spool_id"), here));
    assert_int_equal(print_used(to, "Red"), 4500);
    case_close(from);
    case_close(to);
}

/* Other programs may sort the members and put in blanks. */
static void order_and_blanks_do_not_matter(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *to = case_open();
    auto_free char *text = transfer_case_export(from);
    json_auto_t *tree = json_loads(text, 0, NULL);
    assert_non_null(tree);
    auto_free char *sorted =
        json_dumps(tree, JSON_SORT_KEYS | JSON_INDENT(3) | JSON_REAL_PRECISION(15));
    json_auto_t *report = transfer_case_import(to, sorted, TRANSFER_FAIL);
    auto_free char *again = transfer_case_export(to);
    json_auto_t *copy = json_loads(again, 0, NULL);
    assert_true(json_equal(tree, copy));
    case_close(from);
    case_close(to);
}

static void bad_files_are_refused_whole(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code, *field;
    } rows[] = {
        {"{", "invalid_json", ""},
        {"{\"format\":\"filamentd-export\",\"version\":2}", "unknown_version", "version"},
        {"{\"format\":\"other\"}", "unknown_format", "format"},
        {"{\"format\":\"filamentd-export\",\"version\":1,\"rolls\":[]}", "unknown_field", "rolls"},
        {"{\"format\":\"filamentd-export\",\"version\":1,\"spools\":[],\"spools\":[]}",
         "duplicate_key", "spools"},
        {"{\"format\":\"filamentd-export\",\"version\":1,\"vendors\":[{\"name\":\"A\"\n,}]}",
         "invalid_json", ""},
        {"{\"format\":\"filamentd-export\",\"version\":1,\"vendors\":[5]}", "invalid_json", ""},
        {"{\"format\":\"filamentd-export\",\"version\":1,\"vendors\":[{\"name\":\"A\"}]}",
         "required", "vendors[0].vendor_id"},
        {"{\"format\":\"filamentd-export\",\"version\":1,\"thresholds\":[{\"material_type\":\"X\","
         "\"threshold_grams\":1.2345,\"updated_at\":\"2026-01-01T00:00:00Z\"}]}",
         "too_many_decimals", "thresholds[0].threshold_grams"},
        {"{\"format\":\"filamentd-export\",\"version\":1,\"thresholds\":[{\"material_type\":\"X\","
         "\"threshold_grams\":-1,\"updated_at\":\"2026-01-01T00:00:00Z\"}]}",
         "bad_row", "thresholds[0]"},
        {"{\"format\":\"filamentd-export\",\"version\":1,\"learned_answers\":[{\"fingerprint\":\"x\","
         "\"spool_id\":\"nobody\",\"learned_at\":\"2026-01-01T00:00:00Z\"}]}",
         "unknown_reference", "learned_answers[0].spool_id"},
    };
    struct db *db = transfer_case_stock();
    for (size_t i = 0; i < LEN(rows); i++)
        transfer_case_refused(db, rows[i].text, rows[i].code, rows[i].field);
    case_close(db);
}

/* A ledger that lost a row would break the sums of its print. */
static void a_broken_rule_undoes_all(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *to = case_open();
    auto_free char *text = transfer_case_export(from);
    json_auto_t *tree = json_loads(text, 0, NULL);
    json_array_remove(json_object_get(tree, "usage_events"), 0);
    auto_free char *less = json_dumps(tree, JSON_REAL_PRECISION(15));
    struct why why = {0};
    json_auto_t *report = NULL;
    assert_int_equal(db_savepoint(to), OK);
    assert_int_equal(transfer_case_take(to, less, TRANSFER_SKIP, &report, &why), ERR_INVALID);
    assert_string_equal(why.code, "rule_broken");
    db_revert(to);
    assert_int_equal(db_int(to, "SELECT count(*) FROM spool /* scan */", NULL, -1), 0);
    case_close(from);
    case_close(to);
}

/* A print is fed by one slot at a time; charges count on it. */
static void feeds_that_overlap_are_refused(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *to = case_open();
    db_script(from, "UPDATE job_feed SET to_at = to_at + 1 WHERE id = 1");
    auto_free char *text = transfer_case_export(from);
    struct why why = {0};
    json_auto_t *report = NULL;
    assert_int_equal(db_savepoint(to), OK);
    assert_int_equal(transfer_case_take(to, text, TRANSFER_SKIP, &report, &why), ERR_INVALID);
    assert_string_equal(why.code, "rule_broken");
    db_revert(to);
    db_script(from, "UPDATE job_feed SET to_at = to_at - 1 WHERE id = 1");
    case_close(from);
    case_close(to);
}

static int64_t told(struct db *db, const char *kind)
{
    struct why why = {0};
    json_auto_t *args = json_pack("{s:s}", "kind", kind);
    print_must(alerts_follow(db, 0, &why), &why); /* as the hub does after every write */
    return db_int(db, "SELECT count(*) FROM alert WHERE kind = :kind /* scan */", args, -1);
}

/* Prints of years come in one import; only what has just been is news. */
static void history_is_no_news(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *early = case_open(), *late = case_open();
    db_script(from, "UPDATE job_feed SET ran_out_at = to_at WHERE id = 1");
    auto_free char *text = transfer_case_export(from);
    json_auto_t *first = transfer_case_import(early, text, TRANSFER_FAIL);
    assert_int_equal(told(early, "print_finished"), 1);
    assert_int_equal(told(early, "runout"), 1);
    case_later(late, 3 * (int64_t)RULE_NEWS_MS);
    json_auto_t *second = transfer_case_import(late, text, TRANSFER_FAIL);
    assert_int_equal(told(late, "print_finished"), 0);
    assert_int_equal(told(late, "runout"), 0);
    assert_int_equal(told(late, "low_spool"), 0);
    case_close(from);
    case_close(early);
    case_close(late);
}

/* A directory opens, and cannot be read. */
static void a_file_that_cannot_be_read_is_not_empty(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why = {0};
    const struct transfer_wish wish = {0};
    json_auto_t *report = NULL;
    auto_file *file = fopen("/", "r");
    assert_non_null(file);
    assert_int_equal(transfer_import(db, file, &wish, &report, &why), ERR_IO);
    assert_string_equal(why.code, "unreadable");
    case_close(db);
}

/* What a table cannot hold is a fault of the file, and no contradiction to what is here. */
static void values_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct db *from = transfer_case_stock(), *to = case_open();
    struct why why = {0};
    auto_free char *text = transfer_case_export(from);
    json_auto_t *report = transfer_case_import(to, text, TRANSFER_SKIP);
    json_auto_t *tree = json_loads(text, 0, NULL);
    json_t *job = json_array_get(json_object_get(tree, "print_jobs"), 0);
    json_object_set_new(job, "status", json_string("odd"));
    auto_free char *bad = json_dumps(tree, JSON_REAL_PRECISION(15));
    json_auto_t *again = NULL;
    assert_int_equal(db_savepoint(to), OK);
    assert_int_equal(transfer_case_take(to, bad, TRANSFER_UPDATE, &again, &why), ERR_INVALID);
    assert_string_equal(why.code, "bad_row");
    assert_string_equal(why.field, "print_jobs[0]");
    db_revert(to);
    case_sound(to);
    case_close(from);
    case_close(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip_is_equal),
        cmocka_unit_test(again_changes_nothing),
        cmocka_unit_test(stocks_are_merged),
        cmocka_unit_test(differences_are_kept_taken_or_refused),
        cmocka_unit_test(slots_that_are_taken_stay_so),
        cmocka_unit_test(order_and_blanks_do_not_matter),
        cmocka_unit_test(bad_files_are_refused_whole),
        cmocka_unit_test(a_broken_rule_undoes_all),
        cmocka_unit_test(feeds_that_overlap_are_refused),
        cmocka_unit_test(history_is_no_news),
        cmocka_unit_test(a_file_that_cannot_be_read_is_not_empty),
        cmocka_unit_test(values_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
