#include <string.h>

#include "api/auth.h"
#include "api/label_text.h"
#include "api/refuse.h"
#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "api/webhook.h"
#include "base/auto.h"
#include "base/limits.h"
#include "bridge/notify/action.h"
#include "store/args.h"
#include "store/questions.h"

enum { REQ = FIELD_REQUIRED };

static const double any_width = 1e9;

static const struct field confirm_fields[] = {
    {.name = "token",
     .kind = K_TEXT,
     .min = 1,
     .max = LIMIT_NOTES,
     .flags = REQ,
     .doc = "what stands behind FT_ASSIGN: in the action that was tapped"},
};
const struct body_table rest_actions_confirm_body = {confirm_fields, LEN(confirm_fields)};

static const char *const told[] = {"ok", "ignored", NULL};
static const char *const done[] = {"answered", "refused", NULL};
static const struct field confirmed_fields[] = {
    {.name = "status", .kind = K_TEXT, .words = told, .doc = "Whether it answered the question"},
    {.name = "action", .kind = K_TEXT, .words = done, .doc = "What was done"},
    {.name = "reason", .kind = K_TEXT, .flags = FIELD_NULLABLE, .doc = "Why it was refused"},
    {.name = "question",
     .kind = K_OBJECT,
     .flags = FIELD_NULLABLE,
     .doc = "The question as it is now",
     .of = &questions_shape},
};
const struct field_shape rest_actions_confirmed = {NULL, confirmed_fields, LEN(confirmed_fields),
                                                   "ConfirmResult"};

/* ---- answering ---- */

/* A token that we did not make is a guess, which counts as a wrong code does. */
static enum err read_token(struct request *request, struct reply *reply, const char *token,
                           json_t **ret_args, struct why *why)
{
    struct action action;
    const struct call *call = request->call;
    int wait = auth_blocked(&request->api->pairing, call->address, call->now);
    if (wait)
        return reply_too_many(reply, wait, "wrong tokens", why);
    enum err e = action_read(request->api->context.secret, token, call->now, &action, why);
    if (e != OK && strcmp(why->code, "invalid_token") == 0)
        auth_failed_pairing(&request->api->pairing, call->address, call->now);
    if (e != OK)
        return e;
    *ret_args = json_pack("{s:s, s:s, s:i}", "question_id", action.question, "answer",
                          action_answers[action.answer], "choice", action.choice);
    return *ret_args ? OK : why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
}

static enum err tap(struct request *request, struct reply *reply, const char *token,
                    json_t **ret_question, struct why *why)
{
    json_auto_t *args = NULL;
    enum err e = read_token(request, reply, token, &args, why);
    return e ? e : request_write(request, questions_tap, args, ret_question, why);
}

/* ---- pages, for who opens a button as a link ---- */

static bool wants_page(const struct request *request)
{
    const char *accept = call_header(request->call, "Accept");
    return accept && strstr(accept, "text/html");
}

static void add_text(struct buf *out, const char *text)
{
    label_text_add(out, text, any_width, false);
}

/* ${button}: NULL: there is nothing to do any more. */
static enum err page(struct reply *reply, int status, const char *text, const char *button)
{
    struct buf *out = &reply->body;
    reply->status = status;
    reply->type = "text/html; charset=utf-8";
    reply_header(reply, "Content-Security-Policy",
                 "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    reply_header(reply, "Referrer-Policy", "no-referrer");
    buf_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width\">\n"
                  "<meta name=\"color-scheme\" content=\"light dark\">\n"
                  "<title>filamentd</title>\n<h1>filamentd</h1>\n<p>");
    add_text(out, text);
    buf_text(out, "</p>\n");
    if (button) {
        buf_text(out, "<form method=\"post\"><button>");
        add_text(out, button);
        buf_text(out, "</button></form>\n");
    }
    buf_text(out, "</html>\n");
    return out->failed ? ERR_NOMEM : OK;
}

