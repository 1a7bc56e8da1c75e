#include "service/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"

bool ask_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static enum err read_line(FILE *file, const char *name, char *ret_text, size_t size,
                          struct why *why)
{
    errno = 0;
    if (!fgets(ret_text, (int)size, file))
        return why_fail(why, ERR_INVALID, "no_answer", "", "%s: %s", name,
                        errno ? strerror(errno) : "nothing to read");
    if (!strchr(ret_text, '\n') && !feof(file))
        return why_fail(why, ERR_TOO_BIG, "no_answer", "", "%s: the line is too long", name);
    text_trim(ret_text);
    if (!*ret_text)
        return why_fail(why, ERR_INVALID, "no_answer", "", "%s: the line is empty", name);
    return OK;
}

bool ask_yes(const char *question)
{
    char answer[16];
    fprintf(stderr, "%s [y/N] ", question);
    return read_line(stdin, "stdin", answer, sizeof answer, NULL) == OK &&
           (text_equal_nocase(answer, "y") || text_equal_nocase(answer, "yes"));
}

enum err ask_secret(const char *question, char *ret_text, size_t size, struct why *why)
{
    struct termios before, silent;
    bool hide = ask_possible() && tcgetattr(STDIN_FILENO, &before) == 0;
    if (hide) {
        silent = before;
        silent.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "%s: ", question);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    enum err e = read_line(stdin, "stdin", ret_text, size, why);
    if (hide) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fprintf(stderr, "\n");
    }
    return e;
}

enum err ask_file(const char *path, char *ret_text, size_t size, struct why *why)
{
    auto_file *file = fopen(path, "re");
    if (!file)
        return why_fail(why, ERR_IO, "unreadable", "", "cannot read %s: %s", path, strerror(errno));
    return read_line(file, path, ret_text, size, why);
}
