/*
 * `filamentd discover`: who announces itself on the LAN. Thread: main.
 */
#ifndef SERVICE_CMD_DISCOVER_H
#define SERVICE_CMD_DISCOVER_H

struct command_context;

int cmd_discover_main(struct command_context *context, char **words);

#endif
