#include "service/cmd_analyze.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bridge/printer/sliced.h"
#include "service/cli.h"
#include "service/commands.h"

struct words {
    const char *file;
    int64_t plate;
    bool layers;
};

static const struct cli_option options[] = {
    {"layers", NULL, "also the length of each filament to the end of each layer"},
    {"plate", "N", "the plate to read where the file has several"},
    {0},
};

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct words *words = ctx;
    if (!option && words->file)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: analyze takes one file", text);
    if (!option)
        words->file = text;
    else if (strcmp(option->name, "layers") == 0)
        words->layers = true;
    else if (!text_to_int(text, &words->plate) || words->plate < 1 || words->plate > 10000)
        return why_fail(why, ERR_INVALID, "usage", "plate",
                        "--plate %s: give a plate number from 1 on", text);
    return OK;
}

int cmd_analyze_main(struct command_context *context, char **rest)
{
    struct words words = {0};
    int code = commands_parse(context, rest, options, take_word, &words);
    if (code >= 0)
        return code;
    if (!words.file)
        return commands_refuse(EXIT_USAGE, "analyze: name a .gcode.3mf or .gcode file");
    struct sliced sliced;
    struct why why = {0};
    if (sliced_read(words.file, (int)words.plate, &sliced, &why) != OK) {
        fprintf(stderr, "filamentd: %s: %s (%s)\n", words.file, why.text, why.code);
        return EXIT_FAILED;
    }
    json_auto_t *json = sliced_json(&sliced, words.layers);
    sliced_clear(&sliced);
    if (!json || json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15)) != 0)
        return commands_refuse(EXIT_FAILED, "analyze: the output cannot be written");
    return putchar('\n') == EOF ? EXIT_FAILED : 0;
}
