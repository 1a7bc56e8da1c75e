/*
 * One line of the script language, split: words, and key=value pairs in any order. Text with
 * blanks stands in double quotes; `#` at the start of a word begins a comment, but not inside a
 * value, so that color=#FF0000 needs no quotes.
 * Owner: points into its own copy of the line. Thread: any. Lock: none.
 */
#ifndef TESTS_SIMULATOR_COMMAND_H
#define TESTS_SIMULATOR_COMMAND_H

#include <stdbool.h>

enum { COMMAND_SIZE = 2048, COMMAND_PARTS = 48, REPLY_SIZE = 8192 };

struct command {
    char text[COMMAND_SIZE];
    const char *words[COMMAND_PARTS];
    int word_count;
    const char *keys[COMMAND_PARTS], *values[COMMAND_PARTS];
    int pair_count;
    const char *rest[COMMAND_PARTS]; /* the line from word i on, as it was written */
    char line[COMMAND_SIZE];
};

/* False where the line is too long or a quote stays open. */
bool command_split(struct command *command, const char *line);
const char *command_get(const struct command *command, const char *key); /* NULL: not given */
const char *command_text(const struct command *command, const char *key, const char *otherwise);
/* Numbers that cannot be read count as not given. */
double command_number(const struct command *command, const char *key, double otherwise);
bool command_flag(const struct command *command, const char *key); /* key=yes */
/* The word after the verb, and so on; "" where there is none. */
const char *command_word(const struct command *command, int index);

#endif
