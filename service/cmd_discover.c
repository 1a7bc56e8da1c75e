#include "service/cmd_discover.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "bridge/printer/discover.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/table.h"

struct words {
    int64_t seconds;
    bool json;
};

static const struct cli_option options[] = {
    {"seconds", "N", "how long to listen, 1 to 60; default 6"},
    {"json", NULL, "the rows as JSON"},
    {0},
};

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct words *words = ctx;
    if (!option)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: discover takes no words", text);
    if (strcmp(option->name, "json") == 0)
        words->json = true;
    else if (!text_to_int(text, &words->seconds) || words->seconds < 1 || words->seconds > 60)
        return why_fail(why, ERR_INVALID, "usage", text, "--seconds: expected 1 to 60");
    return OK;
}

static json_t *text_json(const char *text)
{
    json_t *value = json_string(text);
    return value ? value : json_string("");
}

static int print(struct discover *discover, bool json)
{
    static const struct table_column columns[] = {{"serial", "SERIAL"},
                                                  {"host", "HOST"},
                                                  {"model", "MODEL"},
                                                  {"name", "NAME"},
                                                  {"version", "VERSION"},
                                                  {"connect", "MODE"},
                                                  {0}};
    static struct discover_printer found[DISCOVER_PRINTERS];
    size_t count = discover_list(discover, found, LEN(found));
    json_auto_t *rows = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            rows, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "serial", text_json(found[i].serial),
                            "host", text_json(found[i].host), "model", text_json(found[i].model),
                            "name", text_json(found[i].name), "version",
                            text_json(found[i].version), "connect", text_json(found[i].connect)));
    auto_free char *text = json_dumps(rows, JSON_COMPACT);
    auto_buf out = {0};
    buf_text(&out, text ? text : "[]");
    if (!count && !json)
        return commands_refuse(0, "no printer announced itself; is it on, and on this network?");
    return table_print(&out, columns, json);
}

int cmd_discover_main(struct command_context *context, char **words)
{
    struct words said = {.seconds = 6};
    struct discover_options how = {0};
    struct discover *discover = NULL;
    struct why why;
    int code = commands_parse(context, words, options, take_word, &said);
    if (code >= 0)
        return code;
    if (discover_open(&how, &discover, &why) != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    if (discover_search(discover, &why) != OK)
        commands_refuse(0, why.text);
    struct timespec wait = {.tv_sec = said.seconds};
    nanosleep(&wait, NULL);
    code = print(discover, said.json);
    discover_close(discover);
    return code;
}
