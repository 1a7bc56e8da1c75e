#include "service/cmd_pair.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/pair.h"
#include "api/qr.h"
#include "api/tls.h"
#include "base/auto.h"
#include "base/buf.h"
#include "service/cli.h"
#include "service/cmd_key.h"
#include "service/commands.h"
#include "service/listening.h"
#include "service/load.h"
#include "store/pairing.h"
#include "store/write.h"

enum { HALF = PAIRING_CODE_LEN / 2 };

struct words {
    const char *name, *scopes;
    bool json;
};

static const struct cli_option options[] = {
    {"name", "NAME", "name of the key; default: as the device calls itself"},
    {"scopes", "SCOPE,...", "default: all but admin, webhook and metrics"},
    {"json", NULL, "print what the QR code holds as JSON"},
    {0},
};

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct words *words = ctx;
    if (!option)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: pair takes no words", text);
    if (strcmp(option->name, "name") == 0)
        words->name = text;
    else if (strcmp(option->name, "scopes") == 0)
        words->scopes = text;
    else
        words->json = true;
    return OK;
}

/* {urls, fingerprint} of the daemon that this configuration is of. */
static enum err find_server(struct command_context *context, json_t **ret_server, struct why *why)
{
    struct listening listening;
    struct pair_endpoint list[LISTENING_MAX];
    char pin[TLS_PIN_SIZE], fingerprint[PAIR_FINGERPRINT_SIZE];
    enum err e = listening_read(context, &listening, why);
    if (e != OK)
        return e;
    size_t count = listening_endpoints(&listening, true, list);
    if (!count)
        return why_fail(why, ERR_CONFLICT, "no_https", "",
                        "pairing needs an HTTPS listener: set https_listen in [server]");
    if (!listening.running)
        fprintf(stderr, "filamentd: no daemon runs on %s: start it before you scan\n",
                context->state_dir);
    e = load_pin(context, pin, why);
    if (e != OK)
        return e;
    pair_fingerprint(pin, fingerprint);
    *ret_server =
        json_pack("{s:o, s:s}", "urls", pair_urls(list, count), "fingerprint", fingerprint);
    return *ret_server ? OK : why_fail(why, ERR_NOMEM, NULL, "", "out of memory");
}

static enum err offer(struct db *db, const struct words *words, json_t **ret, struct why *why)
{
    json_auto_t *args = json_object();
    if (words->name)
        json_object_set_new(args, "name", json_string(words->name));
    if (words->scopes)
        json_object_set_new(args, "scopes", cmd_key_scopes(words->scopes));
    return write_once(db, pairing_offer, args, ret, why);
}

static enum err print_picture(const char *link, const json_t *row, struct why *why)
{
    auto_buf picture = {0};
    const char *code = json_string_value(json_object_get(row, "code"));
    enum err e = qr_blocks(&picture, link, isatty(STDOUT_FILENO), why);
    if (e != OK || picture.failed)
        return e != OK ? e : ERR_NOMEM;
    printf("%s\nScan it with the app. It pairs one device, until %s.\nCode: %.*s-%s\n%s\n",
           picture.data, json_string_value(json_object_get(row, "expires_at")), HALF, code,
           code + HALF, link);
    return OK;
}

static int run(struct command_context *context, struct db *db, const struct words *words)
{
    struct why why = {.text = "out of memory"};
    auto_buf link = {0};
    json_auto_t *server = NULL, *row = NULL;
    enum err e = find_server(context, &server, &why);
    if (e == OK)
        e = offer(db, words, &row, &why);
    if (e != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    pair_link(json_object_get(server, "urls"),
              json_string_value(json_object_get(server, "fingerprint")),
              json_string_value(json_object_get(row, "code")), &link);
    if (link.failed || json_object_update(row, server) != 0)
        return commands_refuse(EXIT_FAILED, "out of memory");
    json_object_set_new(row, "url", json_string(link.data));
    if (words->json)
        return json_dumpf(row, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF ? 0
                                                                                    : EXIT_FAILED;
    e = print_picture(link.data, row, &why);
    return e == OK ? 0 : commands_refuse(EXIT_FAILED, why.text);
}

int cmd_pair_main(struct command_context *context, char **words)
{
    struct words said = {0};
    struct db *db = NULL;
    int code = commands_parse(context, words, options, take_word, &said);
    if (code >= 0)
        return code;
    code = load_database(context, &db);
    if (code < 0)
        code = run(context, db, &said);
    load_close(context, db);
    return code;
}
