#include "api/webhook.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "api/auth.h"
#include "api/intake.h"
#include "api/request.h"
#include "api/state.h"
#include "base/text.h"
#include "store/keys.h"
#include "store/readers.h"

enum { DIGEST = 32 };

enum err webhook_take(struct request *request, struct reply *reply, struct buf *ret_bytes,
                      struct why *why)
{
    reply->refusal = intake_bytes(request->call, ret_bytes, why);
    reply->close = reply->refusal != REFUSE_NOTHING;
    return reply->refusal == REFUSE_NOTHING ? OK : ERR_INVALID;
}

/* Both are hashed first: the time tells neither where they differ nor how long the secret is. */
static bool same_secret(const char *given, const char *secret)
{
    uint8_t a[DIGEST], b[DIGEST];
    size_t len;
    return EVP_Q_digest(NULL, "SHA256", NULL, given, strlen(given), a, &len) &&
           EVP_Q_digest(NULL, "SHA256", NULL, secret, strlen(secret), b, &len) &&
           CRYPTO_memcmp(a, b, DIGEST) == 0;
}

static bool signed_by(const char *secret, const char *timestamp, const struct buf *bytes,
                      const uint8_t given[DIGEST])
{
    uint8_t digest[DIGEST];
    unsigned len = sizeof digest;
    auto_buf text = {0};
    buf_text(&text, timestamp);
    buf_char(&text, '.');
    buf_add(&text, bytes->data, bytes->len);
    return !text.failed &&
           HMAC(EVP_sha256(), secret, (int)strlen(secret), (const uint8_t *)text.data, text.len,
                digest, &len) &&
           CRYPTO_memcmp(digest, given, DIGEST) == 0;
}

static bool fresh(const char *timestamp, int64_t now)
{
    int64_t seconds;
    return text_to_int(timestamp, &seconds) && seconds > 0 && seconds < now &&
           llabs(now - seconds * 1000) <= WEBHOOK_CLOCK_MS;
}

static bool read_signature(const char *header, uint8_t ret[DIGEST])
{
    static const char scheme[] = "sha256=";
    size_t len;
    return text_starts(header, scheme) && text_unhex(ret, DIGEST, header + strlen(scheme), &len) &&
           len == DIGEST;
}

/* The word of one of the configured secrets. ${ret_why}: what is wrong with what was given. */
static bool by_secret(const struct request *request, const struct buf *bytes, struct why *ret_why)
{
    const struct call *call = request->call;
    const char *const *secrets = request->api->context.webhook_secrets;
    const char *secret = call_header(call, "X-Webhook-Secret");
    const char *signature = call_header(call, "X-Signature-256");
    const char *timestamp = call_header(call, "X-Timestamp");
    uint8_t digest[DIGEST];
    bool readable = signature && read_signature(signature, digest);
    bool timely = timestamp && fresh(timestamp, call->now);
    bool good = false;
    for (; secrets && *secrets; secrets++) {
        good |= secret && same_secret(secret, *secrets);
        good |= readable && timely && signed_by(*secrets, timestamp, bytes, digest);
    }
    if (!good && readable && !timely)
        why_fail(ret_why, ERR_DENIED, "invalid_timestamp", NULL,
                 "X-Timestamp must be the time in seconds since 1970, not 5 minutes off");
    else if (!good)
        why_fail(ret_why, ERR_DENIED, "invalid_secret", NULL,
                 "the secret or the signature of this webhook is wrong");
    return good;
}

static enum err by_key(struct request *request, const char *key, struct why *why)
{
    struct db *db = NULL;
    enum err e = readers_take(request->api->context.readers, &db, why);
    if (e == OK)
        e = keys_find(db, key, &request->principal, why);
    readers_give(request->api->context.readers, db);
    if (e != OK)
        return e;
    auth_note_use(&request->api->auth,
                  json_integer_value(json_object_get(request->principal, "id")));
    unsigned have = auth_scopes(json_object_get(request->principal, "scopes"));
    return have & (SCOPE_WEBHOOK | SCOPE_ADMIN) ? OK : ERR_CONFLICT;
}

/* A caller without any word of who he is has not tried to guess one. */
static enum err refuse_stranger(struct reply *reply, struct why *why)
{
    reply->refusal = REFUSE_UNAUTHORIZED;
    reply_header(reply, "WWW-Authenticate", "Bearer realm=\"filamentd\"");
    return why_fail(why, ERR_DENIED, "unauthorized", NULL,
                    "send the secret of the webhook as X-Webhook-Secret, or a key with its scope");
}

static enum err refuse(struct request *request, struct reply *reply, const struct why *reason,
                       struct why *why)
{
    struct auth *auth = &request->api->auth;
    const struct call *call = request->call;
    int wait = auth_blocked(auth, call->address, call->now);
    if (wait)
        return reply_too_many(reply, wait, "wrong secrets", why);
    reply->refusal = REFUSE_UNAUTHORIZED;
    *why = *reason;
    auth_failed(auth, call->address, call->now);
    reply_header(reply, "WWW-Authenticate", "Bearer realm=\"filamentd\", error=\"invalid_token\"");
    return ERR_DENIED;
}

enum err webhook_admit(struct request *request, struct reply *reply, const struct buf *bytes,
                       struct why *why)
{
    struct why reason = {0};
    char key[AUTH_KEY_SIZE];
    const struct call *call = request->call;
    if (request->api->context.open || by_secret(request, bytes, &reason))
        return OK;
    enum auth_given given =
        auth_key(call_header(call, "X-API-Key"), call_header(call, "Authorization"), key);
    bool secret = call_header(call, "X-Webhook-Secret") || call_header(call, "X-Signature-256");
    if (given == AUTH_NONE && !secret)
        return refuse_stranger(reply, why);
    if (given != AUTH_KEY)
        return refuse(request, reply, &reason, why);
    enum err e = by_key(request, key, &reason);
    if (e == OK)
        return OK;
    if (e != ERR_CONFLICT && e != ERR_DENIED && e != ERR_NOT_FOUND) {
        *why = reason;
        return e;
    }
    if (e != ERR_CONFLICT)
        return refuse(request, reply, &reason, why);
    reply->refusal = REFUSE_FORBIDDEN;
    return why_fail(why, ERR_DENIED, "missing_scope", NULL, "this key lacks the scope webhook");
}
