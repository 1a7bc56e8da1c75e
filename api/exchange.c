#include "api/exchange.h"

#include <civetweb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/dispatch.h"
#include "api/reply.h"
#include "api/server.h"
#include "api/state.h"
#include "api/stream.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

enum {
    BODY_MS = EXCHANGE_REQUEST_MS,
    AUTHORITY_SIZE = 256,
    ONE_WRITE = 32 * 1024, /* up to here the body is moved to stand behind its head */
    FILE_PIECE = 16 * 1024,
};

struct body_source {
    struct mg_connection *connection;
    int64_t deadline;
    bool expected; /* the client waits for a word before it sends the body */
};

static int read_body(void *ctx, void *bytes, size_t len)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct body_source *source = ctx;
    bool silent = source->expected && mg_write(source->connection, go_on, sizeof go_on - 1) <= 0;
    source->expected = false;
    if (silent || clock_mono() > source->deadline)
        return -1;
    return mg_read(source->connection, bytes, len);
}

static void allow_time(void *ctx, int ms)
{
    struct body_source *source = ctx;
    source->deadline = clock_mono() + ms;
}

static pthread_once_t id_once = PTHREAD_ONCE_INIT;
static uint64_t id_start;

static void choose_start(void)
{
    id_random(&id_start, sizeof id_start);
}

/* Unlike any other for as long as logs are kept, but no secret: a random start of the process, and
 * a count. */
static void new_id(char ret_id[CALL_ID_SIZE])
{
    static atomic_uint_fast64_t last;
    uint64_t number = atomic_fetch_add(&last, 1) + 1;
    uint8_t bytes[(CALL_ID_SIZE - 1) / 2];
    pthread_once(&id_once, choose_start);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((id_start + number) >> (8 * (sizeof bytes - 1 - i)));
    text_hex(ret_id, bytes, sizeof bytes);
}

/* As civetweb will decide it: it looks at the client's wish alone. */
static bool wants_keep(const struct call *call)
{
    const char *wish = call_header(call, "Connection");
    if (!wish)
        return !strcmp(call->version, "1.1");
    for (; *wish; wish += strcspn(wish, ",")) {
        wish += strspn(wish, ", \t");
        size_t len = strcspn(wish, ", \t");
        char word[16];
        if (text_copy_len(word, sizeof word, wish, len) && text_equal_nocase(word, "keep-alive"))
            return true;
    }
    return false;
}

static bool write_all(struct mg_connection *connection, const struct buf *bytes)
{
    return !bytes->len || mg_write(connection, bytes->data, bytes->len) == (int)bytes->len;
}

/* A file goes out in pieces: a slow reader costs a worker, and no memory. */
static bool write_file(struct mg_connection *connection, const struct reply *reply)
{
    char piece[FILE_PIECE];
    int64_t left = reply->file_len;
    while (left > 0) {
        size_t want = left < FILE_PIECE ? (size_t)left : FILE_PIECE;
        if (fread(piece, 1, want, reply->file) != want ||
            mg_write(connection, piece, want) != (int)want)
            return false;
        left -= (int64_t)want;
    }
    return true;
}

/* Head and body in one write where that is cheap: two small ones cost a round trip. */
static void send_reply(struct mg_connection *connection, const struct call *call,
                       struct reply *reply)
{
    auto_buf head = {0};
    bool keep = !reply->close && wants_keep(call);
    bool silent = !strcmp(call->method, "HEAD");
    reply_format_head(reply, call->id, call->now, keep, &head);
    bool together = !silent && reply->body.len && reply->body.len <= ONE_WRITE;
    if (together)
        buf_before(&reply->body, head.data, head.len);
    bool sent = !head.failed && !reply->body.failed;
    if (sent && !together)
        sent = write_all(connection, &head);
    if (sent && !silent)
        sent = write_all(connection, &reply->body);
    if (sent && !silent && reply->file)
        sent = write_file(connection, reply);
    if (!sent || !keep)
        mg_disable_connection_keep_alive(connection);
}

struct stream_end {
    struct mg_connection *connection;
    int fd;
};

static bool write_event(void *ctx, const void *bytes, size_t len)
{
    const struct stream_end *end = ctx;
    return mg_write(end->connection, bytes, len) == (int)len;
}

static struct peer look_at_reader(void *ctx)
{
    const struct stream_end *end = ctx;
    return peer_look(end->fd);
}

/* The head, and then events until one side ends it. */
static void send_stream(struct api *api, struct stream_end *end, const struct call *call,
                        struct reply *reply)
{
    auto_buf head = {0};
    const struct mg_request_info *info = mg_get_request_info(end->connection);
    const struct stream_sink sink = {write_event, look_at_reader, end};
    end->fd = relief_socket(&api->relief, info->remote_addr, info->remote_port);
    peer_make_room(end->fd, STREAM_SEND_BYTES);
    mg_disable_connection_keep_alive(end->connection);
    reply_format_head(reply, call->id, call->now, false, &head);
    if (!head.failed && write_all(end->connection, &head) && strcmp(call->method, "HEAD") != 0)
        stream_run(reply->stream, &sink);
}

