/*
 * What the tests of the store share: a scratch database, a fixed clock, short calls, and the
 * promise that no step leaves a broken invariant.
 * Owner: each test opens and closes its own. Thread: one.
 */
#ifndef TESTS_STORE_CASE_H
#define TESTS_STORE_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/args.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/list.h"
#include "store/migrate.h"
#include "store/spools.h"

typedef enum err case_call(struct db *db, const json_t *args, json_t **ret, struct why *why);
typedef enum err case_list(struct db *db, const json_t *args, struct list *ret, struct why *why);

static const int64_t case_start = 1785000000000; /* 2026-07-25T17:20:00Z */

static inline void case_sound(struct db *db)
{
    json_auto_t *broken = ledger_violations(db);
    assert_non_null(broken);
    if (json_array_size(broken)) {
        char *text = json_dumps(broken, JSON_INDENT(1));
        fail_msg("violations: %s", text);
    }
}

/* In memory, in one long transaction, with query lint on. */
static inline struct db *case_open(void)
{
    struct db *db = NULL;
    struct why why = {0};
    if (migrate_open(":memory:", &db, &why) != OK)
        fail_msg("%s", why.text);
    db_lint(db, true);
    db_count_ids(db);
    db_set_now(db, case_start);
    assert_int_equal(db_begin(db), OK);
    return db;
}

static inline void case_close(struct db *db)
{
    case_sound(db);
    struct why why = {0};
    if (db_commit(db, &why) != OK)
        fail_msg("%s: %s", why.code, why.text);
    db_close(db);
}

static inline void case_later(struct db *db, int64_t ms)
{
    db_set_now(db, db_now(db) + ms);
}

/* The call must succeed. ${args} is consumed. */
static inline json_t *case_ok(struct db *db, case_call *call, json_t *args)
{
    struct why why = {0};
    json_t *ret = NULL;
    assert_non_null(args);
    if (call(db, args, &ret, &why) != OK)
        fail_msg("refused: %s (%s): %s", why.code, why.field, why.text);
    assert_non_null(ret);
    json_decref(args);
    case_sound(db);
    return ret;
}

/* What spools_adjust writes, as a tree: a call as the others. */
static inline enum err case_adjust(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    auto_buf text = {0};
    int64_t seq = 0;
    enum err e = spools_adjust(db, args, &text, &seq, why);
    if (e != OK)
        return e;
    *ret = json_loadb(text.data, text.len, 0, NULL);
    assert_non_null(*ret);
    assert_true(seq > 0);
    return OK;
}

/* The call must fail so, and leave no trace. */
static inline void case_refused(struct db *db, case_call *call, enum err e, const char *code,
                                json_t *args)
{
    struct why why = {0};
    json_t *ret = NULL;
    assert_non_null(args);
    assert_int_equal(db_savepoint(db), OK);
    enum err got = call(db, args, &ret, &why);
    if (got != e || strcmp(why.code, code) != 0)
        fail_msg("wanted %s %s, got %s %s (%s): %s", err_slug(e), code, err_slug(got), why.code,
                 why.field, why.text);
    db_revert(db);
    json_decref(ret);
    json_decref(args);
    case_sound(db);
}

/* The rows of a list. ${args} is consumed. */
static inline json_t *case_rows(struct db *db, case_list *call, json_t *args)
{
    struct why why = {0};
    auto_list list = {0};
    if (call(db, args, &list, &why) != OK)
        fail_msg("refused: %s (%s): %s", why.code, why.field, why.text);
    json_error_t error;
    json_t *rows = json_loadb(list.body.data, list.body.len, 0, &error);
    if (!rows)
        fail_msg("%s in %s", error.text, list.body.data);
    json_decref(args);
    return rows;
}

static inline const char *case_text(const json_t *row, const char *key)
{
    const char *text = json_string_value(json_object_get(row, key));
    if (!text)
        fail_msg("%s is no text in %s", key, json_dumps(row, JSON_INDENT(1)));
    return text;
}

static inline double case_number(const json_t *row, const char *key)
{
    const json_t *value = json_object_get(row, key);
    if (!json_is_number(value))
        fail_msg("%s is no number in %s", key, json_dumps(row, JSON_INDENT(1)));
    return json_number_value(value);
}

static inline void case_near(const json_t *row, const char *key, double wanted, double within)
{
    double got = case_number(row, key);
    if (got < wanted - within || got > wanted + within)
        fail_msg("%s is %.6f, wanted %.6f", key, got, wanted);
}

#endif
