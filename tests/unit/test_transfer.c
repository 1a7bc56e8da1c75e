/* Exports and imports between two databases: to equality, to the milligram, and never half. */
#include "print_case.h"

#include <string.h>

#include "base/buf.h"
#include "core/rules.h"
#include "store/alerts.h"
#include "store/materials.h"
#include "store/settings.h"
#include "store/thresholds.h"
#include "store/transfer.h"
#include "store/transfer_inside.h"
#include "store/vendors.h"

static char *exported(struct db *db)
{
    char *text = NULL;
    size_t len;
    struct why why = {0};
    FILE *out = open_memstream(&text, &len);
    print_must(transfer_export(db, out, &why), &why);
    fclose(out);
    return text;
}

static enum err import(struct db *db, const char *text, enum transfer_conflict on_conflict,
                       json_t **ret_report, struct why *why)
{
    const struct transfer_wish wish = {.on_conflict = on_conflict};
    auto_file *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(file);
    return transfer_import(db, file, &wish, ret_report, why);
}

static json_t *imported(struct db *db, const char *text, enum transfer_conflict on_conflict)
{
    struct why why = {0};
    json_t *report = NULL;
    print_must(import(db, text, on_conflict, &report, &why), &why);
    case_sound(db);
    return report;
}

static void assert_refused(struct db *db, const char *text, const char *code, const char *field)
{
    struct why why = {0};
    json_auto_t *report = NULL;
    auto_free char *before = exported(db);
    assert_int_equal(db_savepoint(db), OK);
    assert_int_equal(import(db, text, TRANSFER_SKIP, &report, &why), ERR_INVALID);
    assert_string_equal(why.code, code);
    assert_string_equal(why.field, field);
    db_revert(db);
    auto_free char *after = exported(db);
    assert_string_equal(before, after);
}

static int64_t total(const json_t *report, const char *result)
{
    int64_t sum = 0;
    size_t i;
    const json_t *row;
    json_array_foreach (json_object_get(report, "counts"), i, row)
        sum += args_int(row, result, 0);
    return sum;
}

static const char *first_code(const json_t *report)
{
    return case_text(json_array_get(json_object_get(report, "problems"), 0), "code");
}

static void forget_roll(struct db *db, const char *name)
{
    json_auto_t *id = print_spool_id(db, name);
    json_auto_t *used = case_ok(db, spools_adjust,
                                json_pack("{s:O, s:i}", "spool_id", id, "adjustment_grams", -7001));
    json_auto_t *gone = case_ok(db, spools_delete, json_pack("{s:O}", "spool_id", id));
}

static void choose(struct db *db)
{
    json_auto_t *defaults = json_pack("{s:s, s:b}", "currency.code", "USD", "x.y", 1);
    struct why why = {0};
    db_lint(db, false); /* a threshold of all rolls looks at all rolls */
    print_must(settings_configure(db, defaults, &why), &why);
    json_auto_t *set = case_ok(db, settings_update, json_pack("{s:s}", "currency.code", "EUR"));
    json_auto_t *limit =
        case_ok(db, thresholds_set, json_pack("{s:n, s:i}", "material", "threshold_grams", 123456));
    json_auto_t *dry =
        case_ok(db, materials_set, json_pack("{s:s, s:i}", "material_type", "PLA", "dry_days", 99));
    db_lint(db, true);
}

/* A print over two rolls that was corrected, one that runs, rolls of every state, and every kind of
 * choice. */
