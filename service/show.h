/*
 * --check-config and --print-config.
 * Owner: nothing is kept. Thread: main. Lock: none.
 */
#ifndef SERVICE_SHOW_H
#define SERVICE_SHOW_H

struct command_context;

/* Both print and return the exit code. */
int show_check(struct command_context *context);
int show_print(struct command_context *context);

#endif
