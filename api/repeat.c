#include "api/repeat.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "api/request.h"
#include "api/state.h"
#include "api/upload.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "bridge/hub.h"
#include "store/idempotency.h"

enum { NAME_SIZE = 64 };

void repeat_init(struct repeats *repeats)
{
    pthread_mutex_init(&repeats->lock, NULL);
    repeats->under_way = NULL;
}

void repeat_clear(struct repeats *repeats)
{
    pthread_mutex_destroy(&repeats->lock);
}

/* --- what is under way --- */

static bool usable(const char *key)
{
    size_t len = strlen(key);
    bool good = len && len <= LIMIT_IDEMPOTENCY_KEY;
    for (size_t i = 0; i < len && good; i++)
        good = key[i] > ' ' && key[i] <= '~';
    return good;
}

static bool join(struct repeats *repeats, struct repeat *repeat)
{
    pthread_mutex_lock(&repeats->lock);
    const struct repeat *other = repeats->under_way;
    while (other && (other->principal != repeat->principal || strcmp(other->key, repeat->key) != 0))
        other = other->next;
    if (!other) {
        repeat->next = repeats->under_way;
        repeats->under_way = repeat;
    }
    pthread_mutex_unlock(&repeats->lock);
    return !other;
}

enum err repeat_enter(struct request *request, struct reply *reply, struct why *why)
{
    struct repeat *repeat = &request->repeat;
    const char *key = call_header(request->call, "Idempotency-Key");
    if (!key || !request->route->scopes || !(request->method & METHOD_UNSAFE))
        return OK;
    if (!usable(key)) {
        reply->refusal = REFUSE_BAD_REQUEST;
        return why_fail(why, ERR_INVALID, "bad_idempotency_key", "Idempotency-Key",
                        "must be 1 to %d visible ASCII characters", LIMIT_IDEMPOTENCY_KEY);
    }
    repeat->principal = json_integer_value(json_object_get(request->principal, "id"));
    repeat->key = key;
    if (join(&request->api->repeats, repeat))
        return OK;
    repeat->key = NULL; /* the other's, not ours to leave */
    reply_header(reply, "Retry-After", "1");
    return why_fail(why, ERR_CONFLICT, "idempotency_key_in_flight", "Idempotency-Key",
                    "a request with this key is under way; ask again for its answer");
}

void repeat_leave(struct request *request)
{
    struct repeats *repeats = &request->api->repeats;
    if (!request->repeat.key)
        return;
    pthread_mutex_lock(&repeats->lock);
    struct repeat **at = &repeats->under_way;
    while (*at != &request->repeat)
        at = &(*at)->next;
    *at = request->repeat.next;
    pthread_mutex_unlock(&repeats->lock);
    request->repeat.key = NULL;
}

/* --- which request it is --- */

/* An access code is short enough to be guessed from a plain digest of its body. */
enum err repeat_body(struct request *request, const char *content, struct why *why)
{
    char key[AUTH_KEY_SIZE];
    uint8_t mac[EVP_MAX_MD_SIZE];
    auto_buf text = {0};
    const struct call *call = request->call;
    auth_key(call_header(call, "X-API-Key"), call_header(call, "Authorization"), key);
    buf_format(&text, "%s\n%s", call->query ? call->query : "", content);
    bool made = !text.failed && HMAC(EVP_sha256(), key, (int)strlen(key),
                                     (const unsigned char *)text.data, text.len, mac, NULL);
    explicit_bzero(key, sizeof key);
    if (text.data)
        explicit_bzero(text.data, text.len);
    if (!made)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    text_hex(request->repeat.body_hash, mac, SHA256_SIZE);
    return OK;
}

/* The order of its keys is no part of a body: clients that build it anew may turn it round. */
static enum err take_json(struct request *request, struct why *why)
{
    enum { PLAIN = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15) };
    char *text = request->body ? json_dumps(request->body, PLAIN) : NULL;
    if (request->body && !text)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    enum err e = repeat_body(request, text ? text : "", why);
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
    return e;
}

static void name_route(const struct request *request, struct buf *out)
{
    const char *path = request->call->path;
    size_t len = strlen(path);
    len -= len > 1 && path[len - 1] == '/';
    buf_format(out, "%s ", request->call->method);
    buf_add(out, path, len);
}

