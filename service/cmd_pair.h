/*
 * `filamentd pair`: a QR code in the terminal that pairs one device, beside a running daemon.
 * Owner: nothing is kept. Thread: main.
 */
#ifndef SERVICE_CMD_PAIR_H
#define SERVICE_CMD_PAIR_H

struct command_context;

int cmd_pair_main(struct command_context *context, char **words);

#endif
