/* Many writers at one door: nothing leaks, nothing is lost, order and outcome are told truly. */
#include "door_case.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/limits.h"
#include "door_load.h"

enum { PATH_SIZE = 256 };

static void one_in_ten_fails_and_leaks_nothing(void **state)
{
    (void)state;
    static struct load load;
    char folder[PATH_SIZE], path[PATH_SIZE + 16];
    load = (struct load){.threads = 16, .each = 60, .fail_every = 10, .pipe = -1};
    load_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/db", folder);
    load_prepare(path, 16);
    load_open(path, &load.door);
    load_run(&load);
    door_close(load.door);
    int done = 0;
    for (int i = 0; i < 16 * 60; i++) {
        assert_int_equal(load.acknowledged[i], i % 10 != 0);
        assert_int_equal(load.refused[i], i % 10 == 0);
        done += load.acknowledged[i];
    }
    assert_int_equal(done, 16 * 54);
    load_check(path, &load, true);
    load_remove(folder);
}

/* --- one group --- */

static void a_group_is_told_in_order(void **state)
{
    (void)state;
    struct door *door = hooked_door(NULL);
    struct step steps[] = {
        {0, OK, "INSERT INTO setting (key, updated_at) VALUES ('a', 1)"},
        {1, ERR_CONFLICT, "INSERT INTO setting (key, updated_at) VALUES ('b', 1)"},
        {2, OK, "INSERT INTO setting (key, updated_at) VALUES ('a', 1)"}, /* breaks UNIQUE */
        {3, OK, "INSERT INTO setting (key, updated_at) VALUES ('b', 1)"},
    };
    struct door_request requests[LEN(steps)];
    for (size_t i = 0; i < LEN(steps); i++)
        requests[i] = (struct door_request){.run = run_step, .done = tell, .ctx = &steps[i]};
    door_run_all(door, requests, LEN(requests));
    static const enum err wanted[] = {OK, ERR_CONFLICT, ERR_CONFLICT, OK};
    assert_int_equal(told_count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(told[i], i);
        assert_int_equal(told_result[i], wanted[i]);
        assert_int_equal(requests[i].result, wanted[i]);
    }
    assert_string_equal(requests[1].why.code, "on_purpose");
    assert_string_equal(requests[2].why.code, "constraint");
    assert_int_equal(rows_at(door), 2);
    door_close(door);
}

struct look {
    struct door *door;
    uint64_t inside, told;
};

static enum err run_look(void *ctx, struct db *db, struct why *why)
{
    struct look *look = ctx;
    look->inside = door_version(look->door);
    (void)why;
    return db_exec(db, "INSERT INTO setting VALUES ('x', '1', NULL, 0)", NULL);
}

static void tell_look(void *ctx, enum err result)
{
    struct look *look = ctx;
    look->told = result == OK ? door_version(look->door) : 0;
}

/* Whoever is told of a change is told after the number has left the one it was read under. */
static void a_commit_leaves_its_number_before_it_is_told(void **state)
{
    (void)state;
    struct look look = {.door = hooked_door(NULL)};
    uint64_t before = door_version(look.door);
    struct door_request request = {.run = run_look, .done = tell_look, .ctx = &look};
    assert_int_equal(door_run(look.door, &request), OK);
    assert_int_equal(before % 2, 0);
    assert_int_equal(look.inside, before);
    assert_int_equal(look.told, before + 2);
    assert_int_equal(door_version(look.door), before + 2);
    door_close(look.door);
}

static void a_lone_failure_leaves_no_trace(void **state)
{
    (void)state;
    struct door *door = hooked_door(NULL);
    struct step step = {0, ERR_CONFLICT, "INSERT INTO setting (key, updated_at) VALUES ('a', 1)"};
    struct door_request request = {.run = run_step, .done = tell, .ctx = &step};
    assert_int_equal(door_run(door, &request), ERR_CONFLICT);
    assert_int_equal(told_count, 1);
    assert_int_equal(rows_at(door), 0);
    door_close(door);
}

