/*
 * One MQTT connection to one printer, from TCP to goodbye, driven by an epoll loop that is not
 * libmosquitto's own: those use select, and end for good after some errors. A session is used once.
 *
 * Written for libmosquitto 2.0.11 and 2.0.21: 2.0.11 drives the TLS handshake only by reading, and
 * reports a refused port not at all.
 *
 * Owner: the link. Thread: the links thread. on_message runs inside libmosquitto.
 */
#ifndef BRIDGE_PRINTER_LINK_SESSION_H
#define BRIDGE_PRINTER_LINK_SESSION_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct link_session;

enum link_session_end {
    SESSION_ALIVE,
    SESSION_REFUSED,      /* TCP never opened */
    SESSION_HANDSHAKE,    /* TLS failed: the identity's peer knows why */
    SESSION_REJECTED,     /* CONNACK with a code: link_session_connack */
    SESSION_UNSUBSCRIBED, /* the subscription was refused */
    SESSION_CLOSED,       /* by the peer, by the network, or after our goodbye */
    SESSION_MALFORMED,    /* no MQTT that could be understood */
    SESSION_HUGE,         /* more than LIMIT_REPORT_BYTES without a complete message */
};

enum link_request { REQUEST_PUSHALL, REQUEST_VERSION, REQUEST_START };

struct link_session_options {
    const char *address; /* numeric: nothing here looks up a name */
    int port;
    const char *serial;
    const char *client_id;
    const char *access_code;
    int keepalive_s;
    SSL_CTX *ctx; /* of identity_context; the session keeps a reference */
    void (*on_message)(void *ctx, const void *bytes, size_t len);
    void *message_ctx;
};

/* Begin to connect. On anything but SESSION_ALIVE there is no session, and ${why} tells. */
enum link_session_end link_session_open(const struct link_session_options *options,
                                        struct link_session **ret_session, struct why *why);
void link_session_free(struct link_session *session); /* NULL is fine; closes without goodbye */

int link_session_fd(const struct link_session *session);
/* EPOLLIN, with EPOLLOUT while something waits to be sent. */
uint32_t link_session_interest(const struct link_session *session);

/* Work off what epoll reported, or the passing of a second (keepalive). */
enum link_session_end link_session_drive(struct link_session *session, uint32_t events);
enum link_session_end link_session_tick(struct link_session *session);

bool link_session_secured(const struct link_session *session);       /* the handshake is through */
bool link_session_subscribed(const struct link_session *session);    /* reports may come */
int link_session_connack(const struct link_session *session);        /* -1: none came */
const char *link_session_detail(const struct link_session *session); /* of the end, for people */

/* Queue one of the three requests; it leaves with the next drive. */
enum err link_session_request(struct link_session *session, enum link_request what, int sequence);

/* Send DISCONNECT; the session then ends as SESSION_CLOSED once that has left. */
enum link_session_end link_session_goodbye(struct link_session *session);

#endif
