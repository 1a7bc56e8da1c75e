/*
 * The only place that asks the system for the time. Everything else takes it as a parameter.
 * Thread: any. Lock: none.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_now(void);     /* wall clock, milliseconds since 1970 UTC */
int64_t clock_mono(void);    /* milliseconds that never jump; for deadlines */
int64_t clock_mono_us(void); /* the same in microseconds; for what is over in less than one */

#endif
