/*
 * Dividing grams by lengths so that parts always sum to their whole, to the milligram.
 * Thread: any. Lock: none. Pure.
 */
#ifndef CORE_SHARE_H
#define CORE_SHARE_H

#include <stdint.h>

/* Milligrams of ${mg} that fall on the stretch from the beginning to ${at} of ${total}: rounded to
 * the nearest. The weight of a stretch is the difference of its two ends, so that neighbours leave
 * no gap and all stretches sum to ${mg}. ${total} 0: nothing. */
int64_t share_until(int64_t mg, int64_t at, int64_t total);

#endif
