#include "service/config_env.h"

#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "service/config.h"

#define PREFIX "FILAMENTD_"

enum { NAME_MOST = 200 };

/* "push.apns" to "PUSH_APNS". */
static bool shout(char *to, size_t size, const char *text)
{
    if (!text_copy(to, size, text))
        return false;
    text_upper(to);
    for (; *to; to++)
        if (*to == '.' || *to == '-')
            *to = '_';
    return true;
}

/* What follows "WORD_" in ${text}; NULL where that is not its beginning. */
static const char *after(const char *text, const char *word)
{
    size_t len = strlen(word);
    return text_starts(text, word) && text[len] == '_' && text[len + 1] ? text + len + 1 : NULL;
}

/* Is ${variable} the key of this row? ${ret_file}: it names a file that holds the secret. */
static bool names_key(const struct config_key *row, const char *variable, bool *ret_file)
{
    char key[64];
    if (!shout(key, sizeof key, row->key))
        return false;
    const char *rest = after(variable, key);
    *ret_file = row->flags & CONFIG_SECRET && rest && strcmp(rest, "FILE") == 0;
    return *ret_file || strcmp(variable, key) == 0;
}

static void put(struct config *config, const char *section, const char *key, bool in_file,
                const char *text, const char *variable)
{
    auto_buf reference = {0};
    if (in_file)
        buf_format(&reference, "file:%s", text);
    config_set(config, section, key, in_file ? reference.data : text, CONFIG_FROM_ENVIRONMENT,
               variable, 0);
}

/* NAME_KEY of [printer.NAME]: the name ends where a key of the table begins. */
static bool put_named(struct config *config, const struct config_key *row, const char *rest,
                      const char *text, const char *variable)
{
    for (const char *mark = strchr(rest, '_'); mark; mark = strchr(mark + 1, '_')) {
        bool in_file;
        if (mark == rest || !names_key(row, mark + 1, &in_file))
            continue;
        size_t at = 0, len = (size_t)(mark - rest);
        char wanted[NAME_MOST], shouted[NAME_MOST], section[NAME_MOST + 16];
        if (!text_copy_len(wanted, sizeof wanted, rest, len))
            return false;
        const char *name = config_each_name(config, row->section, &at);
        while (name && !(shout(shouted, sizeof shouted, name) && strcmp(shouted, wanted) == 0))
            name = config_each_name(config, row->section, &at);
        snprintf(section, sizeof section, "%s.%s", row->section, name ? name : wanted);
        put(config, section, row->key, in_file, text, variable);
        return true;
    }
    return false;
}

static bool put_plain(struct config *config, const struct config_key *row, const char *rest,
                      const char *text, const char *variable)
{
    bool in_file;
    if (!names_key(row, rest, &in_file))
        return false;
    put(config, row->section, row->key, in_file, text, variable);
    return true;
}

static void read_one(struct config *config, const char *variable, const char *text)
{
    const char *name = variable + strlen(PREFIX);
    bool ours = false;
    for (const struct config_key *row = config_keys; row->section; row++) {
        char section[64];
        const char *rest =
            shout(section, sizeof section, row->section) ? after(name, section) : NULL;
        if (!rest || row->flags & CONFIG_FREE)
            continue;
        ours = true;
        if (row->flags & CONFIG_NAMED ? put_named(config, row, rest, text, variable)
                                      : put_plain(config, row, rest, text, variable))
            return;
    }
    if (ours)
        config_note_problem(config, variable, 0,
                            "no key of that name; --print-config lists them all");
}

void config_env_read(struct config *config, char *const *environment)
{
    for (; environment && *environment; environment++) {
        const char *sign = strchr(*environment, '=');
        char variable[NAME_MOST];
        if (!sign || !text_starts(*environment, PREFIX))
            continue;
        if (text_copy_len(variable, sizeof variable, *environment, (size_t)(sign - *environment)))
            read_one(config, variable, sign + 1);
    }
}
