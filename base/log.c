#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

static atomic_int most_verbose = LOG_INFO;
static atomic_bool to_journal;

void log_setup(enum log_level most)
{
    atomic_store(&most_verbose, most);
    atomic_store(&to_journal, getenv("JOURNAL_STREAM") != NULL);
}

bool log_wants(enum log_level level)
{
    return (int)level <= atomic_load(&most_verbose);
}

static const char *name_of(enum log_level level)
{
    switch (level) {
    case LOG_ERROR:
        return "error";
    case LOG_WARN:
        return "warn";
    case LOG_INFO:
        return "info";
    default:
        return "debug";
    }
}

/* A value from outside must not be able to start a line of its own. */
static void keep_one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
}

const char *log_value(const char *text, char to[LOG_VALUE])
{
    static const char more[] = "...\"";
    size_t at = 0;
    to[at++] = '"';
    while (*text && at + 2 + sizeof more <= LOG_VALUE) {
        if (*text == '"' || *text == '\\')
            to[at++] = '\\';
        to[at++] = *text++;
    }
    memcpy(to + at, *text ? more : more + sizeof more - 2, *text ? sizeof more : 2);
    keep_one_line(to);
    return to;
}

/* The journal knows the time, and wants the level where it can read it. */
static void add_origin(struct buf *line, enum log_level level)
{
    if (atomic_load(&to_journal)) {
        buf_char(line, '<');
        buf_int(line, level);
        buf_text(line, ">level=");
        return;
    }
    char when[TEXT_TIME_SIZE];
    text_time(when, clock_now());
    buf_text(line, "time=");
    buf_text(line, when);
    buf_text(line, " level=");
}

void log_line(enum log_level level, const char *event, const char *format, ...)
{
    if (!log_wants(level))
        return;
    char rest[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(rest, sizeof rest, format, args);
    va_end(args);
    keep_one_line(rest);
    auto_buf line = {0};
    add_origin(&line, level);
    buf_text(&line, name_of(level));
    buf_text(&line, " event=");
    buf_text(&line, event);
    if (*rest)
        buf_char(&line, ' ');
    buf_text(&line, rest);
    buf_char(&line, '\n');
    if (!line.failed)
        fwrite(line.data, 1, line.len, stderr);
}
