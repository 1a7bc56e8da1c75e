#include "base/cond.h"

#include <time.h>

void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

int cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until)
{
    if (until == INT64_MAX)
        return pthread_cond_wait(cond, lock);
    const struct timespec at = {.tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000};
    return pthread_cond_timedwait(cond, lock, &at);
}
