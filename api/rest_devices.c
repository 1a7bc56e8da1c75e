#include <string.h>

#include "api/request.h"
#include "api/rest.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/limits.h"
#include "base/text.h"
#include "bridge/notify/ece.h"
#include "bridge/notify/tokens.h"
#include "core/preference.h"
#include "store/args.h"
#include "store/devices.h"
#include "store/list.h"

enum {
    REQ = FIELD_REQUIRED,
    NIL = FIELD_NULLABLE,
    ID_MAX = 64,
    SHORT_MAX = 64,
    INSTALLATION = 128
};
enum { TOKEN_BYTES = 100, TOKEN_LEAST = 16, BUNDLE_MAX = 155, URL_MAX = 2048, KEY_MAX = 128 };

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field list_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
    {NULL, "channel", K_TEXT, 0, 0, 0, 0, 0, devices_channels, "only on this channel"},
    {NULL, "installation_id", K_TEXT, 0, 0, 1, INSTALLATION, 0, NULL, "only this installation"},
};
const struct body_table rest_devices_list_query = {list_fields, LEN(list_fields)};

static const struct field push_fields[] = {
    {NULL, "channel", K_TEXT, 0, 0, 0, 0, REQ, devices_channels, "how it is reached"},
    {NULL, "token", K_TEXT, 0, 0, 1, 2 * TOKEN_BYTES, FIELD_OPTIONAL, NULL,
     "apns: the device token, in hex"},
    {NULL, "environment", K_TEXT, 0, 0, 0, 0, FIELD_OPTIONAL, devices_environments,
     "apns: where the token is valid; absent: production"},
    {NULL, "bundle_id", K_TEXT, 0, 0, 1, BUNDLE_MAX, FIELD_OPTIONAL, NULL,
     "apns: of the app; absent: as configured"},
    {NULL, "live_activity_start_token", K_TEXT, 0, 0, 1, 2 * REST_TOKEN_BYTES, FIELD_OPTIONAL, NULL,
     "apns: starts a Live Activity with each print, in hex; absent: none is started"},
    {NULL, "endpoint", K_TEXT, 0, 0, 1, URL_MAX, FIELD_OPTIONAL, NULL,
     "webpush: PushSubscription.endpoint, which is https"},
    {NULL, "p256dh", K_TEXT, 0, 0, 1, KEY_MAX, FIELD_OPTIONAL, NULL,
     "webpush: PushSubscription.toJSON().keys.p256dh"},
    {NULL, "auth", K_TEXT, 0, 0, 1, KEY_MAX, FIELD_OPTIONAL, NULL,
     "webpush: PushSubscription.toJSON().keys.auth"},
};
static const struct body_table push_table = {push_fields, LEN(push_fields)};
static const struct field_shape push_shape = {NULL, push_fields, LEN(push_fields), "PushAddress"};

static const struct field register_fields[] = {
    {NULL, "installation_id", K_TEXT, 0, 0, 1, INSTALLATION, REQ, NULL,
     "random, made when the app was installed"},
    {NULL, "name", K_TEXT, 0, 0, 1, LIMIT_NAME, REQ, NULL, "what people call the device"},
    {NULL, "platform", K_TEXT, 0, 0, 1, SHORT_MAX, REQ, NULL, "its system"},
    {NULL, "push", K_OBJECT, 0, 0, 0, 0, REQ, NULL, "where it is reached; never shown again",
     &push_shape},
    {NULL, "app_version", K_TEXT, 0, 0, 1, SHORT_MAX, NIL, NULL, "of the app"},
    {NULL, "locale", K_TEXT, 0, 0, 1, SHORT_MAX, NIL, NULL, "such as de-AT"},
    {NULL, "preferences", K_OBJECT, 0, 0, 0, 0, 0, NULL,
     "what it wants to be told; absent: as before", &preference_shape},
};
const struct body_table rest_devices_register_body = {register_fields, LEN(register_fields)};

static const struct field update_fields[] = {
    {.name = "name", .kind = K_TEXT, .min = 1, .max = LIMIT_NAME, .doc = "what people call it"},
    {.name = "enabled", .kind = K_BOOL, .doc = "false: nothing is sent to it"},
    {.name = "preferences",
     .kind = K_OBJECT,
     .doc = "what it wants to be told, as a whole",
     .of = &preference_shape},
};
const struct body_table rest_devices_update_body = {update_fields, LEN(update_fields)};

static const struct field key_fields[] = {
    {.name = "public_key",
     .kind = K_TEXT,
     .flags = FIELD_NULLABLE,
     .doc = "In base64url; null: push.webpush is not configured"},
};
const struct field_shape rest_devices_key_shape = {NULL, key_fields, LEN(key_fields), "WebPushKey"};

/* ---- what is sent ---- */

static enum err check_preferences(struct request *request, struct why *why)
{
    struct why fault = {0};
    json_t *given = json_object_get(request->args, "preferences");
    if (!given || preference_check(given, &fault) == OK)
        return OK;
    return body_fault(request->errors, why, fault.field, fault.code, "%s", fault.text);
}

static enum err fault_at(struct request *request, const char *field, const struct why *fault,
                         struct why *why)
{
    char place[sizeof fault->field + SHORT_MAX];
    snprintf(place, sizeof place, "push.%s", field);
    return body_fault(request->errors, why, place, fault->code, "%s", fault->text);
}

static enum err need(struct request *request, const json_t *push, const char *const *names,
                     struct why *why)
{
    struct why fault;
    for (size_t i = 0; names[i]; i++)
        if (!args_text(push, names[i])) {
            why_fail(&fault, ERR_INVALID, "required", NULL, "is required on this channel");
            return fault_at(request, names[i], &fault, why);
        }
    return OK;
}

