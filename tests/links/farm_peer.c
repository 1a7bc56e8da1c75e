#include "tests/links/farm_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 1024, BUFFER = 1024, POLL_MS = 20 };
enum { CONNECT = 1, PUBLISH = 3, SUBSCRIBE = 8, PING = 12, DISCONNECT = 14 };

struct connection {
    int fd;
    SSL *ssl;
    unsigned char in[BUFFER];
    size_t len;
};

static struct connection connections[CONNECTIONS];
static struct farm_counts *counts;
static const struct farm_authority *authority;
static SSL_CTX *tls;
static int poller;

static void cut(struct connection *c)
{
    SSL_free(c->ssl);
    close(c->fd);
    *c = (struct connection){.fd = -1};
}

static int choose_certificate(SSL *ssl, int *alert, void *arg)
{
    const char *serial = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    (void)alert;
    (void)arg;
    if (!serial)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    X509 *leaf = farm_certs_leaf(authority, serial);
    bool ok = SSL_use_certificate(ssl, leaf) && SSL_use_PrivateKey(ssl, authority->key);
    X509_free(leaf);
    return ok ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* Small enough for the socket's buffer, so one write is all of it. */
static void put(struct connection *c, const void *bytes, size_t len)
{
    SSL_write(c->ssl, bytes, (int)len);
}

static void report(struct connection *c)
{
    char packet[BUFFER], topic[64];
    const char *serial = SSL_get_servername(c->ssl, TLSEXT_NAMETYPE_host_name);
    int topic_len = snprintf(topic, sizeof topic, "device/%s/report", serial);
    int len = snprintf(packet, sizeof packet, "%c%c%c%c%s{\"serial\":\"%s\"}", 0x30, 1, 1,
                       topic_len, topic, serial);
    packet[1] = (char)(len - 2);
    packet[2] = 0;
    put(c, packet, (size_t)len);
    atomic_fetch_add(&counts->reports, 1);
}

static void take_publish(struct connection *c, const unsigned char *body, size_t len)
{
    size_t topic = (size_t)body[0] << 8 | body[1];
    if (topic + 4 > len)
        return;
    const unsigned char ack[4] = {0x40, 2, body[2 + topic], body[3 + topic]};
    atomic_fetch_add(&counts->requests, 1);
    put(c, ack, sizeof ack);
    if (memmem(body, len, "\"pushall\"", 9))
        report(c);
}

static void take(struct connection *c, int kind, const unsigned char *body, size_t len)
{
    if (kind == CONNECT) {
        atomic_fetch_add(&counts->connects, 1);
        put(c, "\x20\x02\0\0", 4);
    } else if (kind == SUBSCRIBE) {
        const unsigned char ack[5] = {0x90, 3, body[0], body[1], 0};
        atomic_fetch_add(&counts->subscribes, 1);
        put(c, ack, sizeof ack);
    } else if (kind == PUBLISH) {
        take_publish(c, body, len);
    } else if (kind == PING) {
        put(c, "\xd0\0", 2);
    } else if (kind == DISCONNECT) {
        atomic_fetch_add(&counts->goodbyes, 1);
    }
}

/* Bytes of the packet at the front, 0 while it is not complete. */
static size_t complete(const struct connection *c, size_t *ret_head)
{
    size_t size = 0, at = 1;
    for (unsigned shift = 0; at < c->len && shift < 21; shift += 7) {
        unsigned char digit = c->in[at++];
        size |= (size_t)(digit & 127) << shift;
        if (!(digit & 128)) {
            *ret_head = at;
            return at + size <= c->len ? at + size : 0;
        }
    }
    return 0;
}

static void take_all(struct connection *c)
{
    size_t head = 0, size = 0;
    while ((size = complete(c, &head))) {
        take(c, c->in[0] >> 4, c->in + head, size - head);
        memmove(c->in, c->in + size, c->len - size);
        c->len -= size;
    }
}

static void serve(struct connection *c)
{
    int got = 0;
    if (!SSL_is_init_finished(c->ssl) && SSL_accept(c->ssl) != 1) {
        if (SSL_get_error(c->ssl, -1) != SSL_ERROR_WANT_READ)
            cut(c);
        return;
    }
    while ((got = SSL_read(c->ssl, c->in + c->len, (int)(BUFFER - c->len))) > 0) {
        c->len += (size_t)got;
        take_all(c);
    }
    if (SSL_get_error(c->ssl, got) != SSL_ERROR_WANT_READ)
        cut(c);
}

static void welcome(int listener)
{
    struct connection *c = connections;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (c < connections + CONNECTIONS && c->ssl)
        c++;
    if (fd < 0 || c == connections + CONNECTIONS)
        abort();
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    *c = (struct connection){.fd = fd, .ssl = SSL_new(tls)};
    SSL_set_fd(c->ssl, fd);
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

static void drop_all(void)
{
    for (struct connection *c = connections; c < connections + CONNECTIONS; c++)
        if (c->ssl)
            cut(c);
    atomic_fetch_add(&counts->dropped, 1);
}

static int listen_anywhere(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, CONNECTIONS) ||
        getsockname(fd, (struct sockaddr *)&at, &size))
        abort();
    atomic_store(&counts->port, ntohs(at.sin_port));
    return fd;
}

_Noreturn void farm_peer_run(const struct farm_authority *by, struct farm_counts *shared)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    authority = by;
    counts = shared;
    tls = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_tlsext_servername_callback(tls, choose_certificate);
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);
    poller = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_anywhere();
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(poller, &event, 1, POLL_MS);
        struct connection *c = event.data.ptr;
        if (atomic_exchange(&counts->drop, 0))
            drop_all();
        else if (ready == 1 && !c)
            welcome(listener);
        else if (ready == 1 && c->ssl)
            serve(c);
    }
}
