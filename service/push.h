/*
 * What the configuration says of notifications, and the notifier that follows it.
 * Owner: whoever opened it closes it; texts are borrowed from the configuration.
 * Thread: main. Lock: none.
 */
#ifndef SERVICE_PUSH_H
#define SERVICE_PUSH_H

#include "base/err.h"

struct config;
struct hub;
struct push;
struct readers;
struct secret;

struct push_options {
    const struct config *config;
    struct hub *hub;
    const struct secret *secret;
    struct readers *readers;
    const char *state_dir; /* where the key of Web Push is kept */
};

/* Reads the keys; nothing is sent yet. */
enum err push_open(const struct push_options *options, struct push **ret_push, struct why *why);
/* What browsers subscribe with; NULL: Web Push is not configured. */
const char *push_webpush_key(const struct push *push);
/* ${base_url}: of this daemon, as a phone reaches it; copied. */
enum err push_start(struct push *push, const char *base_url, struct why *why);
/* Before the hub refuses, so that the answer to what goes on is still noted. NULL is fine. */
void push_stop(struct push *push);
void push_close(struct push *push); /* NULL is fine; the key of Web Push ends with it */

#endif