static bool is_bundle(const char *text)
{
    for (; *text; text++)
        if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
              (*text >= '0' && *text <= '9') || *text == '.' || *text == '-'))
            return false;
    return true;
}

static enum err take_start_token(struct request *request, const json_t *push, struct why *why)
{
    static const char name[] = "live_activity_start_token";
    char hex[REST_TOKEN_SIZE];
    struct why fault;
    if (!args_text(push, name))
        return OK;
    if (!rest_activities_token(args_text(push, name), hex, &fault))
        return fault_at(request, name, &fault, why);
    json_object_set_new(request->args, "start_token", json_string(hex));
    return OK;
}

static enum err take_apns(struct request *request, const json_t *push, json_t *address,
                          struct why *why)
{
    static const char *const needed[] = {"token", NULL};
    uint8_t bytes[TOKEN_BYTES];
    char hex[2 * TOKEN_BYTES + 1];
    size_t len = 0;
    struct why fault;
    const char *bundle = args_text(push, "bundle_id"),
               *environment = args_text(push, "environment");
    enum err e = need(request, push, needed, why);
    if (e != OK)
        return e;
    if (!text_unhex(bytes, sizeof bytes, args_text(push, "token"), &len) || len < TOKEN_LEAST) {
        why_fail(&fault, ERR_INVALID, "invalid_token", NULL,
                 "must be the bytes of the device token in hex");
        return fault_at(request, "token", &fault, why);
    }
    if (bundle && !is_bundle(bundle)) {
        why_fail(&fault, ERR_INVALID, "invalid_value", NULL, "must be such as org.example.App");
        return fault_at(request, "bundle_id", &fault, why);
    }
    text_hex(hex, bytes, len);
    json_object_set_new(address, "token", json_string(hex));
    json_object_set_new(address, "environment",
                        json_string(environment ? environment : devices_environments[0]));
    args_take(address, "bundle_id", push, "bundle_id");
    return take_start_token(request, push, why);
}

/* A host behind https://, no longer than a token is made for, and nothing that a header or a log
 * could not hold. */
static bool is_endpoint(const char *text)
{
    static const char scheme[] = "https://";
    size_t host = text_starts(text, scheme) ? strcspn(text + strlen(scheme), "/?#") : 0;
    if (!host || strlen(scheme) + host >= TOKENS_AUDIENCE_SIZE)
        return false;
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~' || *c == '"' || *c == '@' || *c == '#' || *c == '\\')
            return false;
    return true;
}

static enum err take_webpush(struct request *request, const json_t *push, json_t *address,
                             struct why *why)
{
    static const char *const needed[] = {"endpoint", "p256dh", "auth", NULL};
    struct ece_subscription subscription;
    struct why fault;
    enum err e = need(request, push, needed, why);
    if (e != OK)
        return e;
    if (!is_endpoint(args_text(push, "endpoint"))) {
        why_fail(&fault, ERR_INVALID, "invalid_url", NULL,
                 "must be an https URL: take PushSubscription.endpoint");
        return fault_at(request, "endpoint", &fault, why);
    }
    if (ece_subscription_read(args_text(push, "p256dh"), args_text(push, "auth"), &subscription,
                              &fault) != OK)
        return fault_at(request, fault.field, &fault, why);
    for (size_t i = 0; needed[i]; i++)
        args_take(address, needed[i], push, needed[i]);
    return OK;
}

static enum err check_push(struct request *request, json_t *push, struct why *why)
{
    struct why fault = {0};
    size_t i;
    const json_t *row;
    json_auto_t *faults = json_array(), *args = json_object();
    if (body_check(&push_table, BODY_CREATE, push, NULL, args, faults, &fault) == OK)
        return json_object_update(push, args) == 0 ? OK : ERR_NOMEM; /* trimmed */
    json_array_foreach (faults, i, row) {
        why_fail(&fault, ERR_INVALID, args_text(row, "code"), NULL, "%s",
                 args_text(row, "message"));
        fault_at(request, args_text(row, "field"), &fault, why);
    }
    return ERR_INVALID;
}

/* push -> channel and address */
static enum err take_push(struct request *request, struct why *why)
{
    json_auto_t *push = json_deep_copy(json_object_get(request->args, "push"));
    json_auto_t *address = json_object();
    enum err e = check_push(request, push, why);
    if (e != OK)
        return e;
    bool apns = strcmp(args_text(push, "channel"), "apns") == 0;
    e = apns ? take_apns(request, push, address, why) : take_webpush(request, push, address, why);
    args_take(request->args, "channel", push, "channel");
    json_object_set(request->args, "address", address);
    return e;
}

/* ---- handlers ---- */

enum err rest_devices_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, devices_list, why);
}

enum err rest_devices_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, devices_get, why);
}

enum err rest_devices_register(struct request *request, struct reply *reply, struct why *why)
{
    json_t *done = NULL;
    bool made = false;
    enum err e = take_push(request, why), checked = check_preferences(request, why);
    e = e ? e : checked;
    if (e != OK)
        return e;
    args_take(request->args, "key", request->principal, "id");
    e = devices_register(request->db, request->args, &done, &made, why);
    if (e != OK)
        return e;
    request_tag(request, reply, done);
    buf_format(&reply->head, "Location: /api/devices/%s\r\n", args_text(done, "device_id"));
    return reply_json(reply, made ? 201 : 200, done);
}

enum err rest_devices_update(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = check_preferences(request, why);
    return e ? e : request_reply_write(request, reply, devices_update, 200, why);
}

enum err rest_devices_delete(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, devices_delete, 200, why);
}

enum err rest_devices_key(struct request *request, struct reply *reply, struct why *why)
{
    (void)why;
    const char *key = request->api->context.webpush_key;
    return reply_json(reply, 200, json_pack("{s:s?}", "public_key", key));
}
