/*
 * JSON written as a text, member after member: the document is far larger than what a tree of it
 * would be worth.
 * ${key} NULL: an element of an array. Owner: the writer borrows its buffer. Thread: the caller's.
 */
#ifndef API_OPENAPI_TEXT_H
#define API_OPENAPI_TEXT_H

#include <stdbool.h>

struct buf;

struct openapi_text {
    struct buf *out;
    bool more; /* a comma comes before the next member */
};

void openapi_text_open(struct openapi_text *text, const char *key, char bracket);
void openapi_text_close(struct openapi_text *text, char bracket);
void openapi_text_string(struct openapi_text *text, const char *key, const char *value);
void openapi_text_number(struct openapi_text *text, const char *key, double value);
void openapi_text_bool(struct openapi_text *text, const char *key, bool value);
void openapi_text_null(struct openapi_text *text, const char *key);
/* {"$ref": "#/components/${kind}/${name}"}, with ${doc} beside it unless that is NULL. */
void openapi_text_ref(struct openapi_text *text, const char *key, const char *kind,
                      const char *name, const char *doc);

#endif