static struct db *stocked(void)
{
    struct why why = {0};
    struct db *db = case_open();
    int64_t printer = print_printer(db);
    print_roll(db, "Red", 1000, 1);
    print_roll(db, "Blue \"quoted\" \u00e4", 1000, 2);
    print_roll(db, "Deleted", 750, 0);
    print_roll(db, "Archived", 500, 0);
    print_two_slots(db, printer);
    case_later(db, 1234567);
    forget_roll(db, "Deleted");
    json_auto_t *id = print_spool_id(db, "Archived");
    json_auto_t *away = case_ok(db, spools_archive, json_pack("{s:O}", "spool_id", id));
    json_auto_t *alias = case_ok(
        db, printers_update, json_pack("{s:s, s:[s]}", "printer_id", "p1", "aliases", "WorkShop"));
    print_must(slots_learn(db, "GFL99/#FF0000", 1, &why), &why);
    choose(db);
    struct job job = print_begin(db, printer);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    case_sound(db);
    return db;
}

static void round_trip_is_equal(void **state)
{
    (void)state;
    struct db *from = stocked(), *to = case_open();
    auto_free char *text = exported(from);
    json_auto_t *report = imported(to, text, TRANSFER_FAIL);
    assert_int_equal(total(report, "skipped") + total(report, "updated"), 0);
    auto_free char *again = exported(to);
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
    struct db *from = stocked(), *to = case_open();
    auto_free char *text = exported(from);
    json_auto_t *first = imported(to, text, TRANSFER_SKIP);
    int64_t seq = db_int(to, "SELECT max(seq) FROM change", NULL, 0);
    for (int mode = TRANSFER_SKIP; mode <= TRANSFER_FAIL; mode++) {
        json_auto_t *report = imported(to, text, (enum transfer_conflict)mode);
        assert_int_equal(total(report, "unchanged"),
                         total(first, "created") + total(first, "updated"));
        assert_int_equal(total(report, "created") + total(report, "updated"), 0);
        assert_int_equal(db_int(to, "SELECT max(seq) FROM change", NULL, 0), seq);
    }
    case_close(from);
    case_close(to);
}

/* Into a stock of its own: numbers on labels stay, brands of one name are one, ids are kept. */
static void stocks_are_merged(void **state)
{
    (void)state;
    struct db *from = stocked(), *to = case_open();
    case_later(to, 5); /* counted ids hold the time: others than those of the file */
    print_roll(to, "Red", 1000, 0);
    auto_free char *text = exported(from);
    json_auto_t *report = imported(to, text, TRANSFER_SKIP);
    const json_t *moved = json_array_get(json_object_get(report, "renumbered"), 0);
    assert_int_equal(args_int(moved, "from", 0), 1);
    assert_int_equal(args_int(moved, "to", 0), 5);
    assert_int_equal(db_int(to, "SELECT count(*) FROM vendor /* scan */", NULL, 0), 1);
    assert_int_equal(db_int(to, "SELECT count(*) FROM spool /* scan */", NULL, 0), 5);
    json_auto_t *again = imported(to, text, TRANSFER_FAIL);
    assert_int_equal(total(again, "created") + total(again, "updated"), 0);
    case_close(from);
    case_close(to);
}

static void differences_are_kept_taken_or_refused(void **state)
{
    (void)state;
    struct db *from = stocked(), *to = case_open();
    auto_free char *text = exported(from);
    json_auto_t *first = imported(to, text, TRANSFER_SKIP);
    db_script(to, "UPDATE spool SET notes = 'mine' WHERE number = 1");
    json_auto_t *kept = imported(to, text, TRANSFER_SKIP);
    assert_int_equal(total(kept, "skipped"), 1);
    assert_string_equal(first_code(kept), "kept");
    assert_int_equal(db_savepoint(to), OK);
    struct why why = {0};
    json_auto_t *refused = NULL;
    assert_int_equal(import(to, text, TRANSFER_FAIL, &refused, &why), ERR_INVALID);
    assert_string_equal(why.code, "conflict");
    assert_string_equal(why.field, "spools[0]");
    db_revert(to);
    json_auto_t *taken = imported(to, text, TRANSFER_UPDATE);
    assert_int_equal(total(taken, "updated"), 1);
    auto_free char *again = exported(to);
    assert_string_equal(text, again);
    case_close(from);
    case_close(to);
}

