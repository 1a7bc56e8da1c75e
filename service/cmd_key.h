/*
 * `filamentd key`: create, list and revoke API keys, whether or not the daemon runs.
 * Owner: nothing is kept. Thread: main.
 */
#ifndef SERVICE_CMD_KEY_H
#define SERVICE_CMD_KEY_H

#include <jansson.h>

struct command_context;

int cmd_key_main(struct command_context *context, char **words);

/* The list of scopes that ${text} names, separated by commas. */
json_t *cmd_key_scopes(const char *text);

#endif