static const char *authority_of(const char *target, const char *path, char to[AUTHORITY_SIZE])
{
    const char *from = strstr(target, "://");
    if (*target == '/' || !from || path < from + 3)
        return NULL;
    return text_copy_len(to, AUTHORITY_SIZE, from + 3, (size_t)(path - from - 3)) ? to : "";
}

static int64_t body_length(const struct mg_request_info *info, const struct call *call)
{
    const char *encoding = call_header(call, "Transfer-Encoding");
    if (encoding && !text_equal_nocase(encoding, "identity"))
        return -1;
    return info->content_length > 0 ? info->content_length : 0;
}

/* When this worker's connection began to wait for a request. */
static _Thread_local int64_t waiting_since;

/* Texts of a request that have no place of their own in civetweb. */
struct head {
    struct guard_header headers[MG_MAX_HEADERS];
    char authority[AUTHORITY_SIZE];
    size_t len; /* about: bytes of target and headers */
};

static void read_head(const struct mg_request_info *info, struct head *head)
{
    head->len = strlen(info->request_uri) + (info->query_string ? strlen(info->query_string) : 0);
    for (int i = 0; i < info->num_headers; i++) {
        const struct mg_header *from = &info->http_headers[i];
        head->headers[i] = (struct guard_header){from->name, from->value};
        head->len += strlen(from->name) + strlen(from->value) + 4;
    }
    if (info->num_headers >= MG_MAX_HEADERS) /* it drops further ones in silence */
        head->len += LIMIT_HEAD_BYTES;
}

static void serve(struct api *api, struct mg_connection *connection,
                  const struct mg_request_info *info, struct call *call, struct reply *reply)
{
    struct body_source *source = call->ctx;
    int entry = relief_enter(&api->relief, info->remote_addr, info->remote_port);
    dispatch_serve(api, call, reply);
    struct stream_end end = {.connection = connection};
    if (reply->stream)
        send_stream(api, &end, call, reply);
    else
        send_reply(connection, call, reply);
    relief_leave(&api->relief, entry);
    if (reply->close && call->body_len != 0 && !source->expected)
        relief_drain(&api->relief, info->remote_addr, info->remote_port);
}

int exchange_begin(struct mg_connection *connection)
{
    struct head head;
    const struct mg_request_info *info = mg_get_request_info(connection);
    struct body_source source = {.connection = connection, .deadline = clock_mono() + BODY_MS};
    read_head(info, &head);
    struct call call = {
        .method = info->request_method,
        .version = info->http_version,
        .path = info->local_uri_raw,
        .query = info->query_string,
        .authority = authority_of(info->request_uri, info->local_uri_raw, head.authority),
        .headers = head.headers,
        .header_count = (size_t)info->num_headers,
        .head_len = head.len,
        .address = info->remote_addr,
        .tls = info->is_ssl,
        .webhooks_only = server_webhooks_only(info->user_data, info->server_port),
        .read = read_body,
        .allow = allow_time,
        .ctx = &source,
        .now = clock_now(),
    };
    call.body_len = body_length(info, &call);
    source.expected = !strcmp(call.version, "1.1") && call_header(&call, "Expect");
    new_id(call.id);
    struct reply reply = {0};
    serve(info->user_data, connection, info, &call, &reply);
    int status = reply.status ? reply.status : 200;
    reply_clear(&reply);
    waiting_since = clock_mono();
    return status;
}

int exchange_open(const struct mg_connection *connection, void **ret_data)
{
    (void)connection, (void)ret_data;
    waiting_since = clock_mono();
    return 0;
}

/* civetweb calls a head that came too slowly malformed, too. */
static enum refusal refusal_of(int status)
{
    bool late = clock_mono() - waiting_since >= EXCHANGE_KEEP_ALIVE_MS;
    if (status == 408 || (status == 400 && late))
        return REFUSE_TIMEOUT;
    return status == 413 ? REFUSE_HEAD_TOO_LARGE : REFUSE_BAD_REQUEST;
}

static const char *text_of(enum refusal refusal)
{
    if (refusal == REFUSE_TIMEOUT)
        return "the request did not arrive in time";
    return refusal == REFUSE_HEAD_TOO_LARGE ? "the head of the request is too large"
                                            : "the request cannot be read";
}

int exchange_error(struct mg_connection *connection, int status, const char *message)
{
    struct why why;
    struct reply reply = {.close = true};
    struct call call = {.method = "GET", .version = "1.0", .now = clock_now()};
    enum refusal refusal = refusal_of(status);
    int answer = status < 500 ? refuse_status(refusal) : status;
    new_id(call.id);
    why_fail(&why, ERR_INVALID, refuse_code(refusal), NULL, "%s",
             status < 500 ? text_of(refusal) : message);
    reply_problem(&reply, answer, &why, NULL, "/", call.id);
    log_line(LOG_INFO, "http.broken", "status=%d id=%s", answer, call.id);
    send_reply(connection, &call, &reply);
    reply_clear(&reply);
    return 0;
}
