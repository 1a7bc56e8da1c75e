/* base/cond: waits by the clock that never jumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "base/clock.h"
#include "base/cond.h"

enum { WAIT_MS = 30, MOST_MS = 5000 };

/* By the wall clock, which counts from 1970, such a moment would long be over. */
static void a_wait_lasts_as_long_as_it_should(void **state)
{
    (void)state;
    pthread_cond_t cond;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    cond_init(&cond);
    pthread_mutex_lock(&lock);
    int64_t before = clock_mono();
    int rc = 0;
    while (rc == 0)
        rc = cond_wait(&cond, &lock, before + WAIT_MS);
    int64_t took = clock_mono() - before;
    pthread_mutex_unlock(&lock);
    pthread_cond_destroy(&cond);
    assert_int_equal(rc, ETIMEDOUT);
    assert_in_range(took, WAIT_MS, MOST_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wait_lasts_as_long_as_it_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
