/* What triggers tell of changes: written once for each entity where the transaction ends, and to
 * the same feed as if each had been written at once. */
#include "heard_case.h"

#include <string.h>

#include "store/changes.h"
#include "store/db.h"

enum { STEPS = 4000, MANY = 3000 };

/* Of an entity that was told by these tests alone: [place, op, born], counted from ${before}. */
static void expect(struct db *db, const char *id, int64_t before, const char *wanted)
{
    json_auto_t *args = json_pack("{s:s, s:I}", "id", id, "before", (json_int_t)before);
    json_auto_t *row = db_row(
        db,
        "SELECT (seq - :before) || ' ' || op || ' ' || coalesce(born - :before, '-') AS text "
        "FROM change WHERE public_id = :id",
        args, NULL);
    assert_string_equal(json_string_value(json_object_get(row, "text")), wanted);
}

static json_t *feed_of(struct db *db)
{
    json_t *rows = db_rows(
        db, "SELECT seq, entity, public_id, op, at, born FROM change ORDER BY seq", NULL, NULL);
    json_auto_t *places =
        db_rows(db, "SELECT entity, seq FROM change_newest ORDER BY entity", NULL, NULL);
    assert_true(json_array_size(places) > 10);
    assert_int_equal(json_array_extend(rows, places), 0);
    return rows;
}

/* --- one transaction --- */

static void each_entity_is_written_once(void **state)
{
    (void)state;
    struct db *db = heard_open();
    int64_t before = changes_newest(db);
    heard_begin(db);
    heard_tell(db, "spool", "a", "insert");
    heard_tell(db, "slot", "b", "insert");
    heard_tell(db, "spool", "a", "update");
    assert_int_equal(db_heard(db, "spool", "a"), before + 3);
    assert_int_equal(db_heard(db, "slot", "b"), before + 2);
    assert_int_equal(db_heard(db, "slot", "a"), 0);
    assert_int_equal(changes_of(db, "spool", "a"), before + 3);
    assert_int_equal(db_int(db, "SELECT count(*) FROM change WHERE public_id = 'a'", NULL, -1), 0);
    int64_t total = db_total_changes(db);
    heard_commit(db);
    assert_int_equal(db_total_changes(db) - total, 4); /* two rows, and the places of two kinds */
    expect(db, "a", before, "3 update 1");
    expect(db, "b", before, "2 insert -");
    assert_int_equal(changes_newest_of(db, "spool"), before + 3);
    assert_int_equal(changes_newest_of(db, "slot"), before + 2);
    assert_int_equal(db_heard(db, "spool", "a"), 0);
    db_close(db);
}

/* Who is back after it was deleted is new from then on. */
static void what_was_deleted_is_born_again(void **state)
{
    (void)state;
    struct db *db = heard_open();
    int64_t before = changes_newest(db);
    heard_begin(db);
    heard_tell(db, "spool", "a", "insert");
    heard_tell(db, "spool", "b", "insert");
    heard_tell(db, "spool", "c", "insert");
    heard_commit(db);
    heard_begin(db);
    heard_tell(db, "spool", "a", "update");
    heard_tell(db, "spool", "b", "delete");
    heard_tell(db, "spool", "b", "insert");
    heard_tell(db, "spool", "c", "delete");
    heard_tell(db, "spool", "c", "insert");
    heard_tell(db, "spool", "c", "update");
    heard_tell(db, "spool", "d", "insert");
    heard_tell(db, "spool", "d", "delete");
    heard_commit(db);
    expect(db, "a", before, "4 update 1");
    expect(db, "b", before, "6 insert -");
    expect(db, "c", before, "9 update 8");
    expect(db, "d", before, "11 delete 10");
    heard_begin(db);
    heard_tell(db, "spool", "d", "insert");
    heard_commit(db);
    expect(db, "d", before, "12 insert -");
    db_close(db);
}

static void a_rollback_forgets(void **state)
{
    (void)state;
    struct db *db = heard_open();
    int64_t before = changes_newest(db);
    heard_begin(db);
    heard_tell(db, "spool", "a", "insert");
    db_rollback(db);
    heard_begin(db);
    heard_tell(db, "spool", "b", "insert");
    heard_commit(db);
    expect(db, "b", before, "1 insert -");
    assert_int_equal(changes_newest(db), before + 1);
    db_close(db);
}

/* --- savepoints --- */

static void a_savepoint_undoes_its_own(void **state)
{
    (void)state;
    struct db *db = heard_open();
    int64_t before = changes_newest(db);
    for (int settles = 0; settles < 2; settles++) {
        heard_begin(db);
        heard_tell(db, "spool", "a", "insert");
        db_savepoint(db);
        heard_tell(db, "spool", "a", "delete");
        heard_tell(db, "spool", "b", "insert");
        if (settles) /* also what was told before is written inside, and is undone with it */
            assert_int_equal(db_settle(db), OK);
        db_revert(db);
        assert_int_equal(changes_of(db, "spool", "a"), before + 1);
        db_savepoint(db);
        heard_tell(db, "spool", "c", "insert");
        assert_int_equal(db_release(db), OK);
        heard_commit(db);
        expect(db, "a", before, "1 insert -");
        expect(db, "c", before, "2 insert -");
        assert_int_equal(changes_newest(db), before + 2);
        assert_int_equal(changes_of(db, "spool", "b"), 0);
        db_script(db, "DELETE FROM change WHERE public_id IN ('a', 'c')");
    }
    db_close(db);
}

