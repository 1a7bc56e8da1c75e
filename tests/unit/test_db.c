#include "store_case.h"

#include "base/buf.h"
#include "core/field.h"

static const struct field fields[] = {
    {.name = "yes", .kind = K_BOOL},    {.name = "list", .kind = K_LIST},
    {.name = "grams", .kind = K_GRAMS}, {.name = "money", .kind = K_MONEY},
    {.name = "real", .kind = K_REAL},
};
static const struct field_shape shape = {"nothing", fields, LEN(fields)};

static const char one_row[] =
    "SELECT 1 AS yes, '[1,{\"a\":null}]' AS list, 29990 / 1000.0 AS grams, 1999 / 100.0 AS money, "
    "1.24 AS real, 'a\"\\' || char(10) || 'ü' AS text, NULL AS blank, -5 AS whole, "
    "1000.0 AS round, 0.1 + 0.2 AS sum, 1e300 AS big, 0.0005 AS small";

static void text_and_tree_are_the_same(void **state)
{
    (void)state;
    struct db *db = case_open();
    auto_buf text = {0};
    json_auto_t *tree = db_row(db, one_row, NULL, &shape);
    assert_true(db_text_row(db, one_row, NULL, &shape, &text));
    json_auto_t *read = json_loadb(text.data, text.len, 0, NULL);
    char *dumped = json_dumps(tree, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_auto_t *again = json_loads(dumped, 0, NULL);
    assert_non_null(read);
    assert_true(json_equal(read, again));
    assert_non_null(strstr(text.data, "\"grams\":29.99,"));
    assert_non_null(strstr(text.data, "\"money\":19.99,"));
    assert_non_null(strstr(text.data, "\"round\":1000,"));
    assert_non_null(strstr(text.data, "\"yes\":true,"));
    assert_non_null(strstr(text.data, "\"list\":[1,{\"a\":null}],"));
    free(dumped);
    case_close(db);
}

/* A text that is cut where memory ran out may be a statement of its own. */
static void a_text_without_memory_is_an_error(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why = {0};
    auto_buf sql = {0};
    buf_text(&sql, "SELECT 7");
    assert_int_equal(db_int(db, db_sql(db, &sql), NULL, 0), 7);
    sql.failed = true;
    assert_int_equal(db_savepoint(db), OK);
    assert_int_equal(db_int(db, db_sql(db, &sql), NULL, 5), 5);
    assert_int_equal(db_status(db, &why), ERR_NOMEM);
    db_revert(db);
    case_close(db);
}

static void no_row_is_no_error(void **state)
{
    (void)state;
    struct db *db = case_open();
    auto_buf text = {0};
    assert_null(db_row(db, "SELECT 1 WHERE 0", NULL, NULL));
    assert_false(db_text_row(db, "SELECT 1 WHERE 0", NULL, NULL, &text));
    assert_int_equal(db_text(db, "SELECT 1 WHERE 0", NULL, NULL, &text), 0);
    assert_string_equal(text.data, "[]");
    assert_int_equal(db_int(db, "SELECT NULL", NULL, 7), 7);
    assert_false(db_failed(db));
    case_close(db);
}

static void parameters_have_names(void **state)
{
    (void)state;
    struct db *db = case_open();
    json_auto_t *args = json_pack("{s:i, s:f, s:s, s:b, s:n, s:[i, i]}", "i", 1, "r", 1.5, "t", "x",
                                  "b", 1, "n", "l", 1, 2);
    json_auto_t *row = db_row(
        db,
        "SELECT :i AS i, :r AS r, :t AS t, :b AS b, :n AS n, :l AS l, :none AS none, :now AS now",
        args, NULL);
    char *text = json_dumps(row, JSON_COMPACT);
    assert_string_equal(text, "{\"i\":1,\"r\":1.5,\"t\":\"x\",\"b\":1,\"n\":null,\"l\":\"[1,2]\","
                              "\"none\":null,\"now\":1785000000000}");
    free(text);
    case_close(db);
}

static void the_first_error_stays(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why = {0};
    assert_int_equal(db_savepoint(db), OK);
    db_exec(db, "INSERT INTO vendor (name) VALUES ('x')", NULL);
    assert_true(db_failed(db));
    assert_null(db_row(db, "SELECT 1", NULL, NULL));
    assert_int_equal(db_int(db, "SELECT 1", NULL, 7), 7);
    assert_int_equal(db_exec(db, "not even SQL", NULL), ERR_CONFLICT);
    assert_int_equal(db_status(db, &why), ERR_CONFLICT);
    assert_string_equal(why.code, "constraint");
    db_revert(db);
    assert_false(db_failed(db));
    assert_int_equal(db_int(db, "SELECT 1", NULL, 7), 1);
    case_close(db);
}

static void a_failed_commit_rolls_back(void **state)
{
    (void)state;
    struct db *db = case_open();
    struct why why = {0};
    db_exec(db, "INSERT INTO setting (key, updated_at) VALUES ('x', 1)", NULL);
    db_exec(db, "INSERT INTO setting (key, updated_at) VALUES ('x', 1)", NULL);
    assert_int_equal(db_commit(db, &why), ERR_CONFLICT);
    assert_false(db_in_transaction(db));
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(db_int(db, "SELECT count(*) FROM setting /* scan */", NULL, 7), 0);
    case_close(db);
}

static void lint_sees_whole_tables(void **state)
{
    (void)state;
    struct db *db = case_open();
    db_exec(db, "INSERT INTO setting (key, updated_at) VALUES ('a', 1), ('b', 2)", NULL);
    assert_int_equal(db_savepoint(db), OK);
    assert_int_equal(db_exec(db, "UPDATE setting SET updated_at = 3 WHERE updated_at = 2", NULL),
                     ERR_INVALID);
    db_revert(db);
    assert_int_equal(db_exec(db, "UPDATE setting SET updated_at = 3 WHERE key = 'a'", NULL), OK);
    assert_int_equal(
        db_exec(db, "UPDATE setting SET updated_at = 3 WHERE updated_at = 2 /* scan */", NULL), OK);
    case_close(db);
}

static void time_is_of_the_session(void **state)
{
    (void)state;
    struct db *db = NULL;
    struct why why;
    assert_int_equal(migrate_open(":memory:", &db, &why), OK);
    db_set_now(db, 1000);
    db_begin(db);
    assert_int_equal(db_now(db), 1000);
    db_savepoint(db);
    db_set_now(db, 2000);
    assert_int_equal(db_int(db, "SELECT :now", NULL, 0), 2000);
    db_release(db);
    assert_int_equal(db_now(db), 1000);
    db_set_now(db, 3000);
    assert_int_equal(db_commit(db, &why), OK);
    assert_int_equal(db_now(db), 1000);
    db_set_now(db, 0);
    db_begin(db);
    assert_true(db_now(db) > 1600000000000);
    db_rollback(db);
    db_close(db);
}

static void counted_ids_repeat(void **state)
{
    (void)state;
    char ids[2][ID_SIZE];
    for (int i = 0; i < 2; i++) {
        struct db *db = case_open();
        db_new_id(db, ids[i]);
        case_close(db);
    }
    assert_string_equal(ids[0], ids[1]);
}

static void many_statements_do_not_mix(void **state)
{
    (void)state;
    struct db *db = case_open();
    for (int i = 0; i < 1000; i++) {
        auto_buf sql = {0};
        buf_format(&sql, "SELECT %d AS n%d", i, i % 7);
        assert_int_equal(db_int(db, sql.data, NULL, -1), i);
        assert_int_equal(db_int(db, "SELECT 42", NULL, -1), 42);
    }
    case_close(db);
}

/* The library prepares a kept statement anew: what it remembers of the columns is then not true. */
static void a_new_schema_has_new_columns(void **state)
{
    (void)state;
    static const char all[] = "SELECT * FROM place /* scan */";
    struct db *db = case_open();
    assert_int_equal(db_script(db, "CREATE TABLE place (first); INSERT INTO place VALUES (7)"), OK);
    json_auto_t *before = db_row(db, all, NULL, NULL);
    assert_int_equal(db_script(db, "ALTER TABLE place RENAME COLUMN first TO second"), OK);
    json_auto_t *after = db_row(db, all, NULL, NULL);
    db_triggers(db, false);
    db_triggers(db, true);
    auto_buf text = {0};
    assert_true(db_text_row(db, all, NULL, NULL, &text));
    assert_int_equal(case_number(before, "first"), 7);
    assert_int_equal(case_number(after, "second"), 7);
    assert_string_equal(text.data, "{\"second\":7}");
    case_close(db);
}

/* The memory that it lent itself goes with it, also out of a transaction, and this thread goes on
 * with another. */
static void a_connection_may_close_in_a_transaction(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        struct db *db = NULL;
        struct why why = {0};
        assert_int_equal(db_open(":memory:", DB_WRITE, &db, &why), OK);
        db_script(db, "CREATE TABLE t (x)");
        assert_int_equal(db_begin(db), OK);
        for (int i = 0; i < 200; i++)
            db_exec(db, "INSERT INTO t VALUES (randomblob(900)), (hex(randomblob(300)))", NULL);
        if (round == 1)
            assert_int_equal(db_commit(db, &why), OK);
        else if (round == 2)
            db_rollback(db);
        assert_int_equal(db_int(db, "SELECT count(*) FROM t /* scan */", NULL, -1),
                         round == 2 ? 0 : 400);
        db_close(db);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_tree_are_the_same),
        cmocka_unit_test(a_text_without_memory_is_an_error),
        cmocka_unit_test(no_row_is_no_error),
        cmocka_unit_test(parameters_have_names),
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(a_failed_commit_rolls_back),
        cmocka_unit_test(lint_sees_whole_tables),
        cmocka_unit_test(time_is_of_the_session),
        cmocka_unit_test(counted_ids_repeat),
        cmocka_unit_test(many_statements_do_not_mix),
        cmocka_unit_test(a_new_schema_has_new_columns),
        cmocka_unit_test(a_connection_may_close_in_a_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
