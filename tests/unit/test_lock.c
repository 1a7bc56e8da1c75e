#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/lock.h"

static char folder[] = "/tmp/test-lock-XXXXXX";

static void test_second_is_refused_with_the_pid(void **state)
{
    (void)state;
    struct why why;
    char pid[24];
    int one = -1, two = -1;
    long holder;
    assert_false(lock_held(folder, &holder));
    assert_int_equal(lock_take(folder, &one, &why), OK);
    assert_true(lock_held(folder, &holder));
    assert_int_equal(holder, getpid());
    assert_int_equal(lock_take(folder, &two, &why), ERR_CONFLICT);
    snprintf(pid, sizeof pid, "pid %ld ", (long)getpid());
    assert_non_null(strstr(why.text, pid));
    assert_non_null(strstr(why.text, folder));
    lock_release(one);
    assert_false(lock_held(folder, &holder));
    assert_int_equal(lock_take(folder, &two, &why), OK);
    lock_release(two);
}

/* A crash leaves the file, not the lock. */
static void test_a_dead_holder_holds_nothing(void **state)
{
    (void)state;
    struct why why;
    int fd = -1, status;
    long holder;
    pid_t child = fork();
    if (child == 0)
        _exit(lock_take(folder, &fd, &why) == OK ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(lock_held(folder, &holder));
    assert_int_equal(lock_take(folder, &fd, &why), OK);
    lock_release(fd);
}

static void test_a_missing_folder_is_named(void **state)
{
    (void)state;
    struct why why;
    int fd = -1;
    assert_int_equal(lock_take("/nowhere/at/all", &fd, &why), ERR_IO);
    assert_non_null(strstr(why.text, "/nowhere/at/all/lock"));
    lock_release(-1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_is_refused_with_the_pid),
        cmocka_unit_test(test_a_dead_holder_holds_nothing),
        cmocka_unit_test(test_a_missing_folder_is_named),
    };
    if (!mkdtemp(folder))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char path[64];
    snprintf(path, sizeof path, "%s/lock", folder);
    unlink(path);
    rmdir(folder);
    return failed;
}
