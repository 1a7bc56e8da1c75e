#include "service/commands.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "api/api.h"
#include "base/auto.h"
#include "base/text.h"
#include "service/cli.h"
#include "service/cmd_analyze.h"
#include "service/cmd_discover.h"
#include "service/cmd_ha_package.h"
#include "service/cmd_key.h"
#include "service/cmd_mdns.h"
#include "service/cmd_pair.h"
#include "service/cmd_printer.h"
#include "service/cmd_replay.h"
#include "service/cmd_transfer.h"
#include "service/cmd_verify.h"
#include "service/config.h"
#include "service/serve.h"
#include "service/show.h"

static const struct command commands[] = {
    {"serve", serve_main, "", "run the daemon (the default)"},
    {"key", cmd_key_main,
     "create NAME --scopes SCOPE[,SCOPE...] [--expires TIME]\nlist [--json]\nshow KEY_ID [--json]\n"
     "update KEY_ID [--name NAME] [--expires TIME]\nrevoke KEY_ID",
     "make, list, change and revoke API keys"},
    {"pair", cmd_pair_main, "[--name NAME] [--scopes SCOPE,...] [--json]",
     "show a QR code that pairs a phone"},
    {"mdns-service", cmd_mdns_main, "[--output FILE]",
     "print the avahi service file that announces this daemon"},
    {"printer", cmd_printer_main,
     "add --serial SERIAL --host HOST [--access-code-file FILE] [--pin SHA256]\n"
     "list [--json]\nremove PRINTER_ID",
     "add, list and remove printers"},
    {"discover", cmd_discover_main, "[--seconds N] [--json]",
     "list the printers that announce themselves"},
    {"verify", cmd_verify_main, "[--json]",
     "check every invariant of the database and say what is wrong"},
    {"export", cmd_transfer_export, "[--csv WHAT] > FILE",
     "print everything that you own as JSON, or one table of it as CSV"},
    {"import", cmd_transfer_import, "[--dry-run] [--on-conflict MODE] [--json] FILE",
     "take in an export of filamentd or Spoolman, or a CSV of rolls"},
    {"replay", cmd_replay_main,
     "[--printer ID] [--inventory FILE] [--sliced FILE] [--restart-every N] FILE...",
     "print what the daemon would make of recorded reports, as JSON lines"},
    {"ha-package", cmd_ha_package_main,
     "[--url URL] [--printer SERIAL [--prefix PREFIX]]\n--mqtt [--notify NAME] [--printer ID]",
     "print the package YAML for Home Assistant"},
    {"analyze", cmd_analyze_main, "[--layers] [--plate N] FILE",
     "print what a sliced file holds, as JSON"},
};

/* Options of every command, before or behind its name. */
static const struct cli_option everywhere[] = {
    {"config", "FILE", "configuration file; default /etc/filamentd/filamentd.conf if there is one"},
    {"state-dir", "DIR", "folder of the database, keys and certificate; made when missing"},
    {"listen", "ADDR:PORT", "plain HTTP here instead of the default listeners; repeatable"},
    {"https-listen", "ADDR:PORT", "HTTPS here instead of the default listeners; repeatable"},
    {"log-level", "LEVEL", "error, warn, info or debug"},
    {"set", "SECTION.KEY=VALUE", "any other key of the configuration"},
    {"help", NULL, "this text; behind a command, its own"},
    {0},
};

/* Options that stand before any command. */
static const struct cli_option at_first[] = {
    {"check-config", NULL, "name every error of the configuration with its line, then exit"},
    {"print-config", NULL, "print every key and where its value comes from, then exit"},
    {"first-key", NULL, "serve: where no API key exists, make one and print it"},
    {"print-routes", NULL, "print the table of REST routes, then exit"},
    {"version", NULL, "print the version"},
    {0},
};

static const struct {
    const char *option, *section, *key;
} option_keys[] = {
    {"state-dir", "server", "state_dir"},
    {"listen", "server", "listen"},
    {"https-listen", "server", "https_listen"},
    {"log-level", "server", "log_level"},
};

int commands_refuse(int code, const char *text)
{
    fprintf(stderr, "filamentd: %s\n", text);
    return code;
}

static enum err add_value(struct command_context *context, const char *option, const char *section,
                          const char *key, const char *text, struct why *why)
{
    if (context->value_count == COMMANDS_VALUES)
        return why_fail(why, ERR_TOO_BIG, "usage", option, "--%s: too many options; at most %d",
                        option, COMMANDS_VALUES);
    int at = context->value_count++;
    context->values[at].option = option;
    context->values[at].section = section;
    context->values[at].key = key;
    context->values[at].text = text;
    return OK;
}

