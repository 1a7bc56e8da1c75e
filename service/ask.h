/*
 * Questions to the person at the terminal, and secrets from files and pipes.
 * Owner: the caller owns every buffer. Thread: main. Lock: none.
 */
#ifndef SERVICE_ASK_H
#define SERVICE_ASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Is there a person who could answer? */
bool ask_possible(void);

/* "${question} [y/N] " on stderr; true for yes. */
bool ask_yes(const char *question);

/* One line without echo from the terminal, or from stdin where that is none. */
enum err ask_secret(const char *question, char *ret_text, size_t size, struct why *why);

/* The first line of a file. */
enum err ask_file(const char *path, char *ret_text, size_t size, struct why *why);

#endif
