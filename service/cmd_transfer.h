/*
 * `filamentd export` and `filamentd import`: everything that a user owns, as /api/export and
 * /api/import have it (store/transfer.h).
 * Owner: nothing is kept. Thread: main.
 */
#ifndef SERVICE_CMD_TRANSFER_H
#define SERVICE_CMD_TRANSFER_H

struct command_context;

int cmd_transfer_export(struct command_context *context, char **words);
/* Refused while a daemon runs: what it holds in memory would not know of it. */
int cmd_transfer_import(struct command_context *context, char **words);

#endif
