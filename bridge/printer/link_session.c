#include "bridge/printer/link_session.h"

#include <errno.h>
#include <jansson.h>
#include <mosquitto.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/auto.h"
#include "base/limits.h"

enum { TOPIC_SIZE = 64, TLS_RECORD_HEAD = 5 };

struct link_session {
    struct mosquitto *mq;
    void (*on_message)(void *ctx, const void *bytes, size_t len);
    void *message_ctx;
    char report[TOPIC_SIZE], request[TOPIC_SIZE];
    bool opened;  /* TCP */
    bool secured; /* TLS */
    bool down;    /* libmosquitto said so */
    bool subscribed, refused, huge, twice;
    int connack;
    int rc;          /* of libmosquitto, once down */
    size_t incoming; /* bytes of TLS records since the last complete message */
    char detail[128];
};

/* ---- what libmosquitto tells us; its mutex is held ---- */

static void on_connect(struct mosquitto *mq, void *ctx, int code)
{
    struct link_session *session = ctx;
    session->twice = session->connack == 0; /* libmosquitto would begin anew */
    session->connack = code;
    if (code == 0 && !session->twice)
        mosquitto_subscribe(mq, NULL, session->report, 0);
}

static void on_subscribe(struct mosquitto *mq, void *ctx, int mid, int count, const int *granted)
{
    struct link_session *session = ctx;
    (void)mq;
    (void)mid;
    session->subscribed = count > 0 && granted[0] <= 2;
    session->refused = !session->subscribed;
}

static void on_message(struct mosquitto *mq, void *ctx, const struct mosquitto_message *message)
{
    struct link_session *session = ctx;
    (void)mq;
    session->incoming = 0;
    if (strcmp(message->topic, session->report) == 0)
        session->on_message(session->message_ctx, message->payload, (size_t)message->payloadlen);
}

static void on_disconnect(struct mosquitto *mq, void *ctx, int rc)
{
    struct link_session *session = ctx;
    (void)mq;
    session->down = true;
    session->rc = rc;
}

/* libmosquitto believes the length that a packet announces, and reads until it has it: a peer that
 * never ends is cut here, between two TLS records. */
static void count_records(int sent, int version, int type, const void *bytes, size_t len, SSL *ssl,
                          void *arg)
{
    struct link_session *session = arg;
    const uint8_t *head = bytes;
    (void)version;
    if (sent || type != SSL3_RT_HEADER || len < TLS_RECORD_HEAD)
        return;
    session->incoming += (size_t)(head[3] << 8 | head[4]);
    if (session->incoming > LIMIT_REPORT_BYTES && !session->huge) {
        session->huge = true;
        shutdown(SSL_get_fd(ssl), SHUT_RDWR);
    }
}

/* ---- the end ---- */

static enum link_session_end ended(struct link_session *session, enum link_session_end end,
                                   const char *detail)
{
    snprintf(session->detail, sizeof session->detail, "%s", detail);
    return end;
}

static enum link_session_end classify(struct link_session *session, int rc)
{
    if (session->huge)
        return ended(session, SESSION_HUGE, "it sent more than 1 MiB without a complete message");
    if (session->connack > 0)
        return ended(session, SESSION_REJECTED, mosquitto_connack_string(session->connack));
    if (rc == MOSQ_ERR_TLS && !session->secured)
        return ended(session, SESSION_HANDSHAKE, "the TLS handshake failed");
    if (session->twice || rc == MOSQ_ERR_PROTOCOL || rc == MOSQ_ERR_MALFORMED_PACKET ||
        rc == MOSQ_ERR_INVAL || rc == MOSQ_ERR_PAYLOAD_SIZE || rc == MOSQ_ERR_MALFORMED_UTF8 ||
        rc == MOSQ_ERR_NOT_SUPPORTED)
        return ended(session, SESSION_MALFORMED, "it sent packets that are no MQTT");
    if (rc == MOSQ_ERR_KEEPALIVE)
        return ended(session, SESSION_CLOSED, "it no longer answers pings");
    return ended(session, SESSION_CLOSED, "the connection was closed");
}

static enum link_session_end refused(struct link_session *session)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(mosquitto_socket(session->mq), SOL_SOCKET, SO_ERROR, &error, &size);
    return ended(session, SESSION_REFUSED, error ? strerror(error) : "the connection was refused");
}

static enum link_session_end outcome(struct link_session *session, int rc)
{
    if (session->down || rc || session->huge || session->twice)
        return classify(session, session->rc ? session->rc : rc);
    if (session->refused)
        return ended(session, SESSION_UNSUBSCRIBED, "it refused the subscription");
    return SESSION_ALIVE;
}

/* ---- driving ---- */

static bool pending(const struct link_session *session)
{
    SSL *ssl = session->down ? NULL : mosquitto_ssl_get(session->mq);
    return ssl && session->secured && SSL_pending(ssl) > 0;
}

static int read_on(struct link_session *session)
{
    int rc = mosquitto_loop_read(session->mq, 1);
    SSL *ssl = session->down ? NULL : mosquitto_ssl_get(session->mq);
    session->secured = session->secured || (!rc && ssl && SSL_is_init_finished(ssl));
    /* What TLS has decoded already is not announced by epoll again. */
    while (!rc && pending(session))
        rc = mosquitto_loop_read(session->mq, 1);
    return rc;
}

static int write_on(struct link_session *session)
{
    bool wants = session->secured && !session->down && mosquitto_want_write(session->mq);
    return wants ? mosquitto_loop_write(session->mq, 1) : MOSQ_ERR_SUCCESS;
}