/* What is in a slot is known better here than in a file. */
static void slots_that_are_taken_stay_so(void **state)
{
    (void)state;
    struct db *from = stocked(), *to = case_open();
    case_later(to, 5); /* as above */
    print_printer(to);
    print_roll(to, "Here", 1000, 1);
    auto_free char *text = exported(from);
    json_auto_t *report = imported(to, text, TRANSFER_SKIP);
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
    struct db *from = stocked(), *to = case_open();
    auto_free char *text = exported(from);
    json_auto_t *tree = json_loads(text, 0, NULL);
    assert_non_null(tree);
    auto_free char *sorted =
        json_dumps(tree, JSON_SORT_KEYS | JSON_INDENT(3) | JSON_REAL_PRECISION(15));
    json_auto_t *report = imported(to, sorted, TRANSFER_FAIL);
    auto_free char *again = exported(to);
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
    struct db *db = stocked();
    for (size_t i = 0; i < LEN(rows); i++)
        assert_refused(db, rows[i].text, rows[i].code, rows[i].field);
    case_close(db);
}

/* A ledger that lost a row would break the sums of its print. */
static void a_broken_rule_undoes_all(void **state)
{
    (void)state;
    struct db *from = stocked(), *to = case_open();
    auto_free char *text = exported(from);
    json_auto_t *tree = json_loads(text, 0, NULL);
    json_array_remove(json_object_get(tree, "usage_events"), 0);
    auto_free char *less = json_dumps(tree, JSON_REAL_PRECISION(15));
    struct why why = {0};
    json_auto_t *report = NULL;
    assert_int_equal(db_savepoint(to), OK);
    assert_int_equal(import(to, less, TRANSFER_SKIP, &report, &why), ERR_INVALID);
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
    struct db *from = stocked(), *to = case_open();
    db_script(from, "UPDATE job_feed SET to_at = to_at + 1 WHERE id = 1");
    auto_free char *text = exported(from);
    struct why why = {0};
    json_auto_t *report = NULL;
    assert_int_equal(db_savepoint(to), OK);
    assert_int_equal(import(to, text, TRANSFER_SKIP, &report, &why), ERR_INVALID);
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
    struct db *from = stocked(), *early = case_open(), *late = case_open();
    db_script(from, "UPDATE job_feed SET ran_out_at = to_at WHERE id = 1");
    auto_free char *text = exported(from);
    json_auto_t *first = imported(early, text, TRANSFER_FAIL);
    assert_int_equal(told(early, "print_finished"), 1);
    assert_int_equal(told(early, "runout"), 1);
    case_later(late, 3 * (int64_t)RULE_NEWS_MS);
    json_auto_t *second = imported(late, text, TRANSFER_FAIL);
    assert_int_equal(told(late, "print_finished"), 0);
    assert_int_equal(told(late, "runout"), 0);
    assert_int_equal(told(late, "low_spool"), 0);
    case_close(from);
    case_close(early);
    case_close(late);
}

/* --- no column is forgotten --- */

/* Columns that are not carried, and why. */
static const char *const left_out[] = {
    "material.density",        "material.dry_days",  /* the program's own facts */
    "threshold.configured_mg", "setting.configured", /* the configuration's */
    "spool.used_mg",                                 /* the sum of the ledger */
    "printer.access_code",                           /* a secret */
    "printer.state",           "printer.state_at",   /* printers tell it again */
};

static bool is_left_out(const char *table, const char *column)
{
    char name[96];
    snprintf(name, sizeof name, "%s.%s", table, column);
    for (size_t i = 0; i < LEN(left_out); i++)
        if (strcmp(left_out[i], name) == 0)
            return true;
    return strcmp(column, "id") == 0;
}

