#include "service/config_file.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "service/config.h"
#include "service/config_unknown.h"

/* libinih copies a line into 200 bytes and a section's name into 50. */
enum { LINE_MOST = 197, SECTION_MOST = 49, FILE_MOST = 1024 * 1024 };

struct reading {
    struct config *config;
    const char *place;
    const char *at, *end;
    int line;
    bool unanswered; /* the line looked like key = value, and no call for it came yet */
};

static void note_unanswered(struct reading *reading)
{
    if (reading->unanswered)
        config_note_problem(reading->config, reading->place, reading->line,
                            "expected [section] or key = value");
    reading->unanswered = false;
}

/* A header is checked here, because libinih reports no section that has no keys. */
static void check_header(struct reading *reading, const char *text)
{
    const char *close = strchr(text, ']');
    char section[LINE_MOST + 1];
    if (!close || !text_copy_len(section, sizeof section, text + 1, (size_t)(close - text - 1)))
        config_note_problem(reading->config, reading->place, reading->line,
                            "a section is written [name]");
    else if (strlen(section) > SECTION_MOST)
        config_note_problem(reading->config, reading->place, reading->line,
                            "the name of a section has at most %d bytes", SECTION_MOST);
    else if (!config_unknown_is_section(section))
        config_unknown_note(reading->config, section, NULL, reading->place, reading->line);
}

/* The rest of a rejected line is withheld from libinih, which gets an empty one instead. */
static bool line_good(struct reading *reading, const char *text, size_t len)
{
    const char *fault = NULL;
    if (len > LINE_MOST)
        fault = "the line is longer than 197 bytes; put a long secret into a file and write "
                "file:PATH, spread a list over several lines";
    else if (memchr(text, '\0', len))
        fault = "the line holds a NUL byte";
    else if (!text_utf8_valid(text, len))
        fault = "the line is not UTF-8";
    if (fault)
        config_note_problem(reading->config, reading->place, reading->line, "%s", fault);
    return !fault;
}

/* Blanks before a key are dropped: libinih would take such a line for the value's continuation. */
static char *next_line(char *to, int size, void *stream)
{
    struct reading *reading = stream;
    note_unanswered(reading);
    if (reading->at == reading->end)
        return NULL;
    const char *from = reading->at;
    size_t left = (size_t)(reading->end - from);
    const char *newline = memchr(from, '\n', left);
    size_t len = newline ? (size_t)(newline - from) : left;
    reading->at = newline ? newline + 1 : reading->end;
    reading->line++;
    if (reading->line == 1 && len >= 3 && memcmp(from, "\xEF\xBB\xBF", 3) == 0) {
        from += 3;
        len -= 3;
    }
    while (len && (*from == ' ' || *from == '\t')) {
        from++;
        len--;
    }
    if (!line_good(reading, from, len) || !text_copy_len(to, (size_t)size, from, len))
        *to = '\0';
    text_trim(to);
    if (*to == '[')
        check_header(reading, to);
    reading->unanswered = *to && !strchr("[;#", *to);
    return to;
}

static int on_value(void *user, const char *section, const char *key, const char *text)
{
    struct reading *reading = user;
    reading->unanswered = false;
    if (*section && !config_unknown_is_section(section))
        return 1; /* said once, at its header */
    config_set(reading->config, section, key, text, CONFIG_FROM_FILE, reading->place,
               reading->line);
    return 1;
}

void config_file_text(struct config *config, const char *place, const char *text, size_t len)
{
    struct reading reading = {config, place, text, text + len, 0, false};
    ini_parse_stream(next_line, &reading, on_value, &reading);
    note_unanswered(&reading);
}

enum err config_file_read(struct config *config, const char *path, struct why *why)
{
    auto_file *file = fopen(path, "re");
    if (!file)
        return why_fail(why, ERR_IO, "config_unreadable", "", "cannot read %s: %s", path,
                        strerror(errno));
    auto_buf text = {.limit = FILE_MOST};
    char chunk[4096];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&text, chunk, got);
    if (ferror(file) || text.failed)
        return why_fail(why, ERR_IO, "config_unreadable", "", "cannot read %s: %s", path,
                        text.failed ? "it is larger than 1 MiB" : strerror(errno));
    config_file_text(config, path, text.data ? text.data : "", text.len);
    return OK;
}