static enum err take_common(struct command_context *context, const struct cli_option *option,
                            const char *text, struct why *why)
{
    for (size_t i = 0; i < LEN(option_keys); i++)
        if (strcmp(option_keys[i].option, option->name) == 0)
            return add_value(context, option->name, option_keys[i].section, option_keys[i].key,
                             text, why);
    if (strcmp(option->name, "set") == 0)
        return add_value(context, option->name, NULL, NULL, text, why);
    if (strcmp(option->name, "config") == 0)
        context->config_file = text;
    context->help |= strcmp(option->name, "help") == 0;
    context->check_config |= strcmp(option->name, "check-config") == 0;
    context->print_config |= strcmp(option->name, "print-config") == 0;
    context->first_key |= strcmp(option->name, "first-key") == 0;
    context->print_routes |= strcmp(option->name, "print-routes") == 0;
    context->version |= strcmp(option->name, "version") == 0;
    return OK;
}

static void print_usage(const char *program, const struct command *command)
{
    const char *line = command->usage, *lead = "usage:";
    do {
        size_t len = strcspn(line, "\n");
        printf("%s %s %s%s%.*s\n", lead, program, command->name, len ? " " : "", (int)len, line);
        line += len + (line[len] == '\n');
        lead = "      ";
    } while (*line);
}

static int command_help(const struct command_context *context, const struct cli_option *own)
{
    print_usage("filamentd", context->command);
    printf("\n%s\n\nOptions:\n", context->command->doc);
    if (own)
        cli_print_options(own);
    cli_print_options(everywhere);
    return 0;
}

int commands_parse(struct command_context *context, char **words, const struct cli_option *own,
                   command_take *take_own, void *ctx)
{
    static const struct cli_option none[] = {{0}};
    const struct cli_option *const tables[] = {own ? own : none, everywhere, NULL};
    struct cli_args args = {.words = words};
    struct why why;
    while (!context->help) {
        const struct cli_option *option = NULL;
        const char *text = NULL;
        enum cli_token token = cli_next(&args, tables, &option, &text, &why);
        if (token == CLI_END)
            return -1;
        bool common = option >= everywhere && option < everywhere + LEN(everywhere);
        enum err e = token == CLI_BAD ? ERR_INVALID
                     : common         ? take_common(context, option, text, &why)
                                      : take_own(ctx, option, text, &why);
        if (e != OK)
            return commands_refuse(EXIT_USAGE, why.text);
    }
    return command_help(context, own);
}

static int print_help(void)
{
    printf("filamentd: which roll of filament is in which slot, and what each print took from it.\n"
           "\nusage: filamentd [OPTIONS] [COMMAND [WORDS]]\n\nCommands:\n");
    for (size_t i = 0; i < LEN(commands); i++)
        printf("  %-12s %s\n", commands[i].name, commands[i].doc);
    printf("\nOptions:\n");
    cli_print_options(everywhere);
    cli_print_options(at_first);
    printf("\nEvery key can also come from the environment as FILAMENTD_SECTION_KEY, such as\n"
           "FILAMENTD_SERVER_LOG_LEVEL; secrets too from a file named by FILAMENTD_..._FILE.\n"
           "\nExit codes: 0 done; 1 failed; 64 wrong usage; 78 errors in the configuration.\n");
    return 0;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < LEN(commands); i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* The options before the command; ${args} then stands behind its name. -1: go on. */
static int parse_first(struct command_context *context, struct cli_args *args)
{
    static const struct cli_option *const tables[] = {everywhere, at_first, NULL};
    struct why why;
    while (!context->command) {
        const struct cli_option *option;
        const char *text;
        enum cli_token token = cli_next(args, tables, &option, &text, &why);
        if (token == CLI_END)
            context->command = &commands[0];
        else if (token == CLI_WORD && !(context->command = find_command(text)))
            return commands_refuse(EXIT_USAGE,
                                   (why_fail(&why, ERR_INVALID, "usage", text,
                                             "%s: no such command; --help lists them", text),
                                    why.text));
        else if (token == CLI_BAD ||
                 (token == CLI_OPTION && take_common(context, option, text, &why) != OK))
            return commands_refuse(EXIT_USAGE, why.text);
        if (context->help && token != CLI_WORD)
            return print_help();
    }
    return -1;
}

int commands_main(int argc, char **argv)
{
    (void)argc;
    signal(SIGPIPE, SIG_IGN);
    umask(0077);
    struct command_context context = {.program = argv[0]};
    struct cli_args args = {.words = argv, .at = argv[0] != NULL};
    int code = parse_first(&context, &args);
    if (code < 0 && context.version)
        code = printf("filamentd %s\n", FILAMENTD_VERSION) > 0 ? 0 : EXIT_FAILED;
    if (code < 0 && context.print_routes) {
        api_print_routes();
        code = 0;
    }
    if (code < 0 && context.check_config)
        code = show_check(&context);
    if (code < 0 && context.print_config)
        code = show_print(&context);
    if (code < 0)
        code = context.command->run(&context, argv + args.at);
    config_free(context.config);
    return code;
}
