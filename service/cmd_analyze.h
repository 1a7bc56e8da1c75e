/*
 * `filamentd analyze`: what a sliced file says of its plate.
 * Thread: main.
 */
#ifndef SERVICE_CMD_ANALYZE_H
#define SERVICE_CMD_ANALYZE_H

struct command_context;

int cmd_analyze_main(struct command_context *context, char **words);

#endif
