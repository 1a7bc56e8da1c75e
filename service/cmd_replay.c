#include "service/cmd_replay.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/inventory.h"
#include "service/player.h"

enum { FILES_MOST = 4096 };

struct words {
    const char *printer, *inventory, *sliced;
    int64_t restart_every;
    const char *files[FILES_MOST];
    int file_count;
};

static const struct cli_option options[] = {
    {"printer", "ID", "name of the printer in the output; default: the inventory's, else REPLAY"},
    {"inventory", "FILE", "rolls and where they are, as JSON"},
    {"sliced", "FILE", "the sliced file of the prints in the recording"},
    {"restart-every", "N", "drop everything in memory after every N lines"},
    {0},
};

static enum err take_option(struct words *words, const char *name, const char *text,
                            struct why *why)
{
    if (strcmp(name, "printer") == 0)
        words->printer = text;
    else if (strcmp(name, "inventory") == 0)
        words->inventory = text;
    else if (strcmp(name, "sliced") == 0)
        words->sliced = text;
    else if (!text_to_int(text, &words->restart_every) || words->restart_every < 1 ||
             words->restart_every > 1000000)
        return why_fail(why, ERR_INVALID, "usage", name,
                        "--restart-every %s: give a whole number from 1 to 1000000", text);
    return OK;
}

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct words *words = ctx;
    if (option)
        return take_option(words, option->name, text, why);
    if (words->file_count == FILES_MOST)
        return why_fail(why, ERR_TOO_BIG, "usage", text, "replay takes at most %d files",
                        FILES_MOST);
    words->files[words->file_count++] = text;
    return OK;
}

static enum err play(const struct words *words, const char *printer, struct why *why)
{
    const struct player_options player_options = {
        .printer_id = printer,
        .inventory = words->inventory,
        .sliced = words->sliced,
        .restart_every = (int)words->restart_every,
        .out = stdout,
    };
    struct player *player = NULL;
    enum err e = player_open(&player_options, &player, why);
    for (int i = 0; e == OK && i < words->file_count; i++)
        e = player_play(player, words->files[i], why);
    if (e == OK)
        e = player_finish(player, why);
    player_close(player);
    return e;
}

int cmd_replay_main(struct command_context *context, char **rest)
{
    struct words words = {0};
    int code = commands_parse(context, rest, options, take_word, &words);
    if (code >= 0)
        return code;
    if (!words.file_count)
        return commands_refuse(EXIT_USAGE, "replay: name at least one .json or .jsonl file");
    struct why why = {0};
    char printer[128] = "";
    enum err e = OK;
    if (words.printer && !text_copy(printer, sizeof printer, words.printer))
        return commands_refuse(EXIT_USAGE, "replay: --printer is too long");
    if (!*printer && words.inventory)
        e = inventory_printer(words.inventory, printer, sizeof printer, &why);
    if (e == OK)
        e = play(&words, *printer ? printer : "REPLAY", &why);
    if (fflush(stdout) != 0 && e == OK)
        return commands_refuse(EXIT_FAILED, "replay: the output cannot be written");
    return e == OK ? 0 : commands_refuse(EXIT_FAILED, why.text);
}
