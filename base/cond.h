/*
 * Condition variables that wait by the clock that never jumps: a wall clock set back must not make
 * a wait of seconds one of hours.
 * Owner: the caller destroys what it initialised. Thread: any. Lock: the caller's.
 */
#ifndef BASE_COND_H
#define BASE_COND_H

#include <pthread.h>
#include <stdint.h>

void cond_init(pthread_cond_t *cond);
/* As pthread_cond_timedwait; ${until}: as clock_mono tells it, INT64_MAX: for ever. */
int cond_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until);

#endif
