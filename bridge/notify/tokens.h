/*
 * Tokens that push services want with each message, and that are used again while they are young:
 * one for each audience (RFC 8292 2), of which APNs has one alone.
 * Owner: struct courier, zeroed; wiped by tokens_clear. Thread: the courier's. Lock: none.
 */
#ifndef BRIDGE_NOTIFY_TOKENS_H
#define BRIDGE_NOTIFY_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bridge/notify/jwt.h"

enum { TOKENS_KEPT = 4, TOKENS_AUDIENCE_SIZE = 256 };

struct tokens {
    struct {
        char audience[TOKENS_AUDIENCE_SIZE], text[JWT_TOKEN_SIZE];
        int64_t made_at; /* ms since 1970; 0: free */
    } kept[TOKENS_KEPT];
    int64_t renewed_at; /* when one was last refused and made anew */
};

/* The one for ${audience} that is no older than ${most} ms; NULL: none. */
const char *tokens_find(const struct tokens *tokens, const char *audience, int64_t now,
                        int64_t most);
/* Place for a new one, of the audience's last one or the oldest. */
char *tokens_place(struct tokens *tokens, const char *audience, int64_t now);
/* Forget one that was refused. False: that was done less than ${least} ms ago, and did not help. */
bool tokens_renew(struct tokens *tokens, const char *audience, int64_t now, int64_t least);
void tokens_clear(struct tokens *tokens);

#endif
