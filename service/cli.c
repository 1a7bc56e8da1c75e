#include "service/cli.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct cli_option *find(const struct cli_option *const *tables, const char *name,
                                     size_t len)
{
    for (; *tables; tables++)
        for (const struct cli_option *row = *tables; row->name; row++)
            if (strlen(row->name) == len && memcmp(row->name, name, len) == 0)
                return row;
    return NULL;
}

static enum cli_token bad(struct why *why, const char *format, const char *word, const char *more)
{
    char text[300];
    snprintf(text, sizeof text, "%s%s", word, format);
    why_fail(why, ERR_INVALID, "usage", word, "%s%s", text, more);
    return CLI_BAD;
}

static enum cli_token take_option(struct cli_args *args, const char *word,
                                  const struct cli_option *const *tables,
                                  const struct cli_option **ret_option, const char **ret_text,
                                  struct why *why)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    const struct cli_option *row =
        find(tables, name, equals ? (size_t)(equals - name) : strlen(name));
    *ret_option = row;
    *ret_text = equals ? equals + 1 : NULL;
    if (!row)
        return bad(why, ": no such option here; --help lists them", word, "");
    if (!row->value && equals)
        return bad(why, ": this option takes no value", word, "");
    if (row->value && !equals)
        *ret_text = args->words[args->at] ? args->words[args->at++] : NULL;
    if (row->value && (!*ret_text || !**ret_text))
        return bad(why, ": a value must follow: ", word, row->value);
    return CLI_OPTION;
}

enum cli_token cli_next(struct cli_args *args, const struct cli_option *const *tables,
                        const struct cli_option **ret_option, const char **ret_text,
                        struct why *why)
{
    const char *word = args->words[args->at];
    if (!word)
        return CLI_END;
    args->at++;
    *ret_text = word;
    if (args->plain || word[0] != '-' || !word[1])
        return CLI_WORD;
    if (strcmp(word, "--") == 0) {
        args->plain = true;
        return cli_next(args, tables, ret_option, ret_text, why);
    }
    if (strcmp(word, "-h") == 0)
        word = "--help";
    if (!text_starts(word, "--"))
        return bad(why, ": options are written with two dashes; --help lists them", word, "");
    return take_option(args, word, tables, ret_option, ret_text, why);
}

void cli_print_options(const struct cli_option *table)
{
    for (; table->name; table++) {
        int width = printf("  --%s%s%s", table->name, table->value ? " " : "",
                           table->value ? table->value : "");
        printf("%*s %s\n", width < 27 ? 27 - width : 0, "", table->doc);
    }
}
