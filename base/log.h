/*
 * Log lines to stderr: logfmt, with the journal's priority prefix where stderr is the journal.
 * Only shells (bridge, api, service) log; base, core and store return errors instead.
 * Never pass a secret: access codes, keys and tokens have no place in a line.
 * Thread: any; one line is one write.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR = 3, LOG_WARN = 4, LOG_INFO = 6, LOG_DEBUG = 7 };

void log_setup(enum log_level most);

/* Is a line of this level written at all? For what is not worth preparing in vain. */
bool log_wants(enum log_level level);

/* ${format} gives the rest of the line as key=value pairs. */
void log_line(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum { LOG_VALUE = 200 };

/* ${text} from outside as a value: in quotes, with quotes and backslashes escaped, control
 * characters as blanks, and "..." where it is too long. Returns ${to}. */
const char *log_value(const char *text, char to[LOG_VALUE]);

#endif