/* A refusal that a person can read; JSON has its problem. */
static enum err refused(const struct request *request, struct reply *reply, enum err e,
                        const struct why *why)
{
    if (reply->refusal != REFUSE_NOTHING ||
        (e != ERR_CONFLICT && e != ERR_NOT_FOUND && e != ERR_DENIED))
        return e;
    bool expired = strcmp(why->code, "expired_token") == 0;
    if (wants_page(request))
        return page(reply, expired ? refuse_status(REFUSE_GONE) : refuse_err_status(e), why->text,
                    NULL);
    if (expired)
        reply->refusal = REFUSE_GONE;
    return e;
}

static const char *place_of(const json_t *question)
{
    const char *label = args_text(question, "label");
    return label ? label : "the slot";
}

enum err rest_actions_post(struct request *request, struct reply *reply, struct why *why)
{
    json_t *question = NULL;
    auto_buf text = {0};
    enum err e = tap(request, reply, request_text(request, "token"), &question, why);
    if (e != OK)
        return refused(request, reply, e, why);
    if (!wants_page(request))
        return reply_json(reply, 200, question);
    buf_format(&text, "Thank you: what is in %s is noted. You can close this page.",
               place_of(question));
    json_decref(question);
    return text.failed ? ERR_NOMEM : page(reply, 200, text.data, NULL);
}

static void describe(struct buf *text, struct buf *button, const json_t *args,
                     const json_t *question)
{
    const char *answer = args_text(args, "answer");
    const json_t *chosen = json_array_get(json_object_get(question, "candidates"),
                                          (size_t)args_int(args, "choice", 0));
    buf_format(text, "What is in %s of printer %s?", place_of(question),
               args_text(question, "printer_id"));
    if (strcmp(answer, "candidate") == 0)
        buf_format(button, "It is roll %d", (int)args_int(chosen, "spool_number", 0));
    else
        buf_text(button, strcmp(answer, "confirm") == 0 ? "It is what it says" : "Do not ask");
}

/* Opening a link changes nothing: programs that look ahead open links, too. */
enum err rest_actions_get(struct request *request, struct reply *reply, struct why *why)
{
    json_auto_t *args = NULL, *question = NULL;
    auto_buf text = {0}, button = {0};
    enum err e = read_token(request, reply, request_text(request, "token"), &args, why);
    if (e == OK)
        e = request_read(request, questions_get, args, &question, why);
    if (e != OK)
        return refused(request, reply, e, why);
    if (!wants_page(request))
        return reply_json(reply, 200, json_incref(question));
    if (strcmp(args_text(question, "state"), "open") != 0)
        return page(reply, 200, "This question was answered already.", NULL);
    describe(&text, &button, args, question);
    return text.failed || button.failed ? ERR_NOMEM : page(reply, 200, text.data, button.data);
}

/* ---- by Home Assistant ---- */

static json_t *confirmed(const char *status, const char *action, const char *reason,
                         json_t *question)
{
    return json_pack("{s:s, s:s, s:s?, s:o?}", "status", status, "action", action, "reason", reason,
                     "question", question);
}

/* The house only logs what comes back, so that it says why. */
enum err rest_actions_confirm(struct request *request, struct reply *reply, struct why *why)
{
    auto_buf bytes = {0};
    json_auto_t *body = NULL;
    json_t *question = NULL;
    enum err e = webhook_take(request, reply, &bytes, why);
    if (e == OK)
        e = webhook_admit(request, reply, &bytes, why);
    if (e != OK)
        return e;
    reply->refusal = guard_json(bytes.data ? bytes.data : "", bytes.len, &body, why);
    if (reply->refusal != REFUSE_NOTHING)
        return ERR_INVALID;
    const char *token = args_text(body, "token");
    if (!token)
        return why_fail(why, ERR_INVALID, "required", "token", "the token of the action is needed");
    e = tap(request, reply, token, &question, why);
    if (e == OK)
        return reply_json(reply, 200, confirmed("ok", "answered", NULL, question));
    if (reply->refusal != REFUSE_NOTHING ||
        (e != ERR_CONFLICT && e != ERR_NOT_FOUND && e != ERR_DENIED))
        return e;
    return reply_json(reply, 202, confirmed("ignored", "refused", why->text, NULL));
}
