/*
 * What the configuration says of Home Assistant: secrets of its webhooks, and which slots its
 * entities are.
 * Owner: whoever filled it clears it; secrets are borrowed from the configuration.
 * Thread: main. Lock: none.
 */
#ifndef SERVICE_HOME_H
#define SERVICE_HOME_H

#include "base/err.h"
#include "bridge/homeassistant/entities.h"

struct config;

enum { HOME_SECRETS = 2 };

struct home {
    const char *secrets[HOME_SECRETS + 1]; /* NULL-terminated */
    struct entities entities;
};

enum err home_fill(const struct config *config, struct home *ret_home, struct why *why);
void home_clear(struct home *home);

#endif