static bool is_carried(const struct transfer_entity *entity, const char *column)
{
    for (size_t i = 0; i < entity->shape.count; i++)
        if (strcmp(entity->shape.fields[i].wire, column) == 0)
            return true;
    return false;
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
    struct db *from = stocked(), *to = case_open();
    struct why why = {0};
    auto_free char *text = exported(from);
    json_auto_t *report = imported(to, text, TRANSFER_SKIP);
    json_auto_t *tree = json_loads(text, 0, NULL);
    json_t *job = json_array_get(json_object_get(tree, "print_jobs"), 0);
    json_object_set_new(job, "status", json_string("odd"));
    auto_free char *bad = json_dumps(tree, JSON_REAL_PRECISION(15));
    json_auto_t *again = NULL;
    assert_int_equal(db_savepoint(to), OK);
    assert_int_equal(import(to, bad, TRANSFER_UPDATE, &again, &why), ERR_INVALID);
    assert_string_equal(why.code, "bad_row");
    assert_string_equal(why.field, "print_jobs[0]");
    db_revert(to);
    case_sound(to);
    case_close(from);
    case_close(to);
}

static void sheets_keep_the_order_of_entry(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why = {0};
    char *text = NULL;
    size_t len;
    print_roll(db, "First", 1000, 0);
    print_roll(db, "Second", 1000, 0);
    print_roll(db, "Third", 1000, 0);
    db_exec(db, "UPDATE spool SET public_id = 'zz' WHERE number = 1", NULL);
    db_exec(db, "UPDATE spool SET public_id = 'aa' WHERE number = 3", NULL);
    FILE *out = open_memstream(&text, &len);
    print_must(transfer_csv(db, "spools", out, &why), &why);
    fclose(out);
    assert_true(strstr(text, "First") < strstr(text, "Second"));
    assert_true(strstr(text, "Second") < strstr(text, "Third"));
    assert_int_equal(strncmp(text, "spool_id,spool_number,brand,", 28), 0);
    assert_non_null(strstr(text, "\r\nzz,1,"));
    free(text);
    case_close(db);
}

static void every_column_is_carried(void **state)
{
    (void)state;
    struct db *db = case_open();
    const struct transfer_entity *entity;
    for (size_t i = 0; (entity = transfer_entity_at(i)); i++) {
        json_auto_t *args = json_pack("{s:s}", "table", entity->table);
        json_auto_t *columns =
            db_rows(db, "SELECT name FROM pragma_table_info(:table) /* scan */", args, NULL);
        size_t j;
        const json_t *row;
        assert_true(json_array_size(columns) > 0);
        json_array_foreach (columns, j, row) {
            const char *column = case_text(row, "name");
            if (is_carried(entity, column) == is_left_out(entity->table, column))
                fail_msg("%s.%s: give it a row in store/transfer_stock.c or transfer_prints.c, or "
                         "name it in left_out here",
                         entity->table, column);
        }
    }
    case_close(db);
}

static void layers_are_one_text(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rows; /* NULL: none */
    } cases[] = {
        {"1@1000 20 30", "[[1,1000],[2,1020],[3,1050]]"},
        {"0@5", "[[0,5]]"},
        {"3@1000 -20 9@2000 1", "[[3,1000],[4,980],[9,2000],[10,2001]]"},
        {"", NULL},
        {"20", NULL},
        {"1@", NULL},
        {"@1", NULL},
        {"1@x", NULL},
        {"1@1  2", NULL},
        {"-1@5", NULL},
        {"2@5 2@6", NULL},
        {"2@5 1@6", NULL},
        {"4294967296@5", NULL},
        {"1@9223372036854775807 1", NULL},
        {"1@1 2@3@4", NULL},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        json_auto_t *rows = transfer_trail_read(cases[i].text);
        auto_free char *text = rows ? json_dumps(rows, JSON_COMPACT) : NULL;
        assert_true(!text == !cases[i].rows);
        assert_string_equal(text ? text : "", cases[i].rows ? cases[i].rows : "");
    }
}

