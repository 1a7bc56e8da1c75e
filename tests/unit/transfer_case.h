/*
 * A stock that has a bit of everything, and exports and imports in short calls.
 * Owner: the test; what is returned is the caller's. Thread: one.
 */
#ifndef TESTS_TRANSFER_CASE_H
#define TESTS_TRANSFER_CASE_H

#include "print_case.h"

#include <string.h>

#include "store/materials.h"
#include "store/settings.h"
#include "store/thresholds.h"
#include "store/transfer.h"

static inline char *transfer_case_export(struct db *db)
{
    char *text = NULL;
    size_t len;
    struct why why = {0};
    FILE *out = open_memstream(&text, &len);
    print_must(transfer_export(db, out, &why), &why);
    fclose(out);
    return text;
}

static inline enum err transfer_case_take(struct db *db, const char *text,
                                          enum transfer_conflict on_conflict, json_t **ret_report,
                                          struct why *why)
{
    const struct transfer_wish wish = {.on_conflict = on_conflict};
    auto_file *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
    assert_non_null(file);
    return transfer_import(db, file, &wish, ret_report, why);
}

static inline json_t *transfer_case_import(struct db *db, const char *text,
                                           enum transfer_conflict on_conflict)
{
    struct why why = {0};
    json_t *report = NULL;
    print_must(transfer_case_take(db, text, on_conflict, &report, &why), &why);
    case_sound(db);
    return report;
}

static inline void transfer_case_refused(struct db *db, const char *text, const char *code,
                                         const char *field)
{
    struct why why = {0};
    json_auto_t *report = NULL;
    auto_free char *before = transfer_case_export(db);
    assert_int_equal(db_savepoint(db), OK);
    assert_int_equal(transfer_case_take(db, text, TRANSFER_SKIP, &report, &why), ERR_INVALID);
    assert_string_equal(why.code, code);
    assert_string_equal(why.field, field);
    db_revert(db);
    auto_free char *after = transfer_case_export(db);
    assert_string_equal(before, after);
}

static inline int64_t transfer_case_total(const json_t *report, const char *result)
{
    int64_t sum = 0;
    size_t i;
    const json_t *row;
    json_array_foreach (json_object_get(report, "counts"), i, row)
        sum += args_int(row, result, 0);
    return sum;
}

static inline void transfer_case_forget(struct db *db, const char *name)
{
    json_auto_t *id = print_spool_id(db, name);
    json_auto_t *used = case_ok(db, case_adjust,
                                json_pack("{s:O, s:i}", "spool_id", id, "adjustment_grams", -7001));
    json_auto_t *gone = case_ok(db, spools_delete, json_pack("{s:O}", "spool_id", id));
}

static inline void transfer_case_choose(struct db *db)
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
static inline struct db *transfer_case_stock(void)
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
    transfer_case_forget(db, "Deleted");
    json_auto_t *id = print_spool_id(db, "Archived");
    json_auto_t *away = case_ok(db, spools_archive, json_pack("{s:O}", "spool_id", id));
    json_auto_t *alias = case_ok(
        db, printers_update, json_pack("{s:s, s:[s]}", "printer_id", "p1", "aliases", "WorkShop"));
    print_must(slots_learn(db, "GFL99/#FF0000", 1, &why), &why);
    transfer_case_choose(db);
    struct job job = print_begin(db, printer);
    print_feed(db, printer, &job, 1, 0, NULL, NULL);
    case_sound(db);
    return db;
}

#endif
