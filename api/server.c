#include "api/server.h"

#include <civetweb.h>
#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/dispatch.h"
#include "api/reply.h"
#include "api/state.h"
#include "api/tls.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

enum {
    REQUEST_MS = 10000,   /* for a head, and again for a body */
    KEEP_ALIVE_MS = 5000, /* longest silence between two requests of one connection */
    DRAIN_BYTES = 1024 * 1024,
    DRAIN_MS = 1000,
    ONE_WRITE = 32 * 1024, /* up to here head and body are copied together */
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

static void new_id(char ret_id[CALL_ID_SIZE])
{
    uint8_t bytes[(CALL_ID_SIZE - 1) / 2];
    id_random(bytes, sizeof bytes);
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

/* Head and body in one write where that is cheap: two small ones cost a round trip. */
static void send_reply(struct mg_connection *connection, const struct call *call,
                       struct reply *reply)
{
    auto_buf out = {0};
    bool keep = !reply->close && wants_keep(call);
    bool silent = !strcmp(call->method, "HEAD");
    reply_format_head(reply, call->id, call->now, keep, &out);
    bool together = !silent && reply->body.len <= ONE_WRITE;
    if (together)
        buf_add(&out, reply->body.data, reply->body.len);
    bool sent = !out.failed && write_all(connection, &out);
    if (sent && !silent && !together)
        sent = write_all(connection, &reply->body);
    if (!sent || !keep)
        mg_disable_connection_keep_alive(connection);
}

/* A client that is still sending when the connection closes loses the answer to a reset: take in
 * some of what it sends, but not for long. */
static void drain(struct mg_connection *connection)
{
    char bytes[4096];
    size_t left = DRAIN_BYTES;
    int64_t deadline = clock_mono() + DRAIN_MS;
    int got = 1;
    while (got > 0 && left >= sizeof bytes && clock_mono() < deadline) {
        got = mg_read(connection, bytes, sizeof bytes);
        left -= sizeof bytes;
    }
}

static const char *authority_of(const char *target, const char *path, char *to, size_t size)
{
    const char *from = strstr(target, "://");
    if (*target == '/' || !from || path < from + 3)
        return NULL;
    return text_copy_len(to, size, from + 3, (size_t)(path - from - 3)) ? to : "";
}

static int64_t body_length(const struct mg_request_info *info, const struct call *call)
{
    const char *encoding = call_header(call, "Transfer-Encoding");
    if (encoding && !text_equal_nocase(encoding, "identity"))
        return -1;
    return info->content_length > 0 ? info->content_length : 0;
}

static int begin_request(struct mg_connection *connection)
{
    const struct mg_request_info *info = mg_get_request_info(connection);
    struct guard_header headers[LEN(info->http_headers)];
    char authority[API_ADDRESS_SIZE];
    for (int i = 0; i < info->num_headers; i++)
        headers[i] = (struct guard_header){info->http_headers[i].name, info->http_headers[i].value};
    struct body_source source = {.connection = connection, .deadline = clock_mono() + REQUEST_MS};
    struct call call = {
        .method = info->request_method,
        .version = info->http_version,
        .path = info->local_uri_raw,
        .query = info->query_string,
        .authority =
            authority_of(info->request_uri, info->local_uri_raw, authority, sizeof authority),
        .headers = headers,
        .header_count = (size_t)info->num_headers,
        .address = info->remote_addr,
        .tls = info->is_ssl,
        .read = read_body,
        .ctx = &source,
        .now = clock_now(),
    };
    call.body_len = body_length(info, &call);
    source.expected = !strcmp(call.version, "1.1") && call_header(&call, "Expect");
    new_id(call.id);
    struct reply reply = {0};
    struct api *api = info->user_data;
    int entry = relief_enter(&api->relief, info->remote_addr, info->remote_port);
    dispatch_serve(api, &call, &reply);
    send_reply(connection, &call, &reply);
    relief_leave(&api->relief, entry);
    if (reply.close && call.body_len != 0 && !source.expected)
        drain(connection);
    int status = reply.status ? reply.status : 200;
    reply_clear(&reply);
    return status;
}

/* What civetweb finds wrong before there is a request: broken or too long heads, lost time. */
static int http_error(struct mg_connection *connection, int status, const char *message)
{
    static const struct {
        int status;
        enum refusal refusal;
        const char *text;
    } known[] = {
        {400, REFUSE_BAD_REQUEST, "the request cannot be read"},
        {408, REFUSE_TIMEOUT, "the request did not arrive in time"},
        {411, REFUSE_BAD_REQUEST, "Content-Length must be a number"},
        {413, REFUSE_HEAD_TOO_LARGE, "the head of the request is too large"},
    };
    struct reply reply = {.close = true};
    struct call call = {.method = "GET", .version = "1.0", .now = clock_now()};
    struct why why = {0};
    new_id(call.id);
    int answer = status;
    why_fail(&why, ERR_INVALID, "bad_request", NULL, "%s", message);
    for (size_t i = 0; i < LEN(known); i++) {
        if (known[i].status != status)
            continue;
        answer = refuse_status(known[i].refusal);
        why_fail(&why, ERR_INVALID, refuse_code(known[i].refusal), NULL, "%s", known[i].text);
    }
    reply_problem(&reply, answer, &why, NULL, "/", call.id);
    log_line(LOG_INFO, "http.broken", "status=%d id=%s", answer, call.id);
    send_reply(connection, &call, &reply);
    reply_clear(&reply);
    return 0;
}

static int log_message(const struct mg_connection *connection, const char *message)
{
    (void)connection;
    log_line(LOG_DEBUG, "http.server", "message=\"%s\"", message);
    return 1;
}

static int init_ssl(void *ssl_ctx, void *user_data)
{
    struct why why;
    const struct api *api = user_data;
    if (!api->tls)
        return 1; /* asked even where no listener speaks TLS */
    if (tls_attach(api->tls, ssl_ctx, &why) == OK)
        return 1;
    log_line(LOG_ERROR, "tls.attach", "detail=\"%s\"", why.text);
    return -1;
}

/* "*:8443" is every address of both families. */
static enum err add_port(struct buf *out, const struct api_listener *listener, struct why *why)
{
    const char *address = listener->address;
    const char *colon = strrchr(address, ':');
    if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return why_fail(why, ERR_INVALID, "listen", "listen", "%s: a port is missing", address);
    if (out->len)
        buf_char(out, ',');
    if (text_starts(address, "*:"))
        buf_format(out, "+%s", colon + 1);
    else
        buf_text(out, address);
    if (listener->tls)
        buf_char(out, 's');
    return OK;
}

static enum err learn_ports(struct api *api, const struct api_listener *listeners, size_t count,
                            struct why *why)
{
    struct mg_server_port ports[API_LISTENERS];
    int found = mg_get_server_ports(api->server, API_LISTENERS, ports);
    if (found < 0 || (size_t)found != count)
        return why_fail(why, ERR_IO, "listen", "listen", "the server lost its listeners");
    for (size_t i = 0; i < count; i++) {
        const char *address = listeners[i].address;
        size_t len = (size_t)(strrchr(address, ':') - address);
        bool any = text_starts(address, "*:");
        api->listeners[i].port = ports[i].port;
        api->listeners[i].tls = listeners[i].tls;
        relief_add_port(&api->relief, ports[i].port);
        if (!text_copy_len(api->listeners[i].host, API_ADDRESS_SIZE, any ? "0.0.0.0" : address,
                           any ? strlen("0.0.0.0") : len))
            return why_fail(why, ERR_TOO_BIG, "listen", "listen", "%s is too long", address);
    }
    api->listener_count = count;
    return OK;
}

/* A text of a number for a list of options; ${place} keeps it. */
static const char *number(char place[16], int value)
{
    snprintf(place, 16, "%d", value);
    return place;
}

static enum err start(struct api *api, const char *ports, struct why *why)
{
    char threads[16], request_ms[16], keep_ms[16], head[16], error[256] = "";
    const char *options[] = {
        "listening_ports",
        ports,
        "num_threads",
        number(threads, SERVER_THREADS),
        "request_timeout_ms",
        number(request_ms, REQUEST_MS),
        "keep_alive_timeout_ms",
        number(keep_ms, KEEP_ALIVE_MS),
        "max_request_size",
        number(head, LIMIT_HEAD_BYTES),
        "enable_keep_alive",
        "yes",
        "tcp_nodelay",
        "1",
        "decode_url",
        "no",
        "enable_auth_domain_check",
        "no",
        "ssl_protocol_version",
        "4",
        "connection_queue",
        "128",
        NULL,
    };
    const struct mg_callbacks callbacks = {
        .begin_request = begin_request,
        .http_error = http_error,
        .log_message = log_message,
        .init_ssl = init_ssl,
    };
    struct mg_init_data init = {&callbacks, api, options};
    struct mg_error_data failure = {.text = error, .text_buffer_size = sizeof error};
    api->server = mg_start2(&init, &failure);
    if (api->server)
        return OK;
    return why_fail(why, ERR_IO, "listen", "listen", "cannot listen on %s: %s", ports,
                    *error ? error : "is a port in use?");
}

enum err server_start(struct api *api, const struct api_listener *listeners, size_t count,
                      struct why *why)
{
    auto_buf ports = {0};
    enum err e = count && count <= API_LISTENERS
                     ? OK
                     : why_fail(why, ERR_INVALID, "listen", "listen",
                                "1 to %d addresses are needed", API_LISTENERS);
    for (size_t i = 0; i < count && e == OK; i++)
        e = add_port(&ports, &listeners[i], why);
    if (e == OK)
        e = ports.failed ? ERR_NOMEM : start(api, ports.data, why);
    if (e == OK)
        e = learn_ports(api, listeners, count, why);
    if (e != OK)
        server_stop(api);
    return e;
}

void server_stop(struct api *api)
{
    if (api->server)
        mg_stop(api->server);
    api->server = NULL;
}
