#include "api/openapi.h"
#include "api/request.h"
#include "api/rest.h"
#include "api/rest_capabilities.h"
#include "api/state.h"
#include "base/auto.h"
#include "base/buf.h"
#include "bridge/hub.h"
#include "store/db.h"

const struct body_table rest_none = {0};

static const struct field openapi_fields[] = {
    {.name = "openapi", .kind = K_TEXT, .doc = "Version of the form"},
    {.name = "info", .kind = K_OBJECT, .doc = "What it describes", .of = &field_any},
    {.name = "servers", .kind = K_LIST, .doc = "Where it is", .of = &field_any},
    {.name = "tags", .kind = K_LIST, .doc = "Groups of operations", .of = &field_any},
    {.name = "paths", .kind = K_OBJECT, .doc = "Operations by path", .of = &field_any},
    {.name = "components", .kind = K_OBJECT, .doc = "What they refer to", .of = &field_any},
};
const struct field_shape rest_system_openapi_shape = {NULL, openapi_fields, LEN(openapi_fields),
                                                      "OpenApi"};

static const struct field version_fields[] = {
    {.name = "name", .kind = K_TEXT, .doc = "filamentd"},
    {.name = "version", .kind = K_TEXT, .doc = "Of the program"},
    {.name = "capabilities", .kind = K_LIST, .doc = "What it can do", .of = &field_texts},
};
const struct field_shape rest_system_version_shape = {NULL, version_fields, LEN(version_fields),
                                                      "Version"};

static const struct field status_fields[] = {
    {.name = "status", .kind = K_TEXT, .doc = "ok or ready"},
};
const struct field_shape rest_system_status_shape = {NULL, status_fields, LEN(status_fields),
                                                     "ServiceStatus"};

enum err rest_system_version(struct request *request, struct reply *reply, struct why *why)
{
    (void)request, (void)why;
    return reply_json(reply, 200,
                      json_pack("{s:s, s:s, s:o}", "name", "filamentd", "version",
                                FILAMENTD_VERSION, "capabilities", rest_capabilities_list()));
}

enum err rest_system_openapi(struct request *request, struct reply *reply, struct why *why)
{
    (void)request;
    openapi_write(&reply->body);
    if (reply->body.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    return OK;
}

enum err rest_system_health(struct request *request, struct reply *reply, struct why *why)
{
    (void)request, (void)why;
    return reply_json(reply, 200, json_pack("{s:s}", "status", "ok"));
}

/* Ready: the database answers and writes are taken. */
enum err rest_system_ready(struct request *request, struct reply *reply, struct why *why)
{
    if (hub_refuses(request->api->context.hub))
        return why_fail(why, ERR_BUSY, "stopping", NULL, "the daemon is stopping");
    if (db_version(request->db) <= 0)
        return why_fail(why, ERR_BUSY, "database", NULL, "the database does not answer");
    return reply_json(reply, 200, json_pack("{s:s}", "status", "ready"));
}
