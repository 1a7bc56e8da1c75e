/*
 * Printers of the configuration file become rows of the database. The file gives defaults: what was
 * changed or removed through the API or the command line since the file was last applied stays so,
 * until that line of the file changes. STATE/declared.json remembers what was applied, its access
 * codes sealed.
 * Owner: nothing is kept. Thread: main. Lock: none.
 */
#ifndef SERVICE_DECLARED_H
#define SERVICE_DECLARED_H

#include "base/err.h"

struct config;
struct hub;
struct secret;

enum err declared_apply(struct hub *hub, const struct config *config, const struct secret *secret,
                        const char *state_dir, struct why *why);

#endif
