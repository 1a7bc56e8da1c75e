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
struct secret;

struct push_options {
    const struct config *config;
    struct hub *hub;
    const struct secret *secret;
    const char *database;
    const char *base_url; /* of this daemon, as a phone reaches it; copied */
};

enum err push_open(const struct push_options *options, struct push **ret_push, struct why *why);
void push_close(struct push *push); /* NULL is fine; before the hub refuses */

#endif
