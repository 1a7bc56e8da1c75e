/*
 * What to say about a section or key that does not exist: the nearest one that does.
 * Thread: the configuration's own. Lock: none.
 */
#ifndef SERVICE_CONFIG_UNKNOWN_H
#define SERVICE_CONFIG_UNKNOWN_H

#include <stdbool.h>

struct config;

void config_unknown_note(struct config *config, const char *section, const char *key,
                         const char *place, int line);

/* Is there such a section, named ones ("printer.workshop") included? */
bool config_unknown_is_section(const char *section);

#endif
