#include "store/questions.h"

#include <string.h>

#include "base/auto.h"
#include "base/id.h"
#include "core/field.h"
#include "store/args.h"
#include "store/db.h"
#include "store/list.h"
#include "store/slots.h"
#include "store/spools.h"

static const char *const kinds[] = {"which_spool", "mismatch", "draft", NULL};
static const char *const states[] = {"open", "answered", "closed", NULL};

static const struct field fields[] = {
    {.name = "question_id", .kind = K_TEXT, .doc = "Identifier of the question"},
    {.name = "kind", .kind = K_TEXT, .words = kinds, .doc = "What is asked"},
    {.name = "state", .kind = K_TEXT, .words = states, .doc = "Whether it waits"},
    {.name = "printer_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Printer"},
    {.name = "ams_unit_number", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "Unit"},
    {.name = "slot_number", .kind = K_INT, .flags = FIELD_NULLABLE, .doc = "Slot of the unit"},
    {.name = "ams_slot_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Slot"},
    {.name = "label", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Short name of the slot"},
    {.name = "job_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Print"},
    {.name = "reason", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Why it is asked"},
    {.name = "candidates",
     .kind = K_LIST,
     .doc = "Rolls that it may be, best first",
     .of = &slots_shape_candidate},
    {.name = "reported",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "What the slot showed then",
     .of = &slots_shape_reported},
    {.name = "spool_id", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "The answer"},
    {.name = "opened_at", .kind = K_TIME, .doc = "When it was asked"},
    {.name = "closed_at", .kind = K_TIME, .flags = FIELD_NULLABLE, .doc = "When it ended"},
    {.name = "close_reason", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "How it ended"},
};
const struct field_shape questions_shape = {"questions", fields, LEN(fields), "Question"};

enum err questions_list(struct db *db, const json_t *args, struct list *ret_list, struct why *why)
{
    static const struct list_filter filters[] = {
        {"state", "!state = 'open'"},
        {"state", "(:state = 'all' OR state = :state)"},
        {"kind", "kind = :kind"},
        {"printer_id", "printer_id = :printer_id"},
    };
    static const struct list_sort sorts[] = {{"opened_at", "opened_at"}};
    static const struct list_kind kind = {
        .shape = &questions_shape,
        .entity = "question",
        .key = "question_id",
        .filters = filters,
        .filter_count = LEN(filters),
        .sorts = sorts,
        .sort_count = LEN(sorts),
        .order = "ASC",
    };
    return list_read(db, &kind, args, ret_list, why);
}

static enum err missing(struct db *db, struct why *why)
{
    return db_missing(db, why, "question_not_found", "question_id", "no such question");
}

enum err questions_get(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    *ret = db_row(db, "SELECT * FROM questions WHERE question_id = lower(:question_id)", args,
                  &questions_shape);
    return *ret ? OK : missing(db, why);
}

enum err questions_open(struct db *db, int64_t slot, const char *kind, const char *reason,
                        const json_t *candidates, const json_t *reported, struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I, s:s, s:s?, s:O?, s:O?}", "slot",
                                              (json_int_t)slot, "kind", kind, "reason", reason,
                                              "candidates", candidates, "reported", reported));
    if (db_int(db,
               "SELECT 1 FROM question WHERE slot = :slot AND state = 'open' AND kind = :kind "
               "AND candidates = coalesce(:candidates, '[]')",
               args, 0))
        return db_status(db, why);
    enum err e = questions_close(db, slot, 0, "asked anew", why);
    if (e)
        return e;
    char public_id[ID_SIZE];
    db_new_id(db, public_id);
    db_put(db, args, "public_id", json_string(public_id));
    db_exec(db,
            "INSERT INTO question (public_id, kind, slot, reason, candidates, reported, opened_at, "
            "updated_at) VALUES (:public_id, :kind, :slot, :reason, coalesce(:candidates, '[]'), "
            ":reported, :now, :now)",
            args);
    return db_status(db, why);
}

enum err questions_close(struct db *db, int64_t slot, int64_t spool, const char *reason,
                         struct why *why)
{
    json_auto_t *args = db_args(db, json_pack("{s:I, s:s, s:s?}", "slot", (json_int_t)slot, "state",
                                              spool ? "answered" : "closed", "reason", reason));
    if (spool)
        db_put(db, args, "spool", json_integer(spool));
    db_exec(db,
            "UPDATE question SET state = :state, spool = :spool, close_reason = :reason, "
            "closed_at = :now, updated_at = :now "
            "WHERE slot = :slot AND state = 'open'",
            args);
    return db_status(db, why);
}

/* --- answers --- */

