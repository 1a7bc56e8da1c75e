/*
 * The answers behind the buttons of a notification: a token that names a question and one answer to
 * it, signed by us, so that whoever got the notification can answer without a key, and nobody else.
 * Nothing is stored: a token is used up with its question, and the same alert has the same tokens
 * at each attempt to send it.
 *
 * Owner: plain values. Thread: any. Lock: none.
 */
#ifndef BRIDGE_NOTIFY_ACTION_H
#define BRIDGE_NOTIFY_ACTION_H

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "base/id.h"

struct secret;

enum { ACTION_SIZE = 64 }; /* text of a token with its end */

enum action_answer { ACTION_CANDIDATE, ACTION_CONFIRM, ACTION_DISMISS };
extern const char *const action_answers[]; /* as in bridge/notify/notice.h */

struct action {
    enum action_answer answer;
    int choice; /* of the candidates of the question */
    char question[ID_SIZE];
    int64_t until; /* s since 1970 */
};

enum err action_make(const struct secret *secret, const struct action *action,
                     char ret_token[ACTION_SIZE], struct why *why);
/* ERR_DENIED: invalid_token (not made by us) or expired_token. */
enum err action_read(const struct secret *secret, const char *token, int64_t now_ms,
                     struct action *ret_action, struct why *why);

#endif
