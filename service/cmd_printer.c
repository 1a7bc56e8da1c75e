#include "service/cmd_printer.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/load.h"
#include "service/table.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/write.h"

static const struct cli_option options[] = {
    {"serial", "SERIAL", "add: serial number of the printer"},
    {"host", "HOST", "add: its address or name on the LAN"},
    {"id", "ID", "add: the printer_id; default: the serial"},
    {"name", "NAME", "add: what people call it"},
    {"model", "MODEL", "add: such as P1S or \"A1 mini\""},
    {"port", "PORT", "add: MQTT port, default 8883"},
    {"ftps-port", "PORT", "add: FTPS port, default 990"},
    {"access-code-file", "FILE",
     "add: file with the access code; else it is asked for, or read "
     "from stdin"},
    {"access-code", "CODE", "add: the access code itself; others can see it while this runs"},
    {"pin", "SHA256", "add: trust this public key where no CA vouches for the printer"},
    {"json", NULL, "list: the rows as JSON"},
    {0},
};

static const struct {
    const char *option;
    size_t at;
} texts[] = {
    {"serial", offsetof(struct cmd_printer_words, serial)},
    {"host", offsetof(struct cmd_printer_words, host)},
    {"id", offsetof(struct cmd_printer_words, id)},
    {"name", offsetof(struct cmd_printer_words, name)},
    {"model", offsetof(struct cmd_printer_words, model)},
    {"access-code-file", offsetof(struct cmd_printer_words, code_file)},
    {"access-code", offsetof(struct cmd_printer_words, access_code)},
    {"pin", offsetof(struct cmd_printer_words, pin)},
};

static enum err take_port(const char *option, const char *text, int64_t *ret_port, struct why *why)
{
    if (text_to_int(text, ret_port) && *ret_port >= 1 && *ret_port <= 65535)
        return OK;
    return why_fail(why, ERR_INVALID, "usage", option, "--%s: expected a port, 1 to 65535", option);
}

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct cmd_printer_words *words = ctx;
    if (!option && words->action && words->id)
        return why_fail(why, ERR_INVALID, "usage", text,
                        "%s: one word too many; see printer --help", text);
    if (!option) {
        *(words->action ? &words->id : &words->action) = text;
        return OK;
    }
    for (size_t i = 0; i < LEN(texts); i++)
        if (strcmp(texts[i].option, option->name) == 0) {
            memcpy((char *)words + texts[i].at, &text, sizeof text);
            return OK;
        }
    if (strcmp(option->name, "port") == 0)
        return take_port("port", text, &words->port, why);
    if (strcmp(option->name, "ftps-port") == 0)
        return take_port("ftps-port", text, &words->ftps_port, why);
    words->json = true;
    return OK;
}

static int run_list(struct command_context *context, const struct cmd_printer_words *words)
{
    static const struct table_column columns[] = {
        {"printer_id", "PRINTER ID"}, {"name", "NAME"},     {"model", "MODEL"},
        {"serial", "SERIAL"},         {"host", "HOST"},     {"port", "PORT"},
        {"enabled", "ENABLED"},       {"source", "SOURCE"}, {0}};
    struct why why;
    struct db *db = NULL;
    auto_list rows = {0};
    int code = load_database(context, &db);
    if (code < 0)
        code = printers_list(db, NULL, &rows, &why) == OK
                   ? table_print(&rows.body, columns, words->json)
                   : commands_refuse(EXIT_FAILED, why.text);
    load_close(context, db);
    return code;
}

static int run_remove(struct command_context *context, const struct cmd_printer_words *words)
{
    struct why why;
    struct db *db = NULL;
    json_auto_t *args = json_pack("{s:s}", "printer_id", words->id), *row = NULL;
    int code = load_database(context, &db);
    if (code < 0 && write_once(db, printers_delete, args, &row, &why) != OK)
        code = commands_refuse(EXIT_FAILED, why.text);
    if (code < 0)
        code = printf("removed %s\n", words->id) > 0 ? 0 : EXIT_FAILED;
    load_close(context, db);
    return code;
}

static int run_add(struct command_context *context, const struct cmd_printer_words *words)
{
    if (!words->serial)
        return commands_refuse(EXIT_USAGE, "--serial is missing; it is on the printer's screen "
                                           "under Settings, Device");
    if (!words->host)
        return commands_refuse(EXIT_USAGE, "--host is missing; filamentd discover lists addresses");
    return cmd_printer_add_run(context, words);
}

static const struct {
    const char *name;
    int (*run)(struct command_context *context, const struct cmd_printer_words *words);
    bool needs_id;
} actions[] = {{"add", run_add, false}, {"list", run_list, false}, {"remove", run_remove, true}};

int cmd_printer_main(struct command_context *context, char **words)
{
    struct cmd_printer_words said = {0};
    int code = commands_parse(context, words, options, take_word, &said);
    if (code >= 0)
        return code;
    for (size_t i = 0; i < LEN(actions); i++) {
        if (!said.action || strcmp(actions[i].name, said.action) != 0)
            continue;
        if (actions[i].needs_id && !said.id)
            return commands_refuse(EXIT_USAGE,
                                   "the printer's id must follow: printer remove PRINTER_ID");
        return actions[i].run(context, &said);
    }
    return commands_refuse(EXIT_USAGE, "printer: say add, list or remove; see printer --help");
}
