#include "service/cmd_ha_package.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "core/model.h"
#include "service/cli.h"
#include "service/cmd_ha_package_hook.h"
#include "service/cmd_ha_package_mqtt.h"
#include "service/commands.h"
#include "service/config.h"
#include "service/config_rules.h"
#include "service/load.h"
#include "store/db.h"
#include "store/list.h"
#include "store/printers.h"
#include "store/slots.h"

enum { NAME_MOST = 64, PREFIX_SIZE = 3 * CMD_HA_PACKAGE_SLUG_SIZE, USAGE = 64 };

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
static const char name_letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

struct wish {
    char url[256];       /* of this daemon, as Home Assistant reaches it */
    const char *printer; /* id or serial; NULL: every printer that is known */
    const char *prefix;  /* of its entities; NULL: the default of the integration */
    const char *notify;  /* action of a phone; NULL: none */
    bool mqtt;
    struct buf *out; /* printed when all of it is there: half a package is none */
};

static const struct cli_option options[] = {
    {"url", "URL",
     "this daemon as Home Assistant reaches it; default https://filamentd.local:8443"},
    {"printer", "SERIAL", "one printer, also one that is not known yet"},
    {"prefix", "PREFIX", "of its entities, such as sensor.p1s_01p00a000000000"},
    {"mqtt", NULL, "for a broker that filamentd announces its entities at"},
    {"notify", "NAME", "the phone that alerts go to, such as mobile_app_phone"},
    {0},
};

/* --- words --- */

static enum err take_url(struct wish *wish, const char *text, struct why *why)
{
    const struct config_key *key = config_key_find("server", "external_url");
    if (config_rules_fault(key, text) || strpbrk(text, "\"\\{}% ") ||
        !text_copy(wish->url, sizeof wish->url, text))
        return why_fail(why, ERR_INVALID, "usage", text,
                        "--url %.80s: say http:// or https://, a host and a port", text);
    size_t len = strlen(wish->url);
    while (wish->url[len - 1] == '/')
        wish->url[--len] = '\0';
    return OK;
}

/* They are written into YAML and templates: nothing but what ids are made of. */
static enum err take_id(const char **ret, const char *option, const char *text, const char *start,
                        const char *allowed, struct why *why)
{
    size_t len = strlen(text), skip = strlen(start);
    if (!text_starts(text, start) || len == skip || len > NAME_MOST + skip ||
        strspn(text + skip, allowed) != len - skip)
        return why_fail(why, ERR_INVALID, "usage", text, "--%s %.80s: has %s%s1 to %d of %s",
                        option, text, start, *start ? " and " : "", NAME_MOST,
                        allowed == letters ? "a-z 0-9 _" : "A-Z a-z 0-9 _ . -");
    *ret = text;
    return OK;
}

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct wish *wish = ctx;
    if (!option)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: ha-package takes no words", text);
    if (strcmp(option->name, "url") == 0)
        return take_url(wish, text, why);
    if (strcmp(option->name, "printer") == 0)
        return take_id(&wish->printer, "printer", text, "", name_letters, why);
    if (strcmp(option->name, "prefix") == 0)
        return take_id(&wish->prefix, "prefix", text, "sensor.", letters, why);
    if (strcmp(option->name, "notify") == 0)
        return take_id(&wish->notify, "notify", text, "", letters, why);
    wish->mqtt = true;
    return OK;
}

static const char *fault_of(const struct wish *wish)
{
    if (wish->prefix && !wish->printer)
        return "--prefix is of one printer: name it with --printer";
    if (wish->prefix && wish->mqtt)
        return "--prefix is of entities that --mqtt has no need of";
    return NULL;
}

/* --- printers --- */

void cmd_ha_package_slug(const char *text, char ret[CMD_HA_PACKAGE_SLUG_SIZE])
{
    size_t used = 0;
    for (; *text && used + 1 < CMD_HA_PACKAGE_SLUG_SIZE; text++)
        ret[used++] = isalnum((unsigned char)*text) ? (char)tolower((unsigned char)*text) : '_';
    ret[used] = '\0';
}

/* The integration calls a device MODEL_SERIAL, the model without blanks. False: no model is known,
 * and to guess one would name entities that do not exist. */
