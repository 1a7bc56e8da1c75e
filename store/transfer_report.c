#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "store/args.h"
#include "store/db.h"
#include "store/transfer_inside.h"

enum { PROBLEMS_KEPT = 500, PLACE_SIZE = 96 };

static const struct field count_fields[] = {
    {.name = "entity", .kind = K_TEXT, .doc = "list of the document, such as spools"},
    {.name = "created", .kind = K_INT, .doc = "rows that are new"},
    {.name = "updated", .kind = K_INT, .doc = "rows that were here and changed"},
    {.name = "skipped", .kind = K_INT, .doc = "rows that were left out; problems say why"},
    {.name = "unchanged", .kind = K_INT, .doc = "rows that were here already"},
};
static const struct field_shape count_shape = {NULL, count_fields, LEN(count_fields),
                                               "ImportCount"};

static const struct field problem_fields[] = {
    {.name = "where", .kind = K_TEXT, .doc = "such as spools[3].lot"},
    {.name = "line", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "line of the file, from 1"},
    {.name = "code", .kind = K_TEXT, .doc = "stable snake_case"},
    {.name = "message", .kind = K_TEXT, .doc = "what is wrong and what was done"},
};
static const struct field_shape problem_shape = {NULL, problem_fields, LEN(problem_fields),
                                                 "ImportProblem"};

static const struct field renumbered_fields[] = {
    {.name = "spool_id", .kind = K_TEXT, .doc = "roll"},
    {.name = "from", .kind = K_INT, .doc = "its number in the file, which another roll has here"},
    {.name = "to", .kind = K_INT, .doc = "its number here"},
};
static const struct field_shape renumbered_shape = {NULL, renumbered_fields, LEN(renumbered_fields),
                                                    "ImportRenumbered"};

static const struct field report_fields[] = {
    {.name = "dry_run", .kind = K_BOOL, .doc = "nothing was kept"},
    {.name = "source", .kind = K_TEXT, .doc = "what the file was known as"},
    {.name = "counts", .kind = K_LIST, .doc = "by kind of row", .of = &count_shape},
    {.name = "problem_count", .kind = K_INT, .doc = "all of them"},
    {.name = "problems", .kind = K_LIST, .doc = "the first ones", .of = &problem_shape},
    {.name = "renumbered",
     .kind = K_LIST,
     .doc = "rolls with a new number",
     .of = &renumbered_shape},
};
const struct field_shape transfer_report = {NULL, report_fields, LEN(report_fields),
                                            "ImportReport"};

json_t *transfer_report_new(const struct transfer_wish *wish, const char *source)
{
    return json_pack("{s:b, s:s, s:[], s:i, s:[], s:[]}", "dry_run", wish->dry_run, "source",
                     source, "counts", "problem_count", 0, "problems", "renumbered");
}

static json_t *count_row(struct transfer_run *run, const char *entity)
{
    json_t *counts = json_object_get(run->report, "counts"), *row;
    size_t i;
    json_array_foreach (counts, i, row)
        if (strcmp(args_text(row, "entity"), entity) == 0)
            return row;
    row = db_args(run->db, json_pack("{s:s, s:i, s:i, s:i, s:i}", "entity", entity, "created", 0,
                                     "updated", 0, "skipped", 0, "unchanged", 0));
    return json_array_append_new(counts, row) == 0 ? row : NULL;
}

static void add_one(struct db *db, json_t *row, const char *key)
{
    db_put(db, row, key, json_integer(args_int(row, key, 0) + 1));
}

void transfer_count(struct transfer_run *run, const char *entity, enum transfer_result result)
{
    static const char *const keys[TRANSFER_RESULTS] = {"created", "updated", "skipped",
                                                       "unchanged"};
    add_one(run->db, count_row(run, entity), keys[result]);
}

static void name_place(const struct transfer_where *where, const char *field,
                       char place[PLACE_SIZE])
{
    snprintf(place, PLACE_SIZE, "%s[%zu]%s%.40s", where->entity, where->index, *field ? "." : "",
             field);
}

void transfer_problem(struct transfer_run *run, const struct transfer_where *where,
                      const char *field, const char *code, const char *text)
{
    json_t *problems = json_object_get(run->report, "problems");
    char place[PLACE_SIZE];
    add_one(run->db, run->report, "problem_count");
    if (json_array_size(problems) >= PROBLEMS_KEPT)
        return;
    name_place(where, field, place);
    json_t *row =
        db_args(run->db, json_pack("{s:s, s:I, s:s, s:s}", "where", place, "line",
                                   (json_int_t)where->line, "code", code, "message", text));
    if (where->line <= 0)
        db_put(run->db, row, "line", json_null());
    if (json_array_append_new(problems, row) != 0)
        db_fail(run->db, ERR_NOMEM, NULL, "", "no memory for a report");
}

void transfer_fault(struct transfer_run *run, const struct transfer_where *where, const char *field,
                    const char *code, const char *text)
{
    if (!run->faulty) { /* the first one stands in front */
        json_array_clear(json_object_get(run->report, "problems"));
        db_put(run->db, run->report, "problem_count", json_integer(0));
    }
    run->faulty = true;
    transfer_problem(run, where, field, code, text);
}

/* Rules of the whole database that would not hold any more. */
static void check_rules(struct transfer_run *run)
{
    db_settle(run->db);
    json_auto_t *broken = db_rows(
        run->db, "SELECT rule, entity, id, detail FROM violations LIMIT 20 /* scan */", NULL, NULL);
    size_t i;
    const json_t *row;
    json_array_foreach (broken, i, row) {
        char text[320];
        struct transfer_where where = {args_text(row, "entity"), i, 0};
        snprintf(text, sizeof text, "%s of %s would be broken: %s", args_text(row, "rule"),
                 args_text(row, "id"), args_text(row, "detail"));
        transfer_fault(run, &where, "", "rule_broken", text);
    }
}

enum err transfer_verdict(struct transfer_run *run, struct why *why)
{
    if (!run->faulty && !db_failed(run->db))
        check_rules(run);
    if (db_failed(run->db) || !run->faulty)
        return db_status(run->db, why);
    const json_t *first = json_array_get(json_object_get(run->report, "problems"), 0);
    int64_t line = args_int(first, "line", 0);
    char place[32] = "";
    if (line)
        snprintf(place, sizeof place, "line %lld, ", (long long)line);
    return why_fail(why, ERR_INVALID, args_text(first, "code"), args_text(first, "where"),
                    "%s%s: %s; nothing was imported", place, args_text(first, "where"),
                    args_text(first, "message"));
}
