#include "api/intake.h"

#include <string.h>

#include "api/request.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/text.h"

enum { PIECE = 4096 };

static enum refusal refuse(enum refusal refusal, const char *code, const char *text,
                           struct why *why)
{
    why_fail(why, ERR_INVALID, code, NULL, "%s", text);
    return refusal;
}

static enum refusal too_large(struct why *why)
{
    why_fail(why, ERR_TOO_BIG, "body_too_large", NULL, "a body has at most %d bytes",
             LIMIT_BODY_BYTES);
    return REFUSE_TOO_LARGE;
}

enum refusal intake_bytes(const struct call *call, struct buf *out, struct why *why)
{
    char piece[PIECE];
    int64_t left = call->body_len;
    if (left > LIMIT_BODY_BYTES)
        return too_large(why);
    while (left != 0) {
        size_t want = left > 0 && left < PIECE ? (size_t)left : PIECE;
        int got = call->read(call->ctx, piece, want);
        if (got < 0 || (got == 0 && left > 0))
            return refuse(REFUSE_TIMEOUT, "request_timeout", "the body did not arrive in time",
                          why);
        if (got == 0)
            break;
        if (out->len + (size_t)got > LIMIT_BODY_BYTES)
            return too_large(why);
        buf_add(out, piece, (size_t)got);
        left -= left > 0 ? got : 0;
    }
    return out->failed ? refuse(REFUSE_TOO_LARGE, "no_memory", "no memory for the body", why)
                       : REFUSE_NOTHING;
}

static enum refusal check_type(const struct request *request, struct why *why)
{
    if (!request->route->body)
        return refuse(REFUSE_BAD_REQUEST, "unexpected_body", "this request takes no body", why);
    if (!guard_is_json(call_header(request->call, "Content-Type")))
        return refuse(REFUSE_MEDIA_TYPE, "unsupported_media_type",
                      "the body must be application/json", why);
    return REFUSE_NOTHING;
}

static enum refusal check_absent(const struct request *request, struct why *why)
{
    if (!request->route->body || (request->route->flags & ROUTE_BODY_OPTIONAL))
        return REFUSE_NOTHING;
    return refuse(REFUSE_BAD_REQUEST, "body_required", "a JSON object is needed as body", why);
}

/* A body of no bytes is no body: only then the type may be missing. */
enum refusal intake_body(struct request *request, int *ret_close, struct why *why)
{
    const struct call *call = request->call;
    *ret_close = call->body_len != 0;
    if (call->body_len > LIMIT_BODY_BYTES)
        return too_large(why);
    if (call->body_len == 0)
        return check_absent(request, why);
    auto_buf bytes = {0};
    bool chunked = call->body_len < 0;
    enum refusal refusal = chunked ? REFUSE_NOTHING : check_type(request, why);
    if (refusal == REFUSE_NOTHING || !chunked) {
        enum refusal later = intake_bytes(call, &bytes, why);
        *ret_close = later != REFUSE_NOTHING;
        refusal = refusal == REFUSE_NOTHING ? later : refusal;
    }
    if (refusal == REFUSE_NOTHING && chunked && bytes.len)
        refusal = check_type(request, why);
    if (refusal != REFUSE_NOTHING)
        return refusal;
    if (!bytes.len)
        return check_absent(request, why);
    return guard_json(bytes.data, bytes.len, &request->body, why);
}

/* Numbers of units and slots are numbers in arguments; anything else there names nothing. */
static enum err set_param(struct request *request, const struct route_param *param, struct why *why)
{
    char name[64];
    int64_t number;
    if (!text_copy_len(name, sizeof name, param->name, param->name_len))
        return why_fail(why, ERR_TOO_BIG, NULL, NULL, "the name of a parameter is too long");
    json_t *value = NULL;
    if (!text_ends_nocase(name, "_number"))
        value = json_string(param->value);
    else if (text_to_int(param->value, &number))
        value = json_integer(number);
    else
        return why_fail(why, ERR_NOT_FOUND, "not_found", name, "%s must be a number", name);
    return json_object_set_new(request->args, name, value) == 0
               ? OK
               : why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
}

enum refusal intake_query(struct request *request, struct why *why)
{
    if (!request->call->query)
        return REFUSE_NOTHING;
    request->query = route_query(request->call->query);
    if (request->query)
        return REFUSE_NOTHING;
    return refuse(REFUSE_BAD_REQUEST, "bad_query",
                  "the query is broken, not UTF-8, or names something twice", why);
}

enum err intake_head(struct request *request, struct why *why)
{
    static const struct body_table nothing = {0};
    const struct body_table *table = request->route->query ? request->route->query : &nothing;
    enum err e = body_query(table, request->query, request->args, request->errors, why);
    for (size_t i = 0; i < request->match.param_count && e == OK; i++)
        e = set_param(request, &request->match.params[i], why);
    return e;
}

/* What the path says stands: a body may repeat it, not change it. */
static void keep_path(struct request *request, json_t *checked)
{
    for (size_t i = 0; i < request->match.param_count; i++) {
        char name[64];
        const struct route_param *param = &request->match.params[i];
        if (text_copy_len(name, sizeof name, param->name, param->name_len))
            json_object_del(checked, name);
    }
}

enum err intake_check(struct request *request, struct why *why)
{
    const struct route *route = request->route;
    if (!route->body || !request->body)
        return OK;
    json_auto_t *checked = json_object();
    enum body_mode mode = route->methods & METHOD_PATCH ? BODY_PATCH
                          : route->methods & METHOD_PUT ? BODY_MERGE
                                                        : BODY_CREATE;
    enum err e = body_check(route->body, mode, request->body, request->current, checked,
                            request->errors, why);
    keep_path(request, checked);
    if (e == OK && json_object_update(request->args, checked) != 0)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return e;
}
