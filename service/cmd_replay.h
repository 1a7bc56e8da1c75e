/*
 * `filamentd replay`: what the daemon would have made of recorded reports.
 * Thread: main.
 */
#ifndef SERVICE_CMD_REPLAY_H
#define SERVICE_CMD_REPLAY_H

struct command_context;

int cmd_replay_main(struct command_context *context, char **words);

#endif
