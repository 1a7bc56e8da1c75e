#include "bridge/printer/link_probe.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "base/auto.h"
#include "base/clock.h"
#include "base/text.h"

enum { DEFAULT_MS = 10 * 1000 };

static void fail(struct link_probe_result *result, enum link_reason reason, const char *text)
{
    result->reason = reason;
    text_copy(result->detail, sizeof result->detail, text);
}

/* Wait until ${fd} is ready; false: the time is over. */
static bool ready(int fd, short events, int64_t deadline)
{
    struct pollfd poll_fd = {.fd = fd, .events = events};
    int64_t rest = deadline - clock_mono();
    return rest > 0 && poll(&poll_fd, 1, (int)rest) == 1;
}

static int connect_one(const struct addrinfo *info, int64_t deadline, struct link_probe_result *r)
{
    int error = 0;
    socklen_t size = sizeof error;
    auto_fd fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || (connect(fd, info->ai_addr, info->ai_addrlen) != 0 && errno != EINPROGRESS)) {
        fail(r, LINK_UNREACHABLE, strerror(errno));
        return -1;
    }
    if (!ready(fd, POLLOUT, deadline)) {
        fail(r, LINK_TIMEOUT, "no connection within the time");
        return -1;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error) {
        fail(r, LINK_UNREACHABLE, strerror(error));
        return -1;
    }
    int connected = fd;
    fd = -1;
    return connected;
}

static int connect_any(const char *host, int port, int64_t deadline, struct link_probe_result *r)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    char service[16];
    snprintf(service, sizeof service, "%d", port);
    int rc = getaddrinfo(host, service, &hints, &list);
    if (rc) {
        fail(r, LINK_NAME_NOT_FOUND, gai_strerror(rc));
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *at = list; at && fd < 0; at = at->ai_next)
        fd = connect_one(at, deadline, r);
    freeaddrinfo(list);
    return fd;
}

/* One step of the handshake: 1 done, 0 go on, -1 failed. */
static int shake(SSL *ssl, int fd, int64_t deadline, struct link_probe_result *r)
{
    ERR_clear_error();
    int rc = SSL_connect(ssl);
    int error = SSL_get_error(ssl, rc);
    bool waits = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    if (rc == 1)
        return 1;
    if (waits && ready(fd, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline))
        return 0;
    if (waits)
        fail(r, LINK_TIMEOUT, "it did not answer the TLS handshake");
    else
        fail(r, LINK_UNREACHABLE, "no TLS service of a printer answers there");
    ERR_clear_error();
    return -1;
}

/* OpenSSL writes to a socket that the peer may have closed: the signal must not end a process that
 * does not ignore it. */
static void hold_pipe_signal(sigset_t *ret_former)
{
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipes, ret_former);
}

static void release_pipe_signal(const sigset_t *former)
{
    sigset_t pipes;
    sigemptyset(&pipes);
    sigaddset(&pipes, SIGPIPE);
    if (!sigismember(former, SIGPIPE))
        sigtimedwait(&pipes, NULL, &(struct timespec){0});
    pthread_sigmask(SIG_SETMASK, former, NULL);
}

static void look(SSL_CTX *ctx, int fd, int64_t deadline, struct link_probe_result *r)
{
    sigset_t former;
    SSL *ssl = SSL_new(ctx);
    hold_pipe_signal(&former);
    int done = ssl && SSL_set_fd(ssl, fd) ? 0 : -1;
    while (!done)
        done = shake(ssl, fd, deadline, r);
    if (done == 1)
        SSL_shutdown(ssl);
    SSL_free(ssl);
    release_pipe_signal(&former);
}

static void report(const struct identity_peer *peer, struct link_probe_result *r)
{
    if (!peer->seen)
        return; /* the reason tells how far it came */
    r->reachable = true;
    r->chain_ok = peer->chain_ok;
    r->pinnable = strcmp(peer->cn, peer->serial) == 0 && !peer->forged;
    r->reason = peer->reason;
    text_copy(r->cn, sizeof r->cn, peer->cn);
    text_copy(r->detail, sizeof r->detail, peer->detail);
    text_hex(r->spki_sha256, peer->spki, sizeof peer->spki);
}

void link_probe(const struct identity *identity, const char *host, int port, const char *serial,
                int timeout_ms, struct link_probe_result *ret_result)
{
    struct identity_peer peer = {.look_only = true};
    SSL_CTX *ctx = NULL;
    struct why why = {0};
    *ret_result = (struct link_probe_result){.reason = LINK_UNREACHABLE};
    text_copy(peer.serial, sizeof peer.serial, serial);
    if (identity_context(identity, &peer, &ctx, &why)) {
        fail(ret_result, LINK_UNREACHABLE, why.text);
        return;
    }
    int64_t deadline = clock_mono() + (timeout_ms > 0 ? timeout_ms : DEFAULT_MS);
    auto_fd fd = connect_any(host, port, deadline, ret_result);
    if (fd >= 0)
        look(ctx, fd, deadline, ret_result);
    report(&peer, ret_result);
    SSL_CTX_free(ctx);
}
