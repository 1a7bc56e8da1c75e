/*
 * One message to a server outside, over a connection that is kept: HTTP with a body, or mail. TLS
 * is verified, redirections are not followed, and no proxy of the environment is used: what is sent
 * may hold tokens, and goes to the configured server or nowhere.
 *
 * Owner: the caller declares both zeroed and clears them. Thread: one at a time.
 */
#ifndef BRIDGE_NOTIFY_POST_H
#define BRIDGE_NOTIFY_POST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "bridge/curl.h"

enum { POST_ANSWER_MOST = 64 * 1024 };

struct post {
    struct buf url, body;
    struct buf headers;  /* lines "Name: value\n" */
    bool http2;          /* HTTP/2 is needed */
    const char *ca_file; /* PEM; NULL: the system's */
    /* of mail alone */
    const char *from, *user, *password;
    const char *const *to; /* NULL-terminated; NULL: it is no mail */
};

struct post_answer {
    bool reached;      /* the peer has answered */
    long status;       /* of HTTP, or of SMTP */
    int retry_after_s; /* 0: not told */
    struct buf body;
    char detail[CURL_ERROR_SIZE]; /* where it was not reached: why */
};

struct post_line; /* the connection */

enum err post_open(const atomic_bool *stop, struct post_line **ret_line, struct why *why);
void post_close(struct post_line *line); /* NULL is fine */

/* ERR_IO where libcurl is not there, ERR_NOMEM; whatever the peer did is OK and in the answer. */
enum err post_send(struct post_line *line, struct post *post, struct post_answer *ret_answer,
                   struct why *why);

void post_clear(struct post *post);
void post_answer_clear(struct post_answer *answer);

#endif
