/*
 * Values that may be unknown, as they are shown: null then, and never a number that stands for it.
 * Owner: what is returned is the caller's. Thread: any. Lock: none.
 */
#ifndef API_SHOWN_H
#define API_SHOWN_H

#include <jansson.h>
#include <stdint.h>

json_t *shown_time(int64_t ms);                    /* null: 0 */
json_t *shown_int(int64_t value, int64_t unknown); /* null: ${unknown} */
json_t *shown_real(double value);                  /* null: NAN */

#endif
