#include "api/auth.h"
#include "api/rest.h"
#include "api/routes.h"
#include "base/auto.h"

static const struct route_subject key = {NULL, "api_key", "key_id"};

/* methods, path, scopes, body, query, flags, subject, handler, operation, doc, answer */
static const struct route rows[] = {
    {GET, "/api/api_keys", SCOPE_ADMIN, NULL, &rest_keys_list_query, 0, NULL, rest_keys_list,
     "listApiKeys", "All keys, without the keys."},
    {POST, "/api/api_keys", SCOPE_ADMIN, &rest_keys_create_body, NULL, WRITE | SHOWN_ONCE, &key,
     rest_keys_create, "createApiKey", "Make a key; it is shown this once."},
    {DELETE, "/api/api_keys/{key_id}", SCOPE_ADMIN, NULL, NULL, WRITE, &key, rest_keys_revoke,
     "revokeApiKey", "A key is worth nothing from now on."},
};
const struct route_table routes_keys = {rows, LEN(rows)};
