/*
 * Reading arguments: JSON objects that core/body.h made of what a client sent.
 * Owner: everything returned is borrowed from the arguments, but for args_copy. Thread: any.
 */
#ifndef STORE_ARGS_H
#define STORE_ARGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

bool args_has(const json_t *args, const char *key);   /* it is there, perhaps as null */
bool args_given(const json_t *args, const char *key); /* it is there and not null */
bool args_true(const json_t *args, const char *key);
const char *args_text(const json_t *args, const char *key); /* NULL: absent, null or no text */
int64_t args_int(const json_t *args, const char *key, int64_t fallback);

/* A shallow copy that can be changed; an empty object for NULL. The caller owns it. */
json_t *args_copy(const json_t *args);
/* Copy ${key} of ${from} to ${as} of ${to} where it is there. */
void args_take(json_t *to, const char *as, const json_t *from, const char *key);

#endif
