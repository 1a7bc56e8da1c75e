/* What the door does once for a whole group, at its beginning and before its COMMIT. */
#include "door_case.h"

#include "base/auto.h"

struct watcher {
    int begun, finished, before, after; /* rows of the group's beginning and end */
    const char *sql;                    /* to be done at its end */
    enum err result;
};

static void note_begin(void *ctx, struct db *db)
{
    struct watcher *watcher = ctx;
    watcher->begun++;
    watcher->before = settings(db);
}

static enum err note_finish(void *ctx, struct db *db, struct why *why)
{
    struct watcher *watcher = ctx;
    watcher->finished++;
    watcher->after = settings(db);
    if (watcher->sql)
        db_exec(db, watcher->sql, NULL);
    return watcher->result ? why_fail(why, watcher->result, "not_so", NULL, "no")
                           : db_status(db, why);
}

static const char one_more[] = "INSERT INTO setting (key, updated_at) "
                               "SELECT 'k' || count(*), 1 FROM setting";

/* Run one group of as many steps as there are results; returns how many succeeded. */
static int run_steps(struct door *door, const enum err *results, size_t count,
                     struct door_request *ret_requests)
{
    static struct step steps[TOLD_MAX];
    int succeeded = 0;
    told_count = 0;
    for (size_t i = 0; i < count; i++) {
        steps[i] = (struct step){(int)i, results[i], one_more};
        ret_requests[i] = (struct door_request){.run = run_step, .done = tell, .ctx = &steps[i]};
    }
    door_run_all(door, ret_requests, count);
    assert_int_equal(told_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(told_result[i], ret_requests[i].result);
        succeeded += ret_requests[i].result == OK;
    }
    return succeeded;
}

static void hooks_see_a_group_once_and_without_its_failures(void **state)
{
    (void)state;
    static const struct {
        enum err results[3];
        size_t count;
        int succeeded;
        bool finished;
    } cases[] = {{{OK}, 1, 1, true},
                 {{ERR_CONFLICT}, 1, 0, false},
                 {{OK, ERR_CONFLICT, OK}, 3, 2, true},
                 {{ERR_CONFLICT, ERR_CONFLICT, ERR_CONFLICT}, 3, 0, false}};
    for (size_t i = 0; i < LEN(cases); i++) {
        struct watcher watcher = {.sql = "INSERT INTO setting (key, updated_at) VALUES ('end', 1)"};
        const struct door_hooks hooks = {note_begin, note_finish, &watcher};
        struct door *door = hooked_door(&hooks);
        struct door_request requests[3];
        int succeeded = run_steps(door, cases[i].results, cases[i].count, requests);
        assert_int_equal(succeeded, cases[i].succeeded);
        assert_int_equal(watcher.begun, 1);
        assert_int_equal(watcher.before, 0);
        assert_int_equal(watcher.finished, cases[i].finished);
        assert_int_equal(watcher.after, succeeded);
        watcher.sql = NULL;
        assert_int_equal(rows_at(door), succeeded + cases[i].finished);
        door_close(door);
    }
}

/* However the end of a group fails, nobody is told of a success and nothing stays; who had failed
 * before keeps the reason. */
static void a_failed_end_fails_the_group(void **state)
{
    (void)state;
    static const struct {
        struct watcher watcher;
        enum err result;
        const char *code;
    } cases[] = {
        {{.result = ERR_NOMEM}, ERR_NOMEM, "not_so"},
        {{.sql = "INSERT INTO setting (key, updated_at) VALUES (NULL, 1)"},
         ERR_CONFLICT,
         "constraint"},
        {{.sql = "ROLLBACK"}, ERR_IO, "rolled_back"},
        {{.sql = "ROLLBACK", .result = ERR_IO}, ERR_IO, "not_so"},
    };
    static const enum err results[] = {OK, ERR_NOT_FOUND, OK};
    for (size_t i = 0; i < LEN(cases); i++)
        for (size_t count = 1; count <= LEN(results); count += 2) {
            struct watcher watcher = cases[i].watcher;
            const struct door_hooks hooks = {note_begin, note_finish, &watcher};
            struct door *door = hooked_door(&hooks);
            struct door_request requests[LEN(results)];
            assert_int_equal(run_steps(door, results, count, requests), 0);
            assert_int_equal(requests[0].result, cases[i].result);
            assert_string_equal(requests[0].why.code, cases[i].code);
            if (count > 1)
                assert_string_equal(requests[1].why.code, "on_purpose");
            watcher = (struct watcher){0};
            assert_int_equal(rows_at(door), 0);
            assert_int_equal(run_steps(door, results, count, requests), (count + 1) / 2);
            door_close(door);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_see_a_group_once_and_without_its_failures),
        cmocka_unit_test(a_failed_end_fails_the_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
