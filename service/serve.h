/*
 * `filamentd serve`: the daemon in the foreground, until SIGTERM or SIGINT; SIGHUP reads the
 * configuration again. Says "ready URL..." on stdout once it answers.
 * Owner: nothing is kept. Thread: main.
 */
#ifndef SERVICE_SERVE_H
#define SERVICE_SERVE_H

struct command_context;

int serve_main(struct command_context *context, char **words);

#endif
