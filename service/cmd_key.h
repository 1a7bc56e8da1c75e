/*
 * `filamentd key`: create, list and revoke API keys, whether or not the daemon runs.
 * Owner: nothing is kept. Thread: main.
 */
#ifndef SERVICE_CMD_KEY_H
#define SERVICE_CMD_KEY_H

#include <jansson.h>

#include "base/err.h"

struct command_context;
struct db;

int cmd_key_main(struct command_context *context, char **words);

/* The list of scopes that ${text} names, separated by commas. */
json_t *cmd_key_scopes(const char *text);

/* Make a key inside the caller's transaction; ${scopes} are separated by commas, ${expires} may be
 * NULL. The caller frees ${ret_key}. */
enum err cmd_key_make(struct db *db, const char *name, const char *scopes, const char *expires,
                      char **ret_key, struct why *why);

#endif
