/*
 * What the tests of the door share: a door over a scratch database, steps that write a setting and
 * may fail then, and a note of what was told of each.
 * Owner: the test. Thread: one at a time.
 */
#ifndef TESTS_DOOR_CASE_H
#define TESTS_DOOR_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"
#include "store/db.h"
#include "store/door.h"
#include "store/migrate.h"

enum { TOLD_MAX = 128 };

static int told[TOLD_MAX], told_count;
static enum err told_result[TOLD_MAX];

struct step {
    int number;
    enum err result;
    const char *sql;
};

static inline enum err run_step(void *ctx, struct db *db, struct why *why)
{
    const struct step *step = ctx;
    db_exec(db, step->sql, NULL);
    return step->result ? why_fail(why, step->result, "on_purpose", NULL, "no") : OK;
}

static inline void tell(void *ctx, enum err result)
{
    const struct step *step = ctx;
    told_result[told_count] = result;
    told[told_count++] = step->number;
}

static inline struct door *hooked_door(const struct door_hooks *hooks)
{
    struct db *db = NULL;
    struct door *door = NULL;
    struct why why = {0};
    assert_int_equal(migrate_open(":memory:", &db, &why), OK);
    assert_int_equal(door_open(db, hooks, &door, &why), OK);
    told_count = 0;
    return door;
}

static inline int settings(struct db *db)
{
    return (int)db_int(db, "SELECT count(*) FROM setting", NULL, -1);
}

static inline enum err count_rows(void *ctx, struct db *db, struct why *why)
{
    (void)why;
    int *ret_count = ctx;
    *ret_count = settings(db);
    return OK;
}

static inline int rows_at(struct door *door)
{
    int count = -1;
    struct door_request request = {.run = count_rows, .ctx = &count};
    assert_int_equal(door_run(door, &request), OK);
    return count;
}

#endif
