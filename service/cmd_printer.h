/*
 * `filamentd printer`: add, list and remove printers, whether or not the daemon runs. Thread: main.
 */
#ifndef SERVICE_CMD_PRINTER_H
#define SERVICE_CMD_PRINTER_H

struct command_context;

int cmd_printer_main(struct command_context *context, char **words);

#endif
