#include "api/reply.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/dump.h"
#include "api/stream.h"
#include "base/text.h"

void reply_clear(struct reply *reply)
{
    buf_clear(&reply->head);
    buf_clear(&reply->body);
    json_decref(reply->json);
    json_decref(reply->problem);
    stream_close(reply->stream);
    if (reply->file)
        fclose(reply->file);
    *reply = (struct reply){0};
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
    buf_format(&reply->head, "%s: %s\r\n", name, value);
}

void reply_header_int(struct reply *reply, const char *name, int64_t value)
{
    buf_format(&reply->head, "%s: %lld\r\n", name, (long long)value);
}

void reply_etag(struct reply *reply, int64_t seq)
{
    reply->has_etag = true;
    reply->etag = seq;
}

enum err reply_json(struct reply *reply, int status, json_t *json)
{
    reply->status = status;
    json_decref(reply->json);
    reply->json = json;
    return json ? OK : ERR_NOMEM;
}

void reply_dump(struct reply *reply)
{
    if (!reply->json)
        return;
    dump_json(&reply->body, reply->json);
    json_decref(reply->json);
    reply->json = NULL;
}

enum err reply_file(struct reply *reply, FILE *file, struct why *why)
{
    reply->file = file;
    reply->file_len = ftell(file);
    if (reply->file_len >= 0 && fseek(file, 0, SEEK_SET) == 0)
        return OK;
    return why_fail(why, ERR_IO, "no_disk", NULL, "the answer could not be kept on disk");
}

static void add_text(struct buf *out, const char *key, const char *value)
{
    buf_format(out, ",\"%s\":", key);
    buf_json(out, value, strlen(value));
}

static void add_members(struct buf *out, json_t *members)
{
    const char *name;
    json_t *value;
    json_object_foreach (members, name, value) {
        buf_format(out, ",\"%s\":", name);
        dump_json(out, value);
    }
}

enum err reply_too_many(struct reply *reply, int wait, const char *what, struct why *why)
{
    reply_header_int(reply, "Retry-After", wait);
    reply->refusal = REFUSE_TOO_MANY;
    return why_fail(why, ERR_DENIED, "too_many_requests", NULL,
                    "too many %s came from this address", what);
}

void reply_problem(struct reply *reply, int status, const struct why *why, json_t *errors,
                   const char *instance, const char *request_id)
{
    struct buf *out = &reply->body;
    json_decref(reply->json);
    reply->json = NULL;
    if (reply->file)
        fclose(reply->file);
    reply->file = NULL;
    buf_reset(out);
    reply->status = status;
    reply->type = "application/problem+json";
    buf_format(out, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d",
               refuse_phrase(status), status);
    add_text(out, "detail", why->text);
    add_text(out, "instance", instance);
    add_text(out, "code", why->code);
    buf_text(out, ",\"errors\":");
    if (errors)
        dump_json(out, errors);
    else
        buf_text(out, "[]");
    add_text(out, "request_id", request_id);
    add_members(out, reply->problem);
    buf_char(out, '}');
}

bool reply_tag_listed(const char *header, int64_t seq, bool weak)
{
    char tag[32];
    snprintf(tag, sizeof tag, "\"%lld\"", (long long)seq);
    while (*header) {
        header += strspn(header, " \t,");
        size_t len = strcspn(header, ", \t");
        bool is_weak = text_starts(header, "W/");
        size_t skip = is_weak ? 2 : 0;
        if (len == 1 && *header == '*')
            return true;
        if ((weak || !is_weak) && len - skip == strlen(tag) &&
            !strncmp(header + skip, tag, len - skip))
            return true;
        header += len;
    }
    return false;
}

static void add_date(struct buf *out, int64_t now)
{
    time_t seconds = (time_t)(now / 1000);
    struct tm parts;
    char text[64] = "";
    if (gmtime_r(&seconds, &parts))
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    buf_format(out, "Date: %s\r\n", text);
}

void reply_format_head(const struct reply *reply, const char *request_id, int64_t now, bool keep,
                       struct buf *out)
{
    int status = reply->status ? reply->status : 200;
    buf_format(out, "HTTP/1.1 %d %s\r\n", status, refuse_phrase(status));
    add_date(out, now);
    if (status != 204 && status != 304)
        buf_format(out, "Content-Type: %s\r\n", reply->type ? reply->type : "application/json");
    if (status != 204 && status != 304 && !reply->stream)
        buf_format(out, "Content-Length: %lld\r\n",
                   reply->file ? (long long)reply->file_len : (long long)reply->body.len);
    if (reply->has_etag)
        buf_format(out, "ETag: \"%lld\"\r\n", (long long)reply->etag);
    buf_format(out, "Cache-Control: %s\r\n", reply->has_etag ? "private, no-cache" : "no-store");
    buf_format(out, "X-Request-Id: %s\r\nX-Content-Type-Options: nosniff\r\n", request_id);
    buf_add(out, reply->head.data, reply->head.len);
    buf_format(out, "Connection: %s\r\n\r\n", keep ? "keep-alive" : "close");
}
