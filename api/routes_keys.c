#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"
#include "store/keys.h"

static const struct route_subject new_key = {NULL, "api_key", "key_id"};
static const struct route_subject key = {keys_get, "api_key", "key_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/api_keys", SCOPE_ADMIN, NULL, &rest_keys_list_query, 0, NULL, rest_keys_list,
     "listApiKeys", "All keys, without the keys.", .answer = {200, LIST, &keys_shape}},
    {POST, "/api/api_keys", SCOPE_ADMIN, &rest_keys_create_body, NULL, WRITE | SHOWN_ONCE, &new_key,
     rest_keys_create, "createApiKey", "Make a key; it is shown this once.",
     .answer = {201, ONE, &keys_created_shape}},
    {GET, "/api/api_keys/{key_id}", SCOPE_ADMIN, NULL, NULL, 0, &key, rest_keys_get, "getApiKey",
     "One key, by id or prefix, without the key.", .answer = {200, ONE, &keys_shape}},
    {PUT, "/api/api_keys/{key_id}", SCOPE_ADMIN, &rest_keys_update_body, NULL, WRITE, &key,
     rest_keys_update, "updateApiKey", "Rename a key or move its end: absent fields stay.",
     .answer = {200, ONE, &keys_shape}},
    {DELETE, "/api/api_keys/{key_id}", SCOPE_ADMIN, NULL, NULL, WRITE, &key, rest_keys_revoke,
     "revokeApiKey", "A key is worth nothing from now on.", .answer = {200, ONE, &keys_shape}},
};
const struct route_table routes_keys = {rows, LEN(rows)};
