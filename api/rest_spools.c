#include "api/request.h"
#include "api/rest.h"
#include "base/buf.h"
#include "store/list.h"
#include "store/spools.h"

enum err rest_spools_list(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, spools_list, why);
}

enum err rest_spools_get(struct request *request, struct reply *reply, struct why *why)
{
    int64_t seq = 0;
    enum err e = spools_text(request->db, request->args, &reply->body, &seq, why);
    if (e == OK)
        reply_etag(reply, seq);
    return e;
}

enum err rest_spools_create(struct request *request, struct reply *reply, struct why *why)
{
    enum err e = request_reply_write(request, reply, spools_create, 201, why);
    if (e != OK)
        return e;
    buf_format(&reply->head, "Location: /api/spools/%s\r\n",
               json_string_value(json_object_get(reply->json, "spool_id")));
    return OK;
}

enum err rest_spools_update(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, spools_update, 200, why);
}

enum err rest_spools_delete(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, spools_delete, 200, why);
}

enum err rest_spools_adjust(struct request *request, struct reply *reply, struct why *why)
{
    int64_t seq = 0;
    enum err e = spools_adjust(request->db, request->args, &reply->body, &seq, why);
    if (e == OK)
        reply_etag(reply, seq);
    return e;
}

enum err rest_spools_archive(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, spools_archive, 200, why);
}

enum err rest_spools_restore(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_write(request, reply, spools_restore, 200, why);
}

enum err rest_spools_history(struct request *request, struct reply *reply, struct why *why)
{
    return request_reply_list(request, reply, spools_history, why);
}