static enum err look_up(struct request *request, json_t **ret_kept, struct why *why)
{
    auto_buf route = {0};
    const struct repeat *repeat = &request->repeat;
    name_route(request, &route);
    if (route.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    enum err e = request_reader(request, why);
    if (e != OK)
        return e;
    struct idempotency_request wanted = {repeat->principal, repeat->key, route.data,
                                         *repeat->body_hash ? repeat->body_hash : NULL};
    return idempotency_find(request->db, &wanted, ret_kept, why);
}

/* Its body is read only where it has to be compared. */
static enum err find_upload(struct request *request, struct reply *reply, json_t **ret_kept,
                            struct why *why)
{
    char content[SHA256_HEX_SIZE];
    enum err e = look_up(request, ret_kept, why);
    if (e != OK || !*ret_kept)
        return e;
    json_decref(*ret_kept);
    *ret_kept = NULL;
    e = upload_digest(request->call, content, why);
    reply->close = e != OK;
    if (e == OK)
        e = repeat_body(request, content, why);
    return e == OK ? look_up(request, ret_kept, why) : e;
}

/* --- answers --- */

static enum err replay(const struct request *request, struct reply *reply, const json_t *kept,
                       struct why *why)
{
    const char *name, *body = json_string_value(json_object_get(kept, "body"));
    json_t *value;
    json_object_foreach (json_object_get(kept, "headers"), name, value)
        reply_header(reply, name, json_string_value(value));
    reply_header(reply, "Idempotency-Replayed", "true");
    if (request->route->flags & ROUTE_SHOWN_ONCE)
        return why_fail(why, ERR_CONFLICT, "shown_once", NULL,
                        "this was done, and its answer held a secret that is not kept. Where that "
                        "answer was lost: revoke what it made, and ask with another key");
    reply->status = (int)json_integer_value(json_object_get(kept, "status"));
    reply->type = request->route->answer.type;
    if (body)
        buf_text(&reply->body, body);
    return OK;
}

enum err repeat_find(struct request *request, struct reply *reply, bool *ret_done, struct why *why)
{
    json_auto_t *kept = NULL;
    *ret_done = false;
    if (!request->repeat.key)
        return OK;
    bool upload = request->route->flags & ROUTE_UPLOAD;
    enum err e = upload ? OK : take_json(request, why);
    if (e == OK)
        e = upload ? find_upload(request, reply, &kept, why) : look_up(request, &kept, why);
    if (e != OK || !kept)
        return e;
    *ret_done = true;
    return replay(request, reply, kept, why);
}

/* The lines that a handler set, as an object; what belongs to the connection comes anew. */
static json_t *headers_of(const struct reply *reply)
{
    json_t *headers = json_object();
    const char *line = reply->head.data;
    for (size_t len; line && *line; line += len + 2) {
        char name[NAME_SIZE];
        len = strcspn(line, "\r");
        size_t colon = strcspn(line, ":");
        if (colon + 2 <= len && text_copy_len(name, sizeof name, line, colon) &&
            !text_starts(name, "Access-Control-") && strcmp(name, "Vary") != 0 &&
            strcmp(name, "Strict-Transport-Security") != 0)
            json_object_set_new(headers, name, json_stringn(line + colon + 2, len - colon - 2));
    }
    if (reply->has_etag) {
        char tag[NAME_SIZE];
        snprintf(tag, sizeof tag, "\"%lld\"", (long long)reply->etag);
        json_object_set_new(headers, "ETag", json_string(tag));
    }
    return headers;
}

enum err repeat_keep(struct request *request, struct reply *reply, struct db *db, struct why *why)
{
    auto_buf route = {0};
    struct repeat *repeat = &request->repeat;
    if (!repeat->key)
        return OK;
    reply_dump(reply);
    name_route(request, &route);
    json_auto_t *headers = headers_of(reply);
    if (route.failed || reply->body.failed || !headers)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    bool secret = request->route->flags & ROUTE_SHOWN_ONCE;
    struct idempotency_request wanted = {repeat->principal, repeat->key, route.data,
                                         repeat->body_hash};
    enum err e = idempotency_keep(db, &wanted, reply->status ? reply->status : 200, headers,
                                  secret || !reply->body.len ? NULL : reply->body.data, why);
    repeat->kept = e == OK;
    return e;
}

struct apart {
    struct request *request;
    struct reply *reply;
};

static enum err run_apart(void *ctx, struct db *db, struct why *why)
{
    const struct apart *apart = ctx;
    return repeat_keep(apart->request, apart->reply, db, why);
}

void repeat_keep_apart(struct request *request, struct reply *reply)
{
    struct why why = {0};
    struct apart apart = {request, reply};
    if (!request->repeat.key || request->repeat.kept || !*request->repeat.body_hash)
        return;
    reply_dump(reply);
    if (reply->body.len > LIMIT_KEPT_BYTES)
        return;
    struct hub *hub = request->api->context.hub;
    if (hub_write(hub, request->call->now, run_apart, &apart, &why) != OK)
        log_line(LOG_WARN, "http.repeat", "id=%s code=%s", request->call->id, why.code);
}
