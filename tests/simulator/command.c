#include "tests/simulator/command.h"

#include <string.h>

#include "base/text.h"

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* One part from ${*from}, without its quotes, to ${to}. NULL where a quote stays open. */
static const char *part(const char *from, char *to)
{
    bool quoted = false;
    for (; *from && (quoted || !blank(*from)); from++) {
        if (*from == '"')
            quoted = !quoted;
        else
            *to++ = *from;
    }
    *to = 0;
    return quoted ? NULL : from;
}

static bool is_key(const char *text, const char *equal)
{
    for (; text < equal; text++) {
        if (*text != '_' && (*text < 'a' || *text > 'z'))
            return false;
    }
    return true;
}

static void keep(struct command *command, char *text, const char *written)
{
    char *equal = strchr(text, '=');
    if (equal && equal != text && is_key(text, equal)) {
        *equal = 0;
        command->keys[command->pair_count] = text;
        command->values[command->pair_count++] = equal + 1;
    } else {
        command->rest[command->word_count] = written;
        command->words[command->word_count++] = text;
    }
}

bool command_split(struct command *command, const char *line)
{
    memset(command, 0, sizeof *command);
    if (!text_copy(command->line, sizeof command->line, line))
        return false;
    char *to = command->text;
    const char *at = command->line;
    while (command->word_count + command->pair_count < COMMAND_PARTS) {
        while (blank(*at))
            at++;
        if (!*at || *at == '#')
            return true;
        const char *written = at;
        at = part(at, to);
        if (!at)
            return false;
        keep(command, to, written);
        to += at - written + 1;
    }
    return false;
}

const char *command_get(const struct command *command, const char *key)
{
    for (int i = 0; i < command->pair_count; i++) {
        if (!strcmp(command->keys[i], key))
            return command->values[i];
    }
    return NULL;
}

const char *command_text(const struct command *command, const char *key, const char *otherwise)
{
    const char *value = command_get(command, key);
    return value ? value : otherwise;
}

double command_number(const struct command *command, const char *key, double otherwise)
{
    double value;
    const char *text = command_get(command, key);
    return text && text_to_double(text, &value) ? value : otherwise;
}

bool command_flag(const struct command *command, const char *key)
{
    return !strcmp(command_text(command, key, "no"), "yes");
}

const char *command_word(const struct command *command, int index)
{
    return index < command->word_count ? command->words[index] : "";
}
