/*
 * An answer in the making, and its bytes: JSON or problem+json (RFC 9457), ETag, conditional
 * requests.
 *
 * Owner: the caller zeroes it, and clears it with reply_clear. Thread: one at a time. Lock: none.
 */
#ifndef API_REPLY_H
#define API_REPLY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "api/refuse.h"
#include "base/buf.h"
#include "base/err.h"

struct stream;

struct reply {
    int status;           /* 0: 200 */
    enum refusal refusal; /* set by a handler that fails in a way that only HTTP knows */
    bool close;           /* the connection cannot be used again */
    struct buf head;      /* further header lines, each with its CRLF */
    struct buf body;      /* the text of the body, or ... */
    json_t *json;         /* ... its value, dumped when the door is behind us, or ... */
    FILE *file;           /* ... what is too large for memory: all of this file */
    int64_t file_len;
    json_t *problem;       /* object of further members of a problem; NULL: none */
    const char *type;      /* media type; NULL: application/json */
    struct stream *stream; /* what follows the head in place of a body; NULL: none */
    bool has_etag;
    int64_t etag; /* number of the last change of what is shown, or see api/condition.h */
};

void reply_clear(struct reply *reply);
void reply_header(struct reply *reply, const char *name, const char *value);
void reply_header_int(struct reply *reply, const char *name, int64_t value);
void reply_etag(struct reply *reply, int64_t seq);

/* Take over ${json} as the body, with ${status}. NULL is ERR_NOMEM. */
enum err reply_json(struct reply *reply, int status, json_t *json);

/* Turn the value of the body into its text; without one nothing happens. */
void reply_dump(struct reply *reply);

/* Take over ${file}, which stands at its end, as the body. */
enum err reply_file(struct reply *reply, FILE *file, struct why *why);

/* 429, for an address that guesses: to come back in ${wait} s. ${what}: "wrong codes". */
enum err reply_too_many(struct reply *reply, int wait, const char *what, struct why *why);

/* Make it a problem. ${errors}: an array of {field, code, message}, NULL or empty where nothing
 * more is known. Header lines that were set stay. */
void reply_problem(struct reply *reply, int status, const struct why *why, json_t *errors,
                   const char *instance, const char *request_id);

/* Is ${seq} named in an If-Match or If-None-Match header? Weak tags count when ${weak}. */
bool reply_tag_listed(const char *header, int64_t seq, bool weak);

/* The whole head with its empty line; the body's length is counted. ${keep}: the connection lives
 * on. */
void reply_format_head(const struct reply *reply, const char *request_id, int64_t now, bool keep,
                       struct buf *out);

#endif
