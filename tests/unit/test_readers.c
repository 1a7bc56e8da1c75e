/* store/readers: few connections while they suffice, more for who waits too long, one at rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/readers.h"

enum { HOLD_MS = 5, TRIES = 20 };

struct place {
    char dir[64], path[96];
    struct readers *readers;
};

static int set_up(void **state)
{
    static struct place place;
    struct db *db = NULL;
    snprintf(place.dir, sizeof place.dir, "/tmp/readers-XXXXXX");
    if (!mkdtemp(place.dir))
        return -1;
    snprintf(place.path, sizeof place.path, "%s/x.db", place.dir);
    if (migrate_open(place.path, &db, NULL) != OK)
        return -1;
    db_close(db);
    *state = &place;
    return readers_open(place.path, &place.readers, NULL) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct place *place = *state;
    readers_close(place->readers);
    for (int i = 0; i < 3; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s%s", place->path, ends[i]);
        unlink(path);
    }
    return rmdir(place->dir); /* fails when anything else was left behind */
}

static void take(struct readers *readers, struct db **ret_list, int count)
{
    for (int i = 0; i < count; i++)
        assert_int_equal(readers_take(readers, &ret_list[i], NULL), OK);
}

static void give(struct readers *readers, struct db **list, int count)
{
    for (int i = 0; i < count; i++)
        readers_give(readers, list[i]);
}

static void the_same_connection_serves_one_after_the_other(void **state)
{
    struct readers *readers = ((struct place *)*state)->readers;
    struct db *first, *second;
    take(readers, &first, 1);
    give(readers, &first, 1);
    take(readers, &second, 1);
    assert_ptr_equal(first, second);
    give(readers, &second, 1);
}

static void who_waits_too_long_gets_one_more(void **state)
{
    struct readers *readers = ((struct place *)*state)->readers;
    struct db *list[READERS_EASY + 1];
    int64_t begin = clock_mono();
    take(readers, list, READERS_EASY + 1);
    assert_true(clock_mono() - begin >= READERS_PATIENCE_MS);
    give(readers, list, READERS_EASY + 1);
}

struct holder {
    struct readers *readers;
    struct db *db;
};

static void *give_soon(void *arg)
{
    struct holder *holder = arg;
    usleep(HOLD_MS * 1000);
    readers_give(holder->readers, holder->db);
    return NULL;
}

static bool takes_the_given(struct readers *readers)
{
    struct db *list[READERS_EASY], *mine;
    pthread_t thread;
    take(readers, list, READERS_EASY);
    struct holder holder = {readers, list[1]};
    assert_int_equal(pthread_create(&thread, NULL, give_soon, &holder), 0);
    take(readers, &mine, 1);
    pthread_join(thread, NULL);
    bool same = mine == list[1];
    give(readers, list, 1);
    give(readers, list + 2, READERS_EASY - 2);
    give(readers, &mine, 1);
    return same;
}

static void who_waits_takes_what_another_gives(void **state)
{
    struct readers *readers = ((struct place *)*state)->readers;
    int tries = TRIES; /* a busy machine may let the other one sleep beyond all patience */
    while (!takes_the_given(readers))
        assert_true(--tries);
}

static void one_is_left_after_a_rest(void **state)
{
    struct readers *readers = ((struct place *)*state)->readers;
    struct db *list[READERS_EASY + 2];
    take(readers, list, READERS_EASY + 2);
    give(readers, list, READERS_EASY + 2);
    assert_int_equal(readers_tick(readers, clock_mono()), 0);
    int64_t later = clock_mono() + READERS_IDLE_MS;
    assert_int_equal(readers_tick(readers, later), READERS_EASY + 1);
    assert_int_equal(readers_tick(readers, later), 0);
    struct db *warm;
    take(readers, &warm, 1);
    assert_ptr_equal(warm, list[READERS_EASY + 1]); /* the one used last */
    give(readers, &warm, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_connection_serves_one_after_the_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_waits_too_long_gets_one_more, set_up, tear_down),
        cmocka_unit_test_setup_teardown(who_waits_takes_what_another_gives, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_is_left_after_a_rest, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
