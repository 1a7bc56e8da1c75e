/*
 * `filamentd printer`: add, list and remove printers, whether or not the daemon runs.
 * Owner: nothing is kept; texts are borrowed from the command line. Thread: main.
 */
#ifndef SERVICE_CMD_PRINTER_H
#define SERVICE_CMD_PRINTER_H

#include <stdbool.h>
#include <stdint.h>

struct command_context;

int cmd_printer_main(struct command_context *context, char **words);

/* What the words said. */
struct cmd_printer_words {
    const char *action, *id;
    const char *serial, *host, *name, *model, *access_code, *code_file, *pin;
    int64_t port, ftps_port; /* 0: the usual ones */
    bool json;
};

/* `printer add`: look at the certificate, settle on chain or pin, ask for the code. */
int cmd_printer_add_run(struct command_context *context, const struct cmd_printer_words *words);

#endif
