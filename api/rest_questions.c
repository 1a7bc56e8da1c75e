#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/limits.h"
#include "store/list.h"
#include "store/questions.h"

enum { NIL = FIELD_NULLABLE, ID_MAX = 64 };

static const char *const states[] = {"open", "answered", "closed", NULL};

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field answer_fields[] = {
    {NULL, "spool_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "the roll that is there"},
    {NULL, "create", K_OBJECT, 0, 0, 0, 0, 0, NULL, "a new roll: a body of POST /api/spools",
     &rest_spools_fields_shape},
    {NULL, "dismiss", K_BOOL, 0, 0, 0, 0, 0, NULL, "true: do not ask again for this"},
    {NULL, "reason", K_TEXT, 0, 0, 0, LIMIT_NAME, NIL, NULL, "why"},
};
const struct body_table rest_questions_answer_body = {answer_fields, LEN(answer_fields)};

static const struct field list_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "state", K_TEXT, 0, 0, 0, 0, 0, states, "open where absent"},
    {NULL, "printer_id", K_TEXT, 0, 0, 1, ID_MAX, 0, NULL, "only this printer"},
};
const struct body_table rest_questions_list_query = {list_fields, LEN(list_fields)};

enum err rest_questions_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, questions_list, why);
}

enum err rest_questions_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, questions_get, why);
}

/* A roll that is made as an answer is checked like one that is made alone. */
static enum err check_create(struct request *request, struct why *why)
{
    json_t *create = json_object_get(request->args, "create");
    if (!create)
        return OK;
    json_auto_t *checked = json_object();
    enum err e = body_check(&rest_spools_fields_create, BODY_CREATE, create, NULL, checked,
                            request->errors, why);
    if (e == OK && json_object_set(request->args, "create", checked) != 0)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return e;
}

enum err rest_questions_answer(struct request *request, struct reply *reply, struct why *why)
{
    const json_t *args = request->args;
    int given = (json_object_get(args, "spool_id") != NULL) +
                (json_object_get(args, "create") != NULL) +
                (json_is_true(json_object_get(args, "dismiss")));
    if (given != 1)
        return why_fail(why, ERR_INVALID, "one_answer", NULL,
                        "exactly one of spool_id, create and dismiss is needed");
    enum err e = check_create(request, why);
    return e == OK ? request_reply_write(request, reply, questions_answer, 200, why) : e;
}
