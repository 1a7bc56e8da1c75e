#include "api/dispatch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "api/access.h"
#include "api/condition.h"
#include "api/intake.h"
#include "api/request.h"
#include "api/routes.h"
#include "api/state.h"
#include "api/stream_ticket.h"
#include "api/tls.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "bridge/hub.h"
#include "store/keys.h"

static enum refusal refuse(enum refusal refusal, const char *code, const char *text,
                           struct why *why)
{
    why_fail(why, ERR_DENIED, code, NULL, "%s", text);
    return refusal;
}

/* Where a browser may read from elsewhere, it is told so; preflights ask before they write. */
static void allow_origin(const struct request *request, struct reply *reply)
{
    const char *origin = call_header(request->call, "Origin");
    if (!origin || !guard_origin_listed(&request->api->names, origin))
        return;
    reply_header(reply, "Access-Control-Allow-Origin", origin);
    reply_header(reply, "Vary", "Origin");
    reply_header(
        reply, "Access-Control-Expose-Headers",
        "Content-Disposition, ETag, Idempotency-Replayed, Link, Location, Retry-After, X-Request-Id, "
        "X-Total-Count, X-Total-Pages");
    if (request->method != METHOD_OPTIONS)
        return;
    reply_header(reply, "Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
    reply_header(
        reply, "Access-Control-Allow-Headers",
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-API-Key");
    reply_header(reply, "Access-Control-Max-Age", "600");
}

/* Never with a certificate that clients had to trust by hand. */
static void insist_on_tls(const struct request *request, struct reply *reply)
{
    if (request->call->tls && tls_vouched(request->api->tls))
        reply_header(reply, "Strict-Transport-Security", "max-age=31536000");
}

static enum refusal check_head(const struct request *request, struct why *why)
{
    const struct call *call = request->call;
    const struct guard_names *names = &request->api->names;
    const char *host = call->authority ? call->authority : call_header(call, "Host");
    if (call->head_len > LIMIT_HEAD_BYTES)
        return refuse(REFUSE_HEAD_TOO_LARGE, "head_too_large",
                      "the head of the request is too large", why);
    enum refusal refusal = guard_framing(call->headers, call->header_count, call->version, why);
    if (refusal == REFUSE_NOTHING && host)
        refusal = guard_host(names, host, why);
    if (refusal == REFUSE_NOTHING)
        refusal = guard_origin(names, call_header(call, "Origin"), host,
                               request->method & METHOD_UNSAFE, why);
    return refusal;
}

/* The methods of the path: asked for, or because it was another one. */
static enum refusal tell_methods(const struct request *request, enum route_result result,
                                 struct reply *reply, struct why *why)
{
    char allowed[64];
    route_method_names(request->match.allowed, allowed);
    reply_header(reply, "Allow", allowed);
    if (result == ROUTE_FOUND)
        return REFUSE_NOTHING;
    why_fail(why, ERR_DENIED, "method_not_allowed", NULL, "here only: %s", allowed);
    return REFUSE_METHOD;
}

static enum refusal find_route(struct request *request, struct reply *reply, struct why *why)
{
    enum route_result result =
        route_find(routes, routes_count, request->method, request->call->path, &request->match);
    request->route = request->match.route;
    if (request->call->webhooks_only && !(request->route && request->route->flags & ROUTE_SECRET))
        return refuse(REFUSE_ROUTE, "route_not_found", "only webhooks are served here", why);
    if (result == ROUTE_BAD_PATH)
        return refuse(REFUSE_BAD_REQUEST, "bad_path",
                      "the path is broken, too long, or has control characters", why);
    if (result == ROUTE_UNKNOWN)
        return refuse(REFUSE_ROUTE, "route_not_found", "nothing is served at this path", why);
    if (result == ROUTE_OTHER_METHOD || request->method == METHOD_OPTIONS)
        return tell_methods(request, result, reply, why);
    return REFUSE_NOTHING;
}

static enum refusal no_key(struct request *request, struct reply *reply, const struct why *reason,
                           struct why *why)
{
    struct auth *auth = &request->api->auth;
    const struct call *call = request->call;
    int wait = reason ? auth_blocked(auth, call->address, call->now) : 0;
    if (wait) {
        reply_header_int(reply, "Retry-After", wait);
        return refuse(REFUSE_TOO_MANY, "too_many_requests",
                      "too many wrong keys came from this address", why);
    }
    if (reason)
        auth_failed(auth, call->address, call->now);
    reply_header(reply, "WWW-Authenticate",
                 reason ? "Bearer realm=\"filamentd\", error=\"invalid_token\""
                        : "Bearer realm=\"filamentd\"");
    if (reason && *reason->code)
        *why = *reason;
    else
        refuse(REFUSE_UNAUTHORIZED, "unauthorized",
               "a key is needed: X-API-Key or Authorization: Bearer", why);
    return REFUSE_UNAUTHORIZED;
}

static void note_use(struct request *request)
{
    const json_t *row = request->principal;
    int64_t id = json_integer_value(json_object_get(row, "id"));
    auth_note_use(&request->api->auth, id);
}

static enum refusal check_scopes(const struct request *request, struct why *why)
{
    unsigned have = auth_scopes(json_object_get(request->principal, "scopes"));
    if (have & (request->route->scopes | SCOPE_ADMIN))
        return REFUSE_NOTHING;
    why_fail(why, ERR_DENIED, "missing_scope", NULL, "this key lacks the scope %s",
             auth_scope_name(request->route->scopes));
    return REFUSE_FORBIDDEN;
}

static enum err find_principal(struct request *request, const char *key, struct why *why)
{
    struct memo *memo = &request->api->memo;
    request->principal = memo_principal(memo, &request->moment, key, request->call->now);
    if (request->principal)
        return OK;
    enum err e = request_reader(request, why);
    if (e == OK)
        e = keys_find(request->db, key, &request->principal, why);
    if (e == OK)
        memo_keep_principal(memo, &request->moment, key, request->principal);
    return e;
}

/* A store that cannot be read is no refusal: ${ret_err} tells. */
static enum refusal check_key(struct request *request, struct reply *reply, enum err *ret_err,
                              struct why *why)
{
    char key[AUTH_KEY_SIZE];
    struct why reason = {0};
    const struct call *call = request->call;
    enum auth_given given =
        auth_key(call_header(call, "X-API-Key"), call_header(call, "Authorization"), key);
    char ticket[TICKET_SIZE];
    bool by_ticket = given == AUTH_NONE && stream_ticket_given(request, ticket);
    if (given == AUTH_NONE && !by_ticket)
        return no_key(request, reply, NULL, why);
    enum err e = ERR_DENIED;
    if (by_ticket)
        e = stream_ticket_use(request, ticket, &reason);
    else if (given == AUTH_KEY)
        e = find_principal(request, key, &reason);
    else
        why_fail(&reason, e, "invalid_key", NULL, "the key cannot be read");
    if (e == ERR_DENIED || e == ERR_NOT_FOUND)
        return no_key(request, reply, &reason, why);
    *ret_err = e;
    if (e != OK) {
        *why = reason;
        return REFUSE_NOTHING;
    }
    note_use(request);
    return check_scopes(request, why);
}

struct inside {
    struct request *request;
    struct reply *reply;
};

static enum err run_inside(void *ctx, struct db *db, struct why *why)
{
    struct inside *inside = ctx;
    struct request *request = inside->request;
    request->db = db;
    enum err e = condition_match(request, inside->reply, db, why);
    if (e == OK)
        e = request->route->handle(request, inside->reply, why);
    return e == OK ? repeat_keep(request, inside->reply, db, why) : e;
}

static enum err write_inside(struct request *request, struct reply *reply, struct why *why)
{
    struct inside inside = {request, reply};
    request_no_reader(request);
    enum err e = hub_write(request->api->context.hub, request->call->now, run_inside, &inside, why);
    request->db = NULL; /* the writer's, not ours to give back */
    return e;
}

static enum err run(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = OK;
    unsigned flags = request->route->flags;
    if (flags & ROUTE_WRITE)
        return write_inside(request, reply, why);
    if (flags & ROUTE_OUTSIDE)
        request_no_reader(request);
    else
        e = request_reader(request, why);
    return e == OK ? request->route->handle(request, reply, why) : e;
}

/* ${ret_done}: it is answered already, because it came before. */
static enum err take_in(struct request *request, struct reply *reply, bool *ret_done,
                        struct why *why)
{
    int left = 0;
    bool upload = request->route->flags & ROUTE_UPLOAD;
    reply->refusal = intake_query(request, why);
    if (upload)
        reply->close = request->call->body_len != 0; /* until the handler has taken it */
    if (reply->refusal == REFUSE_NOTHING && !upload) {
        reply->refusal = intake_body(request, &left, why);
        reply->close = left;
    }
    if (reply->refusal != REFUSE_NOTHING)
        return ERR_INVALID;
    enum err e = repeat_find(request, reply, ret_done, why);
    if (e != OK || *ret_done)
        return e;
    e = intake_head(request, why);
    if (e == OK)
        e = condition_find(request, reply, why);
    if (e != OK)
        return e;
    e = intake_check(request, why);
    return e == ERR_INVALID ? condition_refused(request, why) : e;
}

/* Find out whether the request came before: in a snapshot that knows all that is no longer under
 * way. Nor is one held while a body comes, which may be slow. */
static enum err look_back(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = repeat_enter(request, reply, why);
    if (e == OK && (request->repeat.key || request->call->body_len != 0))
        request_no_reader(request);
    return e;
}

static enum err admit(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = OK;
    if (request->route->scopes && !request->api->context.open)
        reply->refusal = check_key(request, reply, &e, why);
    if (reply->refusal != REFUSE_NOTHING)
        e = ERR_DENIED;
    if (e == OK)
        e = look_back(request, reply, why);
    reply->close = e != OK && request->call->body_len != 0;
    return e;
}

/* Whether it went well or not: who was revoked must not come in on what was read before. */
static void note_keys(struct request *request)
{
    const struct route_subject *subject = request->route->subject;
    if (subject && subject->entity && strcmp(subject->entity, "api_key") == 0 &&
        (request->method & METHOD_UNSAFE))
        memo_keys_changed(&request->api->memo);
}

static enum err work(struct request *request, struct reply *reply, struct why *why)
{
    bool done = false;
    enum err e = take_in(request, reply, &done, why);
    if (e == OK && !done)
        e = run(request, reply, why);
    note_keys(request);
    request_no_reader(request);
    if (e == OK && !done)
        repeat_keep_apart(request, reply);
    return e;
}

/* Everything behind the route. */
static enum err answer(struct request *request, struct reply *reply, struct why *why)
{
    assert(request->route);
    struct api *api = request->api;
    const struct call *call = request->call;
    bool stored = (request->route->flags & ROUTE_STORED) && !call->query && !call->body_len;
    request->moment = memo_moment(&api->memo, hub_version(api->context.hub));
    enum err e = admit(request, reply, why);
    if (e == OK && !(stored && memo_find(&api->memo, &request->moment, call->path, reply))) {
        e = work(request, reply, why);
        if (e == OK && stored)
            reply_dump(reply);
        if (e == OK && stored)
            memo_keep(&api->memo, &request->moment, call->path, reply);
    }
    request_no_reader(request);
    repeat_leave(request);
    return e;
}

static void add_fault(struct request *request, const struct why *why)
{
    if (!*why->field || json_array_size(request->errors))
        return;
    json_array_append_new(request->errors, json_pack("{s:s, s:s, s:s}", "field", why->field, "code",
                                                     why->code, "message", why->text));
}

static void fail(struct request *request, struct reply *reply, enum err e, struct why *why)
{
    bool refused = reply->refusal != REFUSE_NOTHING;
    int status = refused ? refuse_status(reply->refusal) : refuse_err_status(e);
    if (!*why->code)
        why_fail(why, e, refused ? refuse_code(reply->refusal) : NULL, NULL, "%s",
                 refuse_phrase(status));
    char detail[LOG_VALUE];
    if (status >= 500)
        log_line(LOG_ERROR, "http.failure", "id=%s code=%s detail=%s", request->call->id, why->code,
                 log_value(why->text, detail));
    if (status == 500)
        why_fail(why, e, err_slug(e), NULL, "an internal error; the log tells more");
    if (status == 503)
        reply_header(reply, "Retry-After", "1");
    add_fault(request, why);
    if (reply->refusal != REFUSE_PRECONDITION)
        reply->has_etag = false;
    reply_problem(reply, status, why, request->errors, request->call->path, request->call->id);
}

static void clear(struct request *request)
{
    json_decref(request->args);
    json_decref(request->query);
    json_decref(request->body);
    json_decref(request->current);
    json_decref(request->errors);
    json_decref(request->principal);
}

void dispatch_serve(struct api *api, const struct call *call, struct reply *reply)
{
    int64_t started = clock_mono();
    struct why why = {0};
    struct request request = {.api = api,
                              .call = call,
                              .method = route_method(call->method),
                              .args = json_object(),
                              .errors = json_array()};
    enum err e = OK;
    reply->refusal = check_head(&request, &why);
    reply->close = reply->refusal != REFUSE_NOTHING;
    if (reply->refusal == REFUSE_NOTHING)
        reply->refusal = find_route(&request, reply, &why);
    allow_origin(&request, reply);
    insist_on_tls(&request, reply);
    if (reply->refusal != REFUSE_NOTHING)
        reply->close = reply->close || call->body_len != 0;
    else if (request.method == METHOD_OPTIONS)
        reply->status = 204;
    else if (request.route) /* always there where nothing was refused */
        e = answer(&request, reply, &why);
    if (e != OK || reply->refusal != REFUSE_NOTHING)
        fail(&request, reply, e, &why);
    else {
        reply_dump(reply);
        condition_finish(&request, reply);
    }
    if (reply->body.failed || reply->head.failed) {
        why_fail(&why, ERR_NOMEM, "", NULL, "out of memory");
        buf_clear(&reply->body);
        fail(&request, reply, ERR_NOMEM, &why);
    }
    access_log(&request, reply, started);
    clear(&request);
}
