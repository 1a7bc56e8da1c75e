/* The disk fails, fills up, or the process is killed, at every single write of a load in turn:
 * what was acknowledged is there, what was not is not, and nothing is broken. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "door_load.h"
#include "fault_vfs.h"
#include "store/door.h"

enum { PATH_SIZE = 256, FAULTS_MAX = 4000, THREADS = 4, EACH = 3 };

static struct load load;
static char home[PATH_SIZE], model[PATH_SIZE + 16];

static int make_model(void **state)
{
    (void)state;
    load_folder(home, sizeof home);
    snprintf(model, sizeof model, "%s/model", home);
    load_prepare(model, THREADS);
    return 0;
}

static int drop_model(void **state)
{
    (void)state;
    load_remove(home);
    return 0;
}

static void fresh(const char *path)
{
    load = (struct load){.threads = THREADS, .each = EACH, .pipe = -1};
    load_copy(model, path);
}

/* One run with the writes from ${first} on failing; true: a failure was reached. */
static bool run_once(enum fault_kind kind, long first, long count)
{
    char folder[PATH_SIZE], path[PATH_SIZE + 16];
    load_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/db", folder);
    fresh(path);
    load_open(path, &load.door);
    fault_arm(kind, first, count);
    load_run(&load);
    bool tripped = fault_disarm();
    door_close(load.door);
    load_check(path, &load, true);
    load_remove(folder);
    return tripped;
}

static void at_every_write(enum fault_kind kind, long count)
{
    long n = 1;
    while (run_once(kind, n, count)) {
        n += fault_step();
        assert_true(n < FAULTS_MAX);
    }
    print_message("failed at writes up to number %ld\n", n - 1);
    assert_true(n > 10);
}

static void one_failed_write(void **state)
{
    (void)state;
    at_every_write(FAULT_IO, 1);
}

static void a_full_disk(void **state)
{
    (void)state;
    at_every_write(FAULT_FULL, FAULTS_MAX);
}

static void a_full_disk_that_is_freed_again(void **state)
{
    (void)state;
    at_every_write(FAULT_FULL, 6);
}

/* --- kill -9 --- */

static void child(const char *path, int out, long first)
{
    load.pipe = out;
    load_open(path, &load.door);
    fault_arm(FAULT_KILL, first, 1);
    load_run(&load);
    _exit(0);
}

/* True: the child was killed. */
static bool kill_once(long first)
{
    char folder[PATH_SIZE], path[PATH_SIZE + 16];
    int ends[2], status = 0, number;
    load_folder(folder, sizeof folder);
    snprintf(path, sizeof path, "%s/db", folder);
    fresh(path);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (pid == 0)
        child(path, ends[1], first);
    close(ends[1]);
    while (read(ends[0], &number, sizeof number) == sizeof number)
        load.acknowledged[number] = true;
    close(ends[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    load_check(path, &load, false);
    load_remove(folder);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void killed_at_every_write(void **state)
{
    (void)state;
    long n = 1;
    while (kill_once(n)) {
        n += fault_step();
        assert_true(n < FAULTS_MAX);
    }
    print_message("killed at writes up to number %ld\n", n - 1);
    assert_true(n > 10);
}

int main(void)
{
    fault_install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_failed_write),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(a_full_disk_that_is_freed_again),
        cmocka_unit_test(killed_at_every_write),
    };
    return cmocka_run_group_tests(tests, make_model, drop_model);
}
