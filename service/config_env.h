/*
 * Configuration from the environment: FILAMENTD_SECTION_KEY, with dots as underscores;
 * FILAMENTD_PRINTER_NAME_KEY for a printer; with _FILE behind the key of a secret, its value is in
 * that file. Variables of sections that do not exist are not ours and are passed over.
 * Thread: one at a time. Lock: none.
 */
#ifndef SERVICE_CONFIG_ENV_H
#define SERVICE_CONFIG_ENV_H

struct config;

void config_env_read(struct config *config, char *const *environment);

#endif
