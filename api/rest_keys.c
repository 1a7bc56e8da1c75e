#include <string.h>

#include "api/auth.h"
#include "api/request.h"
#include "api/rest.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/limits.h"
#include "store/keys.h"
#include "store/list.h"

enum { REQ = FIELD_REQUIRED, NIL = FIELD_NULLABLE, SCOPES_MAX = 8 };

/* wire, name, kind, at, size, min, max, flags, words, doc */
static const struct field create_fields[] = {
    {NULL, "name", K_TEXT, 0, 0, 1, LIMIT_NAME, REQ, NULL, "who will use it"},
    {NULL, "scopes", K_LIST, 0, 0, 1, SCOPES_MAX, REQ, NULL, "what it may do", &keys_scope_shape},
    {NULL, "expires_at", K_TIME, 0, 0, 0, 0, NIL, NULL, "until when; null: for ever"},
};
const struct body_table rest_keys_create_body = {create_fields, LEN(create_fields)};

static const struct field update_fields[] = {
    {.name = "name", .kind = K_TEXT, .min = 1, .max = LIMIT_NAME, .doc = "who uses it"},
    {.name = "expires_at", .kind = K_TIME, .flags = NIL, .doc = "until when; null: for ever"},
    {.name = "key_id", .kind = K_TEXT, .flags = FIELD_READONLY, .doc = "as it is"},
    {.name = "prefix", .kind = K_TEXT, .flags = FIELD_READONLY, .doc = "as it is"},
    {.name = "scopes",
     .kind = K_LIST,
     .flags = FIELD_READONLY,
     .doc = "as they are: for others, make another key",
     .of = &field_texts},
    {.name = "device_name", .kind = K_TEXT, .flags = FIELD_READONLY, .doc = "as it is"},
    {.name = "platform", .kind = K_TEXT, .flags = FIELD_READONLY, .doc = "as it is"},
    {.name = "created_at", .kind = K_TIME, .flags = FIELD_READONLY, .doc = "as it is"},
    {.name = "last_used_at", .kind = K_TIME, .flags = FIELD_READONLY, .doc = "as it is"},
    {.name = "revoked_at", .kind = K_TIME, .flags = FIELD_READONLY, .doc = "as it is"},
};
const struct body_table rest_keys_update_body = {update_fields, LEN(update_fields)};

static const struct field list_fields[] = {
    {NULL, "limit", K_INT, 0, 0, 1, LIMIT_PAGE, 0, NULL, "rows of one page"},
    {NULL, "cursor", K_TEXT, 0, 0, 0, LIMIT_NOTES, 0, NULL, "where the page begins"},
};
const struct body_table rest_keys_list_query = {list_fields, LEN(list_fields)};

enum err rest_keys_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, keys_list, why);
}

static enum err check_scopes(struct request *request, struct why *why)
{
    const json_t *list = json_object_get(request->args, "scopes");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_auto_t *one = json_pack("[O]", json_array_get(list, i));
        if (!auth_scopes(one))
            return body_fault(request->errors, why, "scopes", "not_allowed",
                              "has a name that is no scope");
    }
    return OK;
}

enum err rest_keys_create(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = check_scopes(request, why);
    if (e == OK)
        e = request_reply_write(request, reply, keys_create, 201, why);
    if (e != OK)
        return e;
    buf_format(&reply->head, "Location: /api/api_keys/%s\r\n",
               json_string_value(json_object_get(reply->json, "key_id")));
    return OK;
}

enum err rest_keys_get(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_row(request, reply, keys_get, why);
}

enum err rest_keys_update(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, keys_update, 200, why);
}

enum err rest_keys_revoke(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, keys_revoke, 200, why);
}
