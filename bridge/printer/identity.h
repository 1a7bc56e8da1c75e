/*
 * Is the peer the printer it should be? One verdict, for MQTT and for FTPS, made inside the TLS
 * handshake, before anything secret is sent:
 *
 *   (a pin is given ? the leaf's SPKI has that SHA-256 : the chain verifies against a CA we hold)
 *   AND the leaf has exactly one CN, and it is the serial, byte for byte.
 *
 * A leaf that claims a CA we hold without being signed by it is a forgery: a pin does not help it.
 * A printer's certificate has no host name. It may be X.509 version 1, and the printer may send the
 * leaf alone, so any certificate of the directory is an anchor, intermediates too.
 *
 * Owner: whoever opened a struct identity closes it; contexts made from it keep what they need.
 * Thread: a struct identity is read-only after opening and may be shared. A struct identity_peer
 * belongs to the thread that drives the handshakes made with it.
 */
#ifndef BRIDGE_PRINTER_IDENTITY_H
#define BRIDGE_PRINTER_IDENTITY_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "bridge/printer/link_reason.h"

struct identity;

enum {
    IDENTITY_SHA256_SIZE = 32,
    IDENTITY_SHA256_TEXT = 65, /* lower-case hex and its end */
    IDENTITY_SERIAL_SIZE = 32,
    IDENTITY_CN_SIZE = 129,
    IDENTITY_DETAIL_SIZE = 200,
};

/* What the peer must be, and what the last handshake found. */
struct identity_peer {
    char serial[IDENTITY_SERIAL_SIZE]; /* also sent as SNI, in this case */
    bool pinned;
    uint8_t pin[IDENTITY_SHA256_SIZE]; /* SHA-256 of the leaf's SubjectPublicKeyInfo */
    bool look_only; /* accept anything and only note it: for link_probe, which sends nothing */

    /* Written by the handshake, also when it refuses. */
    bool seen;     /* a leaf arrived */
    bool accepted; /* the verdict */
    bool chain_ok; /* it verifies against a CA we hold */
    bool forged;   /* it claims a CA we hold and is not signed by it: never to be pinned */
    enum link_reason reason; /* of a refusal */
    char cn[IDENTITY_CN_SIZE];
    uint8_t spki[IDENTITY_SHA256_SIZE];
    char detail[IDENTITY_DETAIL_SIZE];
};

/* Load every PEM file of ${certs_dir}; a directory that does not exist gives no anchor, which
 * leaves pins. A file with a broken certificate is ERR_INVALID and named. */
enum err identity_open(const char *certs_dir, struct identity **ret_identity, struct why *why);
void identity_close(struct identity *identity); /* NULL is fine */
size_t identity_anchors(const struct identity *identity);

/* Make ${ctx} decide by ${peer}, which must outlive it. For curl: from CURLOPT_SSL_CTX_FUNCTION,
 * with VERIFYPEER 1 and VERIFYHOST 0. */
enum err identity_apply(const struct identity *identity, SSL_CTX *ctx, struct identity_peer *peer,
                        struct why *why);

/* A new client context that decides by ${peer}; the caller frees it with SSL_CTX_free. */
enum err identity_context(const struct identity *identity, struct identity_peer *peer,
                          SSL_CTX **ret_ctx, struct why *why);

/* Forget what the last handshake found. */
void identity_reset(struct identity_peer *peer);

#endif
