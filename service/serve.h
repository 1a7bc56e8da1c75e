/*
 * `filamentd serve`: the daemon itself. Thread: main.
 */
#ifndef SERVICE_SERVE_H
#define SERVICE_SERVE_H

struct command_context;

int serve_main(struct command_context *context, char **words);

#endif