/* The library may roll everything back on its own; then nobody's work is there. */
static void a_rollback_from_below_fails_the_group(void **state)
{
    (void)state;
    struct door *door = hooked_door(NULL);
    struct step steps[] = {
        {0, OK, "INSERT INTO setting (key, updated_at) VALUES ('a', 1)"},
        {1, OK, "ROLLBACK"},
        {2, OK, "INSERT INTO setting (key, updated_at) VALUES ('b', 1)"},
    };
    struct door_request requests[LEN(steps)];
    for (size_t i = 0; i < LEN(steps); i++)
        requests[i] = (struct door_request){.run = run_step, .done = tell, .ctx = &steps[i]};
    door_run_all(door, requests, LEN(requests));
    for (size_t i = 0; i < LEN(steps); i++) {
        assert_int_equal(requests[i].result, ERR_IO);
        assert_int_equal(told_result[i], ERR_IO);
    }
    assert_int_equal(rows_at(door), 0);
    door_close(door);
}

static void more_than_a_group_at_once_is_still_one(void **state)
{
    (void)state;
    enum { MANY = LIMIT_GROUP + 20 };
    static struct step steps[MANY];
    static struct door_request requests[MANY];
    struct door *door = hooked_door(NULL);
    for (int i = 0; i < MANY; i++) {
        steps[i] = (struct step){i, OK,
                                 "INSERT INTO setting (key, updated_at) "
                                 "SELECT 'k' || count(*), 1 FROM setting"};
        requests[i] = (struct door_request){.run = run_step, .done = tell, .ctx = &steps[i]};
    }
    door_run_all(door, requests, MANY);
    assert_int_equal(told_count, MANY);
    assert_int_equal(rows_at(door), MANY);
    door_close(door);
}

static void a_closing_door_refuses(void **state)
{
    (void)state;
    struct door *door = hooked_door(NULL);
    struct step step = {0, OK, "INSERT INTO setting (key, updated_at) VALUES ('a', 1)"};
    struct door_request request = {.run = run_step, .done = tell, .ctx = &step};
    door_refuse(door);
    assert_int_equal(door_run(door, &request), ERR_BUSY);
    assert_string_equal(request.why.code, "stopping");
    assert_int_equal(told_count, 1);
    assert_int_equal(told_result[0], ERR_BUSY);
    door_close(door);
}

/* --- waiting --- */

struct slow {
    struct door *door;
    int ms;
    enum err result;
};

static enum err sleep_long(void *ctx, struct db *db, struct why *why)
{
    (void)db;
    (void)why;
    const struct slow *slow = ctx;
    usleep((useconds_t)slow->ms * 1000);
    return OK;
}

static void *hold(void *arg)
{
    struct slow *slow = arg;
    struct door_request request = {.run = sleep_long, .ctx = slow};
    slow->result = door_run(slow->door, &request);
    return NULL;
}

static void who_waits_too_long_is_told_so(void **state)
{
    (void)state;
    struct door *door = hooked_door(NULL);
    struct slow slow = {.door = door, .ms = LIMIT_DOOR_MS + 1500};
    pthread_t holder;
    assert_int_equal(pthread_create(&holder, NULL, hold, &slow), 0);
    usleep(200 * 1000);
    struct step step = {0, OK, "INSERT INTO setting (key, updated_at) VALUES ('a', 1)"};
    struct door_request request = {.run = run_step, .done = tell, .ctx = &step};
    int64_t before = clock_mono();
    assert_int_equal(door_run(door, &request), ERR_BUSY);
    int64_t waited = clock_mono() - before;
    assert_true(waited >= LIMIT_DOOR_MS - 10 && waited < LIMIT_DOOR_MS + 1200);
    pthread_join(holder, NULL);
    assert_int_equal(slow.result, OK);
    assert_int_equal(rows_at(door), 0); /* it was not run later */
    struct door_request again = {.run = run_step, .done = tell, .ctx = &step};
    assert_int_equal(door_run(door, &again), OK); /* and the door still works */
    door_close(door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_in_ten_fails_and_leaks_nothing),
        cmocka_unit_test(a_group_is_told_in_order),
        cmocka_unit_test(a_commit_leaves_its_number_before_it_is_told),
        cmocka_unit_test(a_lone_failure_leaves_no_trace),
        cmocka_unit_test(a_rollback_from_below_fails_the_group),
        cmocka_unit_test(more_than_a_group_at_once_is_still_one),
        cmocka_unit_test(a_closing_door_refuses),
        cmocka_unit_test(who_waits_too_long_is_told_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
