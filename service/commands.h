/*
 * The table of subcommands and the options before them. A new subcommand is a row of the table in
 * commands.c and a file with one function of type command_run.
 * Owner: struct command_context belongs to commands_main for the whole run. Thread: main.
 */
#ifndef SERVICE_COMMANDS_H
#define SERVICE_COMMANDS_H

#include <stdbool.h>

#include "base/err.h"

struct cli_option;
struct config;
struct command;

enum { COMMANDS_VALUES = 64, COMMANDS_PATH = 1024 };

/* What the options said, wherever they stood. */
struct command_context {
    const char *program; /* argv[0] */
    const struct command *command;
    const char *config_file; /* --config; NULL: the usual places */
    struct {
        const char *option, *section, *key, *text;
    } values[COMMANDS_VALUES]; /* --listen, --set and the like, in order */
    int value_count;
    bool check_config, print_config, print_routes, version, help, first_key;
    struct config *config;         /* after load_config */
    char state_dir[COMMANDS_PATH]; /* ditto */
    char database[COMMANDS_PATH];  /* ditto */
};

/* Runs one command; ${words} are those behind its name, NULL-terminated. The result is the exit
 * code. */
typedef int command_run(struct command_context *context, char **words);

struct command {
    const char *name;
    command_run *run;
    const char *usage; /* its words, one form a line, such as "create NAME --scopes LIST" */
    const char *doc;   /* one line for --help */
};

int commands_main(int argc, char **argv);

/* Takes one option or (with ${option} NULL) one plain word of a command. A failure becomes
 * "filamentd: text" and exit code 64. */
typedef enum err command_take(void *ctx, const struct cli_option *option, const char *text,
                              struct why *why);

/* Walk ${words} with the command's own table and the options that every command knows. The result
 * is an exit code (also after --help), or -1: go on. */
int commands_parse(struct command_context *context, char **words, const struct cli_option *own,
                   command_take *take_own, void *ctx);

/* "filamentd: text" on stderr; the result is ${code}, so that a refusal is one line. */
int commands_refuse(int code, const char *text);

#endif
