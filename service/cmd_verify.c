#include "service/cmd_verify.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/load.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/verify.h"

static const struct cli_option options[] = {
    {"json", NULL, "the problems as a JSON array"},
    {0},
};

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    if (!option)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: verify takes no words", text);
    *(bool *)ctx = true;
    return OK;
}

static const char *text_of(const json_t *problem, const char *key)
{
    const char *text = json_string_value(json_object_get(problem, key));
    return text ? text : "";
}

static void print_problems(const json_t *problems)
{
    size_t i;
    json_t *problem;
    json_array_foreach (problems, i, problem)
        printf("%s: %s %s: %s (%s)\n", text_of(problem, "rule"), text_of(problem, "entity"),
               text_of(problem, "id"), text_of(problem, "meaning"), text_of(problem, "detail"));
    if (json_array_size(problems))
        printf("%zu problems\n", json_array_size(problems));
    else
        puts("healthy: every invariant holds");
}

/* Read only, so that a running daemon is not disturbed and damage is not touched. */
static enum err read_problems(const char *path, json_t **ret_problems, struct why *why)
{
    struct db *db = NULL;
    if (access(path, R_OK) != 0)
        return why_fail(why, ERR_NOT_FOUND, "no_database", NULL,
                        "%s cannot be read; name the right folder with --state-dir", path);
    enum err e = db_open(path, DB_READ, &db, why);
    if (e != OK)
        return e;
    if (db_version(db) != migrate_newest())
        e = why_fail(why, ERR_CONFLICT, "other_version", NULL,
                     "the database has version %lld, this program %d; start the daemon once",
                     (long long)db_version(db), migrate_newest());
    else
        e = db_begin(db) == OK ? verify_run(db, ret_problems, why) : db_status(db, why);
    db_rollback(db);
    db_close(db);
    return e;
}

int cmd_verify_main(struct command_context *context, char **words)
{
    bool as_json = false;
    int code = commands_parse(context, words, options, take_word, &as_json);
    if (code < 0)
        code = load_config(context);
    if (code >= 0)
        return code;
    struct why why = {0};
    json_auto_t *problems = NULL;
    if (read_problems(context->database, &problems, &why) != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    if (as_json) {
        json_dumpf(problems, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        print_problems(problems);
    }
    return json_array_size(problems) ? EXIT_FAILED : 0;
}
