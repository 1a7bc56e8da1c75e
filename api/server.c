#include "api/server.h"

#include <civetweb.h>
#include <stdio.h>
#include <string.h>

#include "api/exchange.h"
#include "api/state.h"
#include "api/tls.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

enum { HEAD_BYTES = 2 * LIMIT_HEAD_BYTES }; /* so that what is too large can be told */

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

static bool serves_all(const struct api *api, int port)
{
    size_t count = atomic_load(&api->listener_count);
    for (size_t i = 0; i < count; i++)
        if (api->listeners[i].port == port && !api->listeners[i].webhooks_only)
            return true;
    return false;
}

/* A port that is not learnt yet serves the least. */
bool server_webhooks_only(const struct api *api, int port)
{
    return api->webhooks_apart && !serves_all(api, port);
}

/* The port alone tells a request of one kind of listener from another's. */
static enum err check_ports(const struct api *api, struct why *why)
{
    size_t count = atomic_load(&api->listener_count);
    for (size_t i = 0; i < count; i++)
        if (api->listeners[i].webhooks_only && serves_all(api, api->listeners[i].port))
            return why_fail(why, ERR_INVALID, "listen", "listen",
                            "port %d: a listener for webhooks needs a port of its own",
                            api->listeners[i].port);
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
        api->listeners[i].webhooks_only = listeners[i].webhooks_only;
        relief_add_port(&api->relief, ports[i].port);
        if (!text_copy_len(api->listeners[i].host, API_ADDRESS_SIZE, any ? "0.0.0.0" : address,
                           any ? strlen("0.0.0.0") : len))
            return why_fail(why, ERR_TOO_BIG, "listen", "listen", "%s is too long", address);
    }
    atomic_store(&api->listener_count, count);
    return check_ports(api, why);
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
        number(request_ms, EXCHANGE_REQUEST_MS),
        "keep_alive_timeout_ms",
        number(keep_ms, EXCHANGE_KEEP_ALIVE_MS),
        "max_request_size",
        number(head, HEAD_BYTES),
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
        .init_connection = exchange_open,
        .begin_request = exchange_begin,
        .http_error = exchange_error,
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
    for (size_t i = 0; i < count && e == OK; i++) {
        e = add_port(&ports, &listeners[i], why);
        api->webhooks_apart |= listeners[i].webhooks_only;
    }
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
