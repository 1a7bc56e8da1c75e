/*
 * `filamentd verify`: is everything in this database as it must be?
 * Thread: main.
 */
#ifndef SERVICE_CMD_VERIFY_H
#define SERVICE_CMD_VERIFY_H

struct command_context;

/* Exit code 0: healthy; 1: something is broken, or the database cannot be read. */
int cmd_verify_main(struct command_context *context, char **words);

#endif