/* Both in the same order and with the same savepoints: the one settles now and then, the other
 * after each step. */
struct walk {
    struct db *db[2];
    bool open, saved;
    uint32_t seed;
};

static unsigned any(struct walk *walk, unsigned below)
{
    walk->seed = walk->seed * 1664525 + 1013904223;
    return (walk->seed >> 16) % below;
}

static void step(struct walk *walk)
{
    static const char *const entities[] = {"spool", "slot", "job"};
    static const char *const kinds[] = {"insert", "update", "update", "delete"};
    char id[8];
    unsigned chance = any(walk, 100);
    bool settles = any(walk, 20) == 0;
    const char *entity = entities[any(walk, 3)], *op = kinds[any(walk, 4)];
    snprintf(id, sizeof id, "%u", any(walk, 12));
    for (int i = 0; i < 2; i++) {
        struct db *db = walk->db[i];
        if (!walk->open)
            heard_begin(db);
        if (chance < 4 && !walk->saved)
            heard_commit(db);
        else if (chance < 14 && !walk->saved)
            db_savepoint(db);
        else if (chance < 20 && walk->saved)
            db_revert(db);
        else if (chance < 26 && walk->saved)
            db_release(db);
        else
            heard_tell(db, entity, id, op);
        if (i || settles)
            db_settle(db);
        assert_int_equal(db_status(db, NULL), OK);
    }
    bool was = walk->saved;
    walk->open = was || chance >= 4;
    walk->saved = was ? chance >= 26 : chance >= 4 && chance < 14;
}

static void it_is_the_feed_of_writing_at_once(void **state)
{
    (void)state;
    struct walk walk = {.db = {heard_open(), heard_open()}, .seed = 7};
    for (int i = 0; i < STEPS; i++) {
        step(&walk);
        if (walk.open)
            continue;
        json_auto_t *late = feed_of(walk.db[0]);
        json_auto_t *at_once = feed_of(walk.db[1]);
        assert_true(json_equal(late, at_once));
    }
    for (int i = 0; i < 2; i++) {
        db_rollback(walk.db[i]);
        json_auto_t *feed = feed_of(walk.db[i]);
        assert_true(json_array_size(feed) > 40); /* of 36, and the places */
        db_close(walk.db[i]);
    }
}

/* --- statements --- */

static void many_do_not_wait_for_the_end(void **state)
{
    (void)state;
    struct db *db = heard_open();
    int64_t before = changes_newest(db);
    heard_begin(db);
    heard_tell(db, "slot", "first", "insert");
    db_savepoint(db);
    for (int i = 0; i < MANY; i++) {
        char id[16];
        snprintf(id, sizeof id, "m%d", i);
        heard_tell(db, "spool", id, "insert");
    }
    assert_true(db_int(db, "SELECT count(*) FROM change WHERE entity = 'spool'", NULL, 0) >
                MANY / 2);
    db_revert(db);
    heard_commit(db);
    expect(db, "first", before, "1 insert -");
    assert_int_equal(changes_newest(db), before + 1);
    db_close(db);
}

