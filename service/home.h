/*
 * What the configuration says of Home Assistant: secrets of its webhooks, and which slots its
 * entities are.
 * Owner: whoever filled it clears it; secrets are borrowed from the configuration.
 * Thread: main. Lock: none.
 */
#ifndef SERVICE_HOME_H
#define SERVICE_HOME_H

#include <stdint.h>

#include "base/err.h"
#include "bridge/homeassistant/entities.h"

struct config;
struct discovery;
struct hub;
struct poll;
struct readers;

enum { HOME_SECRETS = 2 };

struct home {
    const char *secrets[HOME_SECRETS + 1]; /* NULL-terminated */
    struct entities entities;
    struct poll *poll;
    struct discovery *discovery; /* NULL: no broker is configured */
    int64_t seen;                /* newest change of the settings that was followed */
};

enum err home_fill(const struct config *config, struct home *ret_home, struct why *why);
/* Begin to ask Home Assistant, and to tell its broker, where that is configured. */
enum err home_open(struct home *home, const struct config *config, struct hub *hub,
                   struct readers *readers, struct why *why);
/* Follow settings that were changed. Cheap when nothing was. */
void home_refresh(struct home *home, struct hub *hub);
void home_clear(struct home *home);

#endif
