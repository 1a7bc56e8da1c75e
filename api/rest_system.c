#include "api/request.h"
#include "api/rest.h"
#include "api/rest_capabilities.h"
#include "api/state.h"
#include "bridge/hub.h"
#include "store/db.h"

const struct body_table rest_none = {0};

enum err rest_system_version(struct request *request, struct reply *reply, struct why *why)
{
    (void)request, (void)why;
    return reply_json(reply, 200,
                      json_pack("{s:s, s:s, s:o}", "name", "filamentd", "version",
                                FILAMENTD_VERSION, "capabilities", rest_capabilities_list()));
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
