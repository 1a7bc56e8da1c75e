#include "api/reply.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api/dump.h"
#include "api/stream.h"
#include "base/text.h"

enum { USUAL_BODY = 2000 }; /* what an item fits in */

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

static void add_line(struct buf *out, const char *name, const char *value)
{
    buf_text(out, name);
    buf_text(out, ": ");
    buf_text(out, value);
    buf_text(out, "\r\n");
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
    add_line(&reply->head, name, value);
}

void reply_header_int(struct reply *reply, const char *name, int64_t value)
{
    struct buf *out = &reply->head;
    buf_text(out, name);
    buf_text(out, ": ");
    buf_int(out, value);
    buf_text(out, "\r\n");
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
    buf_room(&reply->body, USUAL_BODY);
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

static void add_two(struct buf *out, int number, char behind)
{
    const char text[] = {(char)('0' + number / 10 % 10), (char)('0' + number % 10), behind};
    buf_add(out, text, sizeof text);
}

/* As RFC 9110, 5.6.7 wants it: "Sun, 06 Nov 1994 08:49:37 GMT". */
static void add_date(struct buf *out, int64_t now)
{
    static const char days[] = "Sun, Mon, Tue, Wed, Thu, Fri, Sat, ";
    static const char months[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";
    time_t seconds = (time_t)(now / 1000);
    struct tm parts;
    if (!gmtime_r(&seconds, &parts))
        return;
    buf_text(out, "Date: ");
    buf_add(out, days + 5 * (size_t)parts.tm_wday, 5);
    add_two(out, parts.tm_mday, ' ');
    buf_add(out, months + 4 * (size_t)parts.tm_mon, 4);
    buf_int(out, parts.tm_year + 1900);
    buf_char(out, ' ');
    add_two(out, parts.tm_hour, ':');
    add_two(out, parts.tm_min, ':');
    add_two(out, parts.tm_sec, ' ');
    buf_text(out, "GMT\r\n");
}

static void add_status(struct buf *out, int status)
{
    buf_text(out, "HTTP/1.1 ");
    buf_int(out, status);
    buf_char(out, ' ');
    buf_text(out, refuse_phrase(status));
    buf_text(out, "\r\n");
}

/* What the bytes behind the head are. */
static void add_content(struct buf *out, const struct reply *reply)
{
    add_line(out, "Content-Type", reply->type ? reply->type : "application/json");
    if (reply->stream)
        return;
    buf_text(out, "Content-Length: ");
    buf_int(out, reply->file ? reply->file_len : (int64_t)reply->body.len);
    buf_text(out, "\r\n");
}

/* What the client may keep of it. */
static void add_validity(struct buf *out, const struct reply *reply)
{
    if (reply->has_etag) {
        buf_text(out, "ETag: \"");
        buf_int(out, reply->etag);
        buf_text(out, "\"\r\n");
    }
    add_line(out, "Cache-Control", reply->has_etag ? "private, no-cache" : "no-store");
}

void reply_format_head(const struct reply *reply, const char *request_id, int64_t now, bool keep,
                       struct buf *out)
{
    int status = reply->status ? reply->status : 200;
    add_status(out, status);
    add_date(out, now);
    if (status != 204 && status != 304)
        add_content(out, reply);
    add_validity(out, reply);
    add_line(out, "X-Request-Id", request_id);
    buf_text(out, "X-Content-Type-Options: nosniff\r\n");
    buf_add(out, reply->head.data, reply->head.len);
    buf_text(out, keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}
