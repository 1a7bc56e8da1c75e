/*
 * The words of a command line, told apart by tables: options with or without a value, and plain
 * words. An option is "--name value" or "--name=value"; "--" makes everything after it plain words.
 * Owner: texts are borrowed from argv. Thread: any. Lock: none.
 */
#ifndef SERVICE_CLI_H
#define SERVICE_CLI_H

#include <stdbool.h>

#include "base/err.h"

/* Exit codes of every command, beside 0; documented in --help. */
enum { EXIT_FAILED = 1, EXIT_USAGE = 64, EXIT_CONFIG = 78 };

struct cli_option {
    const char *name;  /* without the dashes; NULL ends a table */
    const char *value; /* what the value is, such as "FILE"; NULL: a switch without one */
    const char *doc;   /* one line for --help */
};

struct cli_args {
    char **words; /* NULL-terminated */
    int at;       /* the next one */
    bool plain;   /* "--" was seen */
};

enum cli_token {
    CLI_END,
    CLI_OPTION, /* ret_option, and ret_text = its value or NULL */
    CLI_WORD,   /* ret_text */
    CLI_BAD,    /* ${why} names the word and the remedy */
};

/* The next word. ${tables} is a NULL-terminated list of tables, searched in order. */
enum cli_token cli_next(struct cli_args *args, const struct cli_option *const *tables,
                        const struct cli_option **ret_option, const char **ret_text,
                        struct why *why);

/* "  --name VALUE   doc" lines of a table on stdout. */
void cli_print_options(const struct cli_option *table);

#endif