static const char many[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
    "INSERT INTO vendor (public_id, name, created_at, updated_at) "
    "SELECT 'v' || i, 'V' || i, :now, :now FROM n";

/* By one statement, whose counts stay its own. */
static void make_many(struct db *db)
{
    db_exec(db, many, NULL);
    assert_int_equal(db_changes(db), MANY);
    assert_int_equal(db_last_row(db), MANY);
    assert_int_equal(db_heard(db, "vendor", "v3000"), 0);
    assert_int_equal(changes_of(db, "vendor", "v3000"), changes_newest(db));
}

static void many_of_a_statement_are_undone(void **state)
{
    (void)state;
    struct db *db = heard_open();
    int64_t before = changes_newest(db);
    heard_begin(db);
    make_many(db);
    db_rollback(db);
    heard_begin(db);
    heard_tell(db, "slot", "first", "insert");
    db_savepoint(db);
    make_many(db);
    db_revert(db);
    assert_int_equal(db_heard(db, "slot", "first"), before + 1);
    make_many(db);
    heard_commit(db);
    expect(db, "first", before, "1 insert -");
    assert_int_equal(changes_newest(db), before + 1 + MANY);
    assert_int_equal(db_int(db, "SELECT count(*) FROM change /* scan */", NULL, 0), MANY + 1);
    db_close(db);
}

static const char insert[] = "INSERT INTO vendor (public_id, name, created_at, updated_at) "
                             "VALUES (:id, :name, :now, :now)";

static void what_does_not_fit_tells_nothing(void **state)
{
    (void)state;
    struct db *db = heard_open();
    json_auto_t *one = json_pack("{s:s, s:s}", "id", "one", "name", "A");
    json_auto_t *both =
        json_pack("[{s:s, s:s}, {s:s, s:s}]", "id", "two", "name", "B", "id", "one", "name", "C");
    json_auto_t *args = json_pack("{s:O}", "rows", both);
    heard_begin(db);
    assert_true(db_exec_fits(db, insert, one));
    int64_t newest = changes_of(db, "vendor", "one");
    assert_false(db_exec_fits(db,
                              "INSERT INTO vendor (public_id, name, created_at, updated_at) "
                              "SELECT value ->> 'id', value ->> 'name', :now, :now "
                              "FROM json_each(:rows)",
                              args));
    assert_int_equal(changes_of(db, "vendor", "two"), 0);
    heard_commit(db);
    assert_int_equal(changes_newest_of(db, "vendor"), newest);
    db_close(db);
}

/* A statement that is its own transaction: the feed has what it told, or neither is there. */
static void alone_it_is_written_at_once(void **state)
{
    (void)state;
    struct db *db = heard_open();
    json_auto_t *one = json_pack("{s:s, s:s}", "id", "one", "name", "A");
    json_auto_t *twin = json_pack("{s:s, s:s}", "id", "one", "name", "B");
    int64_t before = changes_newest(db), total = db_total_changes(db);
    assert_int_equal(db_exec(db, insert, one), OK);
    assert_int_equal(db_last_row(db), 1);
    assert_int_equal(changes_of(db, "vendor", "one"), before + 1);
    assert_true(db_total_changes(db) > total);
    assert_int_equal(db_exec(db, insert, twin), ERR_CONFLICT);
    db_rollback(db);
    assert_int_equal(changes_newest(db), before + 1);
    db_close(db);
}

/* What fails while much is waiting does not keep the transaction from being undone. */
static void much_that_cannot_be_written_is_undone(void **state)
{
    (void)state;
    struct db *db = heard_open();
    for (int saved = 0; saved < 2; saved++) {
        heard_begin(db);
        db_script(db, "CREATE TRIGGER no BEFORE INSERT ON change WHEN NEW.entity = 'vendor' "
                      "BEGIN SELECT raise(ABORT, 'no'); END");
        if (saved)
            db_savepoint(db);
        assert_int_equal(db_exec(db, many, NULL), ERR_CONFLICT);
        if (saved)
            db_revert(db);
        assert_int_equal(db_status(db, NULL), saved ? OK : ERR_CONFLICT);
        assert_int_equal(db_int(db, "SELECT count(*) FROM vendor /* scan */", NULL, 0), 0);
        db_rollback(db);
        assert_false(db_in_transaction(db));
    }
    db_close(db);
}

static void settling_keeps_the_number_of_the_last_row(void **state)
{
    (void)state;
    struct db *db = heard_open();
    json_auto_t *one = json_pack("{s:s, s:s}", "id", "one", "name", "A");
    heard_begin(db);
    heard_tell(db, "slot", "a", "insert");
    db_exec(db, insert, one);
    int64_t row = db_last_row(db);
    assert_int_equal(db_settle(db), OK);
    assert_int_equal(db_last_row(db), row);
    assert_int_not_equal(row, changes_newest(db));
    heard_commit(db);
    db_close(db);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"SELECT tell_change('spool', 'a', 'moved', 1)",
                                      "SELECT tell_change('spool', NULL, 'update', 1)",
                                      "SELECT tell_change(NULL, 'a', 'update', 1)",
                                      "SELECT tell_change('spool', 'a', 'update', 'x')"};
    struct db *db = heard_open();
    int64_t before = changes_newest(db);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct why why = {0};
        heard_begin(db);
        assert_int_not_equal(db_exec(db, bad[i], NULL), OK);
        db_status(db, &why);
        assert_non_null(strstr(why.text, "tell_change"));
        db_rollback(db);
    }
    assert_int_equal(changes_newest(db), before);
    db_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_entity_is_written_once),
        cmocka_unit_test(what_was_deleted_is_born_again),
        cmocka_unit_test(a_rollback_forgets),
        cmocka_unit_test(a_savepoint_undoes_its_own),
        cmocka_unit_test(it_is_the_feed_of_writing_at_once),
        cmocka_unit_test(many_do_not_wait_for_the_end),
        cmocka_unit_test(many_of_a_statement_are_undone),
        cmocka_unit_test(what_does_not_fit_tells_nothing),
        cmocka_unit_test(alone_it_is_written_at_once),
        cmocka_unit_test(much_that_cannot_be_written_is_undone),
        cmocka_unit_test(settling_keeps_the_number_of_the_last_row),
        cmocka_unit_test(nonsense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
