#include "service/cmd_key.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/load.h"
#include "service/table.h"
#include "store/db.h"
#include "store/keys.h"
#include "store/list.h"
#include "store/write.h"

struct words {
    const char *action, *name, *scopes, *expires, *rename;
    bool json;
};

static const struct cli_option options[] = {
    {"scopes", "SCOPE,...",
     "read, spools:write, slots:write, jobs:write, devices, webhook, metrics, "
     "admin"},
    {"expires", "TIME", "such as 2030-01-31T00:00:00Z, or never, which is the default"},
    {"name", "NAME", "update: what it is called from now on"},
    {"json", NULL, "list and show: the rows as JSON"},
    {0},
};

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct words *words = ctx;
    if (!option && !words->action)
        words->action = text;
    else if (!option && !words->name)
        words->name = text;
    else if (!option)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: one word too many; see key --help",
                        text);
    else if (strcmp(option->name, "scopes") == 0)
        words->scopes = text;
    else if (strcmp(option->name, "expires") == 0)
        words->expires = text;
    else if (strcmp(option->name, "name") == 0)
        words->rename = text;
    else
        words->json = true;
    return OK;
}

json_t *cmd_key_scopes(const char *text)
{
    json_t *list = json_array();
    auto_free char *copy = strdup(text);
    char *rest = copy;
    while (rest) {
        char *item = strsep(&rest, ",");
        text_trim(item);
        json_array_append_new(list, json_string(item));
    }
    return list;
}

static json_t *expiry(const char *text)
{
    return strcmp(text, "never") == 0 ? json_null() : json_string(text);
}

static int run_create(struct db *db, const struct words *words)
{
    struct why why;
    json_auto_t *args =
        json_pack("{s:s, s:o}", "name", words->name, "scopes", cmd_key_scopes(words->scopes));
    json_auto_t *row = NULL;
    if (words->expires)
        json_object_set_new(args, "expires_at", expiry(words->expires));
    if (write_once(db, keys_create, args, &row, &why) != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    printf("%s\n", json_string_value(json_object_get(row, "key")));
    return 0;
}

static const struct table_column columns[] = {{"key_id", "KEY ID"},
                                              {"prefix", "PREFIX"},
                                              {"name", "NAME"},
                                              {"device_name", "DEVICE"},
                                              {"platform", "PLATFORM"},
                                              {"scopes", "SCOPES"},
                                              {"last_used_at", "LAST USED"},
                                              {"expires_at", "EXPIRES"},
                                              {"revoked_at", "REVOKED"},
                                              {0}};

static int run_list(struct db *db, const struct words *words)
{
    struct why why;
    auto_list rows = {0};
    if (keys_list(db, NULL, &rows, &why) != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    return table_print(&rows.body, columns, words->json);
}

/* One call for one key, in a transaction of its own; the row that it returns, as a list of one. */
static int run_call(struct db *db, write_verb *call, const json_t *args, struct buf *ret_rows)
{
    struct why why;
    json_auto_t *row = NULL;
    if (write_once(db, call, args, &row, &why) != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    auto_free char *text = json_dumps(row, JSON_COMPACT);
    buf_format(ret_rows, "[%s]", text ? text : "");
    return 0;
}

static int run_show(struct db *db, const struct words *words)
{
    auto_buf rows = {0};
    json_auto_t *args = json_pack("{s:s}", "key_id", words->name);
    int code = run_call(db, keys_get, args, &rows);
    return code ? code : table_print(&rows, columns, words->json);
}

static int run_update(struct db *db, const struct words *words)
{
    auto_buf rows = {0};
    json_auto_t *args = json_pack("{s:s}", "key_id", words->name);
    if (!words->rename && !words->expires)
        return commands_refuse(EXIT_USAGE, "nothing to change: give --name or --expires");
    if (words->rename)
        json_object_set_new(args, "name", json_string(words->rename));
    if (words->expires)
        json_object_set_new(args, "expires_at", expiry(words->expires));
    int code = run_call(db, keys_update, args, &rows);
    return code ? code : table_print(&rows, columns, words->json);
}

static int run_revoke(struct db *db, const struct words *words)
{
    auto_buf rows = {0};
    json_auto_t *args = json_pack("{s:s}", "key_id", words->name);
    int code = run_call(db, keys_revoke, args, &rows);
    if (!code)
        printf("revoked %s\n", words->name);
    return code;
}

static const struct {
    const char *name;
    int (*run)(struct db *db, const struct words *words);
    bool needs_name, needs_scopes;
} actions[] = {{"create", run_create, true, true},
               {"list", run_list, false, false},
               {"show", run_show, true, false},
               {"update", run_update, true, false},
               {"revoke", run_revoke, true, false}};

int cmd_key_main(struct command_context *context, char **words)
{
    struct words said = {0};
    int code = commands_parse(context, words, options, take_word, &said);
    if (code >= 0)
        return code;
    for (size_t i = 0; i < LEN(actions); i++) {
        if (!said.action || strcmp(actions[i].name, said.action) != 0)
            continue;
        if (actions[i].needs_name != (said.name && *said.name))
            return commands_refuse(EXIT_USAGE, said.name && *said.name
                                                   ? "key list takes no name"
                                                   : "a name must follow, as in key create NAME or "
                                                     "key revoke KEY_ID");
        if (actions[i].needs_scopes && !said.scopes)
            return commands_refuse(EXIT_USAGE, "--scopes is missing, such as --scopes read or "
                                               "--scopes admin");
        struct db *db = NULL;
        code = load_database(context, &db);
        if (code < 0)
            code = actions[i].run(db, &said);
        load_close(context, db);
        return code;
    }
    return commands_refuse(EXIT_USAGE,
                           "key: say create, list, show, update or revoke; see key --help");
}
