/*
 * The INI file of the configuration, read through libinih. Lines are counted here, so that every
 * broken line becomes a problem of its own with its number.
 * Thread: one at a time. Lock: none.
 */
#ifndef SERVICE_CONFIG_FILE_H
#define SERVICE_CONFIG_FILE_H

#include <stddef.h>

#include "base/err.h"

struct config;

enum err config_file_read(struct config *config, const char *path, struct why *why);

/* The same from memory; ${place} is what problems and origins call it. */
void config_file_text(struct config *config, const char *place, const char *text, size_t len);

#endif
