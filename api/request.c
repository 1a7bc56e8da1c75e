#include "api/request.h"

#include <string.h>

#include "api/condition.h"
#include "api/state.h"
#include "bridge/hub.h"
#include "store/changes.h"
#include "store/db.h"
#include "store/list.h"
#include "store/readers.h"

const char *request_text(const struct request *request, const char *name)
{
    const char *text = json_string_value(json_object_get(request->args, name));
    return text ? text : "";
}

enum err request_reader(struct request *request, struct why *why)
{
    return request->db ? OK : readers_take(request->api->context.readers, &request->db, why);
}

void request_no_reader(struct request *request)
{
    readers_give(request->api->context.readers, request->db);
    request->db = NULL;
}

int64_t request_seq(const struct request *request, struct db *db, const json_t *row)
{
    const struct route_subject *subject = request->route->subject;
    if (subject && !subject->key)
        return changes_newest_of(db, subject->entity);
    const char *id = subject ? json_string_value(json_object_get(row, subject->key)) : NULL;
    return id ? changes_of(db, subject->entity, id) : 0;
}

void request_tag(struct request *request, struct reply *reply, const json_t *row)
{
    int64_t seq = request_seq(request, request->db, row);
    if (seq)
        reply_etag(reply, seq);
}

enum err request_reply_row(struct request *request, struct reply *reply, request_row *row,
                           struct why *why)
{
    json_t *found = NULL;
    enum err e = row(request->db, request->args, &found, why);
    if (e != OK)
        return e;
    request_tag(request, reply, found);
    return reply_json(reply, 200, found);
}

/* The query of this request with another cursor. */
static void add_next(const struct request *request, const char *cursor, struct reply *reply)
{
    struct buf *out = &reply->head;
    buf_format(out, "Link: <%s?", request->call->path);
    const char *query = request->call->query;
    while (query && *query) {
        size_t len = strcspn(query, "&");
        if (len && strncmp(query, "cursor=", 7) != 0) {
            buf_add(out, query, len);
            buf_char(out, '&');
        }
        query += len + (query[len] == '&');
    }
    buf_format(out, "cursor=%s>; rel=\"next\"\r\n", cursor);
}

enum err request_reply_list(struct request *request, struct reply *reply, request_rows *rows,
                            struct why *why)
{
    auto_list list = {0};
    enum err e = rows(request->db, request->args, &list, why);
    if (e != OK)
        return e;
    if (list.body.failed || list.next.failed)
        return why_fail(why, ERR_NOMEM, NULL, NULL, "out of memory");
    reply_header_int(reply, "X-Total-Count", list.total);
    if (list.next.len)
        add_next(request, list.next.data, reply);
    if (list.seq)
        reply_etag(reply, list.seq);
    buf_clear(&reply->body);
    reply->body = list.body;
    list.body = (struct buf){0};
    return OK;
}

enum err request_reply_write(struct request *request, struct reply *reply, request_row *write,
                             int status, struct why *why)
{
    json_t *done = NULL;
    enum err e = write(request->db, request->args, &done, why);
    if (e != OK)
        return e;
    request_tag(request, reply, done);
    return reply_json(reply, status, done);
}

struct answer {
    struct request *request;
    struct reply *reply;
    request_row *run;
    const json_t *args;
    int status;
    const char *location;
};

static enum err run_answer(void *ctx, struct db *db, struct why *why)
{
    struct answer *answer = ctx;
    struct request *request = answer->request;
    struct reply *reply = answer->reply;
    json_t *row = NULL;
    enum err e = condition_match(request, reply, db, why);
    if (e == OK)
        e = answer->run(db, answer->args, &row, why);
    if (e == OK)
        e = reply_json(reply, answer->status, row);
    if (e != OK)
        return e;
    request->db = db;
    request_tag(request, reply, row);
    request->db = NULL; /* the writer's, for this moment only */
    const struct route_subject *subject = request->route->subject;
    if (answer->location && subject)
        buf_format(&reply->head, "Location: %s/%s\r\n", answer->location,
                   json_string_value(json_object_get(row, subject->key)));
    return repeat_keep(request, reply, db, why);
}

enum err request_answer_write(struct request *request, struct reply *reply, request_row *write,
                              const json_t *args, int status, const char *location, struct why *why)
{
    struct answer answer = {request, reply, write, args, status, location};
    struct hub *hub = request->api->context.hub;
    return hub_write(hub, request->call->now, run_answer, &answer, why);
}

struct write {
    request_row *run;
    const json_t *args;
    json_t *ret;
};

static enum err run_write(void *ctx, struct db *db, struct why *why)
{
    struct write *write = ctx;
    return write->run(db, write->args, &write->ret, why);
}

enum err request_write(struct request *request, request_row *run, const json_t *args, json_t **ret,
                       struct why *why)
{
    struct write write = {.run = run, .args = args};
    const struct api *api = request->api;
    enum err e = hub_write(api->context.hub, request->call->now, run_write, &write, why);
    if (e == OK)
        *ret = write.ret;
    else
        json_decref(write.ret);
    return e;
}

enum err request_read(struct request *request, request_row *read, const json_t *args, json_t **ret,
                      struct why *why)
{
    struct readers *readers = request->api->context.readers;
    struct db *db = NULL;
    enum err e = readers_take(readers, &db, why);
    if (e == OK)
        e = read(db, args, ret, why);
    readers_give(readers, db);
    return e;
}
