#include "service/cmd_transfer.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "api/rest.h"
#include "base/auto.h"
#include "service/cli.h"
#include "service/commands.h"
#include "service/load.h"
#include "service/lock.h"
#include "store/db.h"
#include "store/transfer.h"
#include "store/write.h"

struct words {
    const char *file, *sheet, *on_conflict;
    bool dry_run, json;
};

static const struct cli_option export_options[] = {
    {"csv", "WHAT", "only a table: spools, usage or jobs"},
    {0},
};

static const struct cli_option import_options[] = {
    {"dry-run", NULL, "do all of it, tell, and keep nothing"},
    {"on-conflict", "MODE", "for what is here with other contents: skip (default), update or fail"},
    {"json", NULL, "the report as JSON"},
    {0},
};

static enum err take_word(void *ctx, const struct cli_option *option, const char *text,
                          struct why *why)
{
    struct words *words = ctx;
    if (!option && words->file)
        return why_fail(why, ERR_INVALID, "usage", text, "%s: one file is enough", text);
    if (!option)
        words->file = text;
    else if (strcmp(option->name, "csv") == 0)
        words->sheet = text;
    else if (strcmp(option->name, "on-conflict") == 0)
        words->on_conflict = text;
    words->dry_run |= option && strcmp(option->name, "dry-run") == 0;
    words->json |= option && strcmp(option->name, "json") == 0;
    return OK;
}

/* --- out --- */

int cmd_transfer_export(struct command_context *context, char **words)
{
    struct words said = {0};
    struct why why = {0};
    struct db *db = NULL;
    int code = commands_parse(context, words, export_options, take_word, &said);
    if (code < 0 && said.file)
        code = commands_refuse(EXIT_USAGE, "export writes to its output, and takes no words");
    if (code < 0)
        code = load_database(context, &db);
    if (code < 0) {
        enum err e = db_begin(db) == OK ? OK : db_status(db, &why);
        if (e == OK)
            e = said.sheet ? transfer_csv(db, said.sheet, stdout, &why)
                           : transfer_export(db, stdout, &why);
        db_rollback(db);
        code = e == OK ? 0 : commands_refuse(EXIT_FAILED, why.text);
    }
    load_close(context, db);
    return code;
}

/* --- in --- */

static void print_report(const json_t *report)
{
    size_t i;
    json_t *row;
    json_array_foreach (json_object_get(report, "counts"), i, row)
        printf("%s: %lld created, %lld updated, %lld skipped, %lld unchanged\n",
               json_string_value(json_object_get(row, "entity")),
               (long long)json_integer_value(json_object_get(row, "created")),
               (long long)json_integer_value(json_object_get(row, "updated")),
               (long long)json_integer_value(json_object_get(row, "skipped")),
               (long long)json_integer_value(json_object_get(row, "unchanged")));
    json_array_foreach (json_object_get(report, "renumbered"), i, row)
        printf("roll %lld is number %lld here\n",
               (long long)json_integer_value(json_object_get(row, "from")),
               (long long)json_integer_value(json_object_get(row, "to")));
    json_array_foreach (json_object_get(report, "problems"), i, row)
        printf("%s, line %lld: %s\n", json_string_value(json_object_get(row, "where")),
               (long long)json_integer_value(json_object_get(row, "line")),
               json_string_value(json_object_get(row, "message")));
}

static enum err find_mode(const char *text, enum transfer_conflict *ret_mode, struct why *why)
{
    static const char *const names[] = {"skip", "update", "fail"};
    for (size_t i = 0; text && i < LEN(names); i++) {
        *ret_mode = (enum transfer_conflict)i;
        if (strcmp(names[i], text) == 0)
            return OK;
    }
    *ret_mode = TRANSFER_SKIP;
    return text ? why_fail(why, ERR_INVALID, "usage", "on-conflict",
                           "--on-conflict is skip, update or fail")
                : OK;
}

struct intake {
    FILE *file;
    struct transfer_wish wish;
    json_t *report;
};

static enum err take_in(void *ctx, struct db *db, struct why *why)
{
    struct intake *intake = ctx;
    return transfer_import(db, intake->file, &intake->wish, &intake->report, why);
}

static enum err import_file(struct db *db, FILE *file, const struct words *said,
                            json_t **ret_report, struct why *why)
{
    struct intake intake = {
        .file = file,
        .wish = {.dry_run = said->dry_run, .spool_fields = &rest_spools_fields_create}};
    enum err e = find_mode(said->on_conflict, &intake.wish.on_conflict, why);
    if (e == OK)
        e = db_begin(db) == OK ? write_follow(db, take_in, &intake, why) : db_status(db, why);
    *ret_report = intake.report;
    if (e == OK && !said->dry_run)
        return db_commit(db, why);
    db_rollback(db);
    return e;
}

static int run_import(struct db *db, const struct words *said)
{
    struct why why = {0};
    json_auto_t *report = NULL;
    auto_file *file = fopen(said->file, "r");
    if (!file) {
        why_fail(&why, ERR_NOT_FOUND, "no_file", NULL, "%s cannot be read", said->file);
        return commands_refuse(EXIT_FAILED, why.text);
    }
    enum err e = import_file(db, file, said, &report, &why);
    if (report && said->json) {
        json_dumpf(report, stdout, JSON_INDENT(2));
        putchar('\n');
    } else if (report) {
        print_report(report);
    }
    if (e != OK)
        return commands_refuse(EXIT_FAILED, why.text);
    if (said->dry_run)
        fputs("filamentd: a dry run; nothing was kept\n", stderr);
    return 0;
}

int cmd_transfer_import(struct command_context *context, char **words)
{
    struct words said = {0};
    struct why why = {0};
    struct db *db = NULL;
    int lock = -1;
    int code = commands_parse(context, words, import_options, take_word, &said);
    if (code < 0 && !said.file)
        code = commands_refuse(EXIT_USAGE, "import: name a file, as in import FILE");
    if (code < 0)
        code = load_database(context, &db);
    if (code < 0 && !said.dry_run && lock_take(context->state_dir, &lock, &why) != OK)
        code =
            commands_refuse(EXIT_FAILED, "a daemon runs on this state directory: stop it first, or "
                                         "send the file to its /api/import");
    if (code < 0)
        code = run_import(db, &said);
    if (lock >= 0)
        lock_release(lock);
    load_close(context, db);
    return code;
}
