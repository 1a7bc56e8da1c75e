#include "api/condition.h"

#include <stdint.h>

#include "api/request.h"
#include "api/state.h"

static bool about_item(const struct request *request)
{
    const struct route_subject *subject = request->route->subject;
    return subject && subject->item && (request->method & METHOD_UNSAFE);
}

static enum err find_item(struct request *request, struct why *why)
{
    enum err e = request_reader(request, why);
    if (e == OK)
        e = request->route->subject->item(request->db, request->args, &request->current, why);
    return e;
}

/* What is not there yet, though a default is shown for it, has none that could be sent. */
static bool has_tag(const struct request *request)
{
    return request->current && request_seq(request, request->db, request->current) != 0;
}

enum err condition_find(struct request *request, struct reply *reply, struct why *why)
{
    bool demands = request->api->context.require_if_match;
    bool beside = request->method & (METHOD_PUT | METHOD_PATCH);
    bool upload = request->route->flags & ROUTE_UPLOAD;
    if (!about_item(request) || !(demands || beside || upload))
        return OK;
    enum err e = find_item(request, why);
    if (e != OK || !demands || call_header(request->call, "If-Match") || !has_tag(request))
        return e;
    reply->refusal = REFUSE_DEMANDED;
    return why_fail(why, ERR_CONFLICT, "precondition_required", "If-Match",
                    "this server wants to know which state is meant: send the ETag of the item");
}

enum err condition_refused(struct request *request, struct why *why)
{
    struct why missing = {0};
    if (!about_item(request) || request->current || find_item(request, &missing) != ERR_NOT_FOUND)
        return ERR_INVALID;
    json_array_clear(request->errors);
    *why = missing;
    return ERR_NOT_FOUND;
}

/* The number of the item's last change; 0: there is no such item yet. */
static enum err number_of(struct request *request, struct db *db, int64_t *ret_seq, struct why *why)
{
    json_auto_t *row = NULL;
    enum err e = request->route->subject->item(db, request->args, &row, why);
    *ret_seq = e == OK ? request_seq(request, db, row) : 0;
    return e;
}

enum err condition_match(struct request *request, struct reply *reply, struct db *db,
                         struct why *why)
{
    int64_t seq = 0;
    const char *header = call_header(request->call, "If-Match");
    if (!header || !about_item(request))
        return OK;
    enum err e = number_of(request, db, &seq, why);
    if (e != OK || (seq && reply_tag_listed(header, seq, false)))
        return e;
    reply->refusal = REFUSE_PRECONDITION;
    if (seq)
        reply_etag(reply, seq);
    return why_fail(why, ERR_CONFLICT, "precondition_failed", "If-Match",
                    "it was changed since: read it again and repeat with its ETag");
}

/* FNV-1a; its sign is dropped so that it is written as the others are. */
static int64_t digest_of(const struct buf *bytes)
{
    uint64_t hash = 14695981039346656037ULL;
    for (size_t i = 0; i < bytes->len; i++)
        hash = (hash ^ (unsigned char)bytes->data[i]) * 1099511628211ULL;
    return (int64_t)(hash >> 1);
}

void condition_finish(const struct request *request, struct reply *reply)
{
    bool reading = request->method & (METHOD_GET | METHOD_HEAD);
    bool good = !reply->status || reply->status == 200;
    if (!reading || !good || reply->stream || reply->file || reply->body.failed)
        return;
    if (!reply->has_etag)
        reply_etag(reply, digest_of(&reply->body));
    const char *known = call_header(request->call, "If-None-Match");
    if (known && reply_tag_listed(known, reply->etag, true)) {
        reply->status = 304;
        buf_clear(&reply->body);
    }
}
