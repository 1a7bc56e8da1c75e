/*
 * Who may call a webhook, and the body as it was sent. Home Assistant's templates can set a header
 * and no more, so that the shared secret in X-Webhook-Secret is the usual way; others sign what
 * they send: X-Signature-256 is HMAC-SHA256 of "timestamp.body" under the secret, with X-Timestamp
 * (seconds since 1970) not more than five minutes off. A key with the scope `webhook` will do as
 * well. Two secrets are good at once, so that one can be changed without losing an event.
 *
 * Owner: the caller's. Thread: the worker's. Secrets are compared in constant time.
 */
#ifndef API_WEBHOOK_H
#define API_WEBHOOK_H

#include "base/buf.h"
#include "base/err.h"

struct reply;
struct request;

enum { WEBHOOK_CLOCK_MS = 5 * 60 * 1000 };

/* Read the whole body, of any type, within LIMIT_BODY_BYTES. */
enum err webhook_take(struct request *request, struct reply *reply, struct buf *ret_bytes,
                      struct why *why);

/* Failures count against the address, as wrong keys do. */
enum err webhook_admit(struct request *request, struct reply *reply, const struct buf *bytes,
                       struct why *why);

#endif