static const char base_row[] =
    "SELECT q.id, q.public_id AS question_id, q.kind, q.state, q.slot, s.public_id AS spool_id, "
    "p.public_id AS printer_id, sl.unit AS ams_unit_number, sl.slot AS slot_number, "
    "h.public_id AS held FROM question q LEFT JOIN slot sl ON sl.id = q.slot "
    "LEFT JOIN printer p ON p.id = sl.printer LEFT JOIN spool s ON s.id = q.spool "
    "LEFT JOIN slot_assignment a ON a.slot = q.slot AND a.unassigned_at IS NULL "
    "LEFT JOIN spool h ON h.id = a.spool ";

static enum err dismiss(struct db *db, const json_t *row, const json_t *args, struct why *why)
{
    const char *reason = args_text(args, "reason");
    return questions_close(db, args_int(row, "slot", 0), 0, reason ? reason : "dismissed", why);
}

/* The roll of the answer: named, made from a body, or, for a draft, the draft itself. */
static enum err roll_of(struct db *db, const json_t *row, const json_t *args, json_t **ret_id,
                        struct why *why)
{
    const json_t *create = json_object_get(args, "create");
    if (args_given(args, "spool_id")) {
        *ret_id = json_incref(json_object_get(args, "spool_id"));
        return OK;
    }
    if (json_is_object(create)) {
        json_auto_t *made = NULL;
        enum err e = spools_create(db, create, &made, why);
        if (e == OK)
            *ret_id = json_incref(json_object_get(made, "spool_id"));
        return e;
    }
    if (args_true(args, "confirm") && args_given(row, "held")) {
        *ret_id = json_incref(json_object_get(row, "held"));
        return OK;
    }
    return why_fail(why, ERR_INVALID, "answer_missing", "spool_id",
                    "an answer is one of spool_id, create, confirm or dismiss");
}

/* What was entered from a tag is now the user's own. */
static enum err confirm_draft(struct db *db, const json_t *spool_id, struct why *why)
{
    int64_t spool = spools_find(db, spool_id);
    json_auto_t *args = db_args(db, json_pack("{s:I}", "id", (json_int_t)spool));
    db_exec(db, "UPDATE spool SET draft = 0, updated_at = :now WHERE id = :id AND draft = 1", args);
    return db_status(db, why);
}

static enum err assign(struct db *db, const json_t *row, const json_t *args, struct why *why)
{
    json_auto_t *spool_id = NULL;
    json_auto_t *answer = NULL;
    enum err e = roll_of(db, row, args, &spool_id, why);
    if (e)
        return e;
    json_auto_t *body = db_args(db, args_copy(row));
    db_put(db, body, "spool_id", json_incref(spool_id));
    db_put(db, body, "event_type", json_string("manual"));
    args_take(body, "reason", args, "reason");
    e = slots_assign(db, body, &answer, why);
    return e ? e : confirm_draft(db, spool_id, why);
}

static bool same_answer(const json_t *row, const json_t *args)
{
    const char *was = args_text(row, "spool_id"), *is = args_text(args, "spool_id");
    if (args_true(args, "dismiss"))
        return strcmp(args_text(row, "state"), "closed") == 0;
    if (args_true(args, "confirm"))
        return was && args_given(row, "held") && strcmp(was, args_text(row, "held")) == 0;
    return was && (!is || strcmp(was, is) == 0);
}

static enum err answer_row(struct db *db, const json_t *row, const json_t *args, json_t **ret,
                           struct why *why)
{
    enum err e = OK;
    if (strcmp(args_text(row, "state"), "open") != 0) {
        if (!same_answer(row, args))
            return why_fail(why, ERR_CONFLICT, "question_closed", "question_id",
                            "this question was answered or has lost its object");
    } else if (args_true(args, "dismiss"))
        e = dismiss(db, row, args, why);
    else
        e = assign(db, row, args, why);
    return e ? e : questions_get(db, row, ret, why);
}

enum err questions_answer(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    char sql[sizeof base_row + 64];
    snprintf(sql, sizeof sql, "%sWHERE q.public_id = lower(:question_id)", base_row);
    json_auto_t *row = db_row(db, sql, args, NULL);
    return row ? answer_row(db, row, args, ret, why) : missing(db, why);
}

enum err questions_tap(struct db *db, const json_t *args, json_t **ret, struct why *why)
{
    const char *answer = args_text(args, "answer");
    json_auto_t *given =
        db_args(db, json_pack("{s:O}", "question_id", json_object_get(args, "question_id")));
    if (strcmp(answer, "candidate") != 0) {
        db_put(db, given, answer, json_true());
        return questions_answer(db, given, ret, why);
    }
    json_auto_t *row = NULL;
    enum err e = questions_get(db, given, &row, why);
    if (e != OK)
        return e;
    const json_t *chosen = json_array_get(json_object_get(row, "candidates"),
                                          (size_t)args_int(args, "choice", INT32_MAX));
    if (!chosen)
        return why_fail(why, ERR_NOT_FOUND, "candidate_not_found", "token",
                        "the question has no such candidate");
    db_put(db, given, "spool_id", json_incref(json_object_get(chosen, "spool_id")));
    return questions_answer(db, given, ret, why);
}
