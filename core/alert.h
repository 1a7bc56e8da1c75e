/*
 * The kinds of alerts: how bad each one is, what it means, and what its `data` may hold. One table,
 * which writing, documentation and tests walk.
 * Owner: constant tables. Thread: any. Lock: none.
 */
#ifndef CORE_ALERT_H
#define CORE_ALERT_H

#include <stdbool.h>

struct field_shape;

enum alert_kind {
    ALERT_LOW_SPOOL,
    ALERT_LOW_PRODUCT,
    ALERT_RUNOUT,
    ALERT_RUNOUT_FORECAST,
    ALERT_SLOT_CHANGED,
    ALERT_UNASSIGNED_IN_USE,
    ALERT_OPEN_CHARGE,
    ALERT_WEIGHT_MISMATCH,
    ALERT_PRINT_FINISHED,
    ALERT_PRINT_FAILED,
    ALERT_PRINT_CANCELLED,
    ALERT_PRINTER_UNREACHABLE,
    ALERT_WRONG_ACCESS_CODE,
    ALERT_CERTIFICATE_CHANGED,
    ALERT_LOCKED_MODE,
    ALERT_DRY_BY_PASSED,
    ALERT_KIND_COUNT,
};

const char *alert_slug(enum alert_kind kind);
const char *alert_severity(enum alert_kind kind); /* info, warning, critical */
const char *alert_title(enum alert_kind kind);    /* a headline, without its subject */
const char *alert_level(enum alert_kind kind);    /* passive, active, time-sensitive: of a push */
const char *alert_doc(enum alert_kind kind);      /* when it opens and when it ends, one line */
/* An event, which is over when it is told: it has no cause that lasts. */
bool alert_is_event(enum alert_kind kind);
/* Told once for each cause, even after it ended: what happened does not happen anew. */
bool alert_is_once(enum alert_kind kind);

/* The slugs, and the severities, NULL-terminated: the words of a field. */
extern const char *const alert_slugs[ALERT_KIND_COUNT + 1];
extern const char *const alert_severities[];

/* What is in `data`: of every kind some of these keys. */
extern const struct field_shape alert_data;

#endif
