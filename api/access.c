#include "api/access.h"

#include "api/request.h"
#include "base/clock.h"
#include "base/log.h"

/* Of a call that needs no key, what its path names may itself be the proof: a token of one use. */
static const char *path_of(const struct request *request)
{
    const struct route *route = request->match.route;
    bool open = route && !route->scopes && request->match.param_count;
    return open ? route->path : request->call->path;
}

void access_log(const struct request *request, const struct reply *reply, int64_t started)
{
    char path[LOG_VALUE];
    int status = reply->status ? reply->status : 200;
    bool dull = status < 400 && (request->method & (METHOD_GET | METHOD_HEAD));
    enum log_level level = dull ? LOG_DEBUG : LOG_INFO;
    if (!log_wants(level))
        return;
    const char *key = json_string_value(json_object_get(request->principal, "key_id"));
    log_line(level, "http", "method=%s path=%s status=%d bytes=%zu ms=%lld address=%s key=%s id=%s",
             request->method ? request->call->method : "-", log_value(path_of(request), path),
             status, reply->body.len + (reply->file ? (size_t)reply->file_len : 0),
             (long long)(clock_mono() - started), request->call->address, key ? key : "-",
             request->call->id);
}