enum link_session_end link_session_drive(struct link_session *session, uint32_t events)
{
    bool broken = events & (EPOLLERR | EPOLLHUP);
    if (!session->opened && broken)
        return refused(session);
    session->opened = true;
    int rc = read_on(session);
    if (!rc)
        rc = write_on(session);
    enum link_session_end end = outcome(session, rc);
    bool half_closed = broken || (events & EPOLLRDHUP);
    if (end == SESSION_ALIVE && half_closed && !session->secured)
        return ended(session, SESSION_CLOSED, "the connection was closed during the TLS handshake");
    return end;
}

enum link_session_end link_session_tick(struct link_session *session)
{
    int rc = mosquitto_loop_misc(session->mq);
    return outcome(session, rc ? rc : write_on(session));
}

int link_session_fd(const struct link_session *session)
{
    return mosquitto_socket(session->mq);
}

uint32_t link_session_interest(const struct link_session *session)
{
    const SSL *ssl = mosquitto_ssl_get(session->mq);
    bool out = !session->opened;
    if (session->opened && !session->secured)
        out = ssl && SSL_want_write(ssl);
    else if (session->secured)
        out = mosquitto_want_write(session->mq);
    return EPOLLIN | EPOLLRDHUP | (out ? (uint32_t)EPOLLOUT : 0);
}

/* ---- life ---- */

static int set_up(struct link_session *session, const struct link_session_options *o)
{
    struct mosquitto *mq = session->mq;
    int rc = mosquitto_threaded_set(mq, true); /* requests are queued, the loop writes them */
    mosquitto_connect_callback_set(mq, on_connect);
    mosquitto_subscribe_callback_set(mq, on_subscribe);
    mosquitto_message_callback_set(mq, on_message);
    mosquitto_disconnect_callback_set(mq, on_disconnect);
    SSL_CTX_set_msg_callback(o->ctx, count_records);
    SSL_CTX_set_msg_callback_arg(o->ctx, session);
    rc = rc ? rc : mosquitto_int_option(mq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
    rc = rc ? rc : mosquitto_int_option(mq, MOSQ_OPT_TCP_NODELAY, 1);
    rc = rc ? rc : mosquitto_void_option(mq, MOSQ_OPT_SSL_CTX, o->ctx);
    rc = rc ? rc : mosquitto_int_option(mq, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0);
    return rc ? rc : mosquitto_username_pw_set(mq, "bblp", o->access_code);
}

static enum link_session_end start(struct link_session *session,
                                   const struct link_session_options *o, struct why *why)
{
    int rc = set_up(session, o);
    if (!rc)
        rc = mosquitto_connect_async(session->mq, o->address, o->port, o->keepalive_s);
    int error = errno;
    if (!rc)
        return SESSION_ALIVE;
    enum link_session_end end = rc == MOSQ_ERR_TLS ? SESSION_HANDSHAKE : SESSION_REFUSED;
    const char *text = rc == MOSQ_ERR_ERRNO ? strerror(error) : mosquitto_strerror(rc);
    why_fail(why, ERR_IO, "connect", "", "%s",
             end == SESSION_HANDSHAKE ? "the TLS handshake failed" : text);
    return end;
}

enum link_session_end link_session_open(const struct link_session_options *options,
                                        struct link_session **ret_session, struct why *why)
{
    struct link_session *session = calloc(1, sizeof *session);
    if (session)
        session->mq = mosquitto_new(options->client_id, true, session);
    if (!session || !session->mq) {
        free(session);
        why_fail(why, ERR_NOMEM, "connect", "", "%s", strerror(errno));
        return SESSION_REFUSED;
    }
    session->on_message = options->on_message;
    session->message_ctx = options->message_ctx;
    session->connack = -1;
    snprintf(session->report, TOPIC_SIZE, "device/%s/report", options->serial);
    snprintf(session->request, TOPIC_SIZE, "device/%s/request", options->serial);
    enum link_session_end end = start(session, options, why);
    if (end)
        link_session_free(session);
    else
        *ret_session = session;
    return end;
}

void link_session_free(struct link_session *session)
{
    if (!session)
        return;
    mosquitto_destroy(session->mq);
    free(session);
}

enum link_session_end link_session_goodbye(struct link_session *session)
{
    if (!session->secured || session->connack != 0 || session->down)
        return SESSION_CLOSED;
    int rc = mosquitto_disconnect(session->mq);
    return outcome(session, rc ? rc : write_on(session));
}

bool link_session_secured(const struct link_session *session)
{
    return session->secured;
}

bool link_session_subscribed(const struct link_session *session)
{
    return session->subscribed;
}

int link_session_connack(const struct link_session *session)
{
    return session->connack;
}

const char *link_session_detail(const struct link_session *session)
{
    return session->detail;
}

/* ---- requests ---- */

static json_t *request_body(enum link_request what, const char *id)
{
    if (what == REQUEST_VERSION)
        return json_pack("{s:{s:s,s:s}}", "info", "sequence_id", id, "command", "get_version");
    if (what == REQUEST_START)
        return json_pack("{s:{s:s,s:s}}", "pushing", "sequence_id", id, "command", "start");
    return json_pack("{s:{s:s,s:s,s:i,s:i}}", "pushing", "sequence_id", id, "command", "pushall",
                     "version", 1, "push_target", 1);
}

enum err link_session_request(struct link_session *session, enum link_request what, int sequence)
{
    char id[16];
    snprintf(id, sizeof id, "%d", sequence);
    json_auto_t *body = request_body(what, id);
    auto_free char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    if (!text)
        return ERR_NOMEM;
    int rc = mosquitto_publish(session->mq, NULL, session->request, (int)strlen(text), text, 1, 0);
    return rc ? ERR_IO : OK;
}
