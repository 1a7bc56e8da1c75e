/*
 * What a device wants to be told, and when: its preferences as it sent them,
 *   {"kinds": {"low_spool": false}, "min_severity": "warning",
 *    "quiet": {"from": "22:00", "to": "07:00", "utc_offset_minutes": 120, "critical": "send"}}
 * where everything but from and to is optional. Quiet hours are in the device's own time, of which
 * it tells the offset each time that it registers.
 * Owner: the caller's. Thread: any. Lock: none.
 */
#ifndef CORE_PREFERENCE_H
#define CORE_PREFERENCE_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "core/alert.h"

struct field_shape;

extern const struct field_shape preference_shape;

enum { PREFERENCE_NEVER = -1 };

/* How long (ms) an alert has to wait, at ${now} (ms since 1970): 0: not at all;
 * PREFERENCE_NEVER: it is not wanted. */
int64_t preference_wait(const json_t *preferences, enum alert_kind kind, int64_t now);

/* Are they what the header says? Names the field that is not. */
enum err preference_check(json_t *preferences, struct why *why);

#endif
