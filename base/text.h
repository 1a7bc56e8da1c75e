/*
 * Small text tools: bounded copies, strict numbers, hex, UTF-8, RFC 3339 times.
 * Owner: the caller owns every buffer. Nothing here truncates: too long is a failure.
 * Thread: any. Lock: none. No locale is consulted.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy ${from} into ${to}; false (and an empty ${to}) where it does not fit. The rest is zeroed,
 * so that values holding texts compare with memcmp. */
bool text_copy(char *to, size_t size, const char *from);
bool text_copy_len(char *to, size_t size, const char *from, size_t len);

bool text_equal_nocase(const char *a, const char *b); /* ASCII case only */
bool text_starts(const char *text, const char *prefix);
bool text_ends_nocase(const char *text, const char *suffix);
void text_upper(char *text); /* ASCII, in place */
void text_lower(char *text);
void text_trim(char *text); /* white space at both ends, in place */
/* What is behind the last '/', all of it where there is none; NULL for NULL. */
const char *text_base_name(const char *path);

/* Whole-text numbers: no blanks, no rest, no overflow. */
bool text_to_int(const char *text, int64_t *ret_value);
bool text_to_double(const char *text, double *ret_value);  /* finite, point as decimal sign */
bool text_to_hex64(const char *text, uint64_t *ret_value); /* without 0x, any case */

void text_hex(char *to, const uint8_t *bytes, size_t len); /* lower case, 2 * len + 1 bytes */
bool text_unhex(uint8_t *to, size_t size, const char *hex, size_t *ret_len);
/* URL-safe base64 without padding; ${to} holds 4 * ((len + 2) / 3) + 1 bytes. */
void text_base64url(char *to, const uint8_t *bytes, size_t len);
/* Base64 of either alphabet, padded or not. */
bool text_unbase64(uint8_t *to, size_t size, const char *text, size_t *ret_len);

/* Bytes of the UTF-8 character at ${text}, 0 where it is no valid one. */
size_t text_utf8_width(const char *text, size_t len);
bool text_utf8_valid(const char *text, size_t len);

#define TEXT_TIME_SIZE 32
/* Milliseconds since 1970 to "2026-08-22T18:15:00Z" (whole seconds, UTC). */
void text_time(char to[TEXT_TIME_SIZE], int64_t ms);
/* RFC 3339 with zone or offset, fraction allowed; "T" or a blank between. Without a zone: UTC when
 * ${bare} is true, else refused. */
bool text_to_time(const char *text, bool bare, int64_t *ret_ms);
bool text_date_valid(const char *text); /* YYYY-MM-DD in the real calendar */

#endif
