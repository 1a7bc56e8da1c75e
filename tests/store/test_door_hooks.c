/* What the door does once for a whole group, at its beginning and before its COMMIT. */
#include "door_case.h"

#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/limits.h"

struct watcher {
    int begun, finished, before, after; /* rows of the group's beginning and end */
    int ms;                             /* what its end takes */
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
    usleep((useconds_t)watcher->ms * 1000);
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

/* --- who comes while another is run --- */

/* Two that come one after the other. */
struct pair {
    struct step first, late;
    int first_ms, late_ms; /* what the first one takes; when the other comes after its beginning */
    struct door *door;
    sem_t begun;
    enum err first_result, late_result;
    struct watcher watcher;
};

static enum err run_first(void *ctx, struct db *db, struct why *why)
{
    struct pair *pair = ctx;
    enum err e = run_step(&pair->first, db, why);
    sem_post(&pair->begun);
    usleep((useconds_t)pair->first_ms * 1000);
    return e;
}

static void tell_first(void *ctx, enum err result)
{
    struct pair *pair = ctx;
    tell(&pair->first, result);
}

static void *come_late(void *arg)
{
    struct pair *pair = arg;
    struct door_request request = {.run = run_step, .done = tell, .ctx = &pair->late};
    sem_wait(&pair->begun);
    usleep((useconds_t)pair->late_ms * 1000);
    pair->late_result = door_run(pair->door, &request);
    return NULL;
}

/* Let the two pass. Returns how many groups they were. */
static int pass_pair(struct pair *pair)
{
    pthread_t thread;
    int before = pair->watcher.begun;
    told_count = 0;
    sem_init(&pair->begun, 0, 0);
    struct door_request request = {.run = run_first, .done = tell_first, .ctx = pair};
    assert_int_equal(pthread_create(&thread, NULL, come_late, pair), 0);
    pair->first_result = door_run(pair->door, &request);
    pthread_join(thread, NULL);
    sem_destroy(&pair->begun);
    assert_int_equal(told_count, 2);
    assert_int_equal(told[0], 0);
    assert_int_equal(told[1], 1);
    assert_int_equal(told_result[0], pair->first_result);
    assert_int_equal(told_result[1], pair->late_result);
    return pair->watcher.begun - before;
}

/* The same at a new door, where nobody is expected. */
static int run_pair(struct pair *pair)
{
    const struct door_hooks hooks = {note_begin, note_finish, &pair->watcher};
    pair->watcher = (struct watcher){0};
    pair->door = hooked_door(&hooks);
    int groups = pass_pair(pair);
    assert_int_equal(rows_at(pair->door), (pair->first_result == OK) + (pair->late_result == OK));
    door_close(pair->door);
    return groups;
}

/* The first one begins without a savepoint, whether or not others come: all outcomes are its own
 * and the late one's. On a busy machine the late one may come too late: then once more. */
static void who_comes_in_time_shares_the_commit(void **state)
{
    (void)state;
    static const enum err late_results[] = {OK, ERR_CONFLICT};
    for (size_t i = 0; i < LEN(late_results); i++) {
        struct pair pair = {{0, OK, one_more}, {1, late_results[i], one_more}, .first_ms = 5};
        int groups = 2;
        for (int tries = 0; groups != 1 && tries < 200; tries++) {
            groups = run_pair(&pair);
            assert_int_equal(pair.first_result, OK);
            assert_int_equal(pair.late_result, late_results[i]);
        }
        assert_int_equal(groups, 1);
        assert_int_equal(pair.watcher.finished, 2); /* the look at the rows is the second */
    }
}

static void who_comes_to_a_failure_is_not_undone_with_it(void **state)
{
    (void)state;
    struct pair pair = {{0, ERR_CONFLICT, one_more}, {1, OK, one_more}, .first_ms = 5};
    assert_int_equal(run_pair(&pair), 2);
    assert_int_equal(pair.first_result, ERR_CONFLICT);
    assert_int_equal(pair.late_result, OK);
}

/* Or a long request would make those who were run before it wait for all that came meanwhile. */
static void a_group_that_took_long_takes_no_more(void **state)
{
    (void)state;
    struct pair pair = {{0, OK, one_more}, {1, OK, one_more}, .first_ms = 5 * LIMIT_GROUP_MS};
    assert_int_equal(run_pair(&pair), 2);
    assert_int_equal(pair.first_result, OK);
    assert_int_equal(pair.late_result, OK);
}

/* Let the two pass until they are one group: on a busy machine the late one may come too late. */
static void share(struct pair *pair)
{
    int groups = 2;
    pair->first_ms = 5;
    pair->late_ms = 0;
    for (int tries = 0; groups != 1 && tries < 200; tries++)
        groups = pass_pair(pair);
    assert_int_equal(groups, 1);
}

/* After it was shared they come apart: what the first one takes is over before the other is there,
 * unless a busy machine holds it. Returns how many of ${pairs} were one group all the same. */
static int together(int pairs)
{
    struct pair pair = {{0, OK, one_more}, {1, OK, one_more}, .watcher.ms = LIMIT_GROUP_MS};
    const struct door_hooks hooks = {note_begin, note_finish, &pair.watcher};
    int met = 0;
    pair.door = hooked_door(&hooks);
    for (int i = 0; i < pairs; i++) {
        share(&pair);
        pair.first_ms = 0;
        pair.late_ms = LIMIT_GROUP_MS / 5;
        met += pass_pair(&pair) == 1;
    }
    door_close(pair.door);
    return met;
}

static void who_shared_a_commit_is_waited_for(void **state)
{
    (void)state;
    assert_true(together(30) >= 10);
}

static void who_is_waited_for_in_vain_holds_nobody(void **state)
{
    (void)state;
    struct pair pair = {{0, OK, one_more}, {1, OK, one_more}};
    const struct door_hooks hooks = {note_begin, note_finish, &pair.watcher};
    pair.door = hooked_door(&hooks);
    share(&pair);
    int rows = rows_at(pair.door);
    assert_int_equal(rows_at(pair.door), rows);
    door_close(pair.door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_see_a_group_once_and_without_its_failures),
        cmocka_unit_test(a_failed_end_fails_the_group),
        cmocka_unit_test(who_comes_in_time_shares_the_commit),
        cmocka_unit_test(who_comes_to_a_failure_is_not_undone_with_it),
        cmocka_unit_test(a_group_that_took_long_takes_no_more),
        cmocka_unit_test(who_shared_a_commit_is_waited_for),
        cmocka_unit_test(who_is_waited_for_in_vain_holds_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