static bool guess_prefix(const char *name, const char *model_text, char ret[PREFIX_SIZE])
{
    char id[CMD_HA_PACKAGE_SLUG_SIZE], kind[CMD_HA_PACKAGE_SLUG_SIZE];
    size_t used = 0;
    enum model model = model_text ? model_from_name(model_text) : MODEL_UNKNOWN;
    if (model == MODEL_UNKNOWN)
        model = model_from_serial(name);
    for (const char *at = model_name(model); *at && used + 1 < sizeof kind; at++)
        if (*at != ' ')
            kind[used++] = (char)tolower((unsigned char)*at);
    kind[used] = '\0';
    cmd_ha_package_slug(name, id);
    snprintf(ret, PREFIX_SIZE, "sensor.%s_%s", kind, id);
    return model != MODEL_UNKNOWN;
}

static enum err print_one(const struct wish *wish, const struct cmd_ha_package_printer *printer,
                          const char *model, struct why *why)
{
    char prefix[PREFIX_SIZE];
    struct cmd_ha_package_printer whole = *printer;
    whole.prefix = wish->prefix ? wish->prefix : prefix;
    if (!guess_prefix(printer->name, model, prefix) && !wish->prefix && !wish->mqtt)
        return why_fail(why, ERR_INVALID, "unknown_model", printer->name,
                        "the model of %s is not known, and so not how its entities are called: "
                        "say --printer %s --prefix sensor.MODEL_SERIAL",
                        printer->name, printer->name);
    if (wish->mqtt)
        cmd_ha_package_mqtt_print(wish->out, &whole, wish->notify);
    else
        cmd_ha_package_hook_print(wish->out, &whole);
    return OK;
}

static enum err print_row(const struct wish *wish, struct db *db, const json_t *row,
                          struct why *why)
{
    json_auto_t *slots = NULL;
    const char *id = json_string_value(json_object_get(row, "printer_id"));
    const char *serial = json_string_value(json_object_get(row, "serial"));
    enum err e = list_rows(db, slots_list, json_pack("{s:s}", "printer_id", id), &slots, why);
    const struct cmd_ha_package_printer printer = {
        .name = serial ? serial : id, .id = id, .slots = slots};
    return e ? e : print_one(wish, &printer, json_string_value(json_object_get(row, "model")), why);
}

static enum err print_named(const struct wish *wish, struct db *db, struct why *why)
{
    json_auto_t *row = NULL, *args = json_pack("{s:s}", "printer_id", wish->printer);
    const struct cmd_ha_package_printer printer = {.name = wish->printer, .id = wish->printer};
    enum err e = db ? printers_get(db, args, &row, why) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND)
        return print_one(wish, &printer, NULL, why);
    return e ? e : print_row(wish, db, row, why);
}

static enum err print_known(const struct wish *wish, struct db *db, struct why *why)
{
    json_auto_t *printers = NULL;
    enum err e = db ? list_rows(db, printers_list, json_object(), &printers, why) : OK;
    size_t i;
    const json_t *row;
    if (e == OK && !json_array_size(printers))
        return why_fail(why, ERR_NOT_FOUND, "no_printer", "",
                        "no printer is known yet: name one with --printer SERIAL");
    json_array_foreach (printers, i, row)
        if (e == OK)
            e = print_row(wish, db, row, why);
    return e;
}

static int print_package(const struct command_context *context, const struct wish *wish)
{
    struct why why;
    struct db *db = NULL;
    bool there = access(context->database, F_OK) == 0;
    enum err e = there ? db_open(context->database, DB_READ, &db, &why) : OK;
    if (e == OK && wish->mqtt)
        cmd_ha_package_mqtt_begin(wish->out);
    else if (e == OK)
        cmd_ha_package_hook_begin(wish->out, wish->url, wish->notify);
    if (e == OK)
        e = wish->printer ? print_named(wish, db, &why) : print_known(wish, db, &why);
    db_close(db);
    if (e == OK && wish->out->failed)
        e = why_fail(&why, ERR_NOMEM, NULL, "", "out of memory");
    if (e != OK)
        return commands_refuse(1, why.text);
    fwrite(wish->out->data, 1, wish->out->len, stdout);
    return 0;
}

int cmd_ha_package_main(struct command_context *context, char **words)
{
    auto_buf out = {0};
    struct wish wish = {.url = "https://filamentd.local:8443", .out = &out};
    int code = commands_parse(context, words, options, take_word, &wish);
    if (code >= 0)
        return code;
    const char *fault = fault_of(&wish);
    if (fault)
        return commands_refuse(USAGE, fault);
    code = load_config(context);
    return code >= 0 ? code : print_package(context, &wish);
}