static int64_t layers_of(struct db *db)
{
    return db_int(db, "SELECT count(*) FROM job_layer /* scan */", NULL, 0);
}

static void set_layers(struct db *db, int count)
{
    json_auto_t *args = json_pack("{s:i}", "count", count);
    db_exec(db,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
            "INSERT INTO job_layer SELECT (SELECT min(id) FROM job), i + i / 100, "
            "1764331200000 + 35000 * i + i % 7 FROM n",
            args);
}

/* An old export knows none, and takes none away; a text of ours is small. */
static void layers_go_with_their_print(void **state)
{
    (void)state;
    enum { LAYERS = 500, SIZE = 7 * LAYERS };
    struct db *from = stocked(), *to = case_open();
    db_exec(from, "DELETE FROM job_layer /* scan */", NULL);
    auto_free char *none = exported(from);
    set_layers(from, LAYERS);
    auto_free char *text = exported(from);
    assert_in_range(strlen(text) - strlen(none), LAYERS, SIZE);
    json_auto_t *first = imported(to, none, TRANSFER_FAIL);
    assert_int_equal(layers_of(to), 0);
    json_auto_t *kept = imported(to, text, TRANSFER_SKIP);
    assert_int_equal(total(kept, "skipped"), 1);
    assert_int_equal(layers_of(to), 0);
    json_auto_t *taken = imported(to, text, TRANSFER_UPDATE);
    assert_int_equal(total(taken, "updated"), 1);
    auto_free char *again = exported(to);
    assert_string_equal(text, again);
    assert_int_equal(layers_of(to), LAYERS);
    json_auto_t *tree = json_loads(text, 0, NULL);
    size_t i;
    json_t *job;
    json_array_foreach (json_object_get(tree, "print_jobs"), i, job)
        json_object_del(job, "layer_times");
    auto_free char *old = json_dumps(tree, JSON_REAL_PRECISION(15));
    json_auto_t *same = imported(to, old, TRANSFER_FAIL);
    assert_int_equal(layers_of(to), LAYERS);
    json_object_set_new(json_array_get(json_object_get(tree, "print_jobs"), 0), "layer_times",
                        json_string("1@5 x"));
    auto_free char *bad = json_dumps(tree, JSON_REAL_PRECISION(15));
    assert_refused(to, bad, "invalid_value", "print_jobs[0].layer_times");
    case_close(from);
    case_close(to);
}

/* Tables of the user's that no export holds, and why they stay at home. */
static void every_table_is_known(void **state)
{
    (void)state;
    /* What is of this place, of this daemon and its clients. */
    static const char *const at_home[] = {
        "question", "alert",          "device",       "activity", "channel",
        "delivery", "api_key",        "pair_code",    "instance", "idempotency",
        "change",   "change_dropped", "source_event", NULL};
    struct db *db = case_open();
    json_auto_t *tables = db_rows(
        db,
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%\\_search%' ESCAPE '\\' /* scan */",
        NULL, NULL);
    size_t i;
    const json_t *row;
    json_array_foreach (tables, i, row) {
        const char *name = case_text(row, "name");
        bool known = false;
        const struct transfer_entity *entity;
        for (size_t j = 0; (entity = transfer_entity_at(j)); j++)
            known |= strcmp(entity->table, name) == 0;
        known |= strcmp(name, "job_layer") == 0; /* layer_times of its print */
        for (size_t j = 0; at_home[j]; j++)
            known |= strcmp(at_home[j], name) == 0;
        if (!known)
            fail_msg("%s: give it an entity in store/transfer_*.c, or name it here", name);
    }
    case_close(db);
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
        cmocka_unit_test(sheets_keep_the_order_of_entry),
        cmocka_unit_test(layers_are_one_text),
        cmocka_unit_test(layers_go_with_their_print),
        cmocka_unit_test(every_column_is_carried),
        cmocka_unit_test(every_table_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
