/*
 * The forgiving reading of what Home Assistant sends: its templates turn values into texts and back
 * again, so that a number may come as 1, "1" or 1.0, a colour as "#333333FF" or "(51, 51, 51)", and
 * nothing as null, "", "None" or "unavailable". Source: bodies rendered by its templates.
 * Pure. Owner: the caller's values. Thread: any. Lock: none.
 */
#ifndef CORE_LENIENT_H
#define CORE_LENIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/color.h"

/* How a value was taken: what is unreadable is not the same as what is not there. */
enum lenient { LENIENT_ABSENT, LENIENT_TAKEN, LENIENT_BAD };

/* NULL, null, "", "none", "null", "unknown" and "unavailable" in any case. */
bool lenient_absent(const json_t *value);

/* Each leaves its result alone unless it returns LENIENT_TAKEN. */
enum lenient lenient_int(const json_t *value, int64_t *ret); /* 1, "1", 1.0; no fraction */
enum lenient lenient_real(const json_t *value, double *ret);
enum lenient lenient_bool(const json_t *value, bool *ret); /* also "on", "yes", 1 and opposites */
/* Grams to milligrams; 0 to 100 kg. */
enum lenient lenient_grams(const json_t *value, int64_t *ret_mg);
/* RFC 3339 with or without a zone (none: UTC), or seconds since 1970; ms. */
enum lenient lenient_time(const json_t *value, int64_t *ret_ms);
/* A hex text with or without # and alpha, [r, g, b], [r, g, b, a], or that as text in brackets. */
enum lenient lenient_color(const json_t *value, struct color *ret);
/* A text, or a number as text: a task named 2024 comes as a number. Trimmed; too long is bad. */
enum lenient lenient_text(const json_t *value, char *ret, size_t size);

#endif
